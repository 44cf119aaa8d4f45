//! `cargo book ...`: sets libtorch up, then builds and runs the experiments of the chapters.
//!
//! One module per command ([`list`], [`run`], [`figures`], [`mod@test`], [`setup`], [`doctor`], [`mod@bench`], [`notebook`],
//! [`readme`]) stands on four that know the outside: [`experiments`] (the chapters' tables), [`libtorch`] (its folder), [`python`] (pip,
//! which brings libtorch) and [`cargo`] (which builds). Nothing here needs libtorch to compile.

pub mod bench;
pub mod cargo;
pub mod cli;
pub mod doctor;
pub mod driver;
pub mod experiments;
pub mod figures;
pub mod libtorch;
pub mod list;
pub mod notebook;
pub mod process;
pub mod python;
pub mod readme;
pub mod run;
pub mod setup;
pub mod test;

/// The command line asks for something that does not exist, as an unknown id: exit code 2 instead of 1.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
