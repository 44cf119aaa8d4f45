//! `cargo book notebook`: the notebooks, in JupyterLab or executed without it.

mod environment;
mod kernel;
mod sources;
mod workspace;

use std::ffi::OsString;
use std::fs::{self, File};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use catalog::{Entry, Preset};
use clap::Args;
use data::{disk, note};
use serde_json::{Value, json};

use crate::cargo::Cargo;
use crate::experiments::Experiments;
use crate::jobs::jobs;
use crate::{Usage, process};

#[derive(Args)]
pub struct Arguments {
    /// Chapters (03) and experiments (03_04). To open: the first of them, or the folder; to execute: all if none is given
    #[arg(value_name = "CHAPTER|ID")]
    words: Vec<String>,
    /// Execute them without opening them: fails on any error or missing image. Preset smoke, synthetic data
    #[arg(long, conflicts_with_all = ["refresh", "jupyter"])]
    check: bool,
    /// Execute them and keep their outputs in the notebooks: preset quick
    #[arg(long, conflicts_with = "jupyter")]
    refresh: bool,
    /// Preset of the cells that name none [default: quick; with --check: smoke]
    #[arg(long)]
    preset: Option<Preset>,
    /// Which data: any = the real set if it is available, else synthetic data
    #[arg(long, value_enum)]
    data: Option<data::Choice>,
    /// CPU threads for libtorch
    #[arg(long, value_name = "N")]
    threads: Option<u32>,
    /// Passed on to JupyterLab: -- --no-browser --port 8889
    #[arg(last = true)]
    jupyter: Vec<OsString>,
}

/// Sets everything up that is missing, then opens or executes.
///
/// # Errors
/// [`Usage`] for ids without a notebook; when something cannot be set up.
pub fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let experiments = Experiments::load(root)?;
    let notebooks = chosen(root, &experiments, &arguments.words)?;
    let executes = arguments.check || arguments.refresh;
    ensure!(executes || !refuses_root(&arguments.jupyter), ROOT);
    let (python, _lock) = set_up(root, &experiments)?;
    let command = if executes {
        execute(root, &python, arguments, &notebooks)?
    } else {
        open(root, &python, arguments, &notebooks)
    };
    process::become_command(command)
}

/// JupyterLab says so, too, but only after ten minutes of installation.
const ROOT: &str = "JupyterLab does not run as root, since every cell could then change the whole machine: run this command as \
                    another user or, in a container that holds nothing else, add `-- --allow-root`";

/// Whether JupyterLab refuses to start with these arguments, because the user is root.
fn refuses_root(arguments: &[OsString]) -> bool {
    let allows = |argument: &OsString| argument.to_string_lossy().replace('-', "_").contains("allow_root");
    let allowed = arguments.iter().any(allows);
    !allowed && process::answer("id", &["-u"]).is_some_and(|id| id == "0")
}

/// What notebooks need: Jupyter, the sources of Rust's library, the kernel, the dependencies. The lock is held until Jupyter
/// starts.
fn set_up(root: &Path, experiments: &Experiments) -> Result<(PathBuf, File)> {
    ensure!(
        !root.display().to_string().contains(char::is_whitespace),
        "the Rust kernel cannot work in a folder whose path has blanks, as {} has: move the repository",
        root.display()
    );
    let cargo = Cargo::ready(root)?;
    let home = kernel::home(root);
    fs::create_dir_all(&home).with_context(|| format!("making {}", home.display()))?;
    let lock_file = home.join("lock");
    let lock = File::create(&lock_file).with_context(|| format!("making {}", lock_file.display()))?;
    disk::lock(&lock, || note!("Another set-up is running; waiting for it."));
    let python = environment::ready(root)?;
    sources::ready()?;
    kernel::ready(root)?;
    workspace::ready(root, &cargo, experiments)?;
    kernel::write_spec(root, &python, &cargo)?;
    let ours = home.join("jupyter/ipython");
    fs::create_dir_all(&ours).with_context(|| format!("making {}", ours.display()))?;
    Ok((python, lock))
}

/// Notebooks that a check executes at a time, at most: each takes a gigabyte of memory.
const MOST_AT_ONCE: usize = 4;

/// A notebook and its experiment.
type Notebook<'a> = (&'a Entry, PathBuf);

/// The notebooks that the words name; all if there is no word.
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

/// Options for all cells, as `common::notebook` reads them: one a line.
fn options(arguments: &Arguments, preset: Option<Preset>, data: Option<data::Choice>, threads: Option<u32>) -> String {
    let preset = arguments.preset.or(preset).map(|preset| format!("--preset={preset}"));
    let data = arguments.data.or(data).map(|data| format!("--data={data}"));
    let threads = arguments.threads.or(threads).map(|threads| format!("--threads={threads}"));
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
    command.env("GDL_NOTEBOOK_OPTIONS", options(arguments, None, None, None));
    command
}

/// `notebooks.py`, which executes them.
fn execute(root: &Path, python: &Path, arguments: &Arguments, notebooks: &[Notebook]) -> Result<Command> {
    // What cells compute takes less time than to compile them, which is done for as many notebooks at once as there are
    // cores. Outputs to be kept come from one notebook after the other.
    let (options, at_once) = match arguments.check {
        true => {
            let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
            (options(arguments, Some(Preset::Smoke), Some(data::Choice::Synthetic), Some(1)), cores.min(MOST_AT_ONCE))
        }
        false => (options(arguments, Some(Preset::Quick), None, None), 1),
    };
    let list: Vec<Value> = notebooks
        .iter()
        .map(|(experiment, path)| json!({ "id": experiment.id, "path": path, "figures": experiment.figures }))
        .collect();
    // What a data set has to say begins with its name; one of a family, as `quickdraw/{category}`, with the family's.
    let sets = data::Manifest::embedded()?.sets;
    let data: Vec<&str> = sets.iter().filter_map(|set| set.name.split('/').next()).collect();
    let job = json!({
        "root": root,
        "data": data,
        "refresh": arguments.refresh,
        "options": options,
        "at_once": at_once,
        "notebooks": list,
    });
    let mut command = jupyter(root, python);
    command.arg(root.join("xtask/python/notebooks.py")).arg(serde_json::to_string(&job)?);
    Ok(command)
}

/// Python with Jupyter's folders in the repository, so that it touches none of the user's.
fn jupyter(root: &Path, python: &Path) -> Command {
    let mut command = data::clients::python(python);
    let home = kernel::home(root).join("jupyter");
    for (name, folder) in
        [("JUPYTER_CONFIG_DIR", "config"), ("JUPYTER_DATA_DIR", "data"), ("JUPYTER_RUNTIME_DIR", "runtime")]
    {
        command.env(name, home.join(folder));
    }
    command.env("IPYTHONDIR", home.join("ipython")).env("JUPYTER_PREFER_ENV_PATH", "1");
    for name in ["JUPYTER_PATH", "JUPYTER_CONFIG_PATH"] {
        command.env_remove(name);
    }
    crate::plain::as_from_a_shell(&mut command);
    command
}
