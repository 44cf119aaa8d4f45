//! PyTorch and Keras, in the Python environment `.python/peers`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::libtorch::wheel;
use crate::process::on_path;
use crate::python::{in_environment, make_environment, python_version};

/// The versions of Python for which there are both PyTorch 2.11 and TensorFlow 2.20.
const OLDEST: (u32, u32) = (3, 10);
const NEWEST: (u32, u32) = (3, 13);

/// The Keras of the book's time, which `TF_USE_LEGACY_KERAS` makes `tf.keras`.
const TF_KERAS: &str = "tf_keras==2.20.1";

/// A framework to compare with.
pub struct Peer {
    pub title: &'static str,
    /// The name in the JSON file.
    pub key: &'static str,
    script: &'static str,
    python: PathBuf,
}

impl Peer {
    /// What starts the peer's script in the folder of a chapter.
    ///
    /// # Errors
    /// When the chapter has none.
    pub fn command(&self, chapter: &Path) -> Result<Command> {
        let script = chapter.join("peers").join(self.script);
        ensure!(script.is_file(), "there is no {}", script.display());
        let mut command = Command::new(&self.python);
        command.arg(script).env("TF_CPP_MIN_LOG_LEVEL", "2").env("TF_USE_LEGACY_KERAS", "1");
        // Ours is for ours: PyTorch brings its own libtorch.
        command.env_remove("LD_LIBRARY_PATH").env_remove("DYLD_LIBRARY_PATH").env_remove("PYTHONPATH");
        Ok(command)
    }
}

/// Both peers; makes their environment the first time.
///
/// # Errors
/// When there is no Python for it, or pip fails.
pub fn ready(root: &Path) -> Result<Vec<Peer>> {
    let dir = root.join(".python/peers");
    let python = in_environment(&dir);
    let marker_file = dir.join("gdl.txt");
    let made = fs::read_to_string(&marker_file).is_ok_and(|text| text == marker()) && python_version(&python).is_some();
    if !made {
        eprintln!("Setting PyTorch and Keras up in {}. This is done once, and takes several GB.", dir.display());
        make_environment(&find_python()?, &dir)?;
        let pip = |args: &[&str]| {
            let mut command = Command::new(&python);
            command.args(["-m", "pip", "install", "--disable-pip-version-check"]).args(args).env("PIP_USER", "0");
            let status = command.status().with_context(|| format!("starting {}", python.display()))?;
            ensure!(
                status.success(),
                "pip could not install the peers; its reason stands above. Run the command again"
            );
            Ok(())
        };
        pip(&["--quiet", "--upgrade", "pip"])?; // a recent one takes up broken downloads
        let packages = packages();
        pip(&packages.iter().map(String::as_str).filter(|package| *package != TF_KERAS).collect::<Vec<_>>())?;
        pip(&["--no-deps", TF_KERAS])?; // it would bring `tensorflow` beside `tensorflow-cpu`
        fs::write(&marker_file, marker()).with_context(|| format!("writing {}", marker_file.display()))?;
    }
    let peer = |title, key, script| Peer { title, key, script, python: python.clone() };
    Ok(vec![peer("PyTorch", "pytorch", "torch_peer.py"), peer("tf.keras", "tf_keras", "keras_peer.py")])
}

/// What stands in `.python/peers/gdl.txt` once all is installed: the packages.
pub fn marker() -> String {
    packages().join("\n") + "\n"
}

/// All packages, with versions where they matter.
pub fn packages() -> Vec<String> {
    let tensorflow =
        if cfg!(all(target_os = "linux", target_arch = "x86_64")) { "tensorflow-cpu" } else { "tensorflow" };
    vec![wheel::torch(), format!("{tensorflow}==2.20.0"), "safetensors".into(), TF_KERAS.into()]
}

fn find_python() -> Result<PathBuf> {
    let fits = |python: &PathBuf| python_version(python).is_some_and(|version| (OLDEST..=NEWEST).contains(&version));
    let names = ["python3", "python3.12", "python3.13", "python3.11", "python3.10"];
    match names.iter().filter_map(|name| on_path(name)).find(fits) {
        Some(python) => Ok(python),
        None => bail!(
            "PyTorch 2.11 and TensorFlow 2.20 want Python 3.{} to 3.{}, and none of them was found. Install one, as \
             python3.12, or run without --peers",
            OLDEST.1,
            NEWEST.1
        ),
    }
}
