use super::options::{DEFAULT_SEED, Options};
use super::sound::Instruments;
use super::{Entry, Experiment, Table, Usage, compute_in};
use crate::keras::precision::Precision;
use crate::threads;
use crate::training::{Preset, Run};
use crate::{gallery, say};
use anyhow::{Result, bail, ensure};
use data::{DataSet, Store};
use std::cell::{Cell, OnceCell};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use tch::Device;

/// The context of an experiment: its entry in the table, its options, and access to data, runs and figures.
#[derive(Debug)]
pub struct Context {
    pub(super) chapter: u32,
    entry: Entry,
    pub(super) options: Options,
    /// `figures` reuses existing runs; the experiment's own command always starts a new one.
    pub(super) reuse: bool,
    device: Device,
    pub(super) out: PathBuf,
    /// Number of figures drawn so far: their order in the gallery.
    pub(super) drawn: Cell<usize>,
    /// The sound font of figures with music, once it is looked for.
    pub(super) instruments: OnceCell<Option<Instruments>>,
    /// Whether `--resume` goes on with what this command has begun.
    pub(super) resumable: Cell<bool>,
    /// Only in a notebook.
    pub(super) notebook: Option<Notebook>,
}

/// Additional data of a context in a notebook.
#[derive(Debug)]
pub(super) struct Notebook {
    /// The experiment that trains what this one analyses, and its function.
    pub trainer: Option<(Entry, Experiment)>,
}

impl Context {
    pub(super) fn new(table: &Table, entry: &Entry, options: Options, reuse: bool) -> Result<Context> {
        refuse_idle_options(entry, &options, reuse)?;
        let device = options.device.resolve()?;
        compute_in(options.precision.unwrap_or_default(), device)?;
        if let Some(threads) = options.threads {
            threads::set(threads);
        }
        let out = match &options.out {
            Some(out) => out.clone(),
            None => data::root()?,
        };
        gallery::check(&out.join("figures"))?; // before minutes of training
        let (chapter, entry, drawn) = (table.chapter, entry.clone(), Cell::new(0));
        let (instruments, resumable) = (OnceCell::new(), Cell::new(false));
        Ok(Context { chapter, entry, options, reuse, device, out, drawn, instruments, resumable, notebook: None })
    }

    /// The experiment.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The device.
    pub fn device(&self) -> Device {
        self.device
    }

    /// The precision of a new run.
    pub(super) fn precision(&self) -> Precision {
        self.options.precision.unwrap_or_default()
    }

    /// Sets the number of CPU threads, unless `--threads` is given: nets of a few small layers are slower with more
    /// threads, which wait for each other.
    pub fn prefer_threads(&self, threads: i32) {
        if self.options.threads.is_none() {
            threads::set(threads);
        }
    }

    /// The beginning of a text that the trained model is to continue in the terminal (`--write`).
    pub fn writing(&self) -> Option<&str> {
        self.options.write.as_deref()
    }

    /// A text of the reader's own to analyse (`--document`).
    pub fn document(&self) -> Option<&Path> {
        self.options.document.as_deref()
    }

    /// Whether the reader is to drive in the terminal (`--drive`).
    pub fn drives(&self) -> bool {
        self.options.drive
    }

    /// Whether the trained model is to be shown at work (`--watch`).
    pub fn watches(&self) -> bool {
        self.options.watch
    }

    /// Whether neither `--preset` nor `--run` says which run is meant.
    pub fn names_no_run(&self) -> bool {
        self.options.preset.is_none() && self.options.run.is_none()
    }

    /// The seed of a new run.
    pub fn seed(&self) -> u64 {
        self.options.seed.unwrap_or(DEFAULT_SEED)
    }

    /// The number of threads for work outside libtorch: `--threads`, or as many as there are cores.
    pub fn worker_threads(&self) -> usize {
        let given = self.options.threads.and_then(|threads| usize::try_from(threads).ok());
        given.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get))
    }

    /// The selected preset.
    pub fn preset(&self) -> Preset {
        self.options.preset.unwrap_or_default()
    }

    /// A data set, fetched if it is not in the cache.
    pub fn data(&self, name: &str) -> Result<DataSet> {
        let set = Store::open()?.fetch(name, self.options.data)?;
        say!("data: {}", set.origin.description);
        Ok(set)
    }

    /// The synthetic data of a set, independent of `--data`: for results that must be the same everywhere.
    pub fn synthetic(&self, name: &str) -> Result<DataSet> {
        Store::open()?.fetch(name, data::Choice::Synthetic)
    }

    /// The data set that a run was trained on. Analysis never mixes real and synthetic data.
    pub fn data_of<C>(&self, run: &Run<C>) -> Result<DataSet> {
        let info = &run.params.data;
        let choice = if info.synthetic { data::Choice::Synthetic } else { data::Choice::Real };
        let set = Store::open()?.fetch(&info.name, choice)?;
        ensure!(
            set.origin.checksum == info.checksum,
            "{} was trained on other data ({}) than the present data ({}): train a new run",
            run.folder.path.display(),
            info.origin,
            set.origin.description
        );
        Ok(set)
    }

    /// A context with the same options for another experiment; its figures are only added to the gallery.
    pub(super) fn of(&self, entry: &Entry) -> Context {
        let Context { chapter, device, .. } = *self;
        let (entry, options, out) = (entry.clone(), self.options.clone(), self.out.clone());
        let (drawn, instruments, resumable) = (Cell::new(0), OnceCell::new(), Cell::new(false));
        Context { chapter, entry, options, reuse: true, device, out, drawn, instruments, resumable, notebook: None }
    }

    /// The folder of all runs: `run/`.
    pub fn runs(&self) -> PathBuf {
        self.out.join("run")
    }
}

/// Rejects options that the experiment does not use.
fn refuse_idle_options(entry: &Entry, options: &Options, figures: bool) -> Result<()> {
    let Options { epochs, seed, resume, settings, run, weights, write, document, drive, watch, .. } = options;
    let tensorboard = ("--tensorboard", options.tensorboard);
    let trains = [("--epochs", epochs.is_some()), ("--seed", seed.is_some()), ("--set", !settings.is_empty())];
    let refuse = |given: &[(&str, bool)], why: String| match given.iter().find(|(_, given)| *given) {
        Some((option, _)) => bail!(Usage(format!("{option}: {why}"))),
        None => Ok(()),
    };
    let write = ("--write", write.is_some());
    let [drive, watch] = [("--drive", *drive), ("--watch", *watch)];
    let own = [write, ("--document", document.is_some()), drive, watch];
    let idle = own.into_iter().filter(|(option, _)| figures || !entry.takes.iter().any(|takes| option[2..] == *takes));
    refuse(&idle.collect::<Vec<_>>(), format!("{} does not take it", if figures { "`figures`" } else { &entry.id }))?;
    let [resume, run, weights] = [("--resume", *resume), ("--run", run.is_some()), ("--weights", weights.is_some())];
    match &entry.needs {
        _ if figures => refuse(&[resume, run, weights], "`figures` selects or trains its runs itself".to_string()),
        Some(trainer) => {
            let why = format!("{} analyses a run of {trainer}; choose one with --run, --preset or --data", entry.id);
            refuse(&[resume, tensorboard], why.clone())?;
            if weights.1 { Ok(()) } else { refuse(&trains, why) }
        }
        None => {
            refuse(&[weights], format!("{} trains its own weights; give this option to the analysis", entry.id))?;
            if let Some((option, _)) = [write, drive, watch].into_iter().find(|(_, given)| *given) {
                // A seed chooses the track of --drive and --watch; --drive has no run.
                let (seed, set) = ((trains[1].0, trains[1].1 && write.1), (trains[2].0, trains[2].1 && watch.1));
                let idle = [resume, tensorboard, trains[0], seed, set, (run.0, run.1 && drive.1)];
                return refuse(&idle, format!("{option} trains nothing"));
            }
            if resume.1 { Ok(()) } else { refuse(&[run], "needs --resume".to_string()) }
        }
    }
}
