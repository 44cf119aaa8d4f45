//! The frameworks to compare with, and their Python environments: PyTorch and tf.keras in `.python/peers`, Keras 3 on JAX in
//! `.python/peers-jax`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail, ensure};
use clap::ValueEnum;

use crate::python::{Environment, Version, between, lock};

/// A framework, in one of the ways to use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// PyTorch in eager mode
    Eager,
    /// PyTorch with torch.compile
    Compile,
    /// tf.keras 2
    Keras,
    /// Keras 3 on JAX
    Jax,
}

impl Kind {
    /// The heading of its column.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Eager => "PyTorch",
            Kind::Compile => "compile",
            Kind::Keras => "tf.keras",
            Kind::Jax => "JAX",
        }
    }

    /// The name in the JSON file.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Eager => "pytorch",
            Kind::Compile => "torch_compile",
            Kind::Keras => "tf_keras",
            Kind::Jax => "keras_jax",
        }
    }

    /// The script in a chapter's folder `peers`, and its options.
    fn script(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Kind::Eager => ("torch_peer.py", &[]),
            Kind::Compile => ("torch_peer.py", &["--compile"]),
            Kind::Keras => ("keras_peer.py", &[]),
            Kind::Jax => ("jax_peer.py", &[]),
        }
    }

    pub fn home(self) -> Home {
        if self == Kind::Jax { Home::Jax } else { Home::TorchAndKeras }
    }
}

/// A Python environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    TorchAndKeras,
    Jax,
}

impl Home {
    pub const ALL: [Home; 2] = [Home::TorchAndKeras, Home::Jax];

    /// The folder in `.python`.
    pub fn folder(self) -> &'static str {
        match self {
            Home::TorchAndKeras => "peers",
            Home::Jax => "peers-jax",
        }
    }

    /// The lock file of its packages.
    pub fn lock(self) -> &'static str {
        match self {
            Home::TorchAndKeras => lock::PEERS,
            Home::Jax => lock::PEERS_JAX,
        }
    }

    /// The packages that matter for speed, with their versions: `torch==2.11.0`.
    pub fn packages(self) -> Vec<String> {
        let tensorflow =
            if cfg!(all(target_os = "linux", target_arch = "x86_64")) { "tensorflow-cpu" } else { "tensorflow" };
        let names = match self {
            // `TF_USE_LEGACY_KERAS` makes tf-keras, the Keras of the book's time, `tf.keras`.
            Home::TorchAndKeras => ["torch", tensorflow, "safetensors", "tf-keras"],
            Home::Jax => ["jax", "jaxlib", "keras", "numpy"],
        };
        names.into_iter().filter_map(|name| lock::pinned(self.lock(), name)).collect()
    }

    /// The oldest and the newest Python that its packages support.
    fn pythons(self) -> (Version, Version) {
        match self {
            Home::TorchAndKeras => ((3, 10), (3, 13)),
            Home::Jax => ((3, 11), (3, 14)),
        }
    }

    /// Its Python; installs the packages the first time.
    fn ready(self, root: &Path) -> Result<PathBuf> {
        let title = match self {
            Home::TorchAndKeras => "PyTorch and Keras (several GB)",
            Home::Jax => "Keras 3 on JAX (700 MB)",
        };
        let dir = root.join(".python").join(self.folder());
        Environment { dir, title, lock: self.lock() }.ready(|| self.find_python())
    }

    fn find_python(self) -> Result<PathBuf> {
        let (oldest, newest) = self.pythons();
        if let Some(python) = between(oldest, newest, &["python3", "python3.12"]) {
            return Ok(python);
        }
        let (who, without) = match self {
            Home::TorchAndKeras => ("PyTorch and TensorFlow", "omit --peers"),
            Home::Jax => ("JAX and Keras 3", "omit JAX: --peers eager,compile,keras"),
        };
        bail!(
            "the peers {who} need Python 3.{} to 3.{}, and none was found. Install python3.12, or {without}",
            oldest.1,
            newest.1
        )
    }
}

/// A framework that is installed.
pub struct Peer {
    pub kind: Kind,
    python: PathBuf,
    /// Where torch.compile keeps what it compiled.
    compiled: PathBuf,
}

impl Peer {
    /// The command that starts the peer's script of a chapter.
    ///
    /// # Errors
    /// The chapter has none.
    pub fn command(&self, chapter: &Path) -> Result<Command> {
        let (script, options) = self.kind.script();
        let script = chapter.join("peers").join(script);
        ensure!(script.is_file(), "there is no {}", script.display());
        let mut command = data::clients::python(&self.python);
        command.arg(script).args(options).env("TF_CPP_MIN_LOG_LEVEL", "2");
        if self.kind == Kind::Keras {
            command.env("TF_USE_LEGACY_KERAS", "1");
        }
        if self.kind == Kind::Compile {
            command.env("TORCHINDUCTOR_CACHE_DIR", &self.compiled);
        }
        // PyTorch has its own libtorch.
        command.env_remove("LD_LIBRARY_PATH").env_remove("DYLD_LIBRARY_PATH");
        Ok(command)
    }
}

/// The peers of these kinds, each once; installs them the first time.
///
/// # Errors
/// There is no suitable Python, or pip fails.
pub fn ready(root: &Path, kinds: &[Kind]) -> Result<Vec<Peer>> {
    let mut peers: Vec<Peer> = Vec::new();
    for &kind in kinds {
        if peers.iter().any(|peer| peer.kind == kind) {
            continue;
        }
        let python = match peers.iter().find(|peer| peer.kind.home() == kind.home()) {
            Some(peer) => peer.python.clone(),
            None => kind.home().ready(root)?,
        };
        peers.push(Peer { kind, python, compiled: root.join(".python/torch-compile") });
    }
    Ok(peers)
}
