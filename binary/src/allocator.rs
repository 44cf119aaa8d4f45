//! mimalloc in place of the C library's allocator, in Rust and in libtorch.

use libmimalloc_sys::{mi_option_set, mi_option_t};
use std::ffi::c_long;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc.h; the bindings leave it out.
const PURGE_DELAY: mi_option_t = 15;
/// Milliseconds; mimalloc's own delay is 10.
const DELAY: c_long = 30_000;

/// Keeps freed memory for half a minute before the system gets it back. Each training step takes the same blocks again, and
/// the system fills returned ones with zeros: that was a tenth to a fifth of a step's time where steps take longer than
/// the delay. The longest steps of the book take several seconds.
pub fn keep_freed_memory() {
    if std::env::var_os("MIMALLOC_PURGE_DELAY").is_none() {
        // SAFETY: sets a number in a table, before there is another thread.
        unsafe { mi_option_set(PURGE_DELAY, DELAY) };
    }
}
