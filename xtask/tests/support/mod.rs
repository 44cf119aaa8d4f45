//! Tiny wheels and repositories to try things with.
#![allow(dead_code)] // every test file uses another part

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use testing::{Finished, bytes};

pub const TORCH: &str = "torch-2.11.0-cp312-cp312-manylinux_2_28_x86_64.whl";

pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository with one chapter and nothing else.
pub fn repository() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("data/datasets.toml"), "");
    let table = dir.path().join("chapters/ch03_vae/experiments.toml");
    write(&table, "chapter = 3\npackage = \"ch03\"\ntitle = \"Chapter three\"\npages = \"89-124\"\n");
    for (id, name) in [("03_01", "autoencoder_train"), ("03_02", "autoencoder_analysis"), ("03_03", "vae_digits_train")]
    {
        add_experiment(&table, id, name);
    }
    dir
}

pub fn add_experiment(table: &Path, id: &str, name: &str) {
    let mut text = fs::read_to_string(table).unwrap();
    text +=
        &format!("\n[[experiment]]\nid = {id:?}\nname = {name:?}\ntitle = \"T\"\npages = \"94-101\"\nminutes = 0.5\n");
    write(table, &text);
}

/// [`repository`] with a workspace around its chapter, whose binary is `main`, and a folder that passes for libtorch.
pub fn workspace(main: &str) -> TempDir {
    let root = repository();
    let path = |name: &str| root.path().join(name);
    write(&path("Cargo.toml"), "[workspace]\nresolver = \"3\"\nmembers = [\"chapters/*\"]\n");
    write(
        &path("chapters/ch03_vae/Cargo.toml"),
        "[package]\nname = \"ch03\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    write(&path("chapters/ch03_vae/src/main.rs"), main);
    write(&path(".libtorch/build-version"), "2.11.0\n");
    write(&path(".libtorch/lib/libtorch_cpu.so"), "library");
    write(&path(".libtorch/lib/libtorch_cpu.dylib"), "library");
    root
}

/// [`book`] in a [`workspace`], which has a target folder of its own.
pub fn in_workspace(root: &Path, args: &[&str]) -> Command {
    let mut command = book(root);
    command.args(args).env("CARGO_TARGET_DIR", root.join("target"));
    command
}

/// A zip file of names and contents.
pub fn zip(path: &Path, files: &[(&str, &str)]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (*name, content.as_bytes())).collect();
    fs::write(path, bytes::zip(&files)).unwrap();
}

const METADATA: &str = "\
Name: torch
Requires-Dist: filelock
Requires-Dist: cuda-toolkit[cublas,cudart,cupti]==13.0.2; platform_system == \"Linux\"
Requires-Dist: nvidia-cudnn-cu13==9.19.0.56; platform_system == \"Linux\"
Requires-Dist: pyyaml; extra == \"pyyaml\"
";

/// A wheel with what the real one has of every kind.
pub fn torch_wheel(dir: &Path) -> PathBuf {
    torch_wheel_with(dir, TORCH, b"c10", b"torch cpu")
}

/// [`torch_wheel`] with libraries that can be loaded.
#[cfg(target_os = "linux")]
pub fn loadable_torch_wheel(dir: &Path) -> PathBuf {
    let library = shared_library(None);
    torch_wheel_with(dir, TORCH, &library, &library)
}

/// The bytes of a shared library, which may need another one.
#[cfg(target_os = "linux")]
pub fn shared_library(needs: Option<&str>) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let build = |name: &str, with: &[&str]| {
        let mut command = Command::new("cc");
        command.args(["-shared", "-nostdlib", "-x", "c", "/dev/null", "-x", "none", "-Wl,--no-as-needed", "-o", name]);
        assert!(command.args(with).current_dir(dir.path()).status().unwrap().success());
    };
    if let Some(needs) = needs {
        build(needs, &[&format!("-Wl,-soname,{needs}")]);
    }
    build("library.so", needs.as_slice());
    fs::read(dir.path().join("library.so")).unwrap()
}

/// [`torch_wheel`] of this name, with these libraries `libc10.so` and `libtorch_cpu.so`.
pub fn torch_wheel_with(dir: &Path, name: &str, c10: &[u8], torch_cpu: &[u8]) -> PathBuf {
    let version = "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION \\\n  \"2.11.0\"\n";
    let path = dir.join(name);
    let files: [(&str, &[u8]); 15] = [
        ("torch/__init__.py", b"python"),
        ("torch/lib/libc10.so", c10),
        ("torch/lib/libc10_cuda.so", b"c10 cuda"),
        ("torch/lib/libgomp.so.1", b"gomp"),
        ("torch/lib/libtorch.so", b"torch"),
        ("torch/lib/libtorch_cpu.so", torch_cpu),
        ("torch/lib/libtorch_cuda.so", b"torch cuda"),
        ("torch/lib/libcaffe2_nvrtc.so", b"nvrtc"),
        ("torch/lib/libtorch_nvshmem.so", b"nvshmem"),
        ("torch/lib/libtorch_python.so", b"torch python"),
        ("torch/lib/libshm/libshm.h", b"header that is not needed"),
        ("torch/_C.cpython-312-x86_64-linux-gnu.so", b"python module"),
        ("torch/include/torch/headeronly/version.h", version.as_bytes()),
        ("torch/include/ATen/ATen.h", b"header"),
        ("torch-2.11.0.dist-info/METADATA", METADATA.as_bytes()),
    ];
    fs::create_dir_all(dir).unwrap();
    fs::write(&path, bytes::zip(&files)).unwrap();
    path
}

pub fn toolkit_wheel(dir: &Path) -> PathBuf {
    let metadata = "\
Requires-Dist: nvidia-cublas==13.1.0.3.*; (sys_platform == 'linux') and extra == 'all'
Requires-Dist: nvidia-cublas==13.1.0.3.*; (sys_platform == 'linux') and extra == 'cublas'
Requires-Dist: nvidia-cuda-runtime==13.0.96.*; (sys_platform == 'linux' or sys_platform == 'win32') and extra == 'cudart'
Requires-Dist: nvidia-cuda-cupti==13.0.85.*; (sys_platform == 'linux') and extra == 'cupti'
Requires-Dist: nvidia-nvtx==13.0.85.*; (sys_platform == 'linux') and extra == 'nvtx'
";
    let path = dir.join("cuda_toolkit-13.0.2-py2.py3-none-any.whl");
    zip(&path, &[("cuda_toolkit-13.0.2.dist-info/METADATA", metadata)]);
    path
}

pub fn runtime_wheel(dir: &Path) -> PathBuf {
    let path = dir.join("nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.whl");
    zip(&path, &[("nvidia/cu13/lib/libcudart.so.13", "runtime"), ("nvidia/cu13/include/cuda.h", "header")]);
    path
}

pub fn cupti_wheel(dir: &Path) -> PathBuf {
    let path = dir.join("nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_x86_64.whl");
    zip(&path, &[("nvidia/cu13/lib/libcupti.so.13", "cupti"), ("nvidia/cu13/lib/libnvperf_host.so", "perf")]);
    path
}

/// The names in a folder, sorted.
pub fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// `cargo book` in a repository, without the settings of whoever runs the tests.
pub fn book(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(root);
    for name in ["LIBTORCH", "CC", "CXX", "RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    command
}

/// Runs `cargo book` with these arguments to its end, as [`book`] does.
pub fn run(root: &Path, args: &[&str]) -> Finished {
    Finished::run(book(root).args(args))
}
