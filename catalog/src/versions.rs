//! The pinned versions.

/// The version of libtorch that the pinned tch requires.
pub const LIBTORCH: &str = "2.11.0";

/// The version of tch, the bindings of libtorch, as `Cargo.toml` names it.
pub const TCH: &str = "0.24";
