use super::checkpoint::CheckpointFile;
use super::config::{ExperimentConfig, with_present_names};
use super::history::History;
use super::step_history;
use crate::files;
use crate::keras::precision::Precision;
use crate::keras::{Model, weights};
use anyhow::{Context, Result, ensure};
use data::{DataSet, Manifest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tch::nn::VarStore;

/// `run/<section>/<number>_<data>`, as in the book: `run/vae/0001_digits`.
///
/// Contains `params.json`, `history.csv`, `weights/`, `images/` (sample images), `viz/` (summary and diagram of each
/// net), `figures/`, and with `--tensorboard` event files in `tensorboard/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    /// The path.
    pub path: PathBuf,
    /// Whether trainings in this folder also write event files.
    pub(super) tensorboard: bool,
}

impl RunFolder {
    /// The folder at a path; it is not created.
    pub fn new(path: impl Into<PathBuf>) -> RunFolder {
        RunFolder { path: path.into(), tensorboard: false }
    }

    /// All runs of a section on one data set, oldest first. A folder without `params.json` does not count.
    pub fn list(runs: &Path, section: &str, data: &str) -> Vec<RunFolder> {
        let folders = RunFolder::numbered(runs, section, data).into_iter().map(|(_, path)| RunFolder::new(path));
        folders.filter(|folder| folder.path.join("params.json").exists()).collect()
    }

    /// All runs of a section on any data, by the time at which they were begun or resumed. A folder without `params.json`
    /// does not count.
    pub fn by_time(runs: &Path, section: &str) -> Vec<RunFolder> {
        let folders = fs::read_dir(runs.join(section)).into_iter().flatten().flatten();
        let begun = |path: &Path| fs::metadata(path.join("params.json")).ok()?.modified().ok();
        let mut timed: Vec<(SystemTime, PathBuf)> =
            folders.filter_map(|entry| Some((begun(&entry.path())?, entry.path()))).collect();
        timed.sort();
        timed.into_iter().map(|(_, path)| RunFolder::new(path)).collect()
    }

    /// The folder of the section's next new run; it is not created.
    pub fn unclaimed(runs: &Path, section: &str, data: &str) -> RunFolder {
        let last = RunFolder::numbered(runs, section, data).last().map_or(0, |(number, _)| *number);
        RunFolder::new(runs.join(section).join(format!("{:04}_{data}", last + 1)))
    }

    /// Creates the folder of a new run; no two processes get the same one.
    fn claim(runs: &Path, section: &str, data: &str) -> Result<RunFolder> {
        loop {
            let folder = RunFolder::unclaimed(runs, section, data);
            let failed = || format!("cannot create the run folder {}", folder.path.display());
            fs::create_dir_all(runs.join(section)).with_context(failed)?;
            match fs::create_dir(&folder.path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => made.with_context(failed)?,
            }
            return Ok(folder);
        }
    }

    fn numbered(runs: &Path, section: &str, data: &str) -> Vec<(u32, PathBuf)> {
        let folders = fs::read_dir(runs.join(section)).into_iter().flatten().flatten();
        let mut numbered: Vec<(u32, PathBuf)> = folders
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let (number, of) = name.split_once('_')?;
                (of == data).then_some((number.parse().ok()?, entry.path()))
            })
            .collect();
        numbered.sort();
        numbered
    }

    /// The folder of another training that belongs to this run, inside it; created if it is missing. It writes event files
    /// if this one does.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn beside(&self, name: &str) -> Result<RunFolder> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(RunFolder { path, ..*self })
    }

    /// Epochs that are trained: the most of this run and of the trainings beside it.
    ///
    /// # Errors
    /// A checkpoint is damaged.
    pub fn epochs_done(&self) -> Result<u64> {
        let inside = fs::read_dir(&self.path).into_iter().flatten().flatten().map(|entry| entry.path());
        let checkpoints = std::iter::once(self.path.clone()).chain(inside).map(|path| CheckpointFile::of(&path));
        checkpoints
            .filter(CheckpointFile::exists)
            .map(|checkpoint| checkpoint.epochs())
            .try_fold(0, |most, epochs| Ok(most.max(epochs?)))
    }

    /// The number in the folder's name.
    pub fn number(&self) -> Option<u32> {
        self.path.file_name()?.to_str()?.split_once('_')?.0.parse().ok()
    }

    /// The data in the folder's name: `digits` of `0001_digits`.
    pub fn short(&self) -> Option<&str> {
        Some(self.path.file_name()?.to_str()?.split_once('_')?.1)
    }

    /// The checkpoint of the run.
    pub fn checkpoint(&self) -> CheckpointFile {
        CheckpointFile::of(&self.path)
    }

    /// The weights alone, in Keras' names and layouts: written when training ends, or imported.
    pub fn weights(&self) -> PathBuf {
        self.path.join("weights/weights.safetensors")
    }

    /// Loads a model's variables from the checkpoint, or from imported weights.
    pub fn load_weights(&self, variables: &VarStore) -> Result<()> {
        let checkpoint = self.checkpoint();
        if checkpoint.exists() { checkpoint.load_weights(variables) } else { weights::load(variables, &self.weights()) }
    }

    /// Writes the summary and the diagram of each model to `viz/`, as the book's `plot_model` does (p. 98).
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn plot_model(&self, models: &[&Model]) -> Result<()> {
        models.iter().try_for_each(|model| model.summary().save(&self.path.join("viz")))
    }

    /// Losses by epoch; empty if nothing is trained.
    pub fn history(&self) -> Result<History> {
        let path = self.path.join("history.csv");
        if path.exists() { History::read(&path) } else { Ok(History::default()) }
    }

    /// Losses by step; empty if the run does not keep them. The seconds of its rows are 0.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn step_history(&self) -> Result<History> {
        step_history::read(&self.path)
    }

    /// Whether the run has weights.
    pub fn is_trained(&self) -> bool {
        self.checkpoint().exists() || self.weights().exists()
    }

    /// Sample images in the order of training, by the numbers in their names.
    pub fn images(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path.join("images")).into_iter().flatten().flatten();
        let is_png = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "png");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_png).collect();
        paths.sort_by_key(|path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            stem.split('_').filter_map(|part| part.parse().ok()).collect::<Vec<u64>>()
        });
        paths
    }

    /// Locks the folder for training, until the file is dropped.
    ///
    /// # Errors
    /// Another process trains in it, or nothing can be written there.
    pub(super) fn lock(&self) -> Result<File> {
        let path = self.path.join(".lock");
        let file = File::create(&path).with_context(|| format!("cannot lock {}", path.display()))?;
        ensure!(data::disk::try_lock(&file), "another process is training in {}", self.path.display());
        Ok(file)
    }

    /// Reads `params.json`.
    ///
    /// # Errors
    /// It is missing, damaged, or belongs to an experiment with other hyper-parameters.
    pub fn params<C: DeserializeOwned>(&self) -> Result<Params<C>> {
        let path = self.path.join("params.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let parsed = serde_json::from_str::<Value>(&text).and_then(|mut params| {
            if let Some(config) = params.get_mut("config") {
                *config = with_present_names(config.take());
            }
            serde_json::from_value(params)
        });
        parsed.with_context(|| {
            format!(
                "{} is damaged or belongs to another experiment; move the folder away and train again",
                path.display()
            )
        })
    }
}

/// The parameters of a run: `params.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Params<C> {
    /// Id of the experiment: `03_01`.
    pub experiment: String,
    /// The preset.
    pub preset: super::Preset,
    /// The overrides of `--set` and `--epochs`, as `key=value`.
    pub settings: Vec<String>,
    /// The file of imported weights, if the run was not trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights_from: Option<String>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// The device: `cpu`, `cuda:0`.
    pub device: String,
    /// The precision that it was trained in; runs of older versions do not name it.
    #[serde(default)]
    pub precision: Precision,
    /// The data set.
    pub data: DataInfo,
    /// Versions of this port and of libtorch.
    pub versions: BTreeMap<String, String>,
    /// The experiment's hyper-parameters.
    pub config: C,
}

impl<C> Params<C> {
    /// The parameters without the hyper-parameters.
    pub(crate) fn without_config(&self) -> Params<()> {
        let Params { experiment, preset, settings, weights_from, seed, device, precision, data, versions, .. } = self;
        Params {
            experiment: experiment.clone(),
            preset: *preset,
            settings: settings.clone(),
            weights_from: weights_from.clone(),
            seed: *seed,
            device: device.clone(),
            precision: *precision,
            data: data.clone(),
            versions: versions.clone(),
            config: (),
        }
    }
}

/// The data set of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataInfo {
    /// Name in `data/datasets.toml`, or `own`.
    pub name: String,
    /// Title of the set, or of its synthetic data.
    pub title: String,
    /// The origin.
    pub origin: String,
    /// Whether it is synthetic.
    #[serde(alias = "stand_in")] // the name in runs of older versions
    pub synthetic: bool,
    /// Checksum over its files.
    pub checksum: String,
}

impl DataInfo {
    /// Data that belongs to a chapter or that it draws itself, like the book: neither synthetic nor in the manifest.
    ///
    /// `content` is the input of the checksum: the bytes of a table, or the parameters that determine drawn data.
    pub fn own(name: &str, title: &str, content: &[u8]) -> DataInfo {
        let checksum = Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        DataInfo {
            name: name.to_string(),
            title: title.to_string(),
            origin: "made by this chapter".to_string(),
            synthetic: false,
            checksum,
        }
    }
}

/// The name of the reader's own files.
const OWN: &str = "own";

impl DataInfo {
    /// Whether it is the reader's own files.
    pub fn is_own(&self) -> bool {
        self.name == OWN
    }

    /// The reader's own files, such as two folders of images: known by their names and lengths.
    ///
    /// # Errors
    /// A file cannot be looked at.
    pub fn of_files<'a>(title: &str, origin: &str, files: impl IntoIterator<Item = &'a Path>) -> Result<DataInfo> {
        let mut list = String::new();
        for path in files {
            let about = fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
            list += &format!("{} {}\n", path.display(), about.len());
        }
        let own = DataInfo::own(OWN, title, list.as_bytes());
        Ok(DataInfo { origin: origin.to_string(), ..own })
    }
}

impl From<&DataSet> for DataInfo {
    fn from(set: &DataSet) -> DataInfo {
        let origin = &set.origin;
        let title = match &origin.remark {
            _ if origin.synthetic => origin.description.clone(),
            Some(remark) => format!("{} {remark}", short_title(&set.name)),
            None => short_title(&set.name),
        };
        DataInfo {
            name: set.name.clone(),
            title,
            origin: origin.description.clone(),
            synthetic: origin.synthetic,
            checksum: origin.checksum.clone(),
        }
    }
}

/// The title in the manifest up to its colon, for notes on figures: `MNIST`.
fn short_title(name: &str) -> String {
    let manifest = Manifest::embedded().ok();
    let title = manifest.and_then(|manifest| Some(manifest.set(name).ok()?.title.split(':').next()?.to_string()));
    title.unwrap_or_else(|| name.to_uppercase())
}

/// A run folder with its parameters.
#[derive(Debug, Clone)]
pub struct Run<C> {
    /// The folder.
    pub folder: RunFolder,
    /// The parameters.
    pub params: Params<C>,
}

impl<C: ExperimentConfig> Run<C> {
    /// Opens an existing run.
    ///
    /// # Errors
    /// As [`RunFolder::params`], or a hyper-parameter is out of bounds: the file may have been changed.
    pub fn open(folder: RunFolder) -> Result<Run<C>> {
        let params: Params<C> = folder.params()?;
        params
            .config
            .check()
            .with_context(|| format!("{} has an invalid hyper-parameter", folder.path.join("params.json").display()))?;
        Ok(Run { folder, params })
    }

    /// Creates a run in a new folder: writes `params.json`.
    pub fn create(runs: &Path, section: &str, data: &str, params: Params<C>) -> Result<Run<C>> {
        let run = Run { folder: RunFolder::claim(runs, section, data)?, params };
        run.save_params().inspect_err(|_| {
            // Still empty: nothing incomplete is left behind.
            let _ = fs::remove_dir(&run.folder.path);
        })?;
        Ok(run)
    }

    /// Rewrites `params.json` of a run that no other process trains. This also makes it the run that was resumed last.
    ///
    /// # Errors
    /// Another process trains it, or the file cannot be written.
    pub fn change_params(&self) -> Result<()> {
        let _lock = self.folder.lock()?;
        self.save_params()
    }

    /// Rewrites `params.json`.
    pub fn save_params(&self) -> Result<()> {
        let json = serde_json::to_string_pretty(&self.params).context("cannot encode the parameters as JSON")?;
        files::write(&self.folder.path.join("params.json"), (json + "\n").as_bytes())
    }
}
