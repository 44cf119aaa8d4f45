//! What libtorch reports about itself and this machine, one `key: value` per line, for `cargo book doctor`.

use common::device;
use tch::{Cuda, Device, utils};

fn main() {
    println!("default device: {}", device::name(Device::cuda_if_available()));
    println!("threads: {}", tch::get_num_threads());
    println!("oneDNN: {}", yes_or_no(utils::has_mkldnn()));
    println!("MKL: {}", yes_or_no(utils::has_mkl()));
    match Cuda::is_available() {
        true => println!("CUDA devices: {}", Cuda::device_count()),
        false => println!("CUDA devices: none ({})", device::why_no_cuda()),
    }
    if utils::has_cuda() {
        println!("CUDA runtime: {}", utils::version_cudart());
        println!(
            "cuDNN: {}",
            if Cuda::cudnn_is_available() { utils::version_cudnn().to_string() } else { "no".into() }
        );
    }
    println!("MPS: {}", yes_or_no(utils::has_mps()));
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
