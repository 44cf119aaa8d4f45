//! 04_04: the four problems of GANs (pp. 142-145), each measured in a run that should show it and in a reference run.

mod config;
mod drawings;
mod figures;
mod measures;
mod outcome;
mod statistics;
mod verdict;

pub use config::{Change, Config, Method, Setup};
pub use measures::{Evaluator, Measure, Measures};
pub use outcome::Outcome;
pub use statistics::{detrended_std, rank_correlation};
pub use verdict::{Line, verdict};

use crate::figures::quality::drawing_features;
use anyhow::Result;
use common::cli::Context;
use common::datasets::quickdraw::Drawings;
use common::say;
use common::training::RunFolder;
use tch::{Kind, Tensor};

/// 04_04: trains all runs, each in its own folder within the experiment's run folder, and compares them.
pub fn train(context: &Context) -> Result<()> {
    let sets = drawings::sets(context)?;
    let run = context.training_run::<Config>("gan", "challenges", drawings::info(&sets))?;
    let (config, seed) = (&run.params.config, run.params.seed);
    let drawings = Drawings::of(&sets, config.drawings, seed)?.images;
    let real = evenly(&drawings, config.measured);
    let classifier = drawing_features(context, run.params.preset)?;
    let evaluator = Evaluator::new(classifier, &real.to_device(context.device()))?;

    let setups = config.setups();
    let count = setups.len();
    let mut outcomes = vec![];
    for (number, setup) in (1..).zip(setups) {
        say!("\n{number} of {count}: {}", setup.title);
        let folder = folder(&run.folder, &setup.name)?;
        outcomes.push(Outcome::train(setup, config, &folder, &drawings, &evaluator, seed, context.device())?);
    }
    let all = Outcomes { config: config.clone(), outcomes };
    let verdict = verdict(&all);
    verdict::write(&verdict, &run.folder.path.join("challenges.csv"))?;
    figures::draw(&context.figures(&run), &all, &evaluator, &real)?;
    verdict::tell(&verdict);
    Ok(())
}

/// The folder of a run; of an earlier version, the one that it made.
fn folder(run: &RunFolder, name: &str) -> Result<RunFolder> {
    let earlier = "gan_hurried";
    run.beside(if name == "gan_extra_steps" && run.path.join(earlier).exists() { earlier } else { name })
}

/// The finished runs.
#[derive(Debug)]
pub struct Outcomes {
    /// The hyper-parameters.
    pub config: Config,
    outcomes: Vec<Outcome>,
}

impl Outcomes {
    /// The GAN of 04_01.
    pub fn gan(&self) -> &Outcome {
        self.of("gan")
    }

    /// The WGAN-GP.
    pub fn wgangp(&self) -> &Outcome {
        self.of("wgangp")
    }

    /// The GAN with extra generator steps.
    pub fn extra_steps(&self) -> &Outcome {
        self.of("gan_extra_steps")
    }

    /// Both models, GAN and WGAN-GP, with a change.
    pub fn changed(&self, change: Change) -> [&Outcome; 2] {
        ["gan", "wgangp"].map(|model| self.of(&format!("{model}_{}", change.name())))
    }

    fn of(&self, name: &str) -> &Outcome {
        let found = self.outcomes.iter().find(|outcome| outcome.setup.name == name);
        found.unwrap_or_else(|| unreachable!("{name} is one of the setups"))
    }
}

/// `count` evenly spaced rows.
fn evenly(images: &Tensor, count: i64) -> Tensor {
    let rows = Tensor::arange(count, (Kind::Int64, images.device())) * images.size()[0];
    images.index_select(0, &rows.divide_scalar_mode(count, "floor"))
}
