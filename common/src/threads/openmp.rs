//! Functions of the OpenMP library that libtorch has loaded.

use std::ffi::{CStr, c_uint, c_void};

/// `GOMP_parallel`, GNU's entry point for a parallel region: the function that each thread calls, its argument, the number of
/// threads, and flags.
pub type Parallel = unsafe extern "C" fn(unsafe extern "C" fn(*mut c_void), *mut c_void, c_uint, c_uint);

/// A function of the OpenMP library that libtorch has loaded; `F` is its type.
pub fn function<F: Copy>(name: &CStr) -> Option<F> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    // libtorch and its OpenMP are loaded with the program, but only if something of libtorch is called.
    let _ = tch::get_num_threads();
    // SAFETY: looks a name up among the loaded libraries.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    // SAFETY: a function pointer of the size of a pointer, as asserted, and not null.
    (!address.is_null()).then(|| unsafe { std::mem::transmute_copy::<*mut c_void, F>(&address) })
}
