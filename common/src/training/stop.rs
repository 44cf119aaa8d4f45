use crate::note;
use anyhow::{Context, Result, bail};
use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// After this call, Ctrl-C (or SIGTERM) finishes the step and saves the run; a second one ends the program at once.
pub fn stop_on_ctrl_c() -> Result<()> {
    ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
        note!("\nstopping after this step; press Ctrl-C again to stop at once");
    })
    .context("cannot handle Ctrl-C")
}

pub(super) fn asked_to_stop() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// A check for interruption, for places outside training.
///
/// # Errors
/// [`Interrupted`] after Ctrl-C.
pub fn ensure_not_stopped() -> Result<()> {
    if asked_to_stop() {
        bail!(Interrupted("stopped".to_string()));
    }
    Ok(())
}

/// Interrupted by Ctrl-C, with everything saved; the program exits with code 130.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Interrupted(pub String);
