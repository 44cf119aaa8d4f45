//! What libtorch reports about itself and this machine, one `key: value` per line, for `cargo book doctor`.

use anyhow::Result;
use common::{device, say};
use tch::{Cuda, Device, utils};

fn main() -> Result<()> {
    device::load_cuda();
    say!("default device: {}", device::name(Device::cuda_if_available()));
    say!("threads: {}", tch::get_num_threads());
    say!("oneDNN: {}", yes_or_no(utils::has_mkldnn()));
    say!("MKL: {}", yes_or_no(utils::has_mkl()));
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

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
