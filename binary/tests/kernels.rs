//! MKL's kernels on processors that are not Intel's.

use std::ffi::c_int;

use binary::amd;
use binary::kernels::{describe, in_use};
use libloading::os::unix::Library;

#[test]
fn the_programs_answer_comes_before_mkls_own() {
    amd::export();
    // Without a tensor, the linker would leave libtorch out.
    assert_eq!(tch::Tensor::from(2.0).double_value(&[]), 2.0);
    let name = b"mkl_serv_intel_cpu_true\0";
    // SAFETY: the function of this name takes nothing and returns an int.
    let first = unsafe { Library::this().get::<extern "C" fn() -> c_int>(name) }.unwrap();
    assert!(std::ptr::fn_addr_eq(*first, amd::mkl_serv_intel_cpu_true as extern "C" fn() -> c_int));
    assert_eq!(in_use().is_some(), tch::utils::has_mkl());
}

#[test]
fn kernels_are_told_with_what_holds_them_back() {
    assert_eq!(describe(7, "GenuineIntel", true), "AVX-512 kernels");
    assert_eq!(describe(3, "GenuineIntel", false), "SSE4.2 kernels");
    let amd = describe(5, "AuthenticAMD", true);
    assert!(amd.starts_with("AVX2 kernels; of itself MKL takes SSE2"), "{amd}");
    let held_back = describe(1, "AuthenticAMD", true);
    assert!(held_back.starts_with("SSE2 kernels; ") && held_back.contains("MKL_CBWR"), "{held_back}");
    assert_eq!(describe(9, "GenuineIntel", true), "kernels of number 9");
}
