//! Panels of two rows and four columns: an image of each domain, translated, reconstructed, and passed through the other
//! generator (p. 178).

use crate::data::{Domain, Domains};
use crate::models::{CycleGan, Translations};
use anyhow::{Context, Result, ensure};
use common::arrays::array4;
use common::device::mix;
use common::images;
use common::keras::nchw_to_nhwc;
use common::training::{RunFolder, Step};
use ndarray::{Array3, Array4, Axis, s};
use tch::{Device, Tensor};

/// Columns of a panel.
pub const COLUMNS: [&str; 4] = ["original", "translated", "reconstructed", "identity"];

/// Which pair of test images a panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// The same pair throughout training.
    Fixed = 0,
    /// Another pair each time.
    Random = 1,
}

/// A panel of a pair `[1, channels, height, width]` in [-1, 1] as images `[8, height, width, channels]` in [0, 1].
pub fn panel(gan: &CycleGan, img_a: &Tensor, img_b: &Tensor) -> Tensor {
    let _no_grad = tch::no_grad_guard();
    let Translations { fake_a, fake_b, id_a, id_b } = gan.translate(img_a, img_b);
    let (reconstr_a, reconstr_b) = (gan.g_ba.forward_t(&fake_b, false), gan.g_ab.forward_t(&fake_a, false));
    let all = Tensor::cat(&[img_a, &fake_b, &reconstr_a, &id_a, img_b, &fake_a, &reconstr_b, &id_b], 0);
    to_images(&all)
}

/// `[n, channels, height, width]` in [-1, 1] -> `[n, height, width, channels]` in [0, 1].
pub fn to_images(x: &Tensor) -> Tensor {
    nchw_to_nhwc(&(x * 0.5 + 0.5))
}

/// Saves panels during training: the book's `sample_images`.
#[derive(Debug)]
pub struct Sampler<'a> {
    domains: &'a Domains,
    /// The fixed pair.
    fixed: [Tensor; 2],
    folder: &'a RunFolder,
    seed: u64,
    device: Device,
}

impl Sampler<'_> {
    /// `names` are those of the fixed pair.
    ///
    /// # Errors
    /// No test image can be read.
    pub fn new<'a>(
        domains: &'a Domains,
        names: [&str; 2],
        folder: &'a RunFolder,
        seed: u64,
        device: Device,
    ) -> Result<Sampler<'a>> {
        let image = |domain: &Domain, name| domain.test_images([domain.named(name)], device);
        let fixed = [image(&domains.a, names[0])?, image(&domains.b, names[1])?];
        Ok(Sampler { domains, fixed, folder, seed, device })
    }

    /// Saves `images/0_<epoch>_<batch>.png` of the fixed pair, and `images/1_...` of a random one.
    ///
    /// # Errors
    /// An image cannot be read, or a file cannot be written.
    pub fn sample_images(&self, gan: &CycleGan, step: Step) -> Result<()> {
        let random = |domain: &Domain, salt| {
            let row = mix(&[self.seed, step.number, salt]) % domain.test.len() as u64;
            domain.test_images([row as usize], self.device)
        };
        let other = [random(&self.domains.a, 0)?, random(&self.domains.b, 1)?];
        for (pair, [a, b]) in [(Pair::Fixed, &self.fixed), (Pair::Random, &other)] {
            let saved = Panel { pair, epoch: step.epoch + 1, batch: step.batch };
            saved.save(self.folder, &panel(gan, a, b), step.number + 1)?;
        }
        Ok(())
    }
}

/// A panel saved during training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panel {
    /// What it shows.
    pub pair: Pair,
    /// The epoch, from 1.
    pub epoch: u64,
    /// The batch within the epoch, from 0.
    pub batch: u64,
}

impl Panel {
    fn file_name(&self) -> String {
        let Panel { pair, epoch, batch } = self;
        format!("{}_{epoch:03}_{batch:05}.png", *pair as u8)
    }

    /// Saves the panel after so many steps of training.
    fn save(&self, folder: &RunFolder, panel: &Tensor, steps: u64) -> Result<()> {
        let (n, height, width, channels) = panel.size4().context("a panel has four axes")?;
        ensure!(n == 8, "a panel has 8 images, not {n}");
        // [row, column, height, width, channels] -> [row, height, column, width, channels]
        let rows = panel.view([2, 4, height, width, channels]).permute([0, 2, 1, 3, 4]);
        let sheet = array4(&rows.reshape([1, 2 * height, 4 * width, channels]))?;
        let tag = match self.pair {
            Pair::Fixed => "samples/fixed pair",
            Pair::Random => "samples/random pair",
        };
        folder.save_sample(&self.file_name(), tag, steps, sheet.index_axis(Axis(0), 0))
    }

    /// The panels of a run, in the order of training.
    pub fn all(folder: &RunFolder, pair: Pair) -> Vec<Panel> {
        let paths = folder.images().into_iter();
        paths
            .filter_map(|path| {
                let mut parts = path.file_stem()?.to_str()?.split('_').map(|part| part.parse::<u64>().ok());
                let (kind, epoch, batch) = (parts.next()??, parts.next()??, parts.next()??);
                (kind == pair as u64).then_some(Panel { pair, epoch, batch })
            })
            .collect()
    }

    /// Its eight images, row by row.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(&self, folder: &RunFolder) -> Result<Array4<f32>> {
        let sheet = images::load(&folder.path.join("images").join(self.file_name()))?;
        let (height, width) = (sheet.dim().0 / 2, sheet.dim().1 / 4);
        let cut = |i: usize| -> Array3<f32> {
            let (top, left) = (i / 4 * height, i % 4 * width);
            sheet.slice(s![top..top + height, left..left + width, ..]).to_owned()
        };
        images::stacked(&(0..8).map(cut).collect::<Vec<_>>())
    }

    /// `epoch 3, batch 50`
    pub fn when(&self) -> String {
        format!("epoch {}, batch {}", self.epoch, self.batch)
    }
}
