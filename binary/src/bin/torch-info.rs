//! What libtorch reports about itself and this machine, one `key: value` per line, for `cargo book doctor`. It runs with what
//! this crate adds to the chapters' binaries.

use anyhow::Result;
use binary::{amd, kernels};
use common::keras::precision;
use common::{device, say};
use tch::{Cuda, Device, utils};

fn main() -> Result<()> {
    amd::export();
    device::load_cuda();
    say!("default device: {}", device::name(Device::cuda_if_available()));
    say!("threads: {}", tch::get_num_threads());
    say!("oneDNN: {}", yes_or_no(utils::has_mkldnn()));
    say!("MKL: {}", mkl());
    say!("bf16 instructions: {}", yes_or_no(precision::has_instructions()));
    match Cuda::is_available() {
        true => say!("CUDA devices: {}", Cuda::device_count()),
        false => say!("CUDA devices: none ({})", device::why_no_cuda()),
    }
    if utils::has_cuda() {
        say!("CUDA runtime: {}", utils::version_cudart());
        say!("cuDNN: {}", if Cuda::cudnn_is_available() { utils::version_cudnn().to_string() } else { "no".into() });
    }
    say!("MPS: {}", yes_or_no(utils::has_mps()));
    data::output::finish()
}

/// Whether there is MKL, and with which kernels.
fn mkl() -> String {
    match kernels::in_use().filter(|_| utils::has_mkl()) {
        Some(kernels) => format!("yes, {kernels}"),
        None => yes_or_no(utils::has_mkl()).into(),
    }
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
