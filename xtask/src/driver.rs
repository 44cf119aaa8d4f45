//! The NVIDIA driver of this machine.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::{answer, on_path};

/// The oldest driver that runs the CUDA 13 of the wheel.
const OLDEST: u32 = 580;

/// The NVIDIA driver of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Driver {
    None,
    /// A driver, with its version if `nvidia-smi` reports it: `580.95.05`.
    Found(Option<String>),
}

impl Driver {
    /// Looks for the driver's library and for `nvidia-smi`.
    pub fn find() -> Driver {
        let smi = on_path("nvidia-smi");
        let query = ["--query-gpu=driver_version", "--format=csv,noheader"];
        let version = smi.and_then(|smi| answer(smi, &query));
        let version = version.and_then(|text| text.lines().next().map(|line| line.trim().to_string()));
        if version.is_some() || has_library() { Driver::Found(version) } else { Driver::None }
    }

    /// Checks that the pinned libtorch's CUDA runs with this driver.
    ///
    /// # Errors
    /// The driver is missing or too old; the message suggests a fix.
    pub fn check(&self) -> Result<()> {
        if cfg!(target_os = "macos") {
            bail!("macOS has no CUDA. Run `cargo book setup`, and use Apple's GPU with --device mps");
        }
        let major: Option<u32> = match self {
            Driver::None => bail!(
                "no NVIDIA driver found (neither libcuda.so.1 nor nvidia-smi). \
                 Install driver {OLDEST} or newer, or run `cargo book setup --cpu`"
            ),
            Driver::Found(version) => version.as_deref().and_then(|version| version.split('.').next()?.parse().ok()),
        };
        match major {
            Some(major) if major < OLDEST => bail!(
                "the NVIDIA driver has version {major}, but CUDA 13 needs {OLDEST} or newer. \
                 Update the driver, or run `cargo book setup --cpu`"
            ),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Driver::None => f.write_str("none found"),
            Driver::Found(version) => f.write_str(version.as_deref().unwrap_or("found, version unknown")),
        }
    }
}

fn has_library() -> bool {
    let fixed =
        ["/usr/lib/wsl/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"];
    let listed = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let mut dirs = fixed.iter().map(|dir| Path::new(dir).to_path_buf()).chain(std::env::split_paths(&listed));
    dirs.any(|dir| dir.join("libcuda.so.1").exists())
        || answer("ldconfig", &["-p"]).is_some_and(|list| list.contains("libcuda.so.1"))
}
