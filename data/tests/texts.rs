//! Texts that are known by passages that they hold.

mod support;

use std::fs;

use data::{Choice, DataSet, Manifest, OriginKind, Store};
use support::{Reply, Server};
use tempfile::tempdir;

const FABLES: &str = "title\nGRAPES\n\n\nA fox.\n\n\nPICTURES\n\n\n[one]\n";

/// A set with the fables, which a source at `base` has under another name.
fn manifest(base: &str) -> Manifest {
    let text = format!(
        r#"
        [[set]]
        name = "fables"
        title = "Fables"
        licence = "none"
        citation = "none"
        [[set.file]]
        name = "fables.txt"
        holds = ["GRAPES\n\n\n", "PICTURES\n\n\n["]
        [[set.source]]
        kind = "official"
        title = "the test's server"
        base = "{base}"
        renamed = {{ "pg1.txt" = "fables.txt" }}
        "#
    );
    Manifest::parse(&text).unwrap()
}

/// The set, if these bytes are put into the cache by hand.
fn by_hand(bytes: &[u8]) -> anyhow::Result<DataSet> {
    let cache = tempdir().unwrap();
    fs::create_dir(cache.path().join("fables")).unwrap();
    fs::write(cache.path().join("fables/fables.txt"), bytes).unwrap();
    Store::at(cache.path()).unwrap().with_manifest(manifest("http://127.0.0.1:9/")).fetch("fables", Choice::Real)
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    let dos = format!("\u{feff}{}", FABLES.replace('\n', "\r\n"));
    for text in [FABLES, &dos] {
        assert_eq!(by_hand(text.as_bytes()).unwrap().origin.kind, OriginKind::Hand);
    }
}

#[test]
fn other_texts_are_refused() {
    let cases = [
        (FABLES.replace("GRAPES\n\n\n", "GRAPES\n\n"), r#"it has no "GRAPES\n\n\n", or not in its place"#),
        (format!("PICTURES\n\n\n[\n{}", FABLES.replace("PICTURES", "")), r#"it has no "PICTURES\n\n\n["#),
        ("<html>".to_string(), "it is a web page (HTML), not plain text\n"),
        (String::new(), "it is empty"),
    ];
    for (text, complaint) in cases {
        let error = by_hand(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
    }
    let error = by_hand(b"G\xfcte\n").unwrap_err().to_string();
    assert!(error.contains("byte 0xfc at position 1 in line 1") && error.contains("iconv"), "{error}");
}

#[test]
fn the_file_gets_its_usual_name() {
    let server = Server::start(|request, _| match request.path.as_str() {
        "/pg1.txt" => Reply::new(200, FABLES),
        _ => Reply::new(404, ""),
    });
    let cache = tempdir().unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(manifest(&server.base));
    let set = store.fetch("fables", Choice::Real).unwrap();
    assert_eq!(data::text::read(&set.file("fables.txt")).unwrap(), FABLES);
}
