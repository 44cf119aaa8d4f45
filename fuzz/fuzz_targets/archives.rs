//! An archive (zip, tar, tar.gz) of a mirror: with paths that lead out of its folder, links, packed members, cut
//! images. Nothing may appear beside the cache, and the mirror stays as it is.
#![no_main]

use data::{Choice, Manifest, Store};
use std::fs;
use std::path::Path;

/// A set of two files and a folder of images.
const SET: &str = r#"
[[set]]
name = "small"
title = "Small"
licence = "none"
citation = "none"

[[set.file]]
name = "numbers"
bytes = 6
lines = { real = 1, synthetic = 1 }

[[set.file]]
name = "packed"
bytes = 6
lines = { real = 1, synthetic = 1 }

[[set.folder]]
name = "images"
ending = ".jpg"
images = true
files = 1

[[set.source]]
kind = "official"
title = "none"
base = "nowhere/" # no address: only the mirror has the archives
"#;

/// Its archives.
const ARCHIVES: [&str; 3] = ["a.zip", "a.tar.gz", "a.tar"];

thread_local! {
    static STORE: Store = store();
}

fn store() -> Store {
    let archive = |name: &str| {
        format!(
            "[[set.source.archive]]\nname = '{name}'\nmax_bytes = 1_000_000\nmembers = {{ 'in/numbers' = 'numbers', \
             'in/packed.gz' = 'packed', 'in/images/' = 'images/' }}\n"
        )
    };
    let manifest = Manifest::parse(&(SET.to_string() + &ARCHIVES.map(archive).concat())).expect("it is valid");
    let mirror = fuzz::scratch().join("mirror").display().to_string();
    let store = Store::at(fuzz::scratch().join("cache")).expect("datasets.toml is valid");
    store.with_manifest(manifest).with_mirror(mirror)
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let folder = fuzz::scratch();
    for used in ["cache", "mirror"] {
        let _ = fs::remove_dir_all(folder.join(used));
    }
    let name = match bytes {
        [b'P', b'K', ..] => ARCHIVES[0],
        [0x1f, 0x8b, ..] => ARCHIVES[1],
        _ => ARCHIVES[2],
    };
    let archive = fuzz::file(&format!("mirror/small/{name}"), bytes);
    if STORE.with(|store| store.fetch("small", Choice::Real)).is_ok() {
        assert_eq!(names(&folder.join("cache/small")), ["images", "numbers", "origin.json", "packed"]);
    }
    assert_eq!(names(folder), ["cache", "mirror"]);
    assert_eq!(names(&folder.join("mirror/small")), [name]);
    assert!(fs::read(archive).is_ok_and(|there| there == bytes));
});
