//! Sets with folders of many files: from a mirror, out of an archive, and put into the cache by hand.

mod support;

use std::fs;
use std::path::Path;

use data::{Choice, Manifest, OriginKind, Store};
use support::{Reply, Server, archive_of, gz, tree};
use tempfile::tempdir;

/// A set `faces` of three images in folders and a table that may have two names.
fn manifest(more: &str) -> Manifest {
    let text = format!(
        r#"
        [[set]]
        name = "faces"
        title = "Faces"
        licence = "none"
        citation = "none"
        {more}
        "#
    );
    Manifest::parse(&text).unwrap()
}

const CONTENT: &str = r#"
    [[set.file]]
    name = "table.csv"
    or = "table.txt"
    lines = { real = 4, synthetic = 1 }
    [[set.folder]]
    name = "images"
    ending = ".jpg"
    files = 3
"#;

const BY_HAND: &str = r#"by_hand = "sign the form, then put the files into {cache}/faces""#;

fn put(dir: &Path, table: &str) {
    fs::create_dir_all(dir.join("images/a")).unwrap();
    for name in ["1.jpg", "2.jpg", "a/3.jpg", "._1.jpg", "notes.txt"] {
        fs::write(dir.join("images").join(name), name).unwrap();
    }
    fs::write(dir.join(table), "id,x\n1.jpg,1\n2.jpg,1\n3.jpg,-1\n").unwrap();
}

#[test]
fn files_put_there_by_hand_are_checked_and_kept() {
    let cache = tempdir().unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(manifest(&format!("{BY_HAND}{CONTENT}")));
    let error = store.fetch("faces", Choice::Real).unwrap_err().to_string();
    assert!(error.contains("no program can fetch it") && error.contains("sign the form"), "{error}");
    assert!(error.contains(&format!("into {}/faces", cache.path().display())), "{error}");

    // Incomplete: the error names what is missing, and nothing is changed.
    let dir = cache.path().join("faces");
    put(&dir, "table.txt");
    fs::remove_file(dir.join("images/2.jpg")).unwrap();
    let before = tree(&dir);
    for choice in [Choice::Real, Choice::Any] {
        let error = store.fetch("faces", choice).unwrap_err().to_string();
        assert!(error.contains("`images` has 2 files that end in .jpg instead of 3"), "{error}");
        assert!(error.contains("sign the form"), "{error}");
    }
    assert_eq!(tree(&dir), before);
    assert_eq!(store.find("faces", Choice::Any).unwrap(), None);
    assert!(store.verify("faces").unwrap()[0].problems[0].contains("have not been checked"));

    fs::write(dir.join("images/2.jpg"), "").unwrap();
    let error = store.fetch("faces", Choice::Real).unwrap_err().to_string();
    assert!(error.contains("`images/2.jpg` is empty"), "{error}");
    fs::write(dir.join("images/2.jpg"), "2.jpg").unwrap();
    fs::write(dir.join("table.txt"), "id,x\n").unwrap();
    let error = store.fetch("faces", Choice::Real).unwrap_err().to_string();
    assert!(error.contains("`table.csv` has 1 lines") || error.contains("`table.txt` has 1 lines"), "{error}");

    put(&dir, "table.txt");
    let set = store.fetch("faces", Choice::Real).unwrap();
    assert_eq!(set.origin.kind, OriginKind::Hand);
    assert!(!set.origin.synthetic);
    assert_eq!(set.origin.files[0].name, "table.txt");
    assert_eq!((set.origin.files[1].name.as_str(), set.origin.files[1].count), ("images/", Some(3)));
    assert_eq!(store.find("faces", Choice::Any).unwrap(), Some(set));
    assert!(store.verify("faces").unwrap()[0].problems.is_empty());

    // Changed, then gone.
    fs::write(dir.join("images/2.jpg"), "other").unwrap();
    let problems = &store.verify("faces").unwrap()[0].problems;
    assert!(problems[0].contains("`images/` has changed"), "{problems:?}");
    fs::remove_file(dir.join("images/2.jpg")).unwrap();
    let error = format!("{:#}", store.find("faces", Choice::Any).unwrap_err());
    assert!(error.contains("damaged") && error.contains("`images` has 2 files"), "{error}");
}

#[test]
fn a_mirror_in_a_folder_has_them() {
    let (cache, mirror) = (tempdir().unwrap(), tempdir().unwrap());
    put(&mirror.path().join("faces"), "table.csv");
    let place = mirror.path().display().to_string();
    let store = Store::at(cache.path()).unwrap().with_manifest(manifest(CONTENT)).with_mirror(place);
    let set = store.fetch("faces", Choice::Real).unwrap();
    assert_eq!(set.origin.kind, OriginKind::Mirror);
    let files = ["images/1.jpg", "images/2.jpg", "images/a/3.jpg", "origin.json", "table.csv"];
    assert_eq!(tree(&set.dir), files);

    // One of the reader's among them: told, not fetched again, and left alone.
    fs::write(set.dir.join("images/mine.jpg"), "mine").unwrap();
    for choice in [Choice::Real, Choice::Any] {
        let error = store.fetch("faces", choice).unwrap_err().to_string();
        assert!(error.contains("images has 1 file more than were fetched: move what is yours"), "{error}");
    }
    assert_eq!(fs::read(set.dir.join("images/mine.jpg")).unwrap(), b"mine");
    fs::remove_file(set.dir.join("images/mine.jpg")).unwrap();
    assert_eq!(store.fetch("faces", Choice::Any).unwrap(), set);

    let store = store.with_mirror("http://127.0.0.1:9");
    fs::remove_dir_all(&set.dir).unwrap();
    let error = store.fetch("faces", Choice::Real).unwrap_err().to_string();
    assert!(error.contains("only a mirror that is a folder"), "{error}");
}

#[test]
fn archives_give_whole_folders() {
    let tar = |names: &[&str]| {
        let mut archive = tar::Builder::new(Vec::new());
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(name.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            archive.append_data(&mut header, format!("in/{name}"), name.as_bytes()).unwrap();
        }
        gz(&archive.into_inner().unwrap())
    };
    let fetch = |bytes: Vec<u8>| {
        let server = Server::start(move |_, _| Reply::new(200, bytes.clone()));
        let folder = tempdir().unwrap();
        let images = "[[set.folder]]\nname = \"images\"\nending = \".jpg\"\nfiles = 3\n";
        let source = archive_of(&server.base, "all.tar.gz", "\"in/photos/\" = \"images/\"");
        let manifest = manifest(&format!("{images}{source}"));
        let store = Store::at(folder.path().join("cache")).unwrap().with_manifest(manifest);
        let result = store.fetch("faces", Choice::Real);
        (folder, result)
    };
    let (_folder, set) = fetch(tar(&["photos/1.jpg", "photos/a/2.jpg", "photos/3.jpg", "photos/x.txt", "4.jpg"]));
    let set = set.unwrap();
    assert_eq!(tree(&set.dir), ["images/1.jpg", "images/3.jpg", "images/a/2.jpg", "origin.json"]);
    for (names, complaint) in [(&["photos/1.jpg"][..], "has 1 files"), (&["other/1.jpg"], "has no `in/photos/`")] {
        let (folder, result) = fetch(tar(names));
        let error = result.unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
        assert!(tree(folder.path()).is_empty());
    }
}

#[test]
fn mistakes_in_the_manifest_are_told() {
    let source = "[[set.source]]\nkind = 'official'\ntitle = 't'\nbase = 'http://a/'\nfiles = ['table.csv']\n";
    let parse = |more: &str| {
        let head = "[[set]]\nname = 'a'\ntitle = 'A'\nlicence = 'n'\ncitation = 'n'\n";
        format!("{:#}", Manifest::parse(&format!("{head}{more}")).unwrap_err())
    };
    assert!(parse("").contains("it has no file"));
    assert!(parse(&format!("{CONTENT}{source}")).contains("no folder `images`"));
    assert!(parse(&CONTENT.replace("files = 3", "files = 0")).contains("a number of files"));
    assert!(parse(&CONTENT.replace("\"images\"", "\"../images\"")).contains("without `..`"));
    assert!(parse(&CONTENT.replace("table.txt", "/table.txt")).contains("without `..`"));
}
