//! 05_02: photographs as Monet would have painted them (pp. 181-185).

use super::cyclegan::{self, Config, ConfigOf, Presets, Trained};
use crate::figures::translations;
use crate::models::{LossWeights, NetConfig};
use anyhow::Result;
use common::cli::Context;
use common::training::{FitConfig, Preset};

/// The experiment 05_02.
#[derive(Debug)]
pub enum Monet {}

/// Its hyper-parameters.
pub type MonetConfig = ConfigOf<Monet>;

impl Presets for Monet {
    fn preset(preset: Preset) -> Config {
        let weights = LossWeights { validation: 1.0, reconstr: 10.0, id: 5.0 };
        let book = Config::book(NetConfig::monet(), weights);
        // The same nets with the same weights on smaller images: at a quarter of the side a step takes a twelfth
        // of the time.
        let smaller = |side| NetConfig { input_dim: [side, side, 3], ..book.net.clone() };
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                let fit = FitConfig::new(1, 7).print_every_n_batches(50);
                Config { net: smaller(64), images: 200, test_images: 40, fit, ..book }
            }
            Preset::Smoke => {
                let fit = FitConfig::new(1, 2).print_every_n_batches(1);
                Config { net: smaller(32), images: 2, test_images: 3, fit, ..book }
            }
        }
    }
}

/// 05_02: trains the CycleGAN and draws its figures.
pub fn train(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    let figures = context.figures(&trained.run);
    let names = ["paintings", "photographs"];
    translations::loss_curves(&figures)?;
    translations::panels(&figures, names)?;
    translations::stages(&figures, names)?;
    translations::test_set(&figures, &trained.gan, &trained.domains, names)?;
    translations::measure(context, &figures, &trained, names)
}

/// The trained CycleGAN: A is paintings, B photographs.
pub fn trained(context: &Context) -> Result<Trained<Monet>> {
    cyclegan::trained(context, "monet2photo", ["", ""])
}
