//! What the tests share: a small data set, and a web server that can misbehave.
#![allow(dead_code, unused_imports)] // each test file uses a part of it

mod server;

use std::io::Write;
use std::path::Path;

use data::{Manifest, Store};
use sha2::{Digest, Sha256};

pub use server::{Reply, Server};

/// The one file of the small data set: 100,000 bytes that hardly shrink in a .gz.
pub fn content() -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..100_000).map(|_| next()).collect()
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A manifest of one set, `small`, with one file, `numbers`, and these sources.
pub fn manifest(sources: &str) -> Manifest {
    let text = format!(
        r#"
        [[set]]
        name = "small"
        title = "Small"
        licence = "none"
        citation = "none"
        [[set.file]]
        name = "numbers"
        bytes = 100_000
        sha256 = "{}"
        {sources}
        "#,
        sha256(&content())
    );
    Manifest::parse(&text).unwrap()
}

/// An official source at `base` that has the file under the name `name`.
pub fn official(base: &str, name: &str) -> String {
    format!(
        r#"
        [[set.source]]
        kind = "official"
        title = "the test's server"
        base = "{base}"
        files = ["{name}"]
        "#
    )
}

/// An official source at `base` that has the file in an archive, as the member `in/numbers`.
pub fn archive(base: &str, name: &str) -> String {
    format!(
        r#"
        [[set.source]]
        kind = "official"
        title = "the test's server"
        base = "{base}"
        [[set.source.archive]]
        name = "{name}"
        max_bytes = 1_000_000
        members = {{ "in/numbers" = "numbers" }}
        "#
    )
}

pub fn store(cache: &Path, sources: &str) -> Store {
    Store::at(cache).unwrap().with_manifest(manifest(sources))
}

/// Everything below a folder but lock files, relative and sorted. Folders count when they are empty.
pub fn tree(dir: &Path) -> Vec<String> {
    fn walk(root: &Path, dir: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.read_dir().unwrap().next().is_some() {
                walk(root, &path, found);
            } else if path.extension().is_none_or(|extension| extension != "lock") {
                found.push(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    let mut found = Vec::new();
    walk(dir, dir, &mut found);
    found.sort();
    found
}
