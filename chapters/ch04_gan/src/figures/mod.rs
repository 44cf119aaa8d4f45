//! The figures of the experiments.

pub mod quality;

use crate::experiments::Trained;
use crate::models::Networks;
use anyhow::Result;
use common::cli::Figures;
use common::datasets::image_batches::ImageSource;
use common::device;
use common::plot::Color;
use common::samples::{self, SIDE};
use tch::Tensor;

/// Iterations after which the book shows samples.
pub const SHOWN: [u64; 5] = [20, 200, 400, 1000, 2000];

/// Losses by iteration in the book's colours (p. 140): critic black, on real images green, on generated ones red,
/// generator orange, gradient penalty blue.
pub fn loss_curves(figures: &Figures) -> Result<()> {
    let curves = [
        ("d_loss", Color::BLACK),
        ("d_loss_real", Color::GREEN),
        ("d_loss_fake", Color::RED),
        ("gradient_penalty", Color::BLUE),
        ("g_loss", Color::ORANGE),
    ];
    let caption = "Losses by iteration: discriminator or critic (black), its part on real images (green) and on \
                   generated ones (red), generator (orange), and the gradient penalty (blue) where there is one.";
    samples::history(figures, "loss", "loss", caption, &curves)
}

/// Accuracies by iteration, in the book's colours (p. 141).
pub fn accuracy_curves(figures: &Figures) -> Result<()> {
    let curves =
        [("d_acc", Color::BLACK), ("d_acc_real", Color::GREEN), ("d_acc_fake", Color::RED), ("g_acc", Color::ORANGE)];
    let caption = "Share of images that the discriminator classifies correctly (black; real ones green, generated ones \
                   red), and of generated images that it takes for real in the generator's step (orange).";
    samples::history(figures, "accuracy", "accuracy", caption, &curves)
}

/// The figures of a trained model: samples at the book's iterations, a strip through training, interpolations, and
/// nearest real images.
pub fn after_training<C>(figures: &Figures, trained: &Trained<C>) -> Result<()> {
    let networks = &trained.networks;
    sheets(figures, trained)?;
    samples::strip(figures)?;
    interpolation(figures, networks)?;
    nearest(figures, networks, &trained.real)
}

/// 5 x 5 samples after 20, 200, 400, 1000 and 2000 iterations and at the end (p. 141), with the quality of the last
/// ones.
pub fn sheets<C>(figures: &Figures, trained: &Trained<C>) -> Result<()> {
    let mut caption = "Images generated from the same 25 latent points during training.".to_string();
    if let Some(net) = trained.features.as_deref() {
        device::seed(&[figures.seed(), 3]);
        let generate = |n| trained.networks.images(&trained.networks.noise(n));
        let (real, fid_samples) = (trained.measured_with(), trained.fid_samples);
        let quality = samples::measure(figures.run(), generate, real, net, fid_samples)?;
        let (samples, measures) = (quality.samples, quality.in_words());
        caption += &format!(" After training, {samples} samples against as many real images: {measures}.");
    }
    samples::samples(figures, &SHOWN, &caption)
}

/// 25 latent points, the same at each call.
fn noise(figures: &Figures, networks: &Networks) -> Tensor {
    device::seed(&[figures.seed(), 2]);
    networks.noise(SIDE * SIDE)
}

/// Five interpolations of ten steps each.
pub fn interpolation(figures: &Figures, networks: &Networks) -> Result<()> {
    let noise = noise(figures, networks);
    let way = samples::great_circle(&noise.narrow(0, 0, 5), &noise.narrow(0, 5, 5), 10);
    samples::interpolation(figures, &networks.images(&way), 10)
}

/// Samples and their nearest real images (p. 152).
pub fn nearest(figures: &Figures, networks: &Networks, real: &ImageSource) -> Result<()> {
    samples::nearest(figures, &networks.images(&noise(figures, networks)), real)
}
