//! Selects the run folder that an experiment trains in or analyses.

use super::context::Context;
use super::settings::{ensure_has_epochs, json, trained_with};
use crate::keras::weights;
use crate::say;
use crate::training::{DataInfo, ExperimentConfig, Params, Run, RunFolder, configure};
use anyhow::{Context as _, Result, bail};
use catalog::versions;
use serde_json::Value;
use std::collections::BTreeMap;
use tch::Device;
use tch::nn::VarStore;

impl Context {
    /// The run to train: the one to resume, an existing one with the same hyper-parameters (for `figures`), or a new
    /// one.
    ///
    /// `section` and `short` name its folder: `run/<section>/<number>_<short>`.
    pub fn training_run<C: ExperimentConfig>(
        &self,
        section: &str,
        short: &str,
        data: impl Into<DataInfo>,
    ) -> Result<Run<C>> {
        let data = data.into();
        let mut run = if self.options.resume {
            self.resume(section, short, &data)?
        } else {
            let params = self.params(&data)?;
            match self.find_equal(section, short, &params).filter(|_| self.reuse) {
                Some(run) => measured_as(run, params)?,
                None => Run::create(&self.runs(), section, short, params)?,
            }
        };
        run.folder = run.folder.with_tensorboard(self.options.tensorboard);
        self.tell_run(&run);
        self.resumable.set(!self.reuse);
        Ok(run)
    }

    /// The run of an experiment that trains nothing: it has hyper-parameters, seed and figures. Otherwise like
    /// [`training_run`](Context::training_run).
    pub fn plain_run<C: ExperimentConfig>(
        &self,
        section: &str,
        short: &str,
        data: impl Into<DataInfo>,
    ) -> Result<Run<C>> {
        // `figures` draws such experiments beside others, which train.
        let idle = [("--resume", self.options.resume), ("--tensorboard", self.options.tensorboard && !self.reuse)];
        if let Some((option, _)) = idle.into_iter().find(|(_, given)| *given) {
            bail!("{} trains nothing: {option} does not apply", self.entry().full_name());
        }
        let run = self.training_run(section, short, data);
        self.resumable.set(false);
        run
    }

    /// The run to analyse: the one selected by `--run`, or the last one (of `--preset`, if given); for `figures` the
    /// one with the same hyper-parameters. With `--weights` a new one, created by [`Context::load_weights`] if the
    /// weights fit.
    ///
    /// `set` is the name of the data set of new runs.
    pub fn trained_run<C: ExperimentConfig>(&self, section: &str, short: &str, set: &str) -> Result<Run<C>> {
        self.trained_run_on([section, short], || Ok(DataInfo::from(&self.data(set)?)))
    }

    /// As [`Context::trained_run`], for experiments whose hyper-parameters choose the data: `data` finds those of new runs.
    pub fn trained_run_on<C: ExperimentConfig>(
        &self,
        [section, short]: [&str; 2],
        data: impl Fn() -> Result<DataInfo>,
    ) -> Result<Run<C>> {
        if let Some(file) = &self.options.weights {
            let weights_from = Some(file.display().to_string());
            let params = Params { weights_from, ..self.params(&data()?)? };
            return Ok(Run { folder: RunFolder::unclaimed(&self.runs(), section, short), params });
        }
        let found = match self.reuse {
            true => {
                let wanted = self.params(&data()?)?;
                let find = || self.find_equal(section, short, &wanted);
                match find().filter(|run: &Run<C>| run.folder.weights().exists()) {
                    None if self.notebook.is_some() => {
                        self.train_missing()?;
                        find()
                    }
                    None => find(),
                    found => found,
                }
            }
            false => self.find_trained(section, short)?,
        };
        let Some(run) = found.filter(|run| run.folder.is_trained()) else {
            let section = self.runs().join(section);
            bail!("no matching trained run in {}: run `cargo book {}` first", section.display(), self.trainer());
        };
        self.tell_run(&run);
        self.tell_if_unfinished(&run)?;
        Ok(run)
    }

    /// Says which run it is, and which GPU computes: with `--device auto` one cannot know.
    fn tell_run<C>(&self, run: &Run<C>) {
        say!("run: {}", run.folder.path.display());
        let device = self.device();
        if device != Device::Cpu {
            say!("device: {}", crate::device::name(device));
        }
    }

    /// Says so if a run that is analysed has been stopped before its end. Imported weights have no checkpoint.
    fn tell_if_unfinished<C: ExperimentConfig>(&self, run: &Run<C>) -> Result<()> {
        let checkpoint = run.folder.checkpoint();
        let Some(epochs) = json(&run.params.config)["epochs"].as_u64().filter(|_| checkpoint.exists()) else {
            return Ok(());
        };
        let done = checkpoint.epochs()?;
        if done < epochs {
            let (unit, trainer) = (&self.entry().unit, self.trainer());
            say!("stopped after {done} of {epochs} {unit}; `cargo book {trainer} --resume` goes on");
        }
        Ok(())
    }

    /// The run of an earlier experiment whose results this one uses: the newest of the same preset that is `complete`, with
    /// `--resume` and no preset the newest of any. For this experiment itself, the one that `--run` names.
    ///
    /// # Errors
    /// There is none; the message says what to run.
    pub fn earlier_run<C: ExperimentConfig>(
        &self,
        id: &str,
        [section, short]: [&str; 2],
        complete: impl Fn(&RunFolder) -> bool,
    ) -> Result<Run<C>> {
        let runs = RunFolder::list(&self.runs(), section, short).into_iter().rev();
        let number = self.options.run.filter(|_| id == self.entry().id);
        let runs =
            runs.filter(|folder| number.is_none_or(|number| folder.number() == Some(number)) && complete(folder));
        let runs = runs.filter_map(|folder| Run::<C>::open(folder).ok());
        let preset = self.preset();
        let any = self.options.resume && self.options.preset.is_none();
        let found = { runs }.find(|run| (any || run.params.preset == preset) && run.params.experiment == id);
        found.with_context(|| {
            let section = self.runs().join(section);
            format!("no finished run of {id} in {}: run `cargo book {id} --preset {preset}` first", section.display())
        })
    }

    /// A run for the figures of weights that come with a chapter, in a folder of its own. `from` is told in their notes.
    ///
    /// # Errors
    /// A hyper-parameter is wrong.
    pub fn pretrained_run<C: ExperimentConfig>(
        &self,
        [section, short]: [&str; 2],
        data: DataInfo,
        from: &str,
    ) -> Result<Run<C>> {
        let params = Params { weights_from: Some(from.to_string()), ..self.params(&data)? };
        Ok(Run { folder: RunFolder::unclaimed(&self.runs(), section, short), params })
    }

    /// Loads the run's weights into a model's variables; with `--weights`, those weights, which then become the run's.
    pub fn load_weights<C: ExperimentConfig>(&self, run: &Run<C>, variables: &VarStore) -> Result<()> {
        let Some(file) = &self.options.weights else { return run.folder.load_weights(variables) };
        weights::load(variables, file)?;
        run.save_params()?;
        weights::save(variables, &run.folder.weights())
    }

    /// The hyper-parameters of a new run: the preset's, overridden by `--set` and `--epochs`. An existing run keeps its
    /// own; this is for experiments whose data depends on them.
    pub fn config<C: ExperimentConfig>(&self) -> Result<C> {
        if self.options.epochs.is_some() {
            ensure_has_epochs(&json(&C::preset(self.preset())))?;
        }
        configure(self.preset(), &self.settings())
    }

    fn settings(&self) -> Vec<(String, String)> {
        let epochs = self.options.epochs.map(|epochs| ("epochs".to_string(), epochs.to_string()));
        self.options.settings.iter().cloned().chain(epochs).collect()
    }

    fn params<C: ExperimentConfig>(&self, data: &DataInfo) -> Result<Params<C>> {
        let versions = [
            ("generative-deep-learning", env!("CARGO_PKG_VERSION")),
            ("tch", versions::TCH),
            ("libtorch", versions::LIBTORCH),
        ];
        Ok(Params {
            experiment: self.trainer().to_string(),
            preset: self.preset(),
            settings: self.settings().iter().map(|(key, value)| format!("{key}={value}")).collect(),
            weights_from: None,
            seed: self.seed(),
            device: crate::device::name(self.device()),
            precision: self.precision(),
            data: data.clone(),
            versions: BTreeMap::from(versions.map(|(name, version)| (name.to_string(), version.to_string()))),
            config: self.config()?,
        })
    }

    /// Id of the experiment that trains this one's model: itself, or the one that it needs.
    pub(super) fn trainer(&self) -> &str {
        self.entry().needs.as_deref().unwrap_or(&self.entry().id)
    }

    /// The runs trained by this experiment, newest first, without unreadable ones.
    fn own_runs<C: ExperimentConfig>(&self, section: &str, short: &str) -> impl Iterator<Item = Run<C>> {
        let folders = RunFolder::list(&self.runs(), section, short).into_iter().rev();
        let runs = folders.filter_map(|folder| Run::<C>::open(folder).ok());
        runs.filter(|run| run.params.weights_from.is_none() && run.params.experiment == self.trainer())
    }

    /// The newest run with the same hyper-parameters, seed, precision and data, finished or not. What only changes its
    /// measures may differ.
    fn find_equal<C: ExperimentConfig>(&self, section: &str, short: &str, wanted: &Params<C>) -> Option<Run<C>> {
        self.own_runs(section, short).find(|run: &Run<C>| {
            trained_with(&run.params.config) == trained_with(&wanted.config)
                && run.params.seed == wanted.seed
                && run.params.precision == wanted.precision
                && run.params.data.checksum == wanted.data.checksum
        })
    }

    /// The newest run that matches `--run`, `--preset` and `--data`.
    fn find_trained<C: ExperimentConfig>(&self, section: &str, short: &str) -> Result<Option<Run<C>>> {
        for folder in RunFolder::list(&self.runs(), section, short).into_iter().rev() {
            let run = match self.options.run {
                Some(number) if folder.number() != Some(number) => continue,
                Some(_) => Run::<C>::open(folder)?,
                None => match Run::<C>::open(folder) {
                    Ok(run) if run.folder.is_trained() => run,
                    _ => continue,
                },
            };
            if self.matches(&run.params) {
                return Ok(Some(run));
            }
        }
        Ok(None)
    }

    /// Whether a run has the preset and the data that are asked for.
    fn matches<C>(&self, run: &Params<C>) -> bool {
        let data = match self.options.data {
            data::Choice::Any => true,
            data::Choice::Real => !run.data.synthetic,
            data::Choice::Synthetic => run.data.synthetic,
        };
        data && self.options.preset.is_none_or(|preset| run.preset == preset)
    }

    /// The hyper-parameters of the run that [`training_run`](Context::training_run) goes on with or begins: for experiments
    /// whose data depends on them.
    ///
    /// # Errors
    /// There is no run to resume, or a hyper-parameter is wrong.
    pub fn run_config<C: ExperimentConfig>(&self, [section, short]: [&str; 2]) -> Result<C> {
        if self.options.resume {
            return Ok(Run::open(self.resumed(section, short)?)?.params.config);
        }
        self.config()
    }

    /// As [`run_config`](Context::run_config), where hyper-parameters also choose the end of the folder's name: `short`
    /// makes it of them. With `--resume` alone, it is that of the run that was begun or resumed last.
    ///
    /// # Errors
    /// As [`Context::run_config`].
    pub fn run_config_in<C: ExperimentConfig>(&self, section: &str, short: impl Fn(&C) -> String) -> Result<C> {
        let short = match self.resumed_short(section) {
            Some(short) => short,
            None => short(&self.config()?),
        };
        self.run_config([section, &short])
    }

    /// The end of the folder's name of the run that an analysis takes by itself: of the experiment's trained runs that match
    /// `--run`, `--preset` and `--data`, the one that was begun or resumed last. `None` if hyper-parameters or weights are
    /// given, and for `figures`.
    pub fn trained_short(&self, section: &str) -> Option<String> {
        if self.reuse || self.options.weights.is_some() || !self.options.settings.is_empty() {
            return None;
        }
        self.last_short(section, |folder| {
            let matches = |run: Params<Value>| run.experiment == self.trainer() && self.matches(&run);
            folder.is_trained() && folder.params().is_ok_and(matches)
        })
    }

    pub(super) fn last_short(&self, section: &str, wanted: impl Fn(&RunFolder) -> bool) -> Option<String> {
        let folders = RunFolder::by_time(&self.runs(), section).into_iter().rev();
        let last = { folders }.find(|folder| self.is_named(folder) && wanted(folder))?;
        last.short().map(str::to_string)
    }

    /// Whether `--run` names this run, or none.
    pub(super) fn is_named(&self, folder: &RunFolder) -> bool {
        self.options.run.is_none_or(|number| folder.number() == Some(number))
    }
}

/// An existing run that is wanted with `params`, which differ at most in what only changes its measures.
fn measured_as<C: ExperimentConfig>(mut run: Run<C>, params: Params<C>) -> Result<Run<C>> {
    if json(&run.params.config) != json(&params.config) {
        (run.params.config, run.params.settings) = (params.config, params.settings);
        run.change_params()?;
    }
    Ok(run)
}
