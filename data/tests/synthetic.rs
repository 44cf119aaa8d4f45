//! Synthetic data: drawn if no source has the real set, refused on demand, and not used if the real set is available.

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
    text += "[set.synthetic]\ntitle = 'synthetic digits, not MNIST'\ngenerator = 'digits'\n";
    Manifest::parse(&text).unwrap()
}

#[test]
fn synthetic_data_is_made_where_it_may_be_and_the_real_set_wins() {
    let cache = tempdir().unwrap();
    let shelf = cache.path().join("mnist.synthetic");
    // The server has nothing until the synthetic data is drawn; then it serves these files as the real ones.
    let server = Server::start(move |request, _| match fs::read(shelf.join(&request.path[1..])) {
        Ok(bytes) => Reply::new(200, bytes),
        Err(_) => Reply::new(404, ""),
    });
    let store = Store::at(cache.path()).unwrap().with_manifest(manifest(&server.base));

    let error = store.fetch("mnist", Choice::Real).unwrap_err().to_string();
    assert!(error.contains("--data synthetic"), "{error}");
    assert!(!cache.path().join("mnist.synthetic").exists());

    let made = store.fetch("mnist", Choice::Any).unwrap();
    assert!(made.origin.synthetic);
    assert_eq!(made.origin.kind, OriginKind::Synthetic);
    assert_eq!(made.origin.description, "synthetic digits, not MNIST");
    assert_eq!(store.find("mnist", Choice::Real).unwrap(), None, "synthetic data is not real");
    let asked = server.requests().len();
    assert_eq!(store.fetch("mnist", Choice::Synthetic).unwrap(), made);
    assert_eq!(server.requests().len(), asked, "synthetic data in the cache is used without a request");

    let real = store.fetch("mnist", Choice::Any).unwrap();
    assert!(!real.origin.synthetic, "the real set is looked for again, in spite of the synthetic data");
    assert_eq!(store.fetch("mnist", Choice::Real).unwrap(), real);
    assert_eq!(store.fetch("mnist", Choice::Any).unwrap(), real);
    assert_eq!(store.fetch("mnist", Choice::Synthetic).unwrap(), made);
    assert!(store.verify("mnist").unwrap().iter().all(|report| report.problems.is_empty()));
    assert_eq!(real.origin.checksum, made.origin.checksum, "the same files, so the same checksum");
}

/// Caches of older versions: another name of the folder, other words in the record.
#[test]
fn synthetic_data_of_older_versions_is_found() {
    let cache = tempdir().unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(support::land());
    let made = store.fetch("land", Choice::Synthetic).unwrap();

    let old = cache.path().join("land.generated");
    fs::rename(&made.dir, &old).unwrap();
    let record = fs::read_to_string(old.join("origin.json")).unwrap();
    for text in [r#""kind": "synthetic""#, r#""synthetic": true"#, "a synthetic map"] {
        assert!(record.contains(text), "{record}");
    }
    let record = record.replace(r#""synthetic": true"#, r#""stand_in": true"#).replace("synthetic", "generated");
    fs::write(old.join("origin.json"), record).unwrap();

    let found = store.find("land", Choice::Any).unwrap().unwrap();
    assert_eq!(found.dir, old);
    assert_eq!(found.origin, made.origin);
    assert_eq!(store.fetch("land", Choice::Synthetic).unwrap(), found);
    assert!(store.list()[0].synthetic.is_some());
    assert!(store.verify("land").unwrap()[0].problems.is_empty());
    assert!(!made.dir.exists(), "it is not drawn again");
}
