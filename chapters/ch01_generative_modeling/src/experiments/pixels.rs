//! 01_03: naive Bayes on raw pixels, whose samples are noise (pp. 44-48).

use super::fashion::{naive_bayes, observations, sample};
use crate::figures::fashion::images;
use crate::models::naive_bayes::NaiveBayes;
use crate::models::outfits::Outfit;
use crate::models::random::generator;
use anyhow::{Result, ensure};
use common::cli::{Context, Figures};
use common::plot::{Figure, ImageGrid};
use common::say;
use common::training::{ExperimentConfig, Preset};
use ndarray::{Array4, Axis, concatenate, s};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Number of values of a pixel's red, green or blue.
const LEVELS: usize = 256;

/// Hyper-parameters of 01_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A table of outfits (CSV) instead of the chapter's own.
    pub table: Option<PathBuf>,
    /// Side of the images, in pixels.
    pub side: u32,
    /// Number of sampled images, to compare marginals with those of the real images.
    pub samples: usize,
    /// Pseudo-observations per value (additive smoothing), for the likelihoods only.
    pub pseudo: f64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config { table: None, side: 64, samples: 1000, pseudo: 0.01 };
        match preset {
            Preset::Book | Preset::Quick => book,
            Preset::Smoke => Config { side: 32, samples: 50, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((8..=256).contains(&self.side), "side must lie between 8 and 256");
        ensure!((10..=100_000).contains(&self.samples), "samples must lie between 10 and 100000");
        ensure!(self.pseudo > 0.0 && self.pseudo.is_finite(), "pseudo must be above 0");
        Ok(())
    }
}

/// 01_03: fits naive Bayes to pixels and compares samples with real images.
pub fn run(context: &Context) -> Result<()> {
    let config = context.config::<Config>()?;
    let (data, observed) = observations(&config.table)?;
    say!("data: images of {}", data.title);
    let run = context.plain_run::<Config>("pixels", "outfits", data)?;
    let random = |step: u64| generator(&run, step);

    let real = images(&observed, config.side)?;
    let model = fit(&real);
    say!("features: {}, free parameters: {}", real.len() / observed.len(), model.free_parameters());
    let noise = samples(&model, config.samples, config.side as usize, &mut random(0))?;

    // Unseen images: other outfits of the same planet.
    let naive = naive_bayes(&observed);
    let mut dice = random(1);
    let new: Vec<Outfit> = (0..10 * observed.len())
        .map(|_| sample(&naive, &mut dice))
        .filter(|o| !observed.contains(o))
        .take(50)
        .collect();
    let smoothed = model.clone().smoothed(config.pseudo);
    let mean = |images: &Array4<f32>| {
        let rows = rows(images);
        rows.iter().map(|row| smoothed.log_probability(row)).sum::<f64>() / rows.len() as f64
    };
    say!(
        "mean log-probability per image: {:.0} for the {} real images, {:.0} for unseen real images, {:.0} for noise",
        mean(&real),
        observed.len(),
        mean(&images(&new, config.side)?),
        mean(&noise)
    );
    samples_figure(&context.figures(&run), &real, &noise)?;
    marginals_figure(&context.figures(&run), &real, &noise)
}

/// Naive Bayes on images `[n, height, width, 3]`: each red, green and blue value is a feature.
pub fn fit(images: &Array4<f32>) -> NaiveBayes {
    let rows = rows(images);
    let features = rows.first().map_or(0, Vec::len);
    NaiveBayes::fit(&vec![LEVELS; features], rows.iter().map(Vec::as_slice))
}

/// Images `[n, side, side, 3]` sampled from the model.
pub fn samples(model: &NaiveBayes, n: usize, side: usize, random: &mut ChaCha8Rng) -> Result<Array4<f32>> {
    let values = (0..n).flat_map(|_| model.sample(random)).map(|value| value as f32 / (LEVELS - 1) as f32).collect();
    Ok(Array4::from_shape_vec((n, side, side, 3), values)?)
}

/// The values of each image as integers from 0 to 255.
fn rows(images: &Array4<f32>) -> Vec<Vec<usize>> {
    let level = |&value: &f32| (value * (LEVELS - 1) as f32).round() as usize;
    images.outer_iter().map(|image| image.iter().map(level).collect()).collect()
}

/// Mean absolute difference between a pixel and its right neighbour.
fn roughness(images: &Array4<f32>) -> f32 {
    let (left, right) = (images.slice(s![.., .., ..-1, ..]), images.slice(s![.., .., 1.., ..]));
    (&right - &left).mapv(f32::abs).mean().unwrap_or(0.0)
}

/// Ten real images above ten samples.
pub fn samples_figure(figures: &Figures, real: &Array4<f32>, noise: &Array4<f32>) -> Result<()> {
    let ten = |images: &Array4<f32>| images.slice_axis(Axis(0), (..images.len_of(Axis(0)).min(10)).into()).to_owned();
    let (above, below) = (ten(real), ten(noise));
    let grid = ImageGrid::new(above.view()).then(below.view()).columns(above.len_of(Axis(0)));
    let grid = grid.row_names(["real", "sampled"]);
    let caption = format!(
        "Above: people of Wrodl. Below: samples of naive Bayes on their pixels. Each pixel has the right distribution, \
         but pixels are independent: neighbours differ by {:.3} on average in real images, by {:.3} in samples.",
        roughness(real),
        roughness(noise)
    );
    figures.save("samples", &caption, Figure::fitted(&[&[&grid]], 11.0)?)
}

/// Mean and standard deviation of each pixel, for real images and for samples.
pub fn marginals_figure(figures: &Figures, real: &Array4<f32>, noise: &Array4<f32>) -> Result<()> {
    let moments = |images: &Array4<f32>| -> Result<Array4<f32>> {
        let mean = images.mean_axis(Axis(0)).unwrap_or_default();
        // Twice as bright, for visibility: no standard deviation is above one half.
        let deviation = images.std_axis(Axis(0), 0.0) * 2.0;
        Ok(concatenate(Axis(0), &[mean.insert_axis(Axis(0)).view(), deviation.insert_axis(Axis(0)).view()])?)
    };
    let (above, below) = (moments(real)?, moments(noise)?);
    let largest = (&above - &below).iter().fold(0.0f32, |most, difference| most.max(difference.abs()));
    say!("largest difference between real and sampled pixel means (or twice the standard deviations): {largest:.3}");
    let grid = ImageGrid::new(above.view()).then(below.view()).columns(2);
    let grid = grid.row_names(["real", "sampled"]).column_names(["mean", "deviation x 2"]);
    let caption = format!(
        "What naive Bayes learns: each pixel has the same mean and standard deviation in the real images and in {} \
         samples.",
        noise.len_of(Axis(0))
    );
    figures.save("marginals", &caption, Figure::fitted(&[&[&grid]], 4.6)?)
}
