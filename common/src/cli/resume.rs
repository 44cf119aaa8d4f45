//! Which run `--resume` goes on with, and what may change in it.

use super::context::Context;
use super::settings::{json, replace_setting, trained_with, with_epochs};
use super::{Usage, compute_in};
use crate::training::{DataInfo, ExperimentConfig, Run, RunFolder, configure, is_measured_only, overridden};
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

impl Context {
    /// The end of the folder's name of the run that `--resume` alone goes on with: the experiment's run that was begun or
    /// resumed last. `None` if hyper-parameters are given, or nothing is resumed.
    pub fn resumed_short(&self, section: &str) -> Option<String> {
        let given = self.options.settings.iter().any(|(key, _)| !is_measured_only(key));
        if !self.options.resume || given {
            return None;
        }
        self.last_short(section, |folder| self.is_resumable(folder))
    }

    /// The folder of the run to resume.
    pub(super) fn resumed(&self, section: &str, short: &str) -> Result<RunFolder> {
        let mut folders = RunFolder::list(&self.runs(), section, short).into_iter().rev();
        let folder = folders.find(|folder| self.is_named(folder) && self.is_resumable(folder));
        folder.with_context(|| {
            let section = self.runs().join(section);
            format!("no run to resume in {}: start one without --resume", section.display())
        })
    }

    /// Whether this experiment trained the run. Also a damaged one, so that it is an error and not skipped.
    fn is_resumable(&self, folder: &RunFolder) -> bool {
        let params = folder.params::<Value>();
        params.map_or(true, |run| run.weights_from.is_none() && run.experiment == self.trainer())
    }

    /// The run to resume, with the epochs and measures that are asked for.
    ///
    /// # Errors
    /// There is none; it was trained on other data, or something else is asked for than it keeps; this machine cannot
    /// compute in its precision.
    pub(super) fn resume<C: ExperimentConfig>(&self, section: &str, short: &str, data: &DataInfo) -> Result<Run<C>> {
        let mut run = Run::<C>::open(self.resumed(section, short)?)?;
        let place = run.folder.path.display().to_string();
        ensure!(
            run.params.data.checksum == data.checksum,
            "{place} was trained on other data ({}) than the present data ({}); choose the data with --data",
            run.params.data.origin,
            data.origin
        );
        self.ensure_same_numbers(&run)?;
        let precision = run.params.precision;
        compute_in(precision, self.device()).with_context(|| {
            format!("{place} is trained in {precision}; resume it on another machine, or begin a new run")
        })?;
        let measured: Vec<&(String, String)> =
            self.options.settings.iter().filter(|(key, _)| is_measured_only(key)).collect();
        if !measured.is_empty() {
            run.params.config = overridden(&run.params.config, measured.iter().copied())?;
            measured.iter().for_each(|(key, value)| replace_setting(&mut run.params.settings, key, value));
        }
        if let Some(epochs) = self.options.epochs {
            let done = run.folder.epochs_done()?;
            let unit = &self.entry().unit;
            ensure!(epochs >= done, "{place} is already trained for {done} {unit}: --epochs {epochs} is too small");
            run.params.config = with_epochs(&run.params.config, epochs)?;
            run.params.config.check()?;
            replace_setting(&mut run.params.settings, "epochs", &epochs.to_string());
        }
        run.change_params()?;
        Ok(run)
    }

    /// A resumed run keeps its preset, seed, precision and hyper-parameters, except for what only changes its measures;
    /// repeating them is allowed.
    fn ensure_same_numbers<C: ExperimentConfig>(&self, run: &Run<C>) -> Result<()> {
        let options = &self.options;
        let same_seed = options.seed.is_none_or(|seed| seed == run.params.seed);
        let same_precision = options.precision.is_none_or(|precision| precision == run.params.precision);
        let same_preset = options.preset.is_none_or(|preset| preset == run.params.preset);
        let trained = trained_with(&run.params.config);
        let settings: Vec<(String, String)> =
            options.settings.iter().filter(|(key, _)| !is_measured_only(key)).cloned().collect();
        let same_config = if options.preset.is_none() && settings.is_empty() {
            true
        } else {
            let mut config: C = configure(options.preset.unwrap_or(run.params.preset), &settings)?;
            if let Some(epochs) = trained["epochs"].as_u64() {
                config = with_epochs(&config, epochs)?;
            }
            trained_with(&config) == trained
        };
        if same_seed && same_precision && same_preset && same_config {
            return Ok(());
        }
        let place = run.folder.path.display();
        let all = json(&run.params.config);
        let free = all.as_object().into_iter().flatten().filter(|(key, _)| is_measured_only(key));
        let free: String = free.map(|(key, _)| format!(" and {key}")).collect();
        bail!(Usage(format!(
            "{place} keeps its preset, seed, precision and hyper-parameters: with --resume, only --epochs{free} can change"
        )))
    }
}
