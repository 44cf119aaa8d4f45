use anyhow::{Result, anyhow};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs another crate on data that we do not know: a panic there is an error here. Our input is checked first, so that
/// there should be none; but no image and no sound is worth a training run.
pub(crate) fn guarded<T>(what: &str, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let panicked = |_| anyhow!("internal error: {what} failed on this input; please report the score");
    catch_unwind(AssertUnwindSafe(run)).map_err(panicked)?
}
