//! A set in CIFAR-10's form that is made from a mirror's archive of JPEG files.

mod support;

use std::io::Cursor;
use std::path::Path;

use data::{Choice, DataSet, Manifest, OriginKind, Store};
use image::{ImageFormat, RgbImage};
use support::{Reply, Server, gz, tree};
use tempfile::tempdir;

const RECORD: usize = 3073;

/// Ten classes with one image each to learn from, in five files of two, and one each to test with.
fn manifest() -> Manifest {
    let mut text = String::from("[[set]]\nname = 'tiny'\ntitle = 'Tiny'\nlicence = 'none'\ncitation = 'none'\n");
    for batch in 1..=5 {
        text += &format!("[[set.file]]\nname = 'data_batch_{batch}.bin'\ncifar = 2\n");
    }
    text += "[[set.file]]\nname = 'test_batch.bin'\ncifar = 10\n";
    text += "[[set.file]]\nname = 'batches.meta.txt'\nlines = { real = 10, synthetic = 10 }\n";
    text += "[[set.source]]\nkind = 'mirrored'\narchive = 'all.tar.gz'\nmax_bytes = 100_000\n";
    text += "converter = 'cifar10-jpeg'\nremark = 'from JPEG (lossy)'\n";
    Manifest::parse(&text).unwrap()
}

/// An image of one colour that tells its class and part.
fn jpeg(class: u8, part: u8, side: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    let image = RgbImage::from_pixel(side, side, image::Rgb([20 * class, 100, 100 * part]));
    image.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The archive's members: a readme, and one image for each class and part.
fn members() -> Vec<(String, Vec<u8>)> {
    let mut members = vec![("README.md".to_string(), b"hello".to_vec())];
    for class in 0..10 {
        for (part, name) in ["train", "test"].into_iter().enumerate() {
            members.push((format!("{name}/class {class}/0000.jpg"), jpeg(class, part as u8, 32)));
        }
    }
    members
}

fn tar_gz(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(vec![]);
    for (path, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, path, &bytes[..]).unwrap();
    }
    gz(&tar.into_inner().unwrap())
}

fn fetch(cache: &Path, mirror: &str) -> anyhow::Result<DataSet> {
    Store::at(cache)?.with_manifest(manifest()).with_mirror(mirror).fetch("tiny", Choice::Real)
}

/// Puts an archive in a mirror's folder and makes the set from it.
fn fetch_from(archive: &[u8]) -> (tempfile::TempDir, anyhow::Result<DataSet>) {
    let (mirror, cache) = (tempdir().unwrap(), tempdir().unwrap());
    std::fs::create_dir(mirror.path().join("tiny")).unwrap();
    std::fs::write(mirror.path().join("tiny/all.tar.gz"), archive).unwrap();
    let result = fetch(cache.path(), &mirror.path().display().to_string());
    (cache, result)
}

#[test]
fn images_become_records_whose_classes_take_turns() {
    let (_cache, result) = fetch_from(&tar_gz(&members()));
    let set = result.unwrap();
    assert_eq!(set.origin.kind, OriginKind::Mirror);
    assert_eq!(set.origin.remark.as_deref(), Some("from JPEG (lossy)"));
    assert!(set.origin.description.contains("lossy") && !set.origin.synthetic);

    let batches = (1..=5).map(|batch| format!("data_batch_{batch}.bin"));
    let train: Vec<u8> = batches.flat_map(|name| std::fs::read(set.file(&name)).unwrap()).collect();
    let test = std::fs::read(set.file("test_batch.bin")).unwrap();
    for (part, bytes) in [train, test].into_iter().enumerate() {
        assert_eq!(bytes.len(), 10 * RECORD);
        for (class, record) in bytes.chunks(RECORD).enumerate() {
            assert_eq!(usize::from(record[0]), class);
            let colors = [20 * class, 100, 100 * part];
            for (plane, color) in record[1..].chunks(1024).zip(colors) {
                assert!(plane.iter().all(|&v| usize::from(v).abs_diff(color) < 6), "class {class}: {:?}", &plane[..3]);
            }
        }
    }
    let names = std::fs::read_to_string(set.file("batches.meta.txt")).unwrap();
    assert!(names.starts_with("class 0\nclass 1\n"), "{names}");
}

#[test]
fn an_address_may_be_the_mirror() {
    let archive = tar_gz(&members());
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/tiny/all.tar.gz" => Reply::new(200, archive.clone()),
        _ => Reply::new(404, ""),
    });
    let cache = tempdir().unwrap();
    fetch(cache.path(), &server.base).unwrap();
    assert_eq!(tree(cache.path()).len(), 8);
}

#[test]
fn archives_of_something_else_are_refused() {
    let changed = |change: fn(&mut Vec<(String, Vec<u8>)>)| {
        let mut members = members();
        change(&mut members);
        tar_gz(&members)
    };
    let cases = [
        (changed(|members| members.truncate(1)), "0 folders"),
        (changed(|members| members[1].0 = "train/eleventh/0.jpg".into()), "different classes"),
        (changed(|members| members[3].1 = b"no image".to_vec()), "not a valid JPEG"),
        (changed(|members| members[3].1.truncate(300)), "not a valid JPEG"),
        (changed(|members| members[3].1 = jpeg(1, 0, 31)), "32 x 32"),
        (changed(|members| members[3].1 = vec![0; 100_000]), "too long"),
        (changed(|members| members.push(("train/class 3/1.jpg".into(), jpeg(3, 0, 32)))), "longer than"),
        (changed(|members| members.push(("test/class 3/1.jpg".into(), jpeg(3, 1, 32)))), "longer than"),
        (tar_gz(&members())[..1000].to_vec(), "all.tar.gz"),
        (b"no archive".to_vec(), "all.tar.gz"),
        (vec![7; 100_001], "longer than"),
    ];
    for (archive, complaint) in cases {
        let (cache, result) = fetch_from(&archive);
        let error = format!("{:#}", result.unwrap_err());
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
        assert!(tree(cache.path()).is_empty(), "{:?}", tree(cache.path()));
    }
}

#[test]
fn without_a_mirror_there_is_no_such_source() {
    let cache = tempdir().unwrap();
    let store = Store::at(cache.path()).unwrap().with_manifest(manifest());
    let error = store.fetch("tiny", Choice::Real).unwrap_err().to_string();
    assert!(error.contains("all.tar.gz of a mirror: GDL_MIRROR is not set"), "{error}");
}
