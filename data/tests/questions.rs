//! Sets of questions: SQuAD's files from a mirror, from XQuAD and by hand, NewsQA's tables by hand; word vectors by hand.

use std::fs;
use std::path::Path;

use data::squad::Squad;
use data::{Choice, DataSet, Manifest, OriginKind, Store};
use tempfile::tempdir;

/// A set of these files in this format.
fn manifest(form: &str, files: &[&str]) -> Manifest {
    let mut text = String::from("[[set]]\nname = 'asked'\ntitle = 'Asked'\nlicence = 'none'\ncitation = 'none'\n");
    for file in files {
        let original = if form == "squad" { format!("original = '{}'\n", "0".repeat(64)) } else { String::new() };
        text += &format!("[[set.file]]\nname = '{file}'\nform = '{form}'\n{original}");
    }
    if form == "squad" {
        text += "[[set.source]]\nkind = 'mirrored'\narchive = 'xquad.en.json'\nmax_bytes = 1_000_000\n\
                 converter = 'xquad'\nremark = '(XQuAD)'\n";
    }
    Manifest::parse(&text).unwrap()
}

const SQUAD: [&str; 2] = ["train-v1.1.json", "dev-v1.1.json"];

/// Synthetic questions in ten articles.
fn questions(dir: &Path) {
    synthetic::documents::write(dir, &synthetic::documents::Config { seed: 1, train: 20, dev: 10 }).unwrap();
}

/// The set out of a mirror that has these files.
fn from_mirror(files: &[(&str, &[u8])]) -> anyhow::Result<(Vec<Squad>, DataSet)> {
    let (mirror, cache) = (tempdir().unwrap(), tempdir().unwrap());
    fs::create_dir(mirror.path().join("asked")).unwrap();
    for (name, bytes) in files {
        fs::write(mirror.path().join("asked").join(name), bytes).unwrap();
    }
    let store = Store::at(cache.path())?.with_manifest(manifest("squad", &SQUAD));
    let set = store.with_mirror(mirror.path().display().to_string()).fetch("asked", Choice::Real)?;
    Ok((SQUAD.iter().map(|name| Squad::read(&set.file(name)).unwrap()).collect(), set))
}

#[test]
fn squad_comes_from_its_own_files_or_from_xquad() {
    let folder = tempdir().unwrap();
    questions(folder.path());
    let [train, dev] = SQUAD.map(|name| fs::read(folder.path().join(name)).unwrap());

    let (read, set) = from_mirror(&[(SQUAD[0], &train), (SQUAD[1], &dev)]).unwrap();
    assert_eq!(read, [&train, &dev].map(|bytes| Squad::parse(bytes).unwrap()));
    assert_eq!(set.origin.remark.as_deref(), Some("(other data in its format)"));

    let (read, set) = from_mirror(&[("xquad.en.json", &train)]).unwrap();
    assert_eq!((set.origin.kind, set.origin.remark.as_deref()), (OriginKind::Mirror, Some("(XQuAD)")));
    let titles = |squad: &Squad| squad.data.iter().map(|article| article.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&read[1]), ["Storms", "Animals"]);
    assert_eq!(titles(&read[0]).len(), 8);
    let count = read.iter().map(|squad| squad.questions().count()).sum::<usize>();
    assert_eq!(count, Squad::parse(&train).unwrap().questions().count());

    let error = from_mirror(&[("xquad.en.json", &train[..1000])]).unwrap_err().to_string();
    assert!(error.contains("is not in SQuAD's format: EOF while parsing"), "{error}");
    let error = from_mirror(&[("xquad.en.json", b"<html>")]).unwrap_err().to_string();
    assert!(error.contains("is not in SQuAD's format"), "{error}");
}

/// The set, if its one file is put into the cache by hand with these bytes.
fn by_hand(form: &str, bytes: &[u8]) -> anyhow::Result<DataSet> {
    let cache = tempdir().unwrap();
    fs::create_dir(cache.path().join("asked")).unwrap();
    fs::write(cache.path().join("asked/file"), bytes).unwrap();
    Store::at(cache.path())?.with_manifest(manifest(form, &["file"])).fetch("asked", Choice::Real)
}

#[test]
fn files_by_hand_are_checked() {
    let header = "story_id,story_text,question,answer_token_ranges\n";
    let vector = format!("fox{}\n", " 0.5".repeat(100));
    let squad = r#"{"data": [{"paragraphs": [{"context": "A fox.", "qas": [{"question": "Who?", "answers": [{"text": "fox", "answer_start": 2}]}]}]}]}"#;
    for (form, text) in [("squad", squad), ("newsqa", &format!("{header}a,A fox .,Who ?,1:2\n")), ("glove", &vector)] {
        assert_eq!(by_hand(form, text.as_bytes()).unwrap().origin.kind, OriginKind::Hand);
    }
    let cases = [
        ("squad", squad.replace("answer_start", "start"), "missing field `answer_start` at line 1"),
        ("squad", r#"{"data": []}"#.to_string(), "no question has an answer"),
        ("newsqa", "story_id,question\n".to_string(), "it has no column `story_text`, only `story_id`, `question`"),
        ("newsqa", format!("{header}a,A fox .,Who ?,fox\n"), "line 2: `fox` is not a range of words"),
        ("newsqa", header.to_string(), "no question has an answer"),
        ("glove", vector.replace("fox", "a fox"), "line 1: it has 101 numbers instead of 100"),
        ("glove", "PK\x03\x04".to_string(), "it is a zip archive"),
    ];
    for (form, text, complaint) in cases {
        let error = by_hand(form, text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
    }
}
