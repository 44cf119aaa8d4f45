//! CelebA by hand: what its table and its images may look like, and what is said of the rest.

mod support;

use std::fs;
use std::path::Path;

use data::{Choice, Manifest, OriginKind, Store};
use support::tree;
use tempfile::{TempDir, tempdir};

const FOLDER: &str = "img_align_celeba";

fn manifest() -> Manifest {
    let text = r#"
        [[set]]
        name = "faces"
        title = "Faces"
        licence = "none"
        citation = "none"
        by_hand = "sign the form"
        [[set.file]]
        name = "list_attr_celeba.csv"
        or = "list_attr_celeba.txt"
        table_of = "img_align_celeba"
        [[set.folder]]
        name = "img_align_celeba"
        ending = ".jpg"
        or = [".jpeg", ".png"]
        images = true
        files = 3
    "#;
    Manifest::parse(text).unwrap()
}

fn jpeg() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(vec![]);
    image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([x as u8 * 3, y as u8 * 3, (x * y) as u8]))
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// A cache with a table of 000001.jpg to 000003.jpg, and images of these names.
fn cache(images: &[&str]) -> TempDir {
    let cache = tempdir().unwrap();
    let dir = cache.path().join("faces");
    fs::create_dir_all(dir.join(FOLDER)).unwrap();
    fs::write(dir.join("list_attr_celeba.csv"), "filename;Male\n000001.jpg;1\n000002.jpg;-1\n000003.jpg;0\n").unwrap();
    for name in images {
        let path = dir.join(FOLDER).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, jpeg()).unwrap();
    }
    cache
}

fn fetch(cache: &Path) -> Result<data::DataSet, String> {
    let store = Store::at(cache).unwrap().with_manifest(manifest());
    store.fetch("faces", Choice::Real).map_err(|error| format!("{error:#}"))
}

#[test]
fn endings_and_folders_may_differ() {
    let forms = [
        ["000001.jpg", "000002.jpg", "000003.jpg"],
        ["000001.JPG", "000002.jpeg", "000003.png"],
        ["img_align_celeba/000001.jpg", "img_align_celeba/000002.jpg", "img_align_celeba/000003.jpg"],
    ];
    for images in forms {
        let cache = cache(&images);
        let set = fetch(cache.path()).unwrap();
        assert_eq!((set.origin.kind, set.origin.files[1].count), (OriginKind::Hand, Some(3)));
    }
}

#[test]
fn missing_and_extra_images_are_named() {
    let cases: [(&[&str], &[&str]); 4] = [
        (&["000001.jpg", "000003.jpg"], &["lacks 1 of the 3 images", "000002.jpg", "sign the form"]),
        (&["000001.jpg", "000002.jpg", "000004.jpg"], &["lacks 1 of the 3 images", "000003.jpg"]),
        (&["000001.jpg", "000002.jpg", "000003.jpg", "me.JPG"], &["no row for 1 of the images", "me.JPG"]),
        (&["1.jpg", "2.jpg", "3.jpg"], &["000001.jpg, 000002.jpg, 000003.jpg", "names like 1.jpg"]),
    ];
    for (images, words) in cases {
        let cache = cache(images);
        let before = tree(cache.path());
        let error = fetch(cache.path()).unwrap_err();
        assert!(words.iter().all(|word| error.contains(word)), "{words:?} in {error}");
        assert_eq!(tree(cache.path()), before);
    }
}

#[test]
fn tables_that_cannot_be_read_are_told_with_their_line() {
    let cache = cache(&["000001.jpg", "000002.jpg", "000003.jpg"]);
    let table = cache.path().join("faces/list_attr_celeba.csv");
    for (text, complaint) in [("image_id,Male\n000001.jpg,x\n", "line 2"), ("name,Male\n000001.jpg,1\n", "image_id")] {
        fs::write(&table, text).unwrap();
        let error = fetch(cache.path()).unwrap_err();
        assert!(error.contains("list_attr_celeba.csv") && error.contains(complaint), "{error}");
    }
}

#[test]
fn a_packed_archive_is_noticed() {
    let cache = tempdir().unwrap();
    fs::create_dir(cache.path().join("faces")).unwrap();
    fs::write(cache.path().join("faces/img_align_celeba.zip"), "PK").unwrap();
    let error = fetch(cache.path()).unwrap_err();
    assert!(error.contains("`img_align_celeba.zip` lies there packed: unpack it there"), "{error}");
}

#[test]
fn damaged_images_are_named() {
    let cache = cache(&["000001.jpg", "000002.jpg", "000003.jpg"]);
    let path = cache.path().join("faces").join(FOLDER).join("000002.jpg");
    fs::write(&path, &jpeg()[..700]).unwrap();
    let error = fetch(cache.path()).unwrap_err();
    assert!(error.contains("000002.jpg` is damaged: the file is truncated"), "{error}");
    fs::write(&path, "version https://git-lfs.github.com/spec/v1\n").unwrap();
    let error = fetch(cache.path()).unwrap_err();
    assert!(error.contains("Git LFS"), "{error}");
}
