//! The cache: sets that are found, incomplete, damaged, or fetched by many processes at once.

mod support;

use std::fs;

use data::{Choice, Store};
use support::{Reply, Server, content, gz, official, store, tree};
use tempfile::tempdir;

const WHOLE: [&str; 2] = ["small/numbers", "small/origin.json"];

#[test]
fn nothing_is_found_in_an_empty_cache() {
    let cache = tempdir().unwrap();
    let store = store(cache.path(), "");
    assert_eq!(store.find("small", Choice::Any).unwrap(), None);
    assert!(store.verify("small").unwrap().is_empty());
    assert!(store.list()[0].real.is_none());
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    let store = Store::at("nowhere").unwrap();
    for choice in [Choice::Any, Choice::Real, Choice::Synthetic] {
        let error = store.fetch("mnits", choice).unwrap_err().to_string();
        assert!(error.contains("did you mean `mnist`?") && error.contains("fashion-mnist"), "{error}");
    }
    let error = store.find("xyz", Choice::Any).unwrap_err().to_string();
    assert!(!error.contains("did you mean"), "{error}");
}

#[test]
fn a_set_without_a_source_or_synthetic_data_says_what_to_do() {
    let cache = tempdir().unwrap();
    let store = store(cache.path(), "");
    let error = store.fetch("small", Choice::Any).unwrap_err().to_string();
    assert!(error.contains("GDL_MIRROR"), "{error}");
    let error = store.fetch("small", Choice::Synthetic).unwrap_err().to_string();
    assert!(error.contains("no synthetic data for `small`; use --data real"), "{error}");
}

#[test]
fn a_mirror_folder_has_files_plain_or_packed() {
    for packed in [false, true] {
        let mirror = tempdir().unwrap();
        fs::create_dir(mirror.path().join("small")).unwrap();
        let (name, bytes) = if packed { ("numbers.gz", gz(&content())) } else { ("numbers", content()) };
        fs::write(mirror.path().join("small").join(name), bytes).unwrap();
        let cache = tempdir().unwrap();
        let place = mirror.path().display().to_string();
        let set = store(cache.path(), "").with_mirror(&place).fetch("small", Choice::Real).unwrap();
        assert_eq!(set.origin.description, format!("mirror {place}"));
        assert_eq!(tree(cache.path()), WHOLE);
    }
}

#[test]
fn a_mirror_address_has_files_plain_or_packed() {
    for packed in [false, true] {
        let server = Server::start(move |request, _| match (request.path.as_str(), packed) {
            ("/here/small/numbers.gz", true) => Reply::new(200, gz(&content())),
            ("/here/small/numbers", false) => Reply::new(200, content()),
            _ => Reply::new(404, ""),
        });
        let cache = tempdir().unwrap();
        let place = format!("{}here", server.base);
        store(cache.path(), "").with_mirror(place).fetch("small", Choice::Real).unwrap();
        assert_eq!(tree(cache.path()), WHOLE);
    }
}

#[test]
fn a_mirror_with_wrong_or_missing_files_is_passed_over() {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let mirror = tempdir().unwrap();
    let place = mirror.path().display().to_string();
    let fetch =
        |cache: &std::path::Path, sources: &str| store(cache, sources).with_mirror(&place).fetch("small", Choice::Any);
    let cache = tempdir().unwrap();
    let error = fetch(cache.path(), "").unwrap_err().to_string();
    assert!(error.contains("it has no folder `small`"), "{error}");
    fs::create_dir(mirror.path().join("small")).unwrap();
    let error = fetch(cache.path(), "").unwrap_err().to_string();
    assert!(error.contains("has no `numbers`"), "{error}");
    fs::write(mirror.path().join("small/numbers"), vec![0; 100_000]).unwrap();
    let error = fetch(cache.path(), "").unwrap_err().to_string();
    assert!(error.contains("wrong checksum"), "{error}");
    assert!(tree(cache.path()).is_empty());
    let set = fetch(cache.path(), &official(&server.base, "numbers")).unwrap();
    assert!(set.origin.description.contains(&server.base));
}

#[test]
fn leftovers_of_a_killed_run_do_no_harm() {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let work = cache.path().join(".work/small");
    for folder in ["files", "package", "replaced/set", "downloads/else"] {
        fs::create_dir_all(work.join(folder)).unwrap();
        fs::write(work.join(folder).join("numbers"), "half").unwrap();
    }
    let store = store(cache.path(), &official(&server.base, "numbers"));
    assert_eq!(store.find("small", Choice::Any).unwrap(), None, "half is not there");
    store.fetch("small", Choice::Any).unwrap();
    assert_eq!(tree(cache.path()), WHOLE);
}

#[test]
fn a_damaged_set_is_told_and_fetched_anew() {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let store = store(cache.path(), &official(&server.base, "numbers"));
    let set = store.fetch("small", Choice::Any).unwrap();
    assert!(store.verify("small").unwrap()[0].problems.is_empty());
    // Without origin.json, files count as put there by hand: tests/by_hand.rs.
    let harm: [&dyn Fn(); 3] = [
        &|| fs::write(set.file("numbers"), &content()[..500]).unwrap(),
        &|| fs::remove_file(set.file("numbers")).unwrap(),
        &|| fs::write(set.file("origin.json"), "{").unwrap(),
    ];
    for damage in harm {
        damage();
        let error = format!("{:#}", store.find("small", Choice::Any).unwrap_err());
        assert!(error.contains("is damaged"), "{error}");
        assert_eq!(store.verify("small").unwrap()[0].problems.len(), 1);
        store.fetch("small", Choice::Any).unwrap();
        assert_eq!(tree(cache.path()), WHOLE);
        assert!(store.verify("small").unwrap()[0].problems.is_empty());
    }
}

#[test]
fn verify_sees_one_wrong_byte() {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let store = store(cache.path(), &official(&server.base, "numbers"));
    let set = store.fetch("small", Choice::Any).unwrap();
    let mut bytes = content();
    bytes[77] ^= 1;
    fs::write(set.file("numbers"), bytes).unwrap();
    let reports = store.verify("small").unwrap();
    assert!(reports[0].problems[0].contains("wrong checksum"), "{reports:?}");
}

#[test]
fn many_at_once_fetch_it_once() {
    let server = Server::start(|_, _| Reply::new(200, content()));
    let cache = tempdir().unwrap();
    let sources = official(&server.base, "numbers");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| store(cache.path(), &sources).fetch("small", Choice::Real).unwrap());
        }
    });
    assert_eq!(server.requests().len(), 1);
    assert_eq!(tree(cache.path()), WHOLE);
}
