use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C (or a polite kill) lets the step end and the run be saved; a second one ends the program at once.
pub fn stop_on_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")
}

pub(super) fn asked_to_stop() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// Training was stopped by Ctrl-C and saved; the program ends with exit code 130.
#[derive(Debug, thiserror::Error)]
#[error(
    "stopped after {done} of {total} steps; everything is saved in {folder}\ngo on with the same command and --resume"
)]
pub struct Interrupted {
    /// Steps trained.
    pub done: u64,
    /// Steps that the run has in all.
    pub total: u64,
    /// The run folder.
    pub folder: String,
}
