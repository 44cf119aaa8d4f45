//! The experiments, one file each; 09_02 has two.

pub mod baseline;
pub mod bert;
pub mod biggan;
pub mod gpt;
pub mod image_sets;
pub mod image_training;
pub mod labelled_training;
pub mod musenet;
pub mod positional_encoding;
pub mod progan;
pub mod sagan;
pub mod sparse_timing;
pub mod stylegan;
pub mod translation;
