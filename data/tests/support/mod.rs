//! What the tests share: a small data set, and a web server that can misbehave.
#![allow(dead_code, unused_imports)] // each test file uses a part of it

mod server;

use std::io::Write;
use std::path::Path;

use data::{Manifest, Store};
use testing::bytes::sha256;

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

/// A manifest of one set, `land`, which has synthetic data and no source.
pub fn land() -> Manifest {
    let text = r#"
        [[set]]
        name = "land"
        title = "Land"
        licence = "none"
        citation = "none"
        [[set.file]]
        name = "land-110m.json"
        lines = { real = 1, synthetic = 1 }
        [set.synthetic]
        title = "a synthetic map"
        generator = "land"
    "#;
    Manifest::parse(text).unwrap()
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

/// An official source at `base` with these fields.
fn source(base: &str, fields: &str) -> String {
    format!("[[set.source]]\nkind = \"official\"\ntitle = \"the test's server\"\nbase = \"{base}\"\n{fields}")
}

/// An official source at `base` that has the file under the name `name`.
pub fn official(base: &str, name: &str) -> String {
    source(base, &format!("files = [\"{name}\"]\n"))
}

/// An official source at `base` that has the file in an archive, as the member `in/numbers`.
pub fn archive(base: &str, name: &str) -> String {
    archive_of(base, name, "\"in/numbers\" = \"numbers\"")
}

/// An official source at `base` with an archive `name` of these members: `"in/numbers" = "numbers"`.
pub fn archive_of(base: &str, name: &str, members: &str) -> String {
    let archive = "[[set.source.archive]]\nmax_bytes = 1_000_000\n";
    source(base, &format!("{archive}name = \"{name}\"\nmembers = {{ {members} }}\n"))
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
