use super::experiments::{Entry, Table};
use super::options::Options;
use super::runs::DEFAULT_SEED;
use super::{Experiment, Usage};
use crate::gallery::{self, Image};
use crate::notebook;
use crate::plot::Figure;
use crate::say;
use crate::training::{Params, Preset, Run, ensure_not_stopped};
use anyhow::{Result, bail, ensure};
use data::{DataSet, Store};
use std::cell::Cell;
use std::path::PathBuf;
use tch::Device;

/// What an experiment is given: its place in the book, its options, and ways to data, runs and figures.
#[derive(Debug)]
pub struct Context {
    chapter: u32,
    entry: Entry,
    pub(super) options: Options,
    /// `figures` uses runs that are there; the experiment's own command always starts a new one.
    pub(super) reuse: bool,
    device: Device,
    out: PathBuf,
    /// Figures drawn so far: their order in the gallery.
    figures: Cell<usize>,
    /// Only in a notebook.
    pub(super) notebook: Option<Notebook>,
}

/// What a context does in a notebook beyond showing figures below the cell.
#[derive(Debug)]
pub(super) struct Notebook {
    /// The experiment that trains what this one analyses, and what runs it.
    pub trainer: Option<(Entry, Experiment)>,
}

impl Context {
    pub(super) fn new(table: &Table, entry: &Entry, options: Options, reuse: bool) -> Result<Context> {
        refuse_idle_options(entry, &options, reuse)?;
        let device = options.device.resolve()?;
        if let Some(threads) = options.threads {
            tch::set_num_threads(threads);
        }
        let out = match &options.out {
            Some(out) => out.clone(),
            None => data::root()?,
        };
        let (chapter, entry, figures) = (table.chapter, entry.clone(), Cell::new(0));
        Ok(Context { chapter, entry, options, reuse, device, out, figures, notebook: None })
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

    /// Fetches a data set, or finds it on disk.
    pub fn data(&self, name: &str) -> Result<DataSet> {
        let set = Store::open()?.fetch(name, self.options.data)?;
        say!("data: {}", set.origin.description);
        Ok(set)
    }

    /// The synthetic data of a data set, whatever `--data` says: for what has to be the same everywhere.
    pub fn synthetic(&self, name: &str) -> Result<DataSet> {
        Store::open()?.fetch(name, data::Choice::Synthetic)
    }

    /// The data set that a run was trained on; analysis never mixes real and synthetic data.
    pub fn data_of<C>(&self, run: &Run<C>) -> Result<DataSet> {
        let info = &run.params.data;
        let choice = if info.synthetic { data::Choice::Synthetic } else { data::Choice::Real };
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

    /// Saves a figure in the run folder and in the gallery, with a line below it that says what it was made from.
    ///
    /// `what` goes into the file name, `<id>_<what>.png`; `caption` into the gallery.
    pub fn figure<C>(&self, run: &Run<C>, what: &str, caption: &str, figure: Figure) -> Result<()> {
        ensure_not_stopped()?;
        let Params { data, .. } = &run.params;
        let history = run.folder.history()?;
        let made = made_with(&run.params, history.rows.len(), &self.entry.unit);
        let figure = figure.with_note(&format!("{} · {made}", data.title))?;
        let file = format!("{}_{what}.png", self.entry.id);
        figure.save(run.folder.path.join("figures").join(&file))?;
        let image = Image {
            experiment: self.entry.full_name(),
            title: self.entry.title.clone(),
            pages: self.entry.pages.clone(),
            order: self.figures.replace(self.figures.get() + 1),
            caption: caption.to_string(),
            data: format!("{} ({})", data.title, data.origin),
            synthetic: data.synthetic,
            made,
            metrics: history.last(),
            command: command(&self.entry.id, &run.params),
            file: format!("ch{:02}/{file}", self.chapter),
        };
        let folder = self.out.join("figures");
        gallery::add(&folder, &image, &figure)?;
        say!("figure: {}", folder.join(&image.file).display());
        if self.notebook.is_some() { notebook::show(&figure) } else { Ok(()) }
    }

    /// The same options for another experiment, which draws its figures for the gallery only.
    pub(super) fn of(&self, entry: &Entry) -> Context {
        let Context { chapter, device, .. } = *self;
        let (entry, options, out) = (entry.clone(), self.options.clone(), self.out.clone());
        Context { chapter, entry, options, reuse: true, device, out, figures: Cell::new(0), notebook: None }
    }

    /// The folder of all runs: `run/`.
    pub fn runs(&self) -> PathBuf {
        self.out.join("run")
    }
}

/// "preset quick, 4 epochs"; the part of a figure's note that tells how its net came about.
fn made_with<C>(params: &Params<C>, epochs: usize, unit: &str) -> String {
    if let Some(file) = &params.weights_from {
        return format!("weights from {file}");
    }
    let changed = if params.settings.is_empty() { "" } else { " (changed)" };
    let trained = if epochs == 0 { String::new() } else { format!(", {epochs} {unit}") };
    format!("preset {}{changed}{trained}", params.preset)
}

/// The command that makes a figure again.
fn command<C>(id: &str, params: &Params<C>) -> String {
    if let Some(file) = &params.weights_from {
        return format!("cargo book {id} --weights {file}");
    }
    let mut command = format!("cargo book figures {id} --preset {}", params.preset);
    params.settings.iter().for_each(|setting| command += &format!(" --set {setting}"));
    if params.seed != DEFAULT_SEED {
        command += &format!(" --seed {}", params.seed);
    }
    if params.data.synthetic {
        command += " --data synthetic";
    }
    command
}

/// Options that an experiment would not use are refused, not ignored.
fn refuse_idle_options(entry: &Entry, options: &Options, figures: bool) -> Result<()> {
    let Options { epochs, seed, resume, settings, run, weights, .. } = options;
    let trains = [("--epochs", epochs.is_some()), ("--seed", seed.is_some()), ("--set", !settings.is_empty())];
    let refuse = |given: &[(&str, bool)], why: String| match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => bail!(Usage(format!("{option}: {why}"))),
        None => Ok(()),
    };
    let [resume, run, weights] = [("--resume", *resume), ("--run", run.is_some()), ("--weights", weights.is_some())];
    match &entry.needs {
        _ if figures => refuse(&[resume, run, weights], "`figures` finds or trains its runs by itself".to_string()),
        Some(trainer) => {
            let why = format!("{} analyses what {trainer} trained; choose with --run, --preset or --data", entry.id);
            refuse(&[resume], why.clone())?;
            if weights.1 { Ok(()) } else { refuse(&trains, why) }
        }
        None => {
            refuse(&[weights], format!("{} trains weights of its own; analyse others with its analysis", entry.id))?;
            if resume.1 { Ok(()) } else { refuse(&[run], "goes with --resume".to_string()) }
        }
    }
}
