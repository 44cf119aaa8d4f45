//! `cargo book ...`: installs libtorch, then builds and runs the experiments of the chapters.
//!
//! One module per command ([`list`], [`run`], [`figures`], [`mod@test`], [`setup`], [`doctor`], [`mod@bench`], [`soak`],
//! [`notebook`], [`readme`]) uses these modules for the outside world: [`experiments`] and [`jobs`] (the
//! chapters' tables), [`libtorch`] (its folder), [`python`] (pip, which downloads libtorch), [`plain`] and [`mod@cargo`]
//! (builds without and with libtorch). This crate compiles without libtorch.

pub mod bench;
pub mod cargo;
pub mod cli;
pub mod compiler;
pub mod doctor;
pub mod driver;
pub mod experiments;
pub mod figures;
pub mod jobs;
pub mod libtorch;
pub mod list;
pub mod loader;
pub mod machine;
pub mod notebook;
pub mod plain;
pub mod process;
pub mod python;
pub mod readme;
pub mod run;
pub mod setup;
pub mod soak;
pub mod test;

/// Wrong usage, such as an unknown id: exit code 2 instead of 1.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
