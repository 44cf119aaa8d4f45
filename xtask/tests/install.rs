//! From wheels to the folder.

mod support;

use std::fs;
use std::path::Path;

use support::{book, cupti_wheel, names, repository, runtime_wheel, torch_wheel, write, zip};
use tempfile::TempDir;
use testing::{Finished, script};
use xtask::libtorch::install::assemble;
use xtask::libtorch::place::put;
use xtask::libtorch::unpack::target;
use xtask::libtorch::{State, Variant, mark, state};

/// A folder with `part/downloads` for the work.
fn work() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("part/downloads")).unwrap();
    dir
}

fn run(dir: &Path, wheels: &[std::path::PathBuf], variant: Variant) -> anyhow::Result<()> {
    let part = dir.join("part");
    put(&assemble(wheels, variant, &part)?, &dir.join("libtorch"), &part)
}

#[test]
fn for_the_cpu_only_what_is_needed_is_unpacked() {
    let dir = work();
    let wheels = dir.path().join("part/downloads");
    run(dir.path(), &[torch_wheel(&wheels), runtime_wheel(&wheels), cupti_wheel(&wheels)], Variant::Cpu).unwrap();
    let libtorch = dir.path().join("libtorch");
    let libraries =
        ["libc10.so", "libcudart.so.13", "libcupti.so.13", "libgomp.so.1", "libtorch.so", "libtorch_cpu.so"];
    assert_eq!(names(&libtorch.join("lib")), libraries);
    assert_eq!(names(&libtorch), ["build-version", "gdl.json", "include", "lib"]);
    assert_eq!(names(&libtorch.join("include")), ["ATen", "torch"]);
    assert_eq!(fs::read_to_string(libtorch.join("lib/libcudart.so.13")).unwrap(), "runtime");
    assert_eq!(state(&libtorch), State::Ready(Variant::Cpu));
}

#[test]
fn for_cuda_everything_is_unpacked_flat() {
    let dir = work();
    let wheels = dir.path().join("part/downloads");
    run(dir.path(), &[torch_wheel(&wheels), runtime_wheel(&wheels), cupti_wheel(&wheels)], Variant::Cuda).unwrap();
    let libraries = names(&dir.path().join("libtorch/lib"));
    for name in ["libtorch_cuda.so", "libc10_cuda.so", "libtorch_nvshmem.so", "libcudart.so.13", "libnvperf_host.so"] {
        assert!(libraries.contains(&name.to_string()), "{name} is not in {libraries:?}");
    }
    assert!(!libraries.contains(&"libtorch_python.so".to_string()));
    assert_eq!(state(&dir.path().join("libtorch")), State::Ready(Variant::Cuda));
}

#[test]
fn other_platforms_wheels_are_taken_whole_but_for_python_and_cuda() {
    let kept = |name: &str| target(&Path::new("torch/lib").join(name), Variant::Cpu).is_some();
    for name in
        ["libtorch_cpu.dylib", "libomp.dylib", "libarm_compute.so", "libgfortran.so.5", "libnvpl_blas_core.so.0"]
    {
        assert!(kept(name), "{name}");
    }
    for name in ["libtorch_python.dylib", "libc10_cuda.so", "libtorch_cuda_linalg.so", "libcaffe2_nvrtc.so", "x.cmake"]
    {
        assert!(!kept(name), "{name}");
    }
}

#[test]
fn an_unsafe_path_is_refused_and_nothing_stays() {
    for name in ["../evil.so", "torch/include/../../../evil.h", "/torch/lib/libc10.so", "torch\\lib\\..\\evil.so"] {
        let dir = work();
        let wheel = dir.path().join("part/downloads/evil-1-py3-none-any.whl");
        zip(&wheel, &[("torch/lib/libtorch_cpu.so", "library"), (name, "evil")]);
        let error = format!("{:#}", run(dir.path(), &[wheel], Variant::Cpu).unwrap_err());
        assert!(error.contains("unsafe path"), "{name}: {error}");
        assert_eq!(names(dir.path()), ["part"]);
        assert_eq!(names(&dir.path().join("part")), ["downloads"]);
    }
}

#[test]
fn a_truncated_wheel_is_refused_removed_and_the_old_folder_stays() {
    let dir = work();
    let libtorch = dir.path().join("libtorch");
    write(&libtorch.join("lib/old.so"), "old");
    let wheels = dir.path().join("part/downloads");
    let (torch, cupti) = (torch_wheel(&wheels), cupti_wheel(&wheels));
    let bytes = fs::read(&torch).unwrap();
    fs::write(&torch, &bytes[..bytes.len() - 100]).unwrap();
    let error = format!("{:#}", run(dir.path(), &[cupti.clone(), torch.clone()], Variant::Cpu).unwrap_err());
    assert!(error.contains("run the command again"), "{error}");
    assert!(!torch.exists());
    assert!(cupti.exists(), "a whole wheel is kept for the next try");
    assert_eq!(names(&dir.path().join("part")), ["downloads"]);
    assert_eq!(names(&libtorch.join("lib")), ["old.so"]);
}

#[test]
fn a_whole_wheel_that_cannot_be_unpacked_is_kept() {
    let dir = work();
    let wheel = cupti_wheel(&dir.path().join("part/downloads"));
    // What it holds is there already.
    let error = format!("{:#}", run(dir.path(), &[wheel.clone(), wheel.clone()], Variant::Cuda).unwrap_err());
    assert!(error.contains("writing") && !error.contains("damaged"), "{error}");
    assert!(wheel.exists());
    assert_eq!(names(&dir.path().join("part")), ["downloads"]);
}

#[test]
fn a_wrong_byte_is_noticed() {
    let dir = work();
    let wheel = torch_wheel(&dir.path().join("part/downloads"));
    let mut bytes = fs::read(&wheel).unwrap();
    let content = b"torch/lib/libc10.so";
    let start = bytes.windows(content.len()).position(|window| window == content).unwrap() + content.len();
    bytes[start + 1] ^= 0x10;
    fs::write(&wheel, bytes).unwrap();
    assert!(run(dir.path(), std::slice::from_ref(&wheel), Variant::Cpu).is_err());
    assert!(!wheel.exists() && !dir.path().join("libtorch").exists());
}

#[test]
fn wheels_without_libtorch_are_refused() {
    let dir = work();
    let wheel = cupti_wheel(&dir.path().join("part/downloads"));
    let error = format!("{:#}", run(dir.path(), &[wheel], Variant::Cpu).unwrap_err());
    assert!(error.contains("do not hold what libtorch needs"), "{error}");
    assert_eq!(names(&dir.path().join("part")), ["downloads"]);
}

/// A repository whose wheels are all there already, and a search path with a C++ compiler only.
#[cfg(target_os = "linux")]
fn fetched() -> (TempDir, std::path::PathBuf) {
    let root = repository();
    fetch(root.path());
    let bin = root.path().join("bin");
    script(&bin.join("c++"), "echo c++ 12\n");
    (root, bin)
}

/// What an interrupted set-up has downloaded.
#[cfg(target_os = "linux")]
fn fetch(root: &Path) {
    let wheels = root.join(".libtorch.part/downloads");
    support::loadable_torch_wheel(&wheels);
    support::toolkit_wheel(&wheels);
    runtime_wheel(&wheels);
    cupti_wheel(&wheels);
}

/// `cargo book setup --cpu` where programs lie in `bin` only.
#[cfg(target_os = "linux")]
fn set_up(root: &Path, bin: &Path) -> Finished {
    Finished::run(book(root).args(["setup", "--cpu"]).env("PATH", bin))
}

#[test]
#[cfg(target_os = "linux")]
fn set_up_goes_on_with_the_wheels_that_are_there_and_a_second_run_does_nothing() {
    let (root, bin) = fetched();
    let setup = || set_up(root.path(), &bin);
    setup().assert_success();
    assert!(!root.path().join(".libtorch.part").exists());
    assert_eq!(state(&root.path().join(".libtorch")), State::Ready(Variant::Cpu));
    let made = fs::metadata(root.path().join(".libtorch/gdl.json")).unwrap().modified().unwrap();
    let second = setup();
    second.assert_success();
    second.assert_prints(&["Nothing to do"]);
    assert_eq!(fs::metadata(root.path().join(".libtorch/gdl.json")).unwrap().modified().unwrap(), made);
}

#[test]
#[cfg(target_os = "linux")]
fn without_python_the_cure_is_named_and_what_is_there_is_kept() {
    let (root, bin) = fetched();
    let wheels = root.path().join(".libtorch.part/downloads");
    fs::remove_file(wheels.join("cuda_toolkit-13.0.2-py2.py3-none-any.whl")).unwrap();
    set_up(root.path(), &bin).assert_failure(1, &["Python 3", "apt install python3"]);
    assert!(wheels.join(support::TORCH).exists());
    assert!(!root.path().join(".libtorch").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_compiler_nothing_is_downloaded() {
    let root = repository();
    set_up(root.path(), root.path()).assert_failure(1, &["C++ compiler", "g++"]);
    assert_eq!(names(root.path()), ["chapters", "data"]);
}

#[test]
#[cfg(target_os = "linux")]
fn where_files_may_not_become_larger_the_disk_counts_as_full_and_wheels_are_kept() {
    let (root, bin) = fetched();
    let wheels = root.path().join(".libtorch.part/downloads");
    let before = names(&wheels);
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ && ulimit -f 2 && exec \"$0\" setup --cpu", env!("CARGO_BIN_EXE_xtask")]);
    for (name, _) in book(root.path()).get_envs() {
        shell.env_remove(name);
    }
    let done = Finished::run(shell.current_dir(root.path()).env("PATH", &bin));
    done.assert_failure(1, &["is full", "free some space"]);
    assert_eq!(names(&wheels), before);
    set_up(root.path(), &bin).assert_success();
}

#[test]
#[cfg(target_os = "linux")]
fn what_another_command_has_installed_meanwhile_serves_unless_another_variant_was_asked_for() {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;
    for (asked, serves) in [(&[][..], true), (&["--cuda"], false)] {
        let root = repository();
        let bin = root.path().join("bin");
        script(&bin.join("c++"), "echo c++ 12\n");
        script(&bin.join("nvidia-smi"), "echo 580.95.05\n");
        let lock_file = root.path().join(".python/libtorch.lock");
        write(&lock_file, "");
        let lock = fs::File::open(&lock_file).unwrap();
        lock.lock().unwrap();
        let mut command = book(root.path());
        command.arg("setup").args(asked).env("PATH", &bin).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut said = lines.by_ref().take_while(|line| !line.contains("waiting for it")).collect::<String>();
        assert!(said.contains("(CUDA)"), "{said}");
        let libtorch = root.path().join(".libtorch");
        write(&libtorch.join("lib/libtorch_cpu.so"), "library");
        mark(&libtorch, Variant::Cpu).unwrap();
        drop(lock);
        said.extend(lines);
        // To install CUDA needs a Python, which is not on this path.
        assert_eq!(child.wait().unwrap().success(), serves, "{said}");
        assert_eq!(said.contains("no Python 3"), !serves, "{said}");
        assert_eq!(state(&libtorch), State::Ready(Variant::Cpu));
        assert_eq!(root.path().join(".libtorch.part").exists(), !serves);
    }
}
