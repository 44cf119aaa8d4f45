//! The generators always draw the same bytes: a run knows its data by a checksum, so that no generator may change
//! without a word.
//!
//! The digests hold for glibc; another system's sine may differ in its last bit.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use synthetic::{
    celeba, chorales, coffee, digits, documents, drawings, fables, fruit, land, landscapes, paintings, preludes,
    shapes, soundfont, vectors, vgg19,
};

/// A digest of the names and contents of all files that `write` leaves in an empty folder.
fn digest(write: impl Fn(&Path) -> anyhow::Result<()>) -> String {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path()).unwrap();
    let mut hash = Sha256::new();
    add(folder.path(), "", &mut hash);
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn add(dir: &Path, prefix: &str, hash: &mut Sha256) {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for name in names {
        let path = dir.join(&name);
        if path.is_dir() {
            add(&path, &format!("{prefix}{name}/"), hash);
        } else {
            let mut bytes = fs::read(&path).unwrap();
            if name.ends_with(".png") {
                // The pixels: which bytes they are packed into is up to the compression library of the build.
                bytes = tiny_skia::Pixmap::decode_png(&bytes).unwrap().data().to_vec();
            }
            hash.update(format!("{prefix}{name} {}\n", bytes.len()));
            hash.update(&bytes);
        }
    }
}

#[test]
fn the_bytes_never_change() {
    let celeba_config = celeba::Config { seed: 2015, images: 40 };
    assert_eq!(digest(|dir| celeba::write(dir, &celeba_config)), "5060ed15db227007", "celeba");
    let chorales_config = chorales::Config { seed: 1685, train: 12, valid: 2, test: 2 };
    assert_eq!(digest(|dir| chorales::write(dir, &chorales_config)), "cc0421c00fb843f5", "chorales");
    assert_eq!(digest(coffee::write), "314061389523c2ee", "coffee");
    let digits_config = digits::Config { seed: 1998, train: 300, test: 100 };
    assert_eq!(digest(|dir| digits::write(dir, &digits_config)), "fdcb8e9f52ef626d", "digits");
    let documents_config = documents::Config { seed: 2016, train: 40, dev: 10 };
    assert_eq!(digest(|dir| documents::write(dir, &documents_config)), "2f2a2ffa0a2e2179", "documents");
    let fables_config = fables::Config { seed: 1912, fables: 32 };
    assert_eq!(digest(|dir| fables::write(dir, &fables_config)), "c05b5c2f9acd20b2", "fables");
    let fruit_config = fruit::Config { seed: 2017, train: 10, test: 2 };
    assert_eq!(digest(|dir| fruit::write(dir, &fruit_config)), "775a16505b8429a1", "fruit");
    assert_eq!(digest(land::write), "d1b6de7c869f1f48", "land");
    let landscapes_config = landscapes::Config { seed: 1840, train: 6, test: 1 };
    assert_eq!(digest(|dir| landscapes::write(dir, &landscapes_config)), "a8c4b56b19cbf8a1", "landscapes");
    let preludes_config = preludes::Config { seed: 1720, pieces: 7 };
    assert_eq!(digest(|dir| preludes::write(dir, &preludes_config)), "a5b69e329c3187a5", "preludes");
    let shapes_config = shapes::Config { seed: 2009, images: 100 };
    assert_eq!(digest(|dir| shapes::write(dir, &shapes_config)), "728d713e87de56f8", "shapes");
    assert_eq!(digest(soundfont::write), "4f08bbac7881ba4a", "soundfont");
    assert_eq!(digest(paintings::write), "0429fa31e1c483ea", "paintings");
    assert_eq!(digest(vectors::write), "ca5f504c3f19752a", "vectors");
    assert_eq!(digest(vgg19::write), "85f58904bd3f26bc", "vgg19");
}

#[test]
fn the_bytes_of_drawings_never_change() {
    let expected = [
        ("camel", "32fb482b9fde78b5"),
        ("horse", "827b5f50c65a1081"),
        ("cat", "2e4d5c222b98ee66"),
        ("fish", "948bdb9c77926b6f"),
        ("house", "dfeb72915536363b"),
        ("flower", "b10468eb70fad00e"),
        ("sun", "1a4f9678bcd5bf93"),
        ("tree", "da03c1255fa1cd26"),
        ("bicycle", "ad8638236c030d4e"),
        ("sailboat", "9e6ebf0eb26e10f2"),
    ];
    let config = drawings::Config { seed: 2017, drawings: 200 };
    let found: Vec<(&str, String)> = drawings::categories()
        .map(|category| (category, digest(|dir| drawings::write(dir, category, &config))))
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(category, digest)| (*category, digest.as_str())).collect();
    assert_eq!(found, expected);
}
