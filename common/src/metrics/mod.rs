//! Numbers by which generative models, and runs of one model, can be compared.
//!
//! | question | measure |
//! |---|---|
//! | are samples like real images, as a whole? | [`frechet_distance`] |
//! | is each sample like some real image? is each real image like some sample? | [`precision_and_recall`] |
//! | do samples differ from each other? | [`mean_pairwise_distance`], [`Modes`] |
//! | are samples copies of training images? | [`NearestSearch`] |
//!
//! The first two compare *features* of images, what a net makes of them on its way to a class
//! ([`features`](crate::features)), since a camel that is moved by three pixels is the same camel; the last two compare
//! pixels. [`Reference`] takes the first three of a set of samples at once. None of them sees everything, and all
//! depend on how many samples they are taken from: compare numbers of as many.

mod diversity;
mod frechet;
mod nearest;
mod precision_recall;
mod quality;

pub use diversity::{Modes, mean_pairwise_distance};
pub use frechet::frechet_distance;
pub use nearest::{Nearest, NearestSearch};
pub use precision_recall::{NEIGHBOURS, PrecisionRecall, precision_and_recall};
pub use quality::{Quality, Reference};

use anyhow::{Result, ensure};
use tch::Tensor;

/// Samples `[n, ..]` as rows `[n, values]`.
///
/// # Errors
/// There are fewer than `least` of them, or one holds something that is no number.
fn rows(samples: &Tensor, what: &str, least: i64) -> Result<Tensor> {
    let n = samples.size().first().copied().unwrap_or_default();
    ensure!(n >= least, "{what}: got {n}, need at least {least}");
    ensure!(samples.numel() > 0, "{what} are empty, of shape {:?}", samples.size());
    let finite = tch::no_grad(|| samples.isfinite().all().int64_value(&[]) == 1);
    ensure!(finite, "{what} contain NaN or infinity");
    Ok(samples.detach().reshape([n, -1]))
}

/// Both are rows of equally many values.
fn ensure_alike(a: &Tensor, b: &Tensor) -> Result<()> {
    let (a, b) = (a.size()[1], b.size()[1]);
    ensure!(a == b, "samples of {a} values cannot be compared with samples of {b}");
    Ok(())
}
