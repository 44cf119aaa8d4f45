//! The run folders that a chapter's binary leaves in its output folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

/// A training's checkpoint, in the folder of a run or below it.
const CHECKPOINT: &str = "weights/checkpoint.safetensors";

/// The newest runs of the experiment `id` in the output folder `out`, by section and data: `vae/digits`.
///
/// # Errors
/// A folder cannot be read, or a `params.json` is damaged.
pub fn runs(out: &Path, id: &str) -> Result<BTreeMap<String, PathBuf>> {
    let mut runs = BTreeMap::new();
    for section in entries(&out.join("run"))?.into_iter().filter(|path| path.is_dir()) {
        // In the order of their names, which begin with four digits: the newest one is the last.
        for run in entries(&section)? {
            if params(&run)?.is_some_and(|params| params["experiment"] == id) {
                let (section, run_name) = (name(&section), name(&run));
                let data = run_name.split_once('_').map_or(run_name.as_str(), |(_, data)| data);
                runs.insert(format!("{section}/{data}"), run);
            }
        }
    }
    Ok(runs)
}

/// A run's `params.json`; `None` if it has none.
///
/// # Errors
/// The file is damaged.
pub fn params(run: &Path) -> Result<Option<Value>> {
    let path = run.join("params.json");
    let Ok(text) = fs::read(&path) else { return Ok(None) };
    serde_json::from_slice(&text).map(Some).with_context(|| format!("{} is damaged", path.display()))
}

/// The checkpoints of a run, and of the trainings in its folder.
///
/// # Errors
/// A folder cannot be read.
pub fn checkpoints(run: &Path) -> Result<Vec<PathBuf>> {
    let names = files(run)?.into_iter().filter(|name| name.ends_with(CHECKPOINT));
    Ok(names.map(|name| run.join(name)).collect())
}

/// Whether one of these runs has a checkpoint.
///
/// # Errors
/// A folder cannot be read.
pub fn have_checkpoints(runs: &BTreeMap<String, PathBuf>) -> Result<bool> {
    let found = runs.values().map(|run| checkpoints(run)).collect::<Result<Vec<_>>>()?;
    Ok(found.iter().any(|checkpoints| !checkpoints.is_empty()))
}

/// The names of all files in a folder and below it, relative to it, with `/` between their parts.
///
/// # Errors
/// A folder cannot be read.
pub fn files(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for path in entries(folder)? {
        let name = name(&path);
        if path.is_dir() {
            names.extend(files(&path)?.into_iter().map(|below| format!("{name}/{below}")));
        } else {
            names.insert(name);
        }
    }
    Ok(names)
}

/// Copies all files of a folder into another one; those that are there are replaced.
///
/// # Errors
/// A file cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    for name in files(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        let copied = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(&from, &to));
        copied.with_context(|| format!("copying {} to {}", from.display(), to.display()))?;
    }
    Ok(())
}

/// What is in a folder, in the order of its names; nothing if there is no such folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("reading {}", folder.display());
    let read = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.with_context(failed)?,
    };
    let mut paths = read.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>().with_context(failed)?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
