//! 05_01: apples to oranges and back (pp. 163-181).

use super::cyclegan::{self, Config, ConfigOf, Presets, Trained};
use crate::figures::{identity, translations};
use crate::models::{LossWeights, NetConfig};
use anyhow::Result;
use common::cli::Context;
use common::say;
use common::training::{FitConfig, Preset};

/// The book's test images.
const TEST_IMAGES: [&str; 2] = ["n07740461_14740.jpg", "n07749192_4241.jpg"];

/// The experiment 05_01.
#[derive(Debug)]
pub enum Apples {}

/// Its hyper-parameters.
pub type ApplesConfig = ConfigOf<Apples>;

impl Presets for Apples {
    fn preset(preset: Preset) -> Config {
        let weights = LossWeights { validation: 1.0, reconstr: 10.0, id: 2.0 };
        let book = Config::book(NetConfig::apples(), weights);
        match preset {
            Preset::Book => book,
            Preset::Quick => {
                let fit = FitConfig::new(1, 10).print_every_n_batches(50);
                Config { images: 130, test_images: 64, fit, ..book }
            }
            Preset::Smoke => {
                let fit = FitConfig::new(1, 2).print_every_n_batches(1);
                Config { images: 3, test_images: 3, fit, ..book }
            }
        }
    }
}

/// 05_01: trains the CycleGAN, a second one without identity loss, and draws the figures.
pub fn train(context: &Context) -> Result<()> {
    let trained = trained(context)?;
    let without_identity = without_identity(context, &trained)?;
    let figures = context.figures(&trained.run);
    let names = ["apples", "oranges"];
    translations::loss_curves(&figures)?;
    translations::panels(&figures, names)?;
    translations::random_panels(&figures, names)?;
    identity::comparison(&figures, &trained.gan, &without_identity, &trained.domains)?;
    translations::test_set(&figures, &trained.gan, &trained.domains, names)?;
    translations::measure(context, &figures, &trained, names)
}

/// The trained CycleGAN.
pub fn trained(context: &Context) -> Result<Trained<Apples>> {
    cyclegan::trained(context, "apple2orange", TEST_IMAGES)
}

/// The same training without identity loss, in a folder of its own within the run folder (fig. 5.9).
pub fn without_identity(context: &Context, with: &Trained<Apples>) -> Result<crate::models::CycleGan> {
    let config = &with.run.params.config;
    let config = Config { weights: LossWeights { id: 0.0, ..config.weights }, ..Config::clone(config) };
    say!("\nthe same without identity loss");
    let folder = with.run.folder.beside("without_identity")?;
    cyclegan::train(&config, &folder, &with.domains, TEST_IMAGES, with.run.params.seed, context.device())
}
