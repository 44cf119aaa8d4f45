//! On AMD processors libtorch's MKL takes its slowest kernels, since it asks whether the processor is Intel's. The question
//! is a function that libtorch calls by name: the executable's own comes first.

use std::ffi::c_int;

/// Says that the processor has what MKL's kernels need; MKL still asks which instructions there are. On Intel processors
/// MKL's own function says the same.
#[unsafe(no_mangle)]
pub extern "C" fn mkl_serv_intel_cpu_true() -> c_int {
    1
}

/// Keeps the function in the executable, where nothing of ours calls it.
pub fn export() {
    std::hint::black_box(mkl_serv_intel_cpu_true as extern "C" fn() -> c_int);
}
