//! What is drawn.

pub mod bert;
pub mod biggan;
pub mod by_class;
pub mod gan_training;
pub mod gpt;
pub mod musenet;
pub mod musenet_pieces;
pub mod positional_encoding;
pub mod progan;
pub mod sagan;
pub mod sentences;
pub mod stylegan;
pub mod timeline;
pub mod translation;
