//! Folders of the reader's own images: which are read, which are held out, and what is said of the others.

use common::datasets::image_batches::ImageSource;
use common::datasets::own_images::{OwnImages, first, list, read, split};
use image::{Rgb, RgbImage};
use std::fs;
use std::path::{Path, PathBuf};
use tch::Device;
use tempfile::TempDir;

const SHAPE: [usize; 3] = [10, 10, 3];

/// Images of 30 x 10 pixels, black but for a square in the middle, whose grey tells the image's number.
fn folder(count: u8) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for i in 0..count {
        let grey = |x| if (10..20).contains(&x) { 100 + 5 * i } else { 0 };
        let image = RgbImage::from_fn(30, 10, |x, _| Rgb([grey(x); 3]));
        image.save(path(folder.path(), i)).unwrap();
    }
    folder
}

fn path(folder: &Path, i: u8) -> PathBuf {
    folder.join(format!("{i:02}.png"))
}

fn damage(folder: &Path, i: u8) {
    let whole = fs::read(path(folder, i)).unwrap();
    fs::write(path(folder, i), &whole[..whole.len() / 2]).unwrap();
}

/// The numbers of images, whose corners show that their middle was cut out.
fn numbers(images: &ImageSource) -> Vec<i64> {
    let all = images.images(&(0..images.len()).collect::<Vec<_>>()).unwrap();
    assert_eq!(all.size()[1..], [10, 10, 3]);
    let number = |i, y, x| ((all.double_value(&[i, y, x, 0]) * 255.0).round() as i64 - 100) / 5;
    assert!((0..images.len()).all(|i| number(i, 0, 0) == number(i, 9, 9)));
    (0..images.len()).map(|i| number(i, 0, 0)).collect()
}

#[test]
fn the_last_fifth_is_held_out_and_unreadable_images_are_left_out() {
    let folder = folder(25);
    damage(folder.path(), 3);
    let paths = OwnImages::find(folder.path()).unwrap().paths;
    let sets = split(&paths, SHAPE, 1000, 2000).unwrap();
    assert_eq!(numbers(&sets.train), (0..20).filter(|i| *i != 3).collect::<Vec<_>>());
    assert_eq!(numbers(&sets.held_out), (20..25).collect::<Vec<_>>());
    let sets = split(&paths, SHAPE, 6, 4).unwrap();
    assert_eq!((numbers(&sets.train), numbers(&sets.held_out)), (vec![0, 1, 2, 4, 5], vec![21, 22, 23, 24]));
    assert_eq!(numbers(&first(&paths, SHAPE, 5).unwrap()), [0, 1, 2, 4]);

    let readable = read(&paths[..5], SHAPE).unwrap();
    assert_eq!(readable.rows, [0, 1, 2, 4]);
    let from_files = readable.files(1..4).unwrap().load(0..3).unwrap().images(Device::Cpu);
    let in_memory = readable.source(1..4).unwrap().images(&[0, 1, 2]).unwrap();
    assert_eq!(from_files, in_memory);
}

#[test]
fn large_sets_stay_in_files() {
    assert!(ImageSource::fits_in_memory(5461, [128, 128, 3]));
    assert!(!ImageSource::fits_in_memory(5462, [128, 128, 3]));
    assert!(!ImageSource::fits_in_memory(usize::MAX, [4096, 4096, 3]));
}

#[test]
fn only_images_in_the_folder_itself_are_listed() {
    let folder = folder(20);
    fs::create_dir(folder.path().join("more.png")).unwrap();
    fs::copy(path(folder.path(), 0), folder.path().join("more.png/21.png")).unwrap();
    fs::copy(path(folder.path(), 0), folder.path().join("A.JPEG")).unwrap();
    for other in [".hidden.png", "notes.txt", "png"] {
        fs::write(folder.path().join(other), "mine").unwrap();
    }
    let mut expected = vec!["A.JPEG".to_string()];
    expected.extend((0..20).map(|i| format!("{i:02}.png")));
    expected.sort();
    let paths = list(folder.path()).unwrap();
    let names: Vec<_> = paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, expected);
}

#[test]
fn runs_record_the_folders_name_and_notice_other_images() {
    let folder = folder(20);
    let name = folder.path().file_name().unwrap().to_string_lossy().into_owned();
    let info = OwnImages::find(folder.path()).unwrap().info;
    assert_eq!(info.title, format!("own images: {name}"));
    assert!(info.is_own() && !info.synthetic);
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let above = OwnImages::find(&inner.join("..")).unwrap().info;
    assert_eq!(above.title, info.title, "`..` is no name");
    fs::copy(path(folder.path(), 0), path(folder.path(), 20)).unwrap();
    assert_ne!(OwnImages::find(folder.path()).unwrap().info.checksum, info.checksum);
}

#[test]
fn folders_that_cannot_be_used_are_refused() {
    let folder = folder(25);
    let empty = tempfile::tempdir().unwrap();
    let few = self::folder(19);
    for (dir, words) in [
        (folder.path().join("none"), &["cannot read the folder", "none"][..]),
        (path(folder.path(), 7), &["07.png' is a file", "the folder that holds"]),
        (empty.path().to_path_buf(), &["has no images", "jpg"]),
        (few.path().to_path_buf(), &["19 images", "20 are the least"]),
    ] {
        let error = format!("{:#}", OwnImages::find(&dir).unwrap_err());
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }

    let paths = OwnImages::find(folder.path()).unwrap().paths;
    damage(folder.path(), 21);
    damage(folder.path(), 22);
    let error = format!("{:#}", split(&paths, SHAPE, 1000, 2000).unwrap_err());
    assert!(error.contains("20 images to learn from and 3 to measure with"), "{error}");
    for i in 0..25 {
        fs::write(path(folder.path(), i), "no image").unwrap();
    }
    let error = format!("{:#}", first(&paths, SHAPE, 1000).unwrap_err());
    let words = ["none of the 25 images can be read", "00.png (", "and 15 more"];
    assert!(words.iter().all(|word| error.contains(word)), "{error}");
}
