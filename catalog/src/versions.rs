//! The versions that everything is built with.

/// The version of libtorch that the pinned tch wants.
pub const LIBTORCH: &str = "2.11.0";

/// The version of tch, the bindings of libtorch, as `Cargo.toml` names it.
pub const TCH: &str = "0.24";
