//! Figures that SAGAN and BigGAN share: images by class.

use super::gan_training;
use crate::experiments::labelled_training::Labelled;
use anyhow::Result;
use common::arrays::array4;
use common::cli::Figures;
use common::device;
use common::features::FeatureNet;
use common::metrics::Quality;
use common::plot::{Figure, ImageGrid};
use common::samples::{self, ComparedWith, SIDE};
use tch::{Kind, Tensor};

/// Images of a class in a row.
const COLUMNS: i64 = 8;
/// Classes that are shown, at most.
const CLASSES: i64 = 10;

/// Makes images `[n, side, side, channels]` in [0, 1] of classes, int64 `[n]`.
pub type Generate<'a> = &'a dyn Fn(&Tensor) -> Tensor;

/// Samples during training, samples by class beside real images, nearest training images, and the quality of samples.
///
/// # Errors
/// A file cannot be read or written.
pub fn draw(
    figures: &Figures,
    generate: Generate,
    images: &Labelled,
    features: Option<&dyn FeatureNet>,
    fid_samples: Option<i64>,
) -> Result<Option<Quality>> {
    let caption = "Images generated from the same 25 latent points, of the classes in turn, during training.";
    gan_training::samples(figures, caption)?;
    samples::strip(figures)?;
    let count = images.classes.len() as i64;
    let classes = |n: i64| crate::models::labelled_images::classes_in_turn(n, count, figures.device());
    device::seed(&[figures.seed(), 3]);
    let generated = |n| generate(&classes(n));
    let held_out = images.held_out.source();
    let more = fid_samples.filter(|&n| n > held_out.len()).map(|_| images.train.source());
    let real = ComparedWith { first: &held_out, more: more.as_ref() };
    let run = figures.run();
    let quality = features.map(|net| samples::measure(run, generated, real, net, fid_samples)).transpose()?;
    drop(more); // before the next copy of the training images
    by_class(figures, generate, images, quality.as_ref())?;
    device::seed(&[figures.seed(), 2]);
    samples::nearest(figures, &generate(&classes(SIDE * SIDE)), &images.train.source())?;
    Ok(quality)
}

/// A row for each class: two real images, and generated ones.
fn by_class(figures: &Figures, generate: Generate, images: &Labelled, quality: Option<&Quality>) -> Result<()> {
    const REAL: i64 = 2;
    device::seed(&[figures.seed(), 2]);
    let (mut rows, mut names) = (vec![], vec![]);
    for (class, name) in (0..CLASSES).zip(&images.classes) {
        let real = images.train.of_class(class, REAL);
        // A small set may have fewer of them.
        let missing = REAL - real.size()[0];
        let generated = generate(&Tensor::full([COLUMNS], class, (Kind::Int64, figures.device())));
        let generated = generated.to_device(tch::Device::Cpu);
        rows.extend([real, generated.narrow(0, 0, missing).ones_like(), generated]);
        names.push(name.chars().take(16).collect::<String>());
    }
    let all = array4(&Tensor::cat(&rows, 0))?;
    let columns = (REAL + COLUMNS) as usize;
    let grid = ImageGrid::new(all.view()).columns(columns).row_names(names).column_names(["real", "real", "generated"]);
    let mut caption = "Generated images by class, beside two real ones.".to_string();
    if let Some(quality) = quality {
        let (samples, measures) = (quality.samples, quality.in_words());
        caption += &format!(" {samples} samples against as many held-out images: {measures}.");
        caption += gan_training::with_training_images(Some(quality));
    }
    figures.save("classes", &caption, Figure::fitted(&[&[&grid.gap(2.0)]], 10.0)?)
}
