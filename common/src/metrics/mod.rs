//! Metrics that compare generative models, or runs of one model.
//!
//! | question | measure |
//! |---|---|
//! | Is the distribution of samples close to that of real images? | [`frechet_distance`] |
//! | Is each sample close to real images, and each real image close to samples? | [`precision_and_recall`] |
//! | Do samples differ from each other? | [`mean_pairwise_distance`], [`Modes`] |
//! | Are samples copies of training images? | [`NearestSearch`] |
//!
//! The first two compare *features* of images, the activations of a net before its classes
//! ([`features`](crate::features)), because a camel shifted by three pixels is the same camel; the last two compare
//! pixels. [`Reference`] computes the first three for a set of samples, and the FID, the Fréchet distance that papers
//! report, if it has a net for it: of any number of samples, which come in [`ImageBlocks`]. None of them is sufficient
//! alone, and all depend on the number of samples: compare only equal numbers.

mod bleu;
mod diversity;
mod fid;
mod frechet;
mod nearest;
mod precision_recall;
mod quality;

pub use bleu::bleu4;
pub use diversity::{Modes, mean_pairwise_distance};
pub use fid::{ImageBlocks, check_fid_samples, fid_title};
pub use frechet::{Gaussian, frechet_distance};
pub use nearest::{Nearest, NearestSearch};
pub use precision_recall::{NEIGHBOURS, PrecisionRecall, precision_and_recall};
pub use quality::{Quality, Reference};

use anyhow::{Result, ensure};
use tch::Tensor;

/// Samples `[n, ..]` as rows `[n, values]`.
///
/// # Errors
/// There are fewer than `least` of them, or they contain NaN or infinity.
fn rows(samples: &Tensor, what: &str, least: i64) -> Result<Tensor> {
    let n = samples.size().first().copied().unwrap_or_default();
    ensure!(n >= least, "{what}: got {n}, need at least {least}");
    ensure!(samples.numel() > 0, "{what} are empty, of shape {:?}", samples.size());
    let finite = tch::no_grad(|| samples.isfinite().all().int64_value(&[]) == 1);
    ensure!(finite, "{what} contain NaN or infinity");
    Ok(samples.detach().reshape([n, -1]))
}

/// Checks that the rows of both have the same number of values.
fn ensure_alike(a: &Tensor, b: &Tensor) -> Result<()> {
    let (a, b) = (a.size()[1], b.size()[1]);
    ensure!(a == b, "samples of {a} values cannot be compared with samples of {b}");
    Ok(())
}
