//! Files of the reader in the cache: they are checked and used, and never removed, moved or overwritten.

mod support;

use std::fs;
use std::path::Path;

use data::{Choice, Manifest, OriginKind, Store};
use support::{Reply, Server, archive, content, gz, official, store, tree};
use tempfile::{TempDir, tempdir};
use testing::bytes::zip;

const WHOLE: [&str; 2] = ["small/numbers", "small/origin.json"];

/// A cache with these files in the folder `small`.
fn cache(files: &[(&str, &[u8])]) -> TempDir {
    let cache = tempdir().unwrap();
    fs::create_dir(cache.path().join("small")).unwrap();
    for (name, bytes) in files {
        fs::write(cache.path().join("small").join(name), bytes).unwrap();
    }
    cache
}

/// A server that has the set.
fn server() -> (Server, String) {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let sources = official(&server.base, "numbers");
    (server, sources)
}

#[test]
fn good_files_are_checked_and_used() {
    let (server, sources) = server();
    let cache = cache(&[("numbers", &content()), ("notes.txt", b"mine")]);
    let store = store(cache.path(), &sources);
    assert_eq!(store.find("small", Choice::Any).unwrap(), None, "not before they are checked");
    assert!(store.list()[0].unchecked.is_some());
    let problems = &store.verify("small").unwrap()[0].problems;
    assert!(problems.len() == 1 && problems[0].contains("have not been checked"), "{problems:?}");

    let set = store.fetch("small", Choice::Any).unwrap();
    assert_eq!(set.origin.kind, OriginKind::Hand);
    assert_eq!(tree(&set.dir), ["notes.txt", "numbers", "origin.json"]);
    assert!(server.requests().is_empty());
    assert_eq!(store.find("small", Choice::Real).unwrap(), Some(set));
    assert!(store.verify("small").unwrap()[0].problems.is_empty() && store.list()[0].unchecked.is_none());
}

#[test]
fn wrong_files_are_named_and_stay_with_and_without_a_network() {
    let mut wrong = content();
    wrong[7] ^= 1;
    let (_server, sources) = server();
    for bytes in [wrong, content()[..500].to_vec(), b"<html>".to_vec()] {
        for sources in ["", &sources] {
            let cache = cache(&[("numbers", &bytes), ("notes.txt", b"mine")]);
            let store = store(cache.path(), sources);
            let error = store.fetch("small", Choice::Any).unwrap_err().to_string();
            assert!(error.contains("by hand: `numbers` has "), "{error}");
            assert!(error.contains("move it to another place to have it fetched"), "{error}");
            assert!(!error.contains("GDL_MIRROR"), "a mirror is not asked: {error}");
            assert_eq!(fs::read(cache.path().join("small/numbers")).unwrap(), bytes);
            assert_eq!(tree(cache.path()), ["small/notes.txt", "small/numbers"]);
        }
    }
}

#[test]
fn notes_survive_a_fetch_beside_them() {
    let (_server, sources) = server();
    let cache = cache(&[("notes.txt", b"mine")]);
    let store = store(cache.path(), &sources);
    assert!(store.verify("small").unwrap().is_empty());
    let set = store.fetch("small", Choice::Any).unwrap();
    assert_eq!(set.origin.kind, OriginKind::Official);
    assert_eq!(tree(&set.dir), ["notes.txt", "numbers", "origin.json"]);
    // They also survive when a damaged file of ours is fetched again.
    fs::write(set.file("numbers"), &content()[..500]).unwrap();
    store.fetch("small", Choice::Any).unwrap();
    assert_eq!(fs::read(set.file("numbers")).unwrap(), content());
    assert_eq!(fs::read(set.dir.join("notes.txt")).unwrap(), b"mine");
}

#[test]
fn a_file_that_replaced_ours_is_never_overwritten() {
    let (_server, sources) = server();
    let cache = tempdir().unwrap();
    let store = store(cache.path(), &sources);
    let set = store.fetch("small", Choice::Any).unwrap();
    fs::write(set.file("numbers"), "the reader's own").unwrap();
    let error = store.fetch("small", Choice::Any).unwrap_err().to_string();
    assert!(error.contains("numbers is in the way") && error.contains("move it away"), "{error}");
    assert_eq!(fs::read(set.file("numbers")).unwrap(), b"the reader's own");
}

#[test]
fn files_by_hand_that_are_damaged_later_stay() {
    let (_server, sources) = server();
    let cache = cache(&[("numbers", &content())]);
    let store = store(cache.path(), &sources);
    store.fetch("small", Choice::Any).unwrap();
    fs::write(cache.path().join("small/numbers"), &content()[..500]).unwrap();
    let error = store.fetch("small", Choice::Any).unwrap_err().to_string();
    assert!(error.contains("`numbers` has 500 bytes"), "{error}");
    assert_eq!(fs::read(cache.path().join("small/numbers")).unwrap().len(), 500);
}

#[test]
fn a_lost_record_is_written_again() {
    let (server, sources) = server();
    let cache = tempdir().unwrap();
    let store = store(cache.path(), &sources);
    let set = store.fetch("small", Choice::Any).unwrap();
    fs::remove_file(set.dir.join("origin.json")).unwrap();
    store.fetch("small", Choice::Any).unwrap();
    assert_eq!(tree(cache.path()), WHOLE);
    assert!(store.verify("small").unwrap()[0].problems.is_empty());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn packed_files_are_unpacked_beside_themselves() {
    let sources = archive("http://127.0.0.1:9/", "all.zip");
    let zipped = zip(&[("in/numbers", &content())]);
    for (name, bytes) in [("numbers.gz", gz(&content())), ("all.zip", zipped)] {
        let cache = cache(&[(name, &bytes)]);
        let set = store(cache.path(), &sources).fetch("small", Choice::Any).unwrap();
        assert_eq!(set.origin.kind, OriginKind::Hand);
        assert_eq!(fs::read(set.file("numbers")).unwrap(), content());
        assert_eq!(fs::read(set.dir.join(name)).unwrap(), bytes);
    }
    // As `tar -x` leaves it.
    let cache = tempdir().unwrap();
    fs::create_dir_all(cache.path().join("small/in")).unwrap();
    fs::write(cache.path().join("small/in/numbers"), content()).unwrap();
    let set = store(cache.path(), &sources).fetch("small", Choice::Any).unwrap();
    assert_eq!(tree(&set.dir), ["in/numbers", "numbers", "origin.json"]);
    // An archive that nobody can unpack is at least named.
    let cache = self::cache(&[("all.rar", b"Rar!")]);
    let error = store(cache.path(), "").fetch("small", Choice::Any).unwrap_err().to_string();
    assert!(error.contains("it lacks `numbers`; `all.rar` lies there packed"), "{error}");
}

#[test]
fn a_file_of_a_family_may_lie_beside_its_folders() {
    let text = r#"
        [[set]]
        name = "draw/{category}"
        title = "Drawings"
        licence = "none"
        citation = "none"
        categories = ["ant", "bee"]
        [[set.file]]
        name = "{category}.npy"
        npy = { rows = 1, columns = 3 }
    "#;
    let cache = tempdir().unwrap();
    let mut npy = vec![];
    synthetic::format::npy::write(&mut npy, 3, &[1, 2, 3]).unwrap();
    fs::create_dir(cache.path().join("draw")).unwrap();
    fs::write(cache.path().join("draw/ant.npy"), &npy).unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(Manifest::parse(text).unwrap());
    let set = store.fetch("draw/ant", Choice::Real).unwrap();
    assert_eq!(set.origin.kind, OriginKind::Hand);
    assert_eq!(tree(cache.path()), ["draw/ant.npy", "draw/ant/ant.npy", "draw/ant/origin.json"]);
    let error = store.fetch("draw/bee", Choice::Real).unwrap_err().to_string();
    assert!(!error.contains("ant.npy"), "{error}");
}

#[test]
fn a_compressed_or_foreign_file_under_a_plain_name_is_named() {
    let text = r#"
        [[set]]
        name = "small"
        title = "Small"
        licence = "none"
        citation = "none"
        [[set.file]]
        name = "numbers"
        idx = [2, 3]
    "#;
    let idx = [&[0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3][..], &[1; 6]].concat();
    let cases = [(gz(&idx), "rename it to `numbers.gz`"), (b"<!doctype HTML>".to_vec(), "a web page")];
    for (bytes, complaint) in cases {
        let cache = cache(&[("numbers", &bytes)]);
        let store = Store::at(cache.path()).unwrap().with_manifest(Manifest::parse(text).unwrap());
        let error = store.fetch("small", Choice::Real).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
    let cache = cache(&[("numbers", &idx)]);
    let store = Store::at(cache.path()).unwrap().with_manifest(Manifest::parse(text).unwrap());
    store.fetch("small", Choice::Real).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_to_another_place_stays_a_link() {
    use std::os::unix::fs::symlink;
    let (_server, sources) = server();
    for there in [true, false] {
        let (cache, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
        let target = elsewhere.path().join("data");
        if there {
            fs::create_dir(&target).unwrap();
            fs::write(target.join("notes.txt"), "mine").unwrap();
        }
        let link = cache.path().join("small");
        symlink(&target, &link).unwrap();
        let store = store(cache.path(), &sources);
        store.fetch("small", Choice::Any).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(target.join("numbers")).unwrap(), content());
        assert_eq!(target.join("notes.txt").exists(), there);
        assert!(store.find("small", Choice::Real).unwrap().is_some());
    }
}

/// A folder on another disk, where this machine has one.
fn other_disk() -> Option<TempDir> {
    let here = tempdir().ok()?;
    let there = tempfile::tempdir_in("/dev/shm").ok()?;
    fs::write(here.path().join("probe"), "").ok()?;
    let moved = fs::rename(here.path().join("probe"), there.path().join("probe"));
    moved.is_err_and(|error| error.kind() == std::io::ErrorKind::CrossesDevices).then_some(there)
}

#[cfg(unix)]
#[test]
fn a_set_may_lie_on_another_disk() {
    let Some(disk) = other_disk() else {
        eprintln!("not tested: /dev/shm is no other disk");
        return;
    };
    let (_server, sources) = server();
    let cache = tempdir().unwrap();
    std::os::unix::fs::symlink(disk.path(), cache.path().join("small")).unwrap();
    store(cache.path(), &sources).fetch("small", Choice::Any).unwrap();
    assert_eq!(fs::read(disk.path().join("numbers")).unwrap(), content());
}

/// Runs `work` while the folder cannot be written; false for root, who can write anywhere.
#[cfg(unix)]
fn read_only(dir: &Path, work: impl FnOnce()) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fn set(dir: &Path, mode: u32) {
        for entry in fs::read_dir(dir).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
            set(&entry.path(), mode);
        }
        fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
    }
    set(dir, 0o555);
    let real = fs::write(dir.join("probe"), "").is_err();
    if real {
        work();
    } else {
        let _ = fs::remove_file(dir.join("probe"));
        eprintln!("not tested: this user can write anywhere");
    }
    set(dir, 0o755);
    real
}

#[cfg(unix)]
#[test]
fn whole_data_in_a_read_only_folder_is_used_without_writing() {
    let by_hand = cache(&[("numbers", &content())]);
    read_only(by_hand.path(), || {
        let set = store(by_hand.path(), "").fetch("small", Choice::Any).unwrap();
        assert_eq!(set.origin.kind, OriginKind::Hand);
        assert_eq!(tree(by_hand.path()), ["small/numbers"]);
    });

    let cache = tempdir().unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(support::land());
    let made = store.fetch("land", Choice::Synthetic).unwrap();
    read_only(cache.path(), || {
        assert_eq!(store.fetch("land", Choice::Any).unwrap(), made);
        assert_eq!(store.fetch("land", Choice::Synthetic).unwrap(), made);
        let error = store.fetch("land", Choice::Real).unwrap_err();
        assert!(format!("{error:#}").contains("set GDL_CACHE to a folder that can be written"), "{error:#}");
    });
}
