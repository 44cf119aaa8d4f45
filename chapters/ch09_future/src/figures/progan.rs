//! The figures of 09_05.

use super::gan_training::{self, Compared};
use crate::experiments::baseline::{Baseline, seconds};
use crate::experiments::image_sets::ImageSets;
use crate::experiments::image_training::ImageTraining;
use crate::models::growing::{Course, Growth};
use crate::models::progan::ProGan;
use anyhow::{Context, Result};
use common::cli::Figures;
use common::datasets::image_batches::ImageSource;
use common::device;
use common::features::FeatureNet;
use common::images;
use common::metrics::Quality;
use common::plot::{Color, Figure, ImageGrid};
use common::samples::{self, ComparedWith, SIDE, Sheet};
use tch::Tensor;

/// Latent points in the figure of growth.
const SHOWN: usize = 10;

/// What the figures are drawn of.
#[derive(Debug)]
pub struct Drawing<'a> {
    figures: Figures<'a>,
    gan: &'a ProGan,
    course: Course,
    /// Iterations of training.
    iterations: u64,
    steps_per_epoch: u64,
    /// Number of samples of the FID, if it is given.
    fid_samples: Option<i64>,
    /// How far the nets have grown.
    growth: Growth,
}

impl<'a> Drawing<'a> {
    /// Of a trained net.
    ///
    /// # Errors
    /// The run's history cannot be read.
    pub fn new(figures: Figures<'a>, gan: &'a ProGan, training: &ImageTraining) -> Result<Drawing<'a>> {
        let steps_per_epoch = training.steps_per_epoch;
        let iterations = figures.run().history()?.rows.len() as u64 * steps_per_epoch;
        let course = gan.course(training.fit.batch_size);
        let growth = course.at(iterations.saturating_sub(1));
        let fid_samples = training.fid_samples;
        Ok(Drawing { figures, gan, course, iterations, steps_per_epoch, fid_samples, growth })
    }

    /// Losses, growth, samples, and interpolations.
    pub fn draw(&self) -> Result<()> {
        self.loss()?;
        self.growth()?;
        let caption =
            "Images generated from the same 25 latent points during training. Small ones are shown pixel by pixel.";
        gan_training::samples(&self.figures, caption)?;
        samples::strip(&self.figures)?;
        let z = self.noise();
        let way = samples::great_circle(&z.narrow(0, 0, 5), &z.narrow(0, 5, 5), 10);
        samples::interpolation(&self.figures, &self.gan.images(&way, self.growth), 10)
    }

    /// Losses by epoch; dashed lines where a block begins to fade in or has faded in.
    fn loss(&self) -> Result<()> {
        let curves = [
            ("d_loss", Color::BLACK),
            ("d_loss_real", Color::GREEN),
            ("d_loss_fake", Color::RED),
            ("gradient_penalty", Color::BLUE),
            ("g_loss", Color::ORANGE),
        ];
        let caption = "Losses by epoch: discriminator (black), its part on real images (green) and on generated ones \
                       (red), the gradient penalty (blue), and generator (orange). At the dashed lines a block begins \
                       to fade in, or has faded in.";
        let phases = self.course.phases(self.iterations);
        gan_training::losses(&self.figures, &curves, self.steps_per_epoch, &phases, caption)
    }

    /// The same latent points at the end of each resolution.
    fn growth(&self) -> Result<()> {
        let phases = self.course.phases(self.iterations);
        let sheets = Sheet::all(self.figures.run());
        let (mut rows, mut names) = (vec![], vec![]);
        for level in self.course.first..=self.course.last {
            let Some((growth, end)) = phases.iter().rev().find(|(growth, _)| growth.level == level) else { continue };
            let sheet = sheets.iter().find(|sheet| sheet.iteration == *end);
            let sheet = sheet.with_context(|| format!("the samples after iteration {end} are missing"))?.load()?;
            rows.extend((0..SHOWN).map(|point| Sheet::cut(&sheet, point)));
            names.push(format!("{0} x {0}", growth.side()));
        }
        let grid = ImageGrid::new(images::stacked(&rows)?.view()).columns(SHOWN).row_names(names).gap(3.0);
        let caption = "The same latent points at the end of each resolution: nets for images of 4 x 4 pixels grow \
                       until they make large ones (p. 329).";
        self.figures.save("growth", caption, Figure::fitted(&[&[&grid]], 9.0)?)
    }

    /// 25 latent points, the same at each call.
    fn noise(&self) -> Tensor {
        device::seed(&[self.figures.seed(), 2]);
        self.gan.noise(SIDE * SIDE)
    }

    /// The quality of samples, measured with held-out images, and a FID of more with training images, too; none without
    /// a net to measure with.
    pub fn measured(&self, sets: &ImageSets, features: Option<&dyn FeatureNet>) -> Result<Option<Quality>> {
        device::seed(&[self.figures.seed(), 3]);
        let generate = |n| self.gan.images(&self.gan.noise(n), self.growth);
        let real = ComparedWith { first: &sets.held_out, more: Some(&sets.train) };
        let run = self.figures.run();
        features.map(|net| samples::measure(run, generate, real, net, self.fid_samples)).transpose()
    }

    /// Samples and numbers beside those of the WGAN-GP that was trained for the same time.
    pub fn comparison(&self, quality: Option<&Quality>, baseline: Option<&Baseline>) -> Result<()> {
        let samples = self.gan.images(&self.noise(), self.growth);
        let (iterations, seconds) = (self.iterations, seconds(self.figures.run())?);
        let own = Compared { name: "ProGAN", samples: &samples, quality, iterations, seconds };
        gan_training::comparison(&self.figures, &own, baseline)
    }

    /// Samples and their nearest training images.
    pub fn nearest(&self, train: &ImageSource) -> Result<()> {
        samples::nearest(&self.figures, &self.gan.images(&self.noise(), self.growth), train)
    }
}
