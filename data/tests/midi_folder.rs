//! A set whose files lie in its own folder, all of one kind: MIDI files, the real ones or the reader's.

mod support;

use std::fs;
use std::path::Path;

use data::{Choice, Manifest, OriginKind, Store};
use music::{Note, Part, Pitch, Quarters, Score, midi};
use support::tree;
use tempfile::{TempDir, tempdir};

fn store(cache: &Path) -> Store {
    let text = r#"
        [[set]]
        name = "pieces"
        title = "Pieces"
        licence = "none"
        citation = "none"
        by_hand = "find some"
        [[set.folder]]
        name = "."
        ending = ".mid"
        or = [".midi"]
        midi = true
        files = 3
        least = 1
    "#;
    Store::at(cache).unwrap().with_manifest(Manifest::parse(text).unwrap())
}

fn piece(pitch: u8) -> Vec<u8> {
    let one = Quarters::from_integer(1);
    let notes = vec![Note::new(one, Pitch::from_midi(pitch).unwrap(), one)];
    midi::write(&Score::new(vec![Part { name: String::new(), program: 0, notes }], 120.0)).unwrap()
}

/// A folder with `pieces/` in it, and these files there.
fn folder(files: &[&str]) -> TempDir {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join("pieces")).unwrap();
    for (pitch, name) in (60..).zip(files) {
        fs::write(folder.path().join("pieces").join(name), piece(pitch)).unwrap();
    }
    folder
}

#[test]
fn a_mirror_has_them_in_the_folder_of_the_set() {
    let mirror = folder(&["1.mid", "2.mid", "3.MIDI"]);
    fs::write(mirror.path().join("pieces/notes.txt"), "mine").unwrap();
    let cache = tempdir().unwrap();
    let store = store(cache.path()).with_mirror(mirror.path().to_str().unwrap());
    let set = store.fetch("pieces", Choice::Real).unwrap();
    assert_eq!(set.origin.kind, OriginKind::Mirror);
    assert_eq!((set.origin.remark, set.origin.files[0].count), (None, Some(3)));
    assert_eq!(tree(&set.dir), ["1.mid", "2.mid", "3.MIDI", "origin.json"]);
    assert!(store.verify("pieces").unwrap()[0].problems.is_empty());

    // One that is gone is fetched again.
    fs::remove_file(set.dir.join("2.mid")).unwrap();
    assert!(store.find("pieces", Choice::Real).unwrap_err().to_string().contains("damaged"));
    assert_eq!(tree(&store.fetch("pieces", Choice::Real).unwrap().dir).len(), 4);
}

#[test]
fn files_of_the_reader_are_checked_and_used() {
    let cache = folder(&["mine.mid"]);
    let set = store(cache.path()).fetch("pieces", Choice::Any).unwrap();
    assert_eq!(set.origin.kind, OriginKind::Hand);
    assert_eq!(set.origin.remark.as_deref(), Some("(other files in its layout)"));

    let cache = folder(&["mine.mid"]);
    fs::write(cache.path().join("pieces/other.mid"), "<html>").unwrap();
    let error = store(cache.path()).fetch("pieces", Choice::Any).unwrap_err().to_string();
    assert!(error.contains("cannot use `other.mid`") && error.contains("not a MIDI file"), "{error}");
    assert_eq!(tree(&cache.path().join("pieces")), ["mine.mid", "other.mid"]);
}

#[test]
fn a_folder_without_them_is_no_source() {
    let (mirror, cache) = (folder(&[]), folder(&[]));
    fs::write(cache.path().join("pieces/notes.txt"), "mine").unwrap();
    let store = store(cache.path()).with_mirror(mirror.path().to_str().unwrap());
    let error = store.fetch("pieces", Choice::Any).unwrap_err().to_string();
    assert!(error.contains("has no `.mid` files") && error.contains("find some"), "{error}");
    assert_eq!(store.list()[0].unchecked, None);
    assert_eq!(tree(&cache.path().join("pieces")), ["notes.txt"]);
}
