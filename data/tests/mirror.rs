//! The mirror as readers write it, and what is said where it is nearly right.

mod support;

use std::fs;

use data::Choice;
use support::{Reply, Server, archive, content, store, tree};
use tempfile::tempdir;
use testing::bytes::zip;

#[test]
fn it_may_have_the_official_archive_as_it_is() {
    let mirror = tempdir().unwrap();
    fs::create_dir(mirror.path().join("small")).unwrap();
    fs::write(mirror.path().join("small/all.zip"), zip(&[("in/numbers", &content())])).unwrap();
    let sources = archive("http://127.0.0.1:9/", "all.zip");
    let cache = tempdir().unwrap();
    let store = store(cache.path(), &sources).with_mirror(mirror.path().display().to_string());
    let set = store.fetch("small", Choice::Real).unwrap();
    assert!(set.origin.description.starts_with("mirror "), "{}", set.origin.description);
    assert_eq!(tree(cache.path()), ["small/numbers", "small/origin.json"]);
}

#[test]
fn it_may_be_an_address_that_has_the_official_archive() {
    let zipped = zip(&[("in/numbers", &content())]);
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/here/small/all.zip" => Reply::new(200, zipped.clone()),
        _ => Reply::new(404, ""),
    });
    let cache = tempdir().unwrap();
    let place = server.base.replace("http://", "HTTP://") + "here/";
    let store = store(cache.path(), &archive("http://127.0.0.1:9/", "all.zip")).with_mirror(place);
    let set = store.fetch("small", Choice::Real).unwrap();
    assert!(set.origin.description.starts_with("mirror "), "{}", set.origin.description);
}

#[test]
fn it_may_be_written_as_a_file_address() {
    let mirror = tempdir().unwrap();
    let dir = mirror.path().join("my data/small");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("numbers"), content()).unwrap();
    let cache = tempdir().unwrap();
    let place = format!("file://{}/my%20data", mirror.path().display());
    store(cache.path(), "").with_mirror(place).fetch("small", Choice::Real).unwrap();
    let error = store(tempdir().unwrap().path(), "").with_mirror("s3://bucket").fetch("small", Choice::Real);
    assert!(error.unwrap_err().to_string().contains("a folder or an http(s) address"));
}

#[test]
fn near_names_are_told() {
    let mirror = tempdir().unwrap();
    let fetch = || {
        let cache = tempdir().unwrap();
        let store = store(cache.path(), "").with_mirror(mirror.path().display().to_string());
        store.fetch("small", Choice::Real).unwrap_err().to_string()
    };
    fs::create_dir(mirror.path().join("Smal")).unwrap();
    let error = fetch();
    assert!(error.contains("it has no folder `small`; it has `Smal`: rename that to `small`"), "{error}");
    fs::rename(mirror.path().join("Smal"), mirror.path().join("small")).unwrap();
    fs::write(mirror.path().join("small/Numbers.bin"), content()).unwrap();
    let error = fetch();
    assert!(error.contains("has no `numbers`, with or without .gz; it has `Numbers.bin`"), "{error}");
}
