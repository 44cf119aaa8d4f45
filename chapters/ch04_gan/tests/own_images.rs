//! 04_02 and 04_03 on a folder of the reader's own images.

use std::path::{Path, PathBuf};
use testing::{Chapter, assert_refused, images, read};

fn ch04() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch04"))
}

/// A folder of 24 images, and the setting that names it.
fn my_images(chapter: &Chapter) -> (PathBuf, String) {
    let dir = chapter.path("my images");
    images::write_mixed(&dir, 24);
    let setting = format!("images={}", dir.display());
    (dir, setting)
}

/// Iterations that a run was trained for.
fn iterations(chapter: &Chapter, run: &str) -> usize {
    read::csv(&chapter.path(run).join("history.csv")).len() - 1
}

fn assert_records_the_folder(chapter: &Chapter, run: &str) {
    let params = read::json(&chapter.path(run).join("params.json"));
    assert_eq!(params["data"]["title"], "own images: my images");
}

#[test]
fn own_images_take_the_place_of_faces() {
    let chapter = ch04();
    let (dir, setting) = my_images(&chapter);
    let done = chapter.succeed(&["04_03", "--preset", "smoke", "--epochs", "1", "--set", &setting]);
    // A fifth of 25 files, of which the last one is damaged.
    done.assert_prints(&["data: 20 images to learn from, 4 held out"]);
    assert!(done.stderr.contains("skipped 1 of 25 images, unreadable: ") && done.stderr.contains("damaged.png"));
    let run = "run/wgangp/0001_faces";
    assert_records_the_folder(&chapter, run);
    chapter.succeed(&["04_03", "--resume", "--epochs", "2"]);
    assert_eq!(iterations(&chapter, run), 2);
    assert_eq!(read::text(&dir.join("notes.txt")), "mine");
}

#[test]
fn own_images_take_the_place_of_horses_and_are_resumed_without_naming_them() {
    let chapter = ch04();
    let (_, setting) = my_images(&chapter);
    let smoke = ["04_02", "--preset", "smoke", "--epochs", "1"];
    chapter.succeed(&smoke);
    chapter.succeed(&[&smoke[..], &["--set", setting.as_str()]].concat());
    let [of_class, own] = ["run/wgan/0001_stripes", "run/wgan/0001_own"];
    assert_records_the_folder(&chapter, own);

    // The run that was begun last.
    chapter.succeed(&["04_02", "--resume", "--epochs", "2"]);
    assert_eq!((iterations(&chapter, of_class), iterations(&chapter, own)), (1, 2));
    let same = [&smoke[..3], &["--set", setting.as_str(), "--resume", "--epochs", "3"]].concat();
    chapter.succeed(&same);
    assert_eq!((iterations(&chapter, of_class), iterations(&chapter, own)), (1, 3));
    // A class is named by its number.
    chapter.succeed(&["04_02", "--preset", "smoke", "--set", "class=7", "--resume", "--epochs", "2"]);
    assert_eq!((iterations(&chapter, of_class), iterations(&chapter, own)), (2, 3));
}

#[test]
fn folders_that_cannot_be_used_leave_nothing_behind() {
    let refused = |id: &str, dir: &Path, words: &[&str]| {
        let setting = format!("images={}", dir.display());
        assert_refused(env!("CARGO_BIN_EXE_ch04"), &[id, "--preset", "smoke", "--set", &setting], 1, words);
    };
    let chapter = ch04();
    let (dir, _) = my_images(&chapter);
    let empty = chapter.path("empty");
    std::fs::create_dir(&empty).unwrap();
    for id in ["04_02", "04_03"] {
        refused(id, &chapter.path("none"), &["cannot read the folder", "none"]);
        refused(id, &empty, &["has no images", "jpg"]);
        refused(id, &dir.join("000.png"), &["000.png' is a file", "give the folder"]);
    }
    // Of four in five held-out images, too few are left.
    for name in ["021.JPG", "022.png"] {
        std::fs::write(dir.join(name), "no image").unwrap();
    }
    refused("04_03", &dir, &["20 images to learn from and 2 to measure with", "4 are the least"]);
}

#[test]
fn numbers_and_folders_are_told_apart() {
    let refused = |setting: &str, words: &[&str]| {
        assert_refused(env!("CARGO_BIN_EXE_ch04"), &["04_02", "--set", setting], 1, words);
    };
    refused("images=0", &["images must lie between 1 and 6000"]);
    refused("images=1.5", &["images=1.5", "a number of images, or a folder"]);
    refused("images=null", &["images=null", "a number of images, or a folder"]);
}
