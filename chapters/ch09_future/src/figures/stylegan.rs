//! The figures of 09_08.

use super::gan_training::{self, Compared};
use crate::experiments::baseline::{Baseline, seconds};
use crate::experiments::image_sets::ImageSets;
use crate::experiments::image_training::ImageTraining;
use crate::models::growing::{Course, Growth};
use crate::models::style_generator::{layers, mixed_styles, one_style};
use crate::models::stylegan::StyleGan;
use crate::models::styles::Noise;
use anyhow::Result;
use common::arrays::array4;
use common::cli::Figures;
use common::datasets::image_batches::ImageSource;
use common::device;
use common::features::FeatureNet;
use common::metrics::Quality;
use common::plot::{Color, Figure, ImageGrid};
use common::samples::{self, ComparedWith, SIDE};
use std::ops::Range;
use tch::Tensor;

/// Images of the mixing figure: in a row, and rows of coarse, middle and fine styles.
const ACROSS: i64 = 6;
const DOWN: [i64; 3] = [2, 2, 1];
/// Images with the same styles and other noise, for their deviation.
const REALISATIONS: i64 = 100;
/// Values of ψ in the figure of truncation.
const PSIS: [f64; 6] = [1.0, 0.7, 0.5, 0.0, -0.5, -1.0];
/// Pairs and steps of interpolations.
const PAIRS: i64 = 3;
const STEPS: i64 = 9;

/// What the figures are drawn of.
#[derive(Debug)]
pub struct Drawing<'a> {
    figures: Figures<'a>,
    gan: &'a StyleGan,
    course: Course,
    /// Iterations of training.
    iterations: u64,
    steps_per_epoch: u64,
    /// Number of samples of the FID, if it is given.
    fid_samples: Option<i64>,
    /// How far the nets have grown.
    growth: Growth,
    /// Noise of the layers, the same in all images that show something else.
    noise: Vec<Tensor>,
    /// w̄
    center: Tensor,
}

impl<'a> Drawing<'a> {
    /// Of a trained net.
    ///
    /// # Errors
    /// The run's history cannot be read.
    pub fn new(figures: Figures<'a>, gan: &'a StyleGan, training: &ImageTraining) -> Result<Drawing<'a>> {
        let steps_per_epoch = training.steps_per_epoch;
        let iterations = figures.run().history()?.rows.len() as u64 * steps_per_epoch;
        let course = gan.course(training.fit.batch_size);
        let growth = course.at(iterations.saturating_sub(1));
        device::seed(&[figures.seed(), 4]);
        let (noise, center) = (gan.layer_noise(), gan.mean_w());
        let fid_samples = training.fid_samples;
        Ok(Drawing { figures, gan, course, iterations, steps_per_epoch, fid_samples, growth, noise, center })
    }

    /// All figures that need no other images.
    pub fn draw(&self) -> Result<()> {
        self.loss()?;
        let caption =
            "Images generated from the same 25 latent points during training. Small ones are shown pixel by pixel.";
        gan_training::samples(&self.figures, caption)?;
        samples::strip(&self.figures)?;
        self.mixing()?;
        self.noise()?;
        self.interpolation()?;
        self.truncation()
    }

    /// Losses by epoch; dashed lines where a block begins to fade in or has faded in.
    fn loss(&self) -> Result<()> {
        let curves = [
            ("d_loss_real", Color::GREEN),
            ("d_loss_fake", Color::RED),
            ("r1", Color::BLUE),
            ("g_loss", Color::ORANGE),
        ];
        let caption = "Losses by epoch: discriminator on real images (green) and on generated ones (red), R1 without \
                       its weight (blue), and generator (orange). At the dashed lines a block begins to fade in, or \
                       has faded in.";
        let phases = self.course.phases(self.iterations);
        gan_training::losses(&self.figures, &curves, self.steps_per_epoch, &phases, caption)
    }

    /// Points of w, the same at each call: `[n, w_dim]`.
    fn some_w(&self, n: i64) -> Tensor {
        device::seed(&[self.figures.seed(), 2]);
        self.gan.w(&self.gan.noise(n), &self.center, 1.0)
    }

    /// Images `[n, side, side, 3]` of one style in all layers.
    fn images(&self, w: &Tensor, noise: Noise) -> Tensor {
        self.gan.images(&one_style(w, self.growth), self.growth, noise)
    }

    /// Style mixing (figure 3 of the paper): the images of the first row, with the coarse, middle or fine styles of
    /// those of the first column.
    fn mixing(&self) -> Result<()> {
        let down: i64 = DOWN.iter().sum();
        let w = self.some_w(ACROSS + down);
        let (a, b) = (w.narrow(0, 0, ACROSS), w.narrow(0, ACROSS, down));
        let given = Noise::Given(&self.noise);
        let (of_a, of_b) = (self.images(&a, given), self.images(&b, given));
        let mut rows = vec![of_b.narrow(0, 0, 1).ones_like(), of_a.shallow_clone()];
        let mut names = vec!["A, and B below".to_string()];
        let ranges = ranges(self.growth);
        let each = DOWN.iter().zip(&ranges).flat_map(|(count, range)| (0..*count).map(move |_| range));
        for (row, (name, range)) in (0..).zip(each) {
            let other = b.narrow(0, row, 1).expand([ACROSS, -1], false);
            let styles = mixed_styles(&a, &other, range.clone(), self.growth);
            rows.extend([of_b.narrow(0, row, 1), self.gan.images(&styles, self.growth, given)]);
            names.push(format!("{name} of B"));
        }
        let all = array4(&Tensor::cat(&rows, 0))?;
        let grid = ImageGrid::new(all.view()).columns(ACROSS as usize + 1).row_names(names).gap(3.0);
        let sides = ranges.map(|(name, layers)| {
            let side = |layer: usize| Growth::full(layer / 2).side();
            format!("{name} styles are those at {} to {} pixels", side(layers.start), side(layers.end - 1))
        });
        let caption = format!(
            "Style mixing: the images A of the first row, with some styles of the images B of the first column. {} \
             (figure 3 of the paper).",
            sides.join("; ")
        );
        self.figures.save("mixing", &caption, Figure::fitted(&[&[&grid]], 10.0)?)
    }

    /// What noise does (figures 4 and 5 of the paper).
    fn noise(&self) -> Result<()> {
        let w = self.some_w(4);
        let mut rows = vec![];
        for i in 0..w.size()[0] {
            let w = w.narrow(0, i, 1);
            device::seed(&[self.figures.seed(), 5]);
            let many = self.images(&w.expand([REALISATIONS, -1], false), Noise::Random);
            let deviation = many.std_dim([0i64].as_slice(), true, true).mean_dim(-1, true, None); // [1, side, side, 1]
            let scaled = &deviation / deviation.max().clamp_min(1e-6);
            let off = self.images(&w, Noise::Off);
            rows.extend([off, many.narrow(0, 0, 3), scaled.expand([-1, -1, -1, 3], false)]);
        }
        let all = array4(&Tensor::cat(&rows, 0))?;
        let grid = ImageGrid::new(all.view()).columns(5).gap(3.0);
        let grid = grid.column_names(["no noise", "noise", "other noise", "other noise", "deviation"]);
        let caption = format!(
            "What the noise of the layers changes: the same styles without noise and with three draws of it, and the \
             standard deviation of each pixel over {REALISATIONS} draws, scaled to the largest (figures 4 and 5 of \
             the paper)."
        );
        self.figures.save("noise", &caption, Figure::fitted(&[&[&grid]], 8.0)?)
    }

    /// Interpolations of the same points in z and in w.
    fn interpolation(&self) -> Result<()> {
        device::seed(&[self.figures.seed(), 6]);
        let (from, to) = (self.gan.noise(PAIRS), self.gan.noise(PAIRS));
        let in_z = self.gan.w(&samples::great_circle(&from, &to, STEPS), &self.center, 1.0);
        let [from, to] = [from, to].map(|z| self.gan.w(&z, &self.center, 1.0));
        let step = |step: i64| from.lerp(&to, step as f64 / (STEPS - 1) as f64);
        // [pairs, steps, w_dim] -> [pairs · steps, w_dim]
        let in_w = Tensor::stack(&(0..STEPS).map(step).collect::<Vec<_>>(), 1).flatten(0, 1);
        let given = Noise::Given(&self.noise);
        let [in_z, in_w] = [in_z, in_w].map(|w| self.images(&w, given));
        let (mut rows, mut names) = (vec![], vec![]);
        for pair in 0..PAIRS {
            rows.extend([&in_z, &in_w].map(|images| images.narrow(0, pair * STEPS, STEPS)));
            names.extend(["in z", "in w"]);
        }
        let all = array4(&Tensor::cat(&rows, 0))?;
        let grid = ImageGrid::new(all.view()).columns(STEPS as usize).row_names(names).gap(3.0);
        let caption = "Interpolation between the same points: in z on a great circle, and in w, where the mapping \
                       network has put what belongs together side by side, on a straight line.";
        self.figures.save("interpolation", caption, Figure::fitted(&[&[&grid]], 9.0)?)
    }

    /// The truncation trick in w (figure 8 of the paper).
    fn truncation(&self) -> Result<()> {
        let count = 5;
        device::seed(&[self.figures.seed(), 2]);
        let z = self.gan.noise(count);
        let images = PSIS.map(|psi| self.images(&self.gan.w(&z, &self.center, psi), Noise::Given(&self.noise)));
        // [count, psis, ...] -> [count · psis, ...]: a row for each point
        let all = array4(&Tensor::stack(&images, 1).flatten(0, 1))?;
        let grid = ImageGrid::new(all.view()).columns(PSIS.len()).gap(3.0);
        let grid = grid.column_names(PSIS.map(|psi| format!("ψ = {psi}")));
        let caption = "The truncation trick: w' = w̄ + ψ (w - w̄). ψ = 0 is the image of w̄, the same face for all \
                       points; with the other sign an image turns into its opposite (figure 8 of the paper).";
        self.figures.save("truncation", caption, Figure::fitted(&[&[&grid]], 9.0)?)
    }

    /// 25 samples, the same at each call.
    fn samples(&self) -> Tensor {
        let w = self.some_w(SIDE * SIDE);
        self.images(&w, Noise::Random)
    }

    /// The quality of samples without truncation, measured with held-out images, and a FID of more with training
    /// images, too; none without a net to measure with.
    pub fn measured(&self, sets: &ImageSets, features: Option<&dyn FeatureNet>) -> Result<Option<Quality>> {
        device::seed(&[self.figures.seed(), 3]);
        let generate = |n| self.images(&self.gan.w(&self.gan.noise(n), &self.center, 1.0), Noise::Random);
        let real = ComparedWith { first: &sets.held_out, more: Some(&sets.train) };
        let run = self.figures.run();
        features.map(|net| samples::measure(run, generate, real, net, self.fid_samples)).transpose()
    }

    /// Samples and numbers beside those of the WGAN-GP that was trained for the same time.
    pub fn comparison(&self, quality: Option<&Quality>, baseline: Option<&Baseline>) -> Result<()> {
        let (iterations, seconds) = (self.iterations, seconds(self.figures.run())?);
        let own = Compared { name: "StyleGAN", samples: &self.samples(), quality, iterations, seconds };
        gan_training::comparison(&self.figures, &own, baseline)
    }

    /// Samples and their nearest training images.
    pub fn nearest(&self, train: &ImageSource) -> Result<()> {
        samples::nearest(&self.figures, &self.samples(), train)
    }
}

/// Coarse, middle and fine styles: the layers of the first, the middle and the last third of the levels.
fn ranges(growth: Growth) -> [(&'static str, Range<usize>); 3] {
    let (all, levels) = (layers(growth), growth.level + 1);
    let (coarse, fine) = (2 * levels.div_ceil(3), all - 2 * (levels / 3));
    [("coarse", 0..coarse), ("middle", coarse..fine), ("fine", fine..all)]
}
