//! The figures of 09_07.

use super::{by_class, gan_training};
use crate::experiments::biggan::Config;
use crate::experiments::labelled_training::Labelled;
use crate::models::biggan::BigGan;
use crate::models::labelled_images::classes_in_turn;
use anyhow::{Context, Result};
use common::arrays::array4;
use common::cli::Figures;
use common::features::FeatureNet;
use common::metrics::{Quality, Reference};
use common::plot::{Chart, Color, Figure, ImageGrid, Line};
use common::{device, files, samples};
use serde::Serialize;
use tch::{Kind, Tensor};

/// Thresholds of the truncation trick.
const THRESHOLDS: [f64; 5] = [0.2, 0.5, 1.0, 1.5, 2.0];
/// Images for each threshold in the figure, and for its numbers.
const SHOWN: i64 = 8;
const MEASURED: i64 = 1000;
/// Pairs and steps of interpolations.
const PAIRS: i64 = 4;
const STEPS: i64 = 9;

/// The quality of samples at a threshold.
#[derive(Debug, Serialize)]
struct AtThreshold {
    threshold: f64,
    quality: Quality,
}

/// All figures.
pub fn draw(
    figures: &Figures,
    gan: &BigGan,
    config: &Config,
    images: &Labelled,
    features: Option<&dyn FeatureNet>,
) -> Result<()> {
    let curves = [("d_loss_real", Color::GREEN), ("d_loss_fake", Color::RED), ("g_loss", Color::ORANGE)];
    let caption = "Losses by epoch: the discriminator's hinge loss on real images (green) and on generated ones \
                   (red), and the generator's loss without its regularization (orange).";
    gan_training::losses(figures, &curves, config.training.steps_per_epoch, &[], caption)?;
    let generate = |classes: &Tensor| gan.images(&gan.noise(classes.size()[0]), classes);
    by_class::draw(figures, &generate, images, features, config.training.fid_samples)?;
    interpolation(figures, gan)?;
    let measured = match features {
        Some(net) => measure(figures, gan, images, net)?,
        None => vec![],
    };
    truncation(figures, gan, &measured)
}

/// Interpolations from a latent point to another one of the same class.
fn interpolation(figures: &Figures, gan: &BigGan) -> Result<()> {
    device::seed(&[figures.seed(), 6]);
    let way = samples::great_circle(&gan.noise(PAIRS), &gan.noise(PAIRS), STEPS);
    let classes = classes_in_turn(PAIRS, gan.classes, figures.device()).repeat_interleave_self_int(STEPS, 0i64, None);
    let all = array4(&gan.images(&way, &classes))?;
    let grid = ImageGrid::new(all.view()).columns(STEPS as usize);
    let caption = "Interpolation from one latent point (left) to another (right) of the same class.";
    figures.save("interpolation", caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

/// The quality of samples at each threshold, measured with held-out images; kept in `truncation.json`. It has no more
/// samples for the FID than for the other measures: a curve of many points needs no exact ones.
fn measure(figures: &Figures, gan: &BigGan, images: &Labelled, net: &dyn FeatureNet) -> Result<Vec<AtThreshold>> {
    let count = MEASURED.min(images.held_out.len());
    let real = images.held_out.source().images(&(0..count).collect::<Vec<_>>())?;
    let reference = Reference::new(net, &real)?;
    let classes = classes_in_turn(count, gan.classes, figures.device());
    let at = |threshold: f64| -> Result<AtThreshold> {
        device::seed(&[figures.seed(), 7]);
        let quality = reference.quality(&gan.images(&gan.truncated_noise(count, threshold), &classes))?;
        Ok(AtThreshold { threshold, quality })
    };
    let measured = THRESHOLDS.into_iter().map(at).collect::<Result<Vec<_>>>()?;
    let json = serde_json::to_string_pretty(&measured).context("cannot encode the numbers as JSON")?;
    files::write(&figures.run().path.join("truncation.json"), (json + "\n").as_bytes())?;
    Ok(measured)
}

/// Samples of one class at each threshold, and the numbers (section 3.1 and figure 2 of the paper).
fn truncation(figures: &Figures, gan: &BigGan, measured: &[AtThreshold]) -> Result<()> {
    let classes = Tensor::zeros([SHOWN], (Kind::Int64, figures.device()));
    let rows: Vec<Tensor> = { THRESHOLDS.into_iter() }
        .map(|threshold| {
            device::seed(&[figures.seed(), 2]); // the same draws, cut off elsewhere
            gan.images(&gan.truncated_noise(SHOWN, threshold), &classes)
        })
        .collect();
    let all = array4(&Tensor::cat(&rows, 0))?;
    let names = THRESHOLDS.map(|threshold| format!("± {threshold}"));
    let grid = ImageGrid::new(all.view()).columns(SHOWN as usize).row_names(names).gap(2.0);
    let mut caption =
        "The truncation trick: images of one class from latent points that are cut off nearer to 0 or farther from \
                       it. A small threshold makes images alike, a large one makes them various."
            .to_string();
    if measured.is_empty() {
        return figures.save("truncation", &caption, Figure::fitted(&[&[&grid]], 7.0)?);
    }
    caption += " Numbers compare all classes with held-out images.";
    let xs: Vec<f64> = measured.iter().map(|at| at.threshold).collect();
    let line = |name: &str, of: fn(&Quality) -> f64| {
        Line::xy(name, xs.clone(), measured.iter().map(|at| of(&at.quality)).collect::<Vec<_>>())
    };
    let shares = Chart::new()
        .with(line("precision (fidelity)", |quality| quality.precision))
        .with(line("recall (variety)", |quality| quality.recall))
        .x_label("threshold")
        .y_label("share");
    let distance = Chart::new()
        .with(line("", |quality| quality.frechet_distance).color(Color::BLACK))
        .x_label("threshold")
        .y_label("Fréchet distance");
    figures.save("truncation", &caption, Figure::fitted(&[&[&grid], &[&shares, &distance]], 9.0)?)
}
