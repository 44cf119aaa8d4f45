use super::experiments::{Entry, Table};
use super::options::Options;
use crate::gallery::{self, Picture};
use crate::plot::Figure;
use crate::training::{DataInfo, ExperimentConfig, Params, Preset, Run, RunFolder, configure};
use anyhow::{Context as _, Result, bail, ensure};
use data::{DataSet, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tch::Device;

/// What an experiment is given: its place in the book, its options, and ways to data, runs and figures.
#[derive(Debug)]
pub struct Context {
    chapter: u32,
    entry: Entry,
    options: Options,
    /// `figures` uses runs that are there; the experiment's own command always starts a new one.
    reuse: bool,
    device: Device,
    out: PathBuf,
}

impl Context {
    pub(super) fn new(table: &Table, entry: &Entry, options: Options, reuse: bool) -> Result<Context> {
        let device = options.device.resolve()?;
        if let Some(threads) = options.threads {
            tch::set_num_threads(threads);
        }
        let out = match &options.out {
            Some(out) => out.clone(),
            None => data::root()?,
        };
        Ok(Context { chapter: table.chapter, entry: entry.clone(), options, reuse, device, out })
    }

    /// The experiment.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Where to compute.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Computes with this many CPU threads, unless `--threads` says otherwise: nets of a few small layers are slower with
    /// more, which spend their time waiting for each other.
    pub fn prefer_threads(&self, threads: i32) {
        if self.options.threads.is_none() {
            tch::set_num_threads(threads);
        }
    }

    /// The preset that was asked for.
    pub fn preset(&self) -> Preset {
        self.options.preset.unwrap_or_default()
    }

    /// The numbers that a new run would have: the preset's, with what `--set` and `--epochs` change. A run keeps its own;
    /// this is for an experiment whose data depends on them.
    pub fn config<C: ExperimentConfig>(&self) -> Result<C> {
        configure(self.preset(), &self.settings())
    }

    fn settings(&self) -> Vec<(String, String)> {
        let epochs = self.options.epochs.map(|epochs| ("epochs".to_string(), epochs.to_string()));
        self.options.settings.iter().cloned().chain(epochs).collect()
    }

    /// Fetches a data set, or finds it on disk.
    pub fn data(&self, name: &str) -> Result<DataSet> {
        let set = Store::open()?.fetch(name, self.options.data)?;
        println!("data: {}", set.origin.description);
        Ok(set)
    }

    /// The data set that a run was trained on; analysis never mixes the real set with the stand-in.
    pub fn data_of<C>(&self, run: &Run<C>) -> Result<DataSet> {
        let info = &run.params.data;
        let choice = if info.stand_in { data::Choice::Generated } else { data::Choice::Real };
        let set = Store::open()?.fetch(&info.name, choice)?;
        ensure!(
            set.origin.checksum == info.checksum,
            "{} was trained on other data ({}) than there is now ({}): train anew",
            run.folder.path.display(),
            info.origin,
            set.origin.description
        );
        Ok(set)
    }

    /// The run to train: the one to resume, one that is there already with the same numbers (for `figures`), or a
    /// new one.
    ///
    /// `section` and `short` name its folder: `run/<section>/<number>_<short>`.
    pub fn training_run<C: ExperimentConfig>(
        &self,
        section: &str,
        short: &str,
        data: impl Into<DataInfo>,
    ) -> Result<Run<C>> {
        let data = data.into();
        let run = if self.options.resume {
            self.resume(section, short, &data)?
        } else {
            let params = self.params(&data)?;
            match self.find_equal(section, short, &params).filter(|_| self.reuse) {
                Some(run) => run,
                None => Run::create(RunFolder::next(&self.runs(), section, short), params)?,
            }
        };
        println!("run: {}", run.folder.path.display());
        Ok(run)
    }

    /// The run of an experiment that trains nothing: it holds the numbers, the seed and the figures. Otherwise as
    /// [`training_run`](Context::training_run).
    pub fn plain_run<C: ExperimentConfig>(
        &self,
        section: &str,
        short: &str,
        data: impl Into<DataInfo>,
    ) -> Result<Run<C>> {
        ensure!(!self.options.resume, "{} trains nothing, so there is nothing to --resume", self.entry.full_name());
        self.training_run(section, short, data)
    }

    /// The run to analyse: the one named by `--run`, or the last one (of the preset, if one was asked for).
    pub fn trained_run<C: ExperimentConfig>(&self, section: &str, short: &str) -> Result<Run<C>> {
        let trained = |folder: &RunFolder| folder.checkpoint().exists();
        for folder in RunFolder::list(&self.runs(), section, short).into_iter().rev().filter(trained) {
            if self.options.run.is_some_and(|number| folder.number() != Some(number)) {
                continue;
            }
            let run = Run::<C>::open(folder)?;
            // `figures` analyses what it has just trained, which is of its preset and data.
            let preset = if self.reuse { Some(self.preset()) } else { self.options.preset };
            let data = match self.options.data {
                data::Choice::Any => true,
                data::Choice::Real => !run.params.data.stand_in,
                data::Choice::Generated => run.params.data.stand_in,
            };
            if data && preset.is_none_or(|preset| run.params.preset == preset) {
                println!("run: {}", run.folder.path.display());
                return Ok(run);
            }
        }
        let needs = self.entry.needs.as_deref().unwrap_or(&self.entry.id);
        bail!(
            "there is no such trained run in {}: train with `cargo book {needs}` first",
            self.runs().join(section).display()
        )
    }

    /// Saves a figure in the run folder and in the gallery, with a line below it that says what it was made from.
    ///
    /// `what` goes into the file name, `<id>_<what>.png`; `caption` into the gallery.
    pub fn figure<C>(&self, run: &Run<C>, what: &str, caption: &str, figure: Figure) -> Result<()> {
        let Params { preset, changed, data, .. } = &run.params;
        let history = run.folder.history()?;
        let preset = format!("{preset}{}", if *changed { " (changed)" } else { "" });
        let trained = match history.rows.len() {
            0 => String::new(),
            epochs => format!(", {epochs} epochs"),
        };
        let note = format!("{} · preset {preset}{trained}", data.title);
        let figure = figure.with_note(&note)?;
        let file = format!("{}_{what}.png", self.entry.id);
        figure.save(run.folder.path.join("figures").join(&file))?;
        let folder = self.out.join("figures");
        let picture = Picture {
            experiment: self.entry.full_name(),
            title: self.entry.title.clone(),
            pages: self.entry.pages.clone(),
            caption: caption.to_string(),
            data: format!("{} ({})", data.title, data.origin),
            stand_in: data.stand_in,
            preset,
            metrics: history.last(),
            command: format!("cargo book figures {} --preset {}", self.entry.id, run.params.preset),
            file: format!("ch{:02}/{file}", self.chapter),
        };
        figure.save(folder.join(&picture.file))?;
        gallery::add(&folder, &picture)?;
        println!("figure: {}", folder.join(&picture.file).display());
        Ok(())
    }

    fn runs(&self) -> PathBuf {
        self.out.join("run")
    }

    fn params<C: ExperimentConfig>(&self, data: &DataInfo) -> Result<Params<C>> {
        let versions = [("generative-deep-learning", env!("CARGO_PKG_VERSION")), ("libtorch", "2.11.0")];
        Ok(Params {
            experiment: self.entry.id.clone(),
            preset: self.preset(),
            changed: !self.settings().is_empty(),
            seed: self.options.seed.unwrap_or(42),
            device: crate::device::name(self.device),
            data: data.clone(),
            versions: BTreeMap::from(versions.map(|(name, version)| (name.to_string(), version.to_string()))),
            config: self.config()?,
        })
    }

    /// The newest run with the same numbers, seed and data, finished or not.
    fn find_equal<C: ExperimentConfig>(&self, section: &str, short: &str, wanted: &Params<C>) -> Option<Run<C>> {
        let config = |params: &Params<C>| serde_json::to_value(&params.config).unwrap_or(Value::Null);
        let folders = RunFolder::list(&self.runs(), section, short).into_iter().rev();
        folders.filter_map(|folder| Run::<C>::open(folder).ok()).find(|run| {
            config(&run.params) == config(wanted)
                && run.params.seed == wanted.seed
                && run.params.data.checksum == wanted.data.checksum
        })
    }

    fn resume<C: ExperimentConfig>(&self, section: &str, short: &str, data: &DataInfo) -> Result<Run<C>> {
        let Options { preset, seed, settings, epochs, run: number, .. } = &self.options;
        ensure!(
            preset.is_none() && seed.is_none() && settings.is_empty(),
            "a resumed run keeps its preset, seed and numbers: with --resume only --epochs can be changed"
        );
        let folders = RunFolder::list(&self.runs(), section, short);
        let folder = folders.into_iter().rev().find(|folder| number.is_none_or(|n| folder.number() == Some(n)));
        let folder = folder.with_context(|| {
            format!("there is no run to resume in {}: start one without --resume", self.runs().join(section).display())
        })?;
        let mut run = Run::<C>::open(folder)?;
        ensure!(
            run.params.data.checksum == data.checksum,
            "{} was trained on other data ({}) than there is now ({}); choose with --data",
            run.folder.path.display(),
            run.params.data.origin,
            data.origin
        );
        if let Some(epochs) = epochs {
            let mut config = serde_json::to_value(&run.params.config)?;
            config["epochs"] = (*epochs).into();
            run.params.config = serde_json::from_value(config)?;
            run.params.changed = true;
            run.save_params()?;
        }
        Ok(run)
    }
}
