//! PyTorch and Keras, in the Python environment `.python/peers`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};
use catalog::versions::LIBTORCH;

use crate::libtorch::wheel;
use crate::python::{Environment, Version, between};

/// The Python versions that both PyTorch 2.11 and TensorFlow 2.20 support.
const OLDEST: Version = (3, 10);
const NEWEST: Version = (3, 13);

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
    /// The command that starts the peer's script of a chapter.
    ///
    /// # Errors
    /// The chapter has none.
    pub fn command(&self, chapter: &Path) -> Result<Command> {
        let script = chapter.join("peers").join(self.script);
        ensure!(script.is_file(), "there is no {}", script.display());
        let mut command = data::clients::python(&self.python);
        command.arg(script).env("TF_CPP_MIN_LOG_LEVEL", "2").env("TF_USE_LEGACY_KERAS", "1");
        // PyTorch has its own libtorch.
        command.env_remove("LD_LIBRARY_PATH").env_remove("DYLD_LIBRARY_PATH");
        Ok(command)
    }
}

/// Both peers; installs them the first time.
///
/// # Errors
/// There is no suitable Python, or pip fails.
pub fn ready(root: &Path) -> Result<Vec<Peer>> {
    let packages = packages();
    let but_keras = packages.iter().filter(|package| *package != TF_KERAS).cloned().collect();
    let environment = Environment {
        dir: root.join(".python/peers"),
        title: "PyTorch and Keras (several GB)",
        marker: marker(),
        // It would install `tensorflow` beside `tensorflow-cpu`.
        installs: vec![but_keras, vec!["--no-deps".into(), TF_KERAS.into()]],
    };
    let python = environment.ready(find_python)?;
    let peer = |title, key, script| Peer { title, key, script, python: python.clone() };
    Ok(vec![peer("PyTorch", "pytorch", "torch_peer.py"), peer("tf.keras", "tf_keras", "keras_peer.py")])
}

/// Content of `.python/peers/gdl.txt` after the installation: the packages.
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
    match between(OLDEST, NEWEST, &["python3", "python3.12"]) {
        Some(python) => Ok(python),
        None => bail!(
            "PyTorch {LIBTORCH} and TensorFlow 2.20 need Python 3.{} to 3.{}, and none was found. Install python3.12, or \
             omit --peers",
            OLDEST.1,
            NEWEST.1
        ),
    }
}
