//! 03_05 and 03_06 on a folder of the reader's own images.

use testing::{Chapter, Finished, assert_refused, images, read};
use testing_tensors::assert_equal;

/// The first run of 03_05.
const RUN: &str = "run/vae/0001_faces";

fn ch03() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch03"))
}

fn analyse(chapter: &Chapter) -> Finished {
    chapter.run(&["03_06", "--data", "any"])
}

#[test]
fn own_images_are_learned_resumed_and_analysed() {
    let (whole, parts) = (ch03(), ch03());
    let dir = whole.path("my images");
    images::write_mixed(&dir, 24);
    let setting = format!("images={}", dir.display());
    let smoke = ["03_05", "--preset", "smoke", "--set", setting.as_str(), "--epochs"];
    let done = whole.succeed(&[&smoke[..], &["2"]].concat());
    done.assert_prints(&["data: 24 images to learn from"]);
    assert!(done.stderr.contains("skipped 1 of 25 images, unreadable: ") && done.stderr.contains("damaged.png"));
    assert_eq!(done.stderr.matches("damaged.png").count(), 1, "{}", done.stderr);

    parts.succeed(&[&smoke[..], &["1"]].concat());
    parts.succeed(&["03_05", "--resume", "--epochs", "2"]);
    let [of_whole, of_parts] = [&whole, &parts].map(|chapter| {
        let file = chapter.path(RUN).join("weights/checkpoint.safetensors");
        common::keras::weights::read_file(&file).unwrap().0
    });
    assert_equal(&of_parts, &of_whole);

    let analysed = analyse(&whole);
    analysed.assert_success();
    analysed.assert_prints(&["left out, because your own images have no attributes", "arithmetic_check"]);
    let figures = whole.path("figures/ch03");
    for drawn in ["reconstructions", "histograms", "new_faces", "morphs"] {
        assert!(figures.join(format!("03_06_{drawn}.png")).exists(), "{drawn}");
    }
    for left_out in ["attribute_vectors", "add_smiling", "arithmetic_check"] {
        assert!(!figures.join(format!("03_06_{left_out}.png")).exists(), "{left_out}");
    }
    let gallery = read::text(&whole.path("figures/index.html"));
    assert!(gallery.contains("own images: my images") && gallery.contains("Ten images and their reconstructions."));
    let again = whole.succeed(&["figures", "03_06", "--preset", "smoke", "--epochs", "2", "--set", &setting]);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
    assert_eq!(read::text(&dir.join("notes.txt")), "mine");

    // Another image is another data set.
    std::fs::remove_file(dir.join("003.png")).unwrap();
    analyse(&whole).assert_failure(1, &[RUN, "learned from other images", "my images"]);
    parts.run(&["03_05", "--resume", "--epochs", "3"]).assert_failure(1, &["was trained on other data"]);
}

#[test]
fn runs_of_older_versions_are_resumed() {
    let chapter = ch03();
    chapter.succeed(&["03_05", "--preset", "smoke", "--set", "faces=8", "--epochs", "1"]);
    let params = chapter.path(RUN).join("params.json");
    let older = read::text(&params).replace("    \"images\": null,\n", "");
    assert!(!older.contains("\"images\""), "{older}");
    std::fs::write(&params, older).unwrap();
    chapter.succeed(&["03_05", "--resume", "--epochs", "2"]);
}

#[test]
fn folders_that_cannot_be_used_leave_nothing_behind() {
    let refused = |dir: &std::path::Path, words: &[&str]| {
        let setting = format!("images={}", dir.display());
        assert_refused(env!("CARGO_BIN_EXE_ch03"), &["03_05", "--preset", "smoke", "--set", &setting], 1, words);
    };
    let folder = tempfile::tempdir().unwrap();
    refused(&folder.path().join("none"), &["cannot read the folder", "none"]);
    refused(folder.path(), &["has no images", "jpg"]);
    for i in 0..20 {
        std::fs::write(folder.path().join(format!("{i}.png")), "no image").unwrap();
    }
    refused(&folder.path().join("7.png"), &["7.png' is a file", "give the folder"]);
    refused(folder.path(), &["none of the 20 images can be read", "0.png", "and 10 more"]);
}
