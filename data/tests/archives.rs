//! Archives, valid ones and hostile ones.

mod support;

use data::{Choice, DataSet};
use support::{Reply, Server, archive, content, gz, store, tree};
use tar::{EntryType, Header};
use tempfile::tempdir;
use testing::bytes::{sha256, zip};

/// One member of a tar archive with any path and type; the crate's own builder refuses some.
fn member(path: &str, kind: EntryType, body: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(body.len() as u64);
    header.as_gnu_mut().unwrap().set_real_size(body.len() as u64); // of a sparse file
    if kind != EntryType::Regular {
        header.set_link_name("elsewhere").unwrap();
    }
    header.set_cksum();
    let mut bytes = [header.as_bytes().as_slice(), body].concat();
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn tar(members: &[Vec<u8>]) -> Vec<u8> {
    [members.concat(), vec![0; 1024]].concat()
}

/// Fetches the small set from a server that has this archive, into `<folder>/cache`.
fn fetch(name: &str, bytes: Vec<u8>) -> (tempfile::TempDir, anyhow::Result<DataSet>) {
    let server = Server::start(move |_, _| Reply::new(200, bytes.clone()));
    let folder = tempdir().unwrap();
    let cache = folder.path().join("cache");
    let result = store(&cache, &archive(&server.base, name)).fetch("small", Choice::Any);
    (folder, result)
}

#[test]
fn members_are_taken_out_of_every_kind() {
    let plain = tar(&[
        member("./in/readme", EntryType::Regular, b"hello"),
        member("./in/numbers", EntryType::Regular, &content()),
    ]);
    let zipped = zip(&[("in/readme", b"hello"), ("in/numbers", &content())]);
    for (name, bytes) in [("a.tar", plain.clone()), ("a.tar.gz", gz(&plain)), ("a.tgz", gz(&plain)), ("a.zip", zipped)]
    {
        let (folder, result) = fetch(name, bytes);
        assert_eq!(std::fs::read(result.unwrap().file("numbers")).unwrap(), content());
        assert_eq!(tree(folder.path()), ["cache/small/numbers", "cache/small/origin.json"]);
    }
}

#[test]
fn members_may_be_long_and_have_long_names() {
    let long = member("long", EntryType::GNULongName, b"in/numbers\0");
    let attributes = member("attributes", EntryType::XHeader, b"19 path=in/numbers\n");
    for head in [long, attributes] {
        let other = member("in/other", EntryType::Regular, &[0; 3_000_000]);
        let (_folder, result) = fetch("a.tgz", gz(&tar(&[other, head, member("n", EntryType::Regular, &content())])));
        assert_eq!(std::fs::read(result.unwrap().file("numbers")).unwrap(), content());
    }
}

#[test]
fn hostile_and_broken_archives_are_refused() {
    let numbers = || member("in/numbers", EntryType::Regular, &content());
    // Two million letters before a member that nobody wants.
    let long = |kind| {
        gz(&tar(&[member("long", kind, &[b'a'; 2_000_000]), member("in/other", EntryType::Regular, b""), numbers()]))
    };
    let cases = [
        ("a.tgz", long(EntryType::GNULongName), "longer than 1048576 bytes"),
        ("a.tgz", long(EntryType::GNULongLink), "longer than 1048576 bytes"),
        ("a.tgz", long(EntryType::XHeader), "longer than 1048576 bytes"),
        ("a.tar", tar(&[member("in/other", EntryType::GNUSparse, b""), numbers()]), "sparse file"),
        ("a.tar", tar(&[member("../escaped", EntryType::Regular, b"x"), numbers()]), "leads out"),
        ("a.tar", tar(&[member("in/../../../escaped", EntryType::Regular, b"x"), numbers()]), "leads out"),
        ("a.tar", tar(&[member("/escaped", EntryType::Regular, b"x"), numbers()]), "leads out"),
        ("a.tar", tar(&[member("in/numbers", EntryType::Symlink, b"")]), "not a regular file"),
        ("a.tar", tar(&[member("in/numbers", EntryType::Link, b"")]), "not a regular file"),
        ("a.tar", tar(&[member("in/numbers", EntryType::Regular, &[0; 200_000])]), "longer than"),
        ("a.tar", tar(&[member("in/other", EntryType::Regular, b"x")]), "has no `in/numbers`"),
        ("a.tar", tar(&[numbers()])[..50_000].to_vec(), "cannot unpack"),
        ("a.tar.gz", gz(&tar(&[numbers()]))[..50_000].to_vec(), "cannot unpack"),
        ("a.zip", zip(&[("../escaped", b"x"), ("in/numbers", &content())]), "leads out"),
        ("a.zip", zip(&[("in/numbers", &content())])[..50_000].to_vec(), "cannot unpack"),
        ("a.zip", zip(&[("in/numbers", &vec![0; 5_000_000])]), "longer than"),
        ("a.tar", vec![0; 2_000_000], "more than the"),
        ("a.rar", content(), "unknown type of archive"),
    ];
    for (name, bytes, complaint) in cases {
        let (folder, result) = fetch(name, bytes);
        let error = format!("{:#}", result.unwrap_err());
        assert!(error.contains(complaint), "{name}: {error}");
        assert!(tree(folder.path()).is_empty(), "{:?}", tree(folder.path()));
    }
}

#[test]
fn an_archive_with_another_checksum_is_refused() {
    let bytes = tar(&[member("in/numbers", EntryType::Regular, &content())]);
    let good = sha256(&bytes);
    let server = Server::start(move |_, _| Reply::new(200, bytes.clone()));
    for (sha256, right) in [(good.as_str(), true), (&"0".repeat(64), false)] {
        let cache = tempdir().unwrap();
        let sources = archive(&server.base, "a.tar").replace("max_bytes", &format!("sha256 = '{sha256}'\nmax_bytes"));
        let result = store(cache.path(), &sources).fetch("small", Choice::Any);
        assert_eq!(result.is_ok(), right);
        assert!(result.is_ok() || tree(cache.path()).is_empty());
    }
}
