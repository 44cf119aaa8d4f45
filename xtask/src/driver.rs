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

    /// Checks that the pinned libtorch's CUDA may run with this driver: it is new enough, or its version is unknown.
    ///
    /// # Errors
    /// The driver is missing or too old; the message suggests a fix.
    pub fn check(&self) -> Result<()> {
        if cfg!(target_os = "macos") {
            bail!("macOS has no CUDA. Run `cargo book setup`, and use Apple's GPU with --device mps");
        }
        if *self == Driver::None {
            bail!(
                "no NVIDIA driver found (neither libcuda.so.1 nor nvidia-smi). \
                 Install driver {OLDEST} or newer, or run `cargo book setup --cpu`"
            );
        }
        match self.major() {
            Some(major) if major < OLDEST => bail!(
                "the NVIDIA driver has version {major}, but CUDA 13 needs {OLDEST} or newer. \
                 Update the driver, or run `cargo book setup --cpu`"
            ),
            _ => Ok(()),
        }
    }

    /// Whether the pinned libtorch's CUDA runs with this driver for all that is known.
    pub fn is_suitable(&self) -> bool {
        self.check().is_ok() && self.major().is_some()
    }

    /// What to do where libtorch has no CUDA; nothing if this driver runs none.
    pub fn advice(&self) -> Option<String> {
        self.check().ok()?;
        let cure = "`cargo book setup --cuda` installs libtorch with CUDA";
        Some(match self.major() {
            Some(_) => format!("an NVIDIA driver is installed: {cure}"),
            None => format!("an NVIDIA driver of unknown version is installed: if it is {OLDEST} or newer, {cure}"),
        })
    }

    /// The first number of the version.
    fn major(&self) -> Option<u32> {
        match self {
            Driver::None => None,
            Driver::Found(version) => version.as_deref()?.split('.').next()?.parse().ok(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn the_default_is_cuda_only_for_a_version_that_is_known() {
        let of = |driver: Driver| {
            let advice = driver.advice().unwrap_or_default();
            (driver.check().is_ok(), driver.is_suitable(), advice.contains("--cuda"), advice.contains("unknown"))
        };
        let version = |version: &str| Driver::Found(Some(version.to_string()));
        assert_eq!(of(version("580.95.05")), (true, true, true, false));
        assert_eq!(of(version("579.10")), (false, false, false, false));
        assert_eq!(of(Driver::Found(None)), (true, false, true, true));
        assert_eq!(of(version("[N/A]")), (true, false, true, true));
        assert_eq!(of(Driver::None), (false, false, false, false));
    }
}
