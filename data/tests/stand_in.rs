//! The stand-in beside the real set: made where no source can be had, refused on demand, put aside by the real set.

mod support;

use std::fs;

use data::{Choice, Manifest, OriginKind, Store};
use support::{Reply, Server};
use tempfile::tempdir;

/// MNIST's manifest with one official source, and without checksums.
fn manifest(base: &str) -> Manifest {
    let files = [
        ("train-images-idx3-ubyte", "60_000, 28, 28"),
        ("train-labels-idx1-ubyte", "60_000"),
        ("t10k-images-idx3-ubyte", "10_000, 28, 28"),
        ("t10k-labels-idx1-ubyte", "10_000"),
    ];
    let mut text = String::from("[[set]]\nname = 'mnist'\ntitle = 'MNIST'\nlicence = 'none'\ncitation = 'none'\n");
    for (name, shape) in files {
        text += &format!("[[set.file]]\nname = '{name}'\nidx = [{shape}]\n");
    }
    let names = files.map(|(name, _)| name);
    text += &format!("[[set.source]]\nkind = 'official'\ntitle = 'test'\nbase = '{base}'\nfiles = {names:?}\n");
    text += "[set.stand_in]\ntitle = 'generated digits, not MNIST'\ngenerator = 'digits'\n";
    Manifest::parse(&text).unwrap()
}

#[test]
fn a_stand_in_is_made_where_it_may_be_and_the_real_set_wins() {
    let cache = tempdir().unwrap();
    let shelf = cache.path().join("mnist.generated");
    // The server has nothing until the stand-in is there, whose files it then passes off as the real ones.
    let server = Server::start(move |request, _| match fs::read(shelf.join(&request.path[1..])) {
        Ok(bytes) => Reply::new(200, bytes),
        Err(_) => Reply::new(404, ""),
    });
    let store = Store::at(cache.path()).unwrap().with_manifest(manifest(&server.base));

    let error = store.fetch("mnist", Choice::Real).unwrap_err().to_string();
    assert!(error.contains("--data any"), "{error}");
    assert!(!cache.path().join("mnist.generated").exists());

    let made = store.fetch("mnist", Choice::Any).unwrap();
    assert!(made.origin.stand_in);
    assert_eq!(made.origin.kind, OriginKind::Generated);
    assert_eq!(made.origin.description, "generated digits, not MNIST");
    assert_eq!(store.find("mnist", Choice::Real).unwrap(), None, "a stand-in is not real");
    let asked = server.requests().len();
    assert_eq!(store.fetch("mnist", Choice::Generated).unwrap(), made);
    assert_eq!(server.requests().len(), asked, "a stand-in that is there is taken without asking");

    let real = store.fetch("mnist", Choice::Any).unwrap();
    assert!(!real.origin.stand_in, "the real set is looked for again although a stand-in is there");
    assert_eq!(store.fetch("mnist", Choice::Real).unwrap(), real);
    assert_eq!(store.fetch("mnist", Choice::Any).unwrap(), real);
    assert_eq!(store.fetch("mnist", Choice::Generated).unwrap(), made);
    assert!(store.verify("mnist").unwrap().iter().all(|report| report.problems.is_empty()));
    assert_eq!(real.origin.checksum, made.origin.checksum, "the same files, so the same checksum");
}
