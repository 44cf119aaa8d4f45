use tch::Device;

/// The device of tests that compare with fixtures: the CPU, or the one that `GDL_TEST_DEVICE` names, as `cuda:0`.
///
/// A test of a GPU needs `LD_PRELOAD=.libtorch/lib/libtorch_cuda.so`, since several tests run at once and one of them may
/// use libtorch before another asks for the device. cuDNN computes in TF32 unless `NVIDIA_TF32_OVERRIDE=0` is set; the bounds for f32 do not hold then.
///
/// # Panics
/// `GDL_TEST_DEVICE` is neither `cpu` nor `cuda:N`.
#[track_caller]
pub fn device() -> Device {
    let name = std::env::var("GDL_TEST_DEVICE").unwrap_or_else(|_| "cpu".to_string());
    match name.strip_prefix("cuda:").map(str::parse) {
        Some(Ok(number)) => Device::Cuda(number),
        None if name == "cpu" => Device::Cpu,
        _ => panic!("GDL_TEST_DEVICE is {name}: use cpu or cuda:N"),
    }
}
