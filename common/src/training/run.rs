use super::checkpoint::CheckpointFile;
use super::history::History;
use crate::files;
use crate::keras::weights;
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tch::nn::VarStore;

/// `run/<section>/<number>_<data>`, as in the book: `run/vae/0001_digits`.
///
/// Holds `params.json`, `history.csv`, `weights/`, `images/` (samples while training), `viz/` (summary and diagram of
/// each net) and `figures/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    /// The folder itself.
    pub path: PathBuf,
}

impl RunFolder {
    /// All runs of a section on some data, oldest first.
    pub fn list(runs: &Path, section: &str, data: &str) -> Vec<RunFolder> {
        let folders = fs::read_dir(runs.join(section)).into_iter().flatten().flatten();
        let mut numbered: Vec<(u32, PathBuf)> = folders
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                let (number, of) = name.split_once('_')?;
                (of == data).then_some((number.parse().ok()?, entry.path()))
            })
            .collect();
        numbered.sort();
        numbered.into_iter().map(|(_, path)| RunFolder { path }).collect()
    }

    /// The folder that a new run of the section goes to; it is made when the first file is written.
    pub fn next(runs: &Path, section: &str, data: &str) -> RunFolder {
        let last = RunFolder::list(runs, section, data).last().and_then(RunFolder::number).unwrap_or(0);
        RunFolder { path: runs.join(section).join(format!("{:04}_{data}", last + 1)) }
    }

    /// The number in the folder's name.
    pub fn number(&self) -> Option<u32> {
        self.path.file_name()?.to_str()?.split_once('_')?.0.parse().ok()
    }

    /// The checkpoint of the run.
    pub fn checkpoint(&self) -> CheckpointFile {
        CheckpointFile::of(&self.path)
    }

    /// The weights alone, in Keras' names and layouts: written when training ends, or brought from elsewhere.
    pub fn weights(&self) -> PathBuf {
        self.path.join("weights/weights.safetensors")
    }

    /// Fills a model's variables from the checkpoint, or from weights that were brought from elsewhere.
    pub fn load_weights(&self, variables: &VarStore) -> Result<()> {
        let checkpoint = self.checkpoint();
        if checkpoint.exists() { checkpoint.load_weights(variables) } else { weights::load(variables, &self.weights()) }
    }

    /// Losses by epoch; none where nothing was trained.
    pub fn history(&self) -> Result<History> {
        let path = self.path.join("history.csv");
        if path.exists() { History::read(&path) } else { Ok(History::default()) }
    }

    /// Pictures saved while training, in the order of training.
    pub fn images(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path.join("images")).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "png")).collect();
        paths.sort();
        paths
    }

    /// Reads `params.json`.
    ///
    /// # Errors
    /// It is missing, damaged, or of an experiment with another configuration.
    pub fn params<C: DeserializeOwned>(&self) -> Result<Params<C>> {
        let path = self.path.join("params.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| {
            format!("{} is damaged or of another experiment; delete the folder to start anew", path.display())
        })
    }
}

/// What a run was made with: `params.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Params<C> {
    /// Id of the experiment: `03_01`.
    pub experiment: String,
    /// Name of the preset that the configuration started from.
    pub preset: super::Preset,
    /// Whether `--set` or `--epochs` changed it.
    pub changed: bool,
    /// The file that the weights were brought from, if they were not trained here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights_from: Option<PathBuf>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Where it was trained: `cpu`, `cuda:0`.
    pub device: String,
    /// What it was trained on.
    pub data: DataInfo,
    /// Versions of this port and of libtorch.
    pub versions: BTreeMap<String, String>,
    /// The experiment's numbers.
    pub config: C,
}

/// A data set as a run remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataInfo {
    /// Name in `data/datasets.toml`.
    pub name: String,
    /// Title, or what the stand-in says of itself.
    pub title: String,
    /// Where it came from.
    pub origin: String,
    /// Whether it is a generated stand-in.
    pub stand_in: bool,
    /// Checksum over its files.
    pub checksum: String,
}

/// A run folder with its parameters.
#[derive(Debug, Clone)]
pub struct Run<C> {
    /// Where it lies.
    pub folder: RunFolder,
    /// What it was made with.
    pub params: Params<C>,
}

impl<C: Serialize + DeserializeOwned> Run<C> {
    /// Opens an existing run.
    pub fn open(folder: RunFolder) -> Result<Run<C>> {
        let params = folder.params()?;
        Ok(Run { folder, params })
    }

    /// Starts a run: writes `params.json`.
    pub fn create(folder: RunFolder, params: Params<C>) -> Result<Run<C>> {
        if folder.path.join("params.json").exists() {
            bail!("{} is there already", folder.path.display());
        }
        let run = Run { folder, params };
        run.save_params()?;
        Ok(run)
    }

    /// Writes `params.json` anew.
    pub fn save_params(&self) -> Result<()> {
        let json = serde_json::to_string_pretty(&self.params).context("cannot write the parameters as JSON")?;
        files::write(&self.folder.path.join("params.json"), (json + "\n").as_bytes())
    }
}
