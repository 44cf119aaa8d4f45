//! Which of its kernels MKL takes for matrix products in this program.

use std::ffi::c_int;

use libloading::os::unix::Library;

/// The function that MKL's products ask, once, which kernels to take: 0 and 1 are those for SSE2, 3 for SSE4.2, 5 for AVX2
/// and 7 for AVX-512, in MKL 2024.2, which libtorch contains.
const DETECT: &[u8] = b"mkl_serv_cpu_detect\0";

/// MKL's kernels in this program, in words; `None` if libtorch contains no MKL that can be asked.
pub fn in_use() -> Option<String> {
    // SAFETY: MKL's function of this name takes nothing and returns an int.
    let detect = unsafe { Library::this().get::<unsafe extern "C" fn() -> c_int>(DETECT) }.ok()?;
    // SAFETY: as above; libtorch, and MKL with it, stays loaded.
    let kernels = unsafe { detect() };
    Some(describe(kernels, &vendor(), has_avx2()))
}

/// The words for MKL's number, on a processor of `vendor` that has AVX2 or not.
pub fn describe(kernels: c_int, vendor: &str, avx2: bool) -> String {
    let name = match kernels {
        0 | 1 => "SSE2",
        3 => "SSE4.2",
        5 => "AVX2",
        7 => "AVX-512",
        other => return format!("kernels of number {other}"),
    };
    let note = if avx2 && kernels < 5 {
        "; this processor has AVX2, which is several times as fast: unset MKL_ENABLE_INSTRUCTIONS and MKL_CBWR"
    } else if vendor != INTEL {
        "; of itself MKL takes SSE2 on processors that are not Intel's, as it does in notebooks"
    } else {
        ""
    };
    format!("{name} kernels{note}")
}

const INTEL: &str = "GenuineIntel";

/// What the processor says of its vendor: `GenuineIntel`, `AuthenticAMD`.
#[cfg(target_arch = "x86_64")]
fn vendor() -> String {
    let leaf = std::arch::x86_64::__cpuid(0);
    let bytes = [leaf.ebx, leaf.edx, leaf.ecx].map(u32::to_le_bytes).concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn vendor() -> String {
    String::new()
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}
