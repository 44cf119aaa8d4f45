//! Which folder of libtorch serves, of which version it is, and which wheels make one.

mod support;

use std::path::{Path, PathBuf};

use support::write;
use xtask::libtorch::wheel::{self, Requirement};
use xtask::libtorch::{Place, State, Variant, check_external, mark, state, version};

/// A folder with the CPU library.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join("lib/libtorch_cpu.so"), "library");
    dir
}

#[test]
fn the_value_that_cargo_sets_is_no_wish_of_the_users() {
    let root = tempfile::tempdir().unwrap();
    let own = root.path().join(".libtorch");
    assert_eq!(Place::from_value(root.path(), None), Place::Own(own.clone()));
    assert_eq!(Place::from_value(root.path(), Some(PathBuf::new())), Place::Own(own.clone()));
    assert_eq!(Place::from_value(root.path(), Some(own.clone())), Place::Own(own.clone()));
    let detour = root.path().join("chapters/../.libtorch");
    std::fs::create_dir(root.path().join("chapters")).unwrap();
    assert_eq!(Place::from_value(root.path(), Some(detour)), Place::Own(own));
    let other = tempfile::tempdir().unwrap();
    for name in [".libtorch", "libtorch"] {
        let external = other.path().join(name);
        assert_eq!(Place::from_value(root.path(), Some(external.clone())), Place::External(external));
    }
}

#[test]
fn versions_are_found_in_every_place_they_stand() {
    let dir = folder();
    assert_eq!(version::found(dir.path()), None);
    let old = "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION \"2.3.1\"\n";
    write(&dir.path().join("include/torch/csrc/api/include/torch/version.h"), old);
    assert_eq!(version::found(dir.path()).as_deref(), Some("2.3.1"));
    let new = "#define TORCH_VERSION_ABI_TAG 0\n\n#define TORCH_VERSION \\\n  \"2.11.0\"\n";
    write(&dir.path().join("include/torch/headeronly/version.h"), new);
    assert_eq!(version::found(dir.path()).as_deref(), Some("2.11.0"));
    write(&dir.path().join("build-version"), "2.9.0+cu130\n");
    assert_eq!(version::found(dir.path()).as_deref(), Some("2.9.0"));
}

#[test]
fn an_external_folder_must_hold_the_wanted_version() {
    let message = |dir: &Path| check_external(dir).unwrap_err().to_string();
    let dir = folder();
    assert!(message(dir.path()).contains("its version is unknown"));
    write(&dir.path().join("build-version"), "2.5.1+cpu\n");
    let error = message(dir.path());
    for part in ["LIBTORCH", "2.5.1", "2.11.0", "Unset LIBTORCH"] {
        assert!(error.contains(part), "{error}");
    }
    write(&dir.path().join("build-version"), "2.11.0+cpu\n");
    assert_eq!(check_external(dir.path()).unwrap(), Variant::Cpu);
    write(&dir.path().join("lib/libtorch_cuda.so"), "library");
    assert_eq!(check_external(dir.path()).unwrap(), Variant::Cuda);
    assert!(message(&dir.path().join("nowhere")).contains("no folder"));
    assert!(message(&dir.path().join("lib")).contains("no library torch_cpu"));
}

#[test]
fn our_folder_is_missing_ready_or_broken() {
    let dir = folder();
    assert_eq!(state(&dir.path().join("nowhere")), State::Missing);
    assert!(matches!(state(dir.path()), State::Broken(_)));
    mark(dir.path(), Variant::Cpu).unwrap();
    assert_eq!(state(dir.path()), State::Ready(Variant::Cpu));
    write(&dir.path().join("lib/libtorch_cpu.so"), "libr");
    let State::Broken(reason) = state(dir.path()) else { panic!("a library that is cut short serves") };
    assert!(reason.contains("libtorch_cpu.so"), "{reason}");
    let marker = dir.path().join("gdl.json");
    let text = std::fs::read_to_string(&marker).unwrap();
    write(&marker, &text.replace("2.11.0", "2.10.0"));
    let State::Broken(reason) = state(dir.path()) else { panic!("an old version serves") };
    assert!(reason.contains("2.10.0"), "{reason}");
    write(&marker, "{");
    assert!(matches!(state(dir.path()), State::Broken(_)));
}

#[test]
fn a_folder_made_by_hand_serves() {
    let dir = folder();
    write(&dir.path().join("build-version"), "2.11.0");
    assert_eq!(state(dir.path()), State::Ready(Variant::Cpu));
}

#[test]
fn requirements_are_read() {
    let requirement = Requirement::parse(" cuda-toolkit[cublas,cudart]==13.0.2; platform_system == \"Linux\"");
    assert_eq!(requirement.name, "cuda-toolkit");
    assert_eq!(requirement.extras, ["cublas", "cudart"]);
    assert_eq!(requirement.spec, "cuda-toolkit==13.0.2");
    assert_eq!(requirement.extra, None);
    let requirement = Requirement::parse("nvidia-nvtx==13.0.85.*; (sys_platform == 'linux') and extra == 'nvtx'");
    assert_eq!((requirement.spec.as_str(), requirement.extra.as_deref()), ("nvidia-nvtx==13.0.85.*", Some("nvtx")));
    let requirement = Requirement::parse("filelock");
    assert_eq!((requirement.name.as_str(), requirement.spec.as_str()), ("filelock", "filelock"));
}

#[test]
fn the_wheels_to_fetch_follow_from_the_metadata() {
    let dir = tempfile::tempdir().unwrap();
    let torch = support::torch_wheel(dir.path());
    let toolkit_wheel = support::toolkit_wheel(dir.path());
    let specs = |requirements: &[Requirement]| -> Vec<String> {
        requirements.iter().map(|requirement| requirement.spec.clone()).collect()
    };
    let cpu = wheel::wanted(wheel::requirements(&torch).unwrap(), Variant::Cpu);
    assert_eq!(specs(&cpu), ["cuda-toolkit==13.0.2"]);
    let slim = wheel::expanded(&cpu[0], wheel::requirements(&toolkit_wheel).unwrap(), Variant::Cpu);
    assert_eq!(specs(&slim), ["nvidia-cuda-runtime==13.0.96.*", "nvidia-cuda-cupti==13.0.85.*"]);
    let cuda = wheel::wanted(wheel::requirements(&torch).unwrap(), Variant::Cuda);
    assert_eq!(specs(&cuda), ["cuda-toolkit==13.0.2", "nvidia-cudnn-cu13==9.19.0.56"]);
    let all = wheel::expanded(&cuda[0], wheel::requirements(&toolkit_wheel).unwrap(), Variant::Cuda);
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].spec, "nvidia-cublas==13.1.0.3.*");
}

#[test]
fn wheels_that_are_there_are_found_by_name_and_version() {
    let dir = tempfile::tempdir().unwrap();
    let torch = support::torch_wheel(dir.path());
    let cupti = support::cupti_wheel(dir.path());
    assert_eq!(wheel::in_folder(dir.path(), "torch==2.11.0"), Some(torch));
    assert_eq!(wheel::in_folder(dir.path(), "nvidia-cuda-cupti==13.0.85.*"), Some(cupti));
    assert_eq!(wheel::in_folder(dir.path(), "torch==2.11.01"), None);
    assert_eq!(wheel::in_folder(dir.path(), "torch==2.1"), None);
    assert_eq!(wheel::in_folder(dir.path(), "nvidia-cuda==13.0"), None);
}
