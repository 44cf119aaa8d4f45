//! `cargo book notebook`: opens the notebooks in JupyterLab, or executes them.

mod environment;
mod kernel;
mod workspace;

pub use workspace::forget_bindings;

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use catalog::{Entry, Preset};
use clap::Args;
use serde_json::{Value, json};

use crate::cargo::Cargo;
use crate::experiments::Experiments;
use crate::figures::jobs;
use crate::{Usage, process};

#[derive(Args)]
pub struct Arguments {
    /// Chapters (03) or experiments (03_04): the first one is opened, or all are executed [default: all notebooks]
    #[arg(value_name = "CHAPTER|ID")]
    words: Vec<String>,
    /// Execute without opening; fail on errors and missing figures (preset smoke, synthetic data)
    #[arg(long, conflicts_with = "refresh")]
    check: bool,
    /// Execute and store the outputs in the notebooks (preset quick)
    #[arg(long)]
    refresh: bool,
    /// Preset of cells that name none [default: quick; with --check: smoke]
    #[arg(long)]
    preset: Option<Preset>,
    /// Data: any = the real set if available, else synthetic data
    #[arg(long, value_enum)]
    data: Option<data::Choice>,
    /// CPU threads of libtorch
    #[arg(long, value_name = "N")]
    threads: Option<u32>,
    /// Arguments of JupyterLab: -- --no-browser --port 8889
    #[arg(last = true)]
    jupyter: Vec<OsString>,
}

/// Installs what is missing, then opens or executes.
///
/// # Errors
/// [`Usage`] for ids without a notebook; something cannot be installed.
pub fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let experiments = Experiments::load(root)?;
    let notebooks = chosen(root, &experiments, &arguments.words)?;
    let (python, _lock) = set_up(root, &experiments)?;
    let command = if arguments.check || arguments.refresh {
        execute(root, &python, arguments, &notebooks)?
    } else {
        open(root, &python, arguments, &notebooks)
    };
    process::become_command(command)
}

/// Installs what notebooks need, the quickest first: Jupyter, the kernel, the dependencies. The lock is held until
/// Jupyter starts.
fn set_up(root: &Path, experiments: &Experiments) -> Result<(PathBuf, File)> {
    ensure!(
        !root.display().to_string().contains(char::is_whitespace),
        "the Rust kernel does not support blanks in paths such as {}: move the repository",
        root.display()
    );
    let cargo = Cargo::ready(root)?;
    let home = kernel::home(root);
    fs::create_dir_all(&home).with_context(|| format!("making {}", home.display()))?;
    let lock_file = home.join("lock");
    let lock = File::create(&lock_file).with_context(|| format!("making {}", lock_file.display()))?;
    if lock.try_lock().is_err() {
        eprintln!("Another installation is running; waiting for it.");
        lock.lock().with_context(|| format!("waiting for {}", lock_file.display()))?;
    }
    let python = environment::ready(root)?;
    kernel::ready(root)?;
    workspace::ready(root, &cargo, experiments)?;
    kernel::write_spec(root, &python, &cargo)?;
    let ours = home.join("jupyter/ipython");
    fs::create_dir_all(&ours).with_context(|| format!("making {}", ours.display()))?;
    Ok((python, lock))
}

/// A notebook and its experiment.
type Notebook<'a> = (&'a Entry, PathBuf);

/// The notebooks named by the words; all without words.
fn chosen<'a>(root: &Path, experiments: &'a Experiments, words: &[String]) -> Result<Vec<Notebook<'a>>> {
    let mut notebooks = Vec::new();
    for job in jobs(experiments, words)? {
        let wanted = |experiment: &&Entry| job.ids.is_empty() || job.ids.contains(&experiment.id.as_str());
        for experiment in job.chapter.table.experiments.iter().filter(wanted) {
            let path = root.join("notebooks").join(experiment.full_name() + ".ipynb");
            if path.is_file() {
                notebooks.push((experiment, path));
            } else if !words.is_empty() {
                return Err(Usage(format!("there is no notebook of {} yet", experiment.full_name())).into());
            }
        }
    }
    ensure!(!notebooks.is_empty(), "there are no notebooks in {}", root.join("notebooks").display());
    Ok(notebooks)
}

/// Options for all cells, one per line, as `common::notebook` reads them.
fn options(arguments: &Arguments, preset: Option<Preset>, data: Option<data::Choice>) -> String {
    let preset = arguments.preset.or(preset).map(|preset| format!("--preset={preset}"));
    let data = arguments.data.or(data).map(|data| format!("--data={data}"));
    let threads = arguments.threads.map(|threads| format!("--threads={threads}"));
    [preset, data, threads].into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// JupyterLab with the first notebook, or the folder.
fn open(root: &Path, python: &Path, arguments: &Arguments, notebooks: &[Notebook]) -> Command {
    let first = notebooks.first().filter(|_| !arguments.words.is_empty());
    let place = match first.and_then(|(_, path)| path.file_name()) {
        Some(name) => format!("/lab/tree/notebooks/{}", name.to_string_lossy()),
        None => "/lab/tree/notebooks".to_string(),
    };
    let mut command = jupyter(root, python);
    command.args(["-m", "jupyterlab"]).arg(format!("--ServerApp.root_dir={}", root.display()));
    command.arg(format!("--LabApp.default_url={place}")).args(&arguments.jupyter);
    command.env("GDL_NOTEBOOK_OPTIONS", options(arguments, None, None));
    command
}

/// `notebooks.py`, which executes them.
fn execute(root: &Path, python: &Path, arguments: &Arguments, notebooks: &[Notebook]) -> Result<Command> {
    let options = match arguments.check {
        true => options(arguments, Some(Preset::Smoke), Some(data::Choice::Synthetic)),
        false => options(arguments, Some(Preset::Quick), None),
    };
    let list: Vec<Value> = notebooks
        .iter()
        .map(|(experiment, path)| json!({ "id": experiment.id, "path": path, "figures": experiment.figures }))
        .collect();
    // A message about a data set begins with its name; one of a family, as `quickdraw/{category}`, with the family's.
    let sets = data::Manifest::embedded()?.sets;
    let data: Vec<&str> = sets.iter().filter_map(|set| set.name.split('/').next()).collect();
    let job =
        json!({ "root": root, "data": data, "refresh": arguments.refresh, "options": options, "notebooks": list });
    let mut command = jupyter(root, python);
    command.arg(root.join("xtask/python/notebooks.py")).arg(serde_json::to_string(&job)?);
    Ok(command)
}

/// Python with Jupyter's folders in the repository instead of the user's.
fn jupyter(root: &Path, python: &Path) -> Command {
    let mut command = Command::new(python);
    let home = kernel::home(root).join("jupyter");
    for (name, folder) in
        [("JUPYTER_CONFIG_DIR", "config"), ("JUPYTER_DATA_DIR", "data"), ("JUPYTER_RUNTIME_DIR", "runtime")]
    {
        command.env(name, home.join(folder));
    }
    command.env("IPYTHONDIR", home.join("ipython")).env("JUPYTER_PREFER_ENV_PATH", "1");
    for name in ["JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "PYTHONPATH", "PYTHONHOME"] {
        command.env_remove(name);
    }
    crate::cargo::as_from_a_shell(&mut command);
    command
}
