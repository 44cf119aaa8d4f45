//! Devices, and seeds for reproducible runs.

use anyhow::{Result, bail, ensure};
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use tch::{Cuda, Device};

/// `--device`: `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Choice {
    /// The first CUDA device if available, else the CPU.
    #[default]
    Auto,
    /// This device, or an error.
    Exactly(Device),
}

impl FromStr for Choice {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Choice> {
        Ok(match text.split_once(':') {
            None if text == "auto" => Choice::Auto,
            None if text == "cpu" => Choice::Exactly(Device::Cpu),
            None if text == "mps" => Choice::Exactly(Device::Mps),
            None if text == "cuda" => Choice::Exactly(Device::Cuda(0)),
            Some(("cuda", n)) if n.parse::<usize>().is_ok() => Choice::Exactly(Device::Cuda(n.parse()?)),
            _ => bail!("unknown device '{text}': use auto, cpu, cuda, cuda:N or mps"),
        })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Choice::Auto => write!(f, "auto"),
            Choice::Exactly(device) => write!(f, "{}", name(*device)),
        }
    }
}

impl Choice {
    /// The device to use. On CUDA, `cudnn.benchmark` is switched on: cuDNN tries its algorithms when a convolution first
    /// meets a shape, and keeps the fastest one for it.
    ///
    /// That is right for nets whose shapes repeat, and all convolutions of the book do: nets with open time axes have none,
    /// an image that is styled keeps its size, and nets that grow stay at each size for many steps. Which algorithm is
    /// fastest may change from one program to the next, and the last bits of a convolution with it.
    ///
    /// # Errors
    /// The device is named but not available; the message says which devices are, or how to install CUDA.
    pub fn resolve(self) -> Result<Device> {
        let device = self.find()?;
        if device.is_cuda() {
            Cuda::cudnn_set_benchmark(true);
        }
        Ok(device)
    }

    fn find(self) -> Result<Device> {
        match self {
            Choice::Auto => {
                load_cuda();
                Ok(Device::cuda_if_available())
            }
            Choice::Exactly(Device::Cuda(n)) => {
                load_cuda();
                let found = if Cuda::is_available() { Cuda::device_count() } else { 0 };
                ensure!(found > 0, "no CUDA device: {}; use --device cpu", why_no_cuda());
                ensure!(
                    n < found as usize,
                    "no device cuda:{n}: this machine has {found} CUDA device(s), numbered from cuda:0"
                );
                Ok(Device::Cuda(n))
            }
            Choice::Exactly(Device::Mps) => {
                ensure!(tch::utils::has_mps(), "no MPS device: it needs macOS on Apple silicon; use --device cpu");
                Ok(Device::Mps)
            }
            Choice::Exactly(device) => Ok(device),
        }
    }
}

/// Loads libtorch's part for CUDA, once; libtorch finds devices only after this.
///
/// Nothing in a program refers to this part, so that the linker leaves it out of the libraries that are loaded at the start.
pub fn load_cuda() {
    static LOADED: OnceLock<()> = OnceLock::new();
    LOADED.get_or_init(|| {
        #[cfg(target_os = "linux")]
        {
            use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LAZY};
            // SAFETY: the library belongs to the libtorch that runs already; its initializers register its operations.
            let library = unsafe { Library::open(Some("libtorch_cuda.so"), RTLD_LAZY | RTLD_GLOBAL) };
            // It stays: its operations are registered for good. The CPU build has none.
            library.map(std::mem::forget).unwrap_or_default();
        }
    });
}

/// The reason why [`Cuda::is_available`] is false.
pub fn why_no_cuda() -> &'static str {
    if tch::utils::has_cuda() {
        "libtorch supports CUDA, but finds no working NVIDIA driver"
    } else {
        "this libtorch is the CPU build, or finds no NVIDIA driver; `cargo book setup --cuda` installs the CUDA build"
    }
}

/// `cpu`, `cuda:0`, `mps`: the form that `--device` takes.
pub fn name(device: Device) -> String {
    match device {
        Device::Cpu => "cpu".to_string(),
        Device::Cuda(n) => format!("cuda:{n}"),
        Device::Mps => "mps".to_string(),
        Device::Vulkan => "vulkan".to_string(),
    }
}

/// One seed from several numbers (a seed, an epoch, a step): splitmix64's finaliser over each.
///
/// Random numbers that depend on their position, not on a generator's history, are the same after a resume.
pub fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(0x9E37_79B9_7F4A_7C15, |state, part| {
        let mut z = (state ^ part).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    })
}

/// Seeds libtorch's generators from several numbers; see [`mix`].
pub fn seed(parts: &[u64]) {
    tch::manual_seed(mix(parts) as i64);
}
