//! 08_01: a random driver plays, and what it saw is kept (pp. 282-290).

use crate::driver_seat;
use crate::figures::rollouts as figures;
use crate::models::rollouts::{Environment, MAX_FRAMES, Plan, Rollouts, add_driven, collect};
use anyhow::{Context as _, Result, ensure};
use common::cli::Context;
use common::training::{DataInfo, ExperimentConfig, Preset, Run, RunFolder};
use common::{files, say};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;

/// Id of the experiment, for those that go on after it.
const ID: &str = "08_01";
/// The section of the run folder, and the end of its name.
const RUN: [&str; 2] = ["rollouts", "car_racing"];
/// In the run folder: the episodes, and what is written when all of them are there.
const EPISODES: &str = "episodes";
const COMPLETE: &str = "complete.json";
/// Numbers of episodes have five digits.
const MAX_EPISODES: usize = 100_000;

/// Hyper-parameters of 08_01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Episodes.
    pub episodes: usize,
    /// Frames of each.
    pub steps: usize,
    /// Frames that an action is held.
    pub repeat_action: usize,
    /// The environment: `book` or `gymnasium`.
    pub environment: Environment,
    /// A folder of episodes that you drove (`cargo book 08_01 --drive`), which are added to the others.
    pub driven: Option<PathBuf>,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book =
            Config { episodes: 2000, steps: 300, repeat_action: 5, environment: Environment::Book, driven: None };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config { episodes: 200, ..book },
            Preset::Smoke => Config { episodes: 6, steps: 40, ..book },
        }
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=MAX_EPISODES).contains(&self.episodes), "episodes must lie between 1 and {MAX_EPISODES}");
        ensure!((1..=MAX_FRAMES).contains(&self.steps), "steps must lie between 1 and {MAX_FRAMES}");
        ensure!((1..=MAX_FRAMES).contains(&self.repeat_action), "repeat_action must lie between 1 and {MAX_FRAMES}");
        Ok(())
    }
}

impl Config {
    /// The episodes of a run with this seed.
    pub fn plan(&self, seed: u64) -> Plan {
        let Config { episodes, steps, repeat_action, environment, .. } = *self;
        Plan { episodes, steps, repeat_action, environment, seed }
    }
}

/// 08_01: plays the episodes that are missing, and draws the figures; or lets the reader drive.
pub fn run(context: &Context) -> Result<()> {
    if context.drives() {
        return driver_seat::drive(context, context.config::<Config>()?.environment);
    }
    let (run, rollouts) = collected(context)?;
    let (plan, drawn) = (run.params.config.plan(run.params.seed), context.figures(&run));
    figures::frames(&drawn, &plan, &rollouts)?;
    figures::actions(&drawn, &rollouts)
}

/// Plays the episodes that are missing.
///
/// # Errors
/// As [`collect`].
pub fn collected(context: &Context) -> Result<(Run<Config>, Rollouts)> {
    let driven = context.config::<Config>()?.driven.map(|folder| Rollouts::open(&folder)).transpose()?;
    let data = match &driven {
        None => DataInfo::own("car_racing", "CarRacing, random driver", b"CarRacing"),
        Some(driven) => {
            let origin = format!("the random driver and your drives, {}", driven.folder().display());
            DataInfo::of_files("CarRacing, random driver and drives", &origin, driven.files())?
        }
    };
    let run = context.training_run::<Config>(RUN[0], RUN[1], data)?;
    let plan = run.params.config.plan(run.params.seed);
    let folder = run.folder.path.join(EPISODES);
    let mut rollouts = collect(&folder, &plan, context.worker_threads())?;
    if let Some(driven) = &driven {
        add_driven(&folder, driven, plan.episodes, plan.steps)?;
        rollouts = Rollouts::open(&folder)?;
    }
    mark_complete(&run.folder, &plan)?;
    say!("{} episodes of {} frames: {}", rollouts.len(), plan.steps, rollouts.folder().display());
    Ok((run, rollouts))
}

/// The episodes of the last complete run of the same preset.
///
/// # Errors
/// There is none, or episodes of it are missing.
pub fn last(context: &Context) -> Result<(Run<Config>, Rollouts)> {
    let run = context.earlier_run::<Config>(ID, RUN, |folder| folder.path.join(COMPLETE).exists())?;
    let rollouts = Rollouts::open(&run.folder.path.join(EPISODES))?;
    let (wanted, found) = (run.params.config.episodes, rollouts.len());
    let folder = rollouts.folder().display();
    ensure!(found >= wanted, "{folder} has {found} of {wanted} episodes: run `cargo book {ID} --resume` first");
    Ok((run, rollouts))
}

/// Says that all episodes are there.
fn mark_complete(folder: &RunFolder, plan: &Plan) -> Result<()> {
    let numbers = json!({ "episodes": plan.episodes, "frames": plan.episodes * plan.steps });
    let json = serde_json::to_string_pretty(&numbers).context("cannot encode the number of episodes as JSON")?;
    files::write(&folder.path.join(COMPLETE), (json + "\n").as_bytes())
}
