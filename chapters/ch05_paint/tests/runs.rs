//! Training runs that are stopped, killed and resumed, through the chapter's binary.

use common::training::RunFolder;
use image::{Rgb, RgbImage};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

/// Nets of a few thousand parameters with the layers of the real ones, on small images.
const SMALL: [&str; 6] =
    ["--set", "net.input_dim=[32,32,3]", "--set", "net.gen_n_filters=2", "--set", "net.disc_n_filters=2"];

fn ch05() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch05"))
}

fn folder(chapter: &Chapter, data: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), "paint", data).pop().unwrap().path
}

/// All nets, optimizers and buffers.
fn checkpoint(folder: &Path) -> BTreeMap<String, Tensor> {
    let tensors = common::keras::weights::read_file(&folder.join("weights/checkpoint.safetensors")).unwrap().0;
    for part in
        ["optimizer/d_A/", "optimizer/d_B/", "optimizer/generators/", "state/buffer_A/", "state/buffer_B/", "g_AB/"]
    {
        assert!(tensors.keys().any(|name| name.starts_with(part)), "a checkpoint without {part}");
    }
    tensors
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit_with_their_buffers_and_losses() {
    for (id, data) in [("05_01", "apple2orange"), ("05_02", "monet2photo")] {
        let (whole, parts) = (ch05(), ch05());
        whole.succeed(&[&[id, "--preset", "smoke", "--epochs", "3"], &SMALL[..]].concat());
        parts.succeed(&[&[id, "--preset", "smoke", "--epochs", "1"], &SMALL[..]].concat());
        // As a kill leaves it that comes after losses were written and before their checkpoint.
        let steps = folder(&parts, data).join("steps.csv");
        let late = read::text(&steps) + "99,1,1,1,1,1,1,1,1,1,1,1\n";
        std::fs::write(&steps, late).unwrap();
        parts.succeed(&[id, "--resume", "--epochs", "3"]);
        let [whole, parts] = [&whole, &parts].map(|chapter| folder(chapter, data));
        assert_equal(&checkpoint(&parts), &checkpoint(&whole));
        assert_eq!(read::text(&parts.join("steps.csv")), read::text(&whole.join("steps.csv")), "{id}");
    }
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (ch05(), ch05());
    let smoke = [&["05_01", "--preset", "smoke", "--epochs", "12"], &SMALL[..]].concat();
    whole.succeed(&smoke);
    let runs = || RunFolder::list(&killed.path("run"), "paint", "apple2orange");
    let mut state = 5u32;
    for _ in 0..6 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let args = if runs().is_empty() { &smoke[..] } else { &["05_01", "--resume"] };
        let mut child = killed.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(u64::from(state >> 21)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if runs().is_empty() {
        killed.succeed(&smoke);
    }
    killed.succeed(&["05_01", "--resume"]);
    let [of_killed, of_whole] = [runs()[0].path.clone(), folder(&whole, "apple2orange")];
    assert_equal(&checkpoint(&of_killed), &checkpoint(&of_whole));
    let name = "without_identity";
    assert_equal(&checkpoint(&of_killed.join(name)), &checkpoint(&of_whole.join(name)));
}

#[test]
fn ones_own_folders_of_images_of_any_size_are_used_and_unreadable_ones_named() {
    let chapter = ch05();
    let mut settings = vec![];
    for (key, color) in [("a", [200, 30, 30]), ("b", [30, 30, 200])] {
        let dir = chapter.path(&format!("my {key}"));
        std::fs::create_dir_all(&dir).unwrap();
        for (i, (width, height)) in [(40, 30), (33, 70), (64, 64), (100, 35)].into_iter().enumerate() {
            let format = ["png", "jpg", "JPG", "jpeg"][i];
            RgbImage::from_pixel(width, height, Rgb(color)).save(dir.join(format!("{i}.{format}"))).unwrap();
        }
        std::fs::write(dir.join("3b.png"), "no image").unwrap();
        std::fs::write(dir.join("notes.txt"), "mine").unwrap();
        settings.extend(["--set".to_string(), format!("{key}={}", dir.display())]);
    }
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let args = [&["05_01", "--preset", "smoke", "--set", "images=10"], &SMALL[..], &settings].concat();
    let output = chapter.succeed(&args);
    assert!(output.stderr.contains("3b.png"), "{}", output.stderr);
    let params = read::text(&folder(&chapter, "own").join("params.json"));
    assert!(params.contains("your images") && params.contains("my a"), "{params}");
    assert_eq!(read::text(&chapter.path("my a/notes.txt")), "mine");
    // Without naming the folders.
    chapter.succeed(&["05_01", "--resume", "--epochs", "3"]).assert_prints(&["0001_own"]);
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch05();
    let ids = ["05_01", "05_02"];
    let figures = [&["figures"], &ids[..], &["--preset", "smoke"], &SMALL[..]].concat();
    chapter.succeed(&figures);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch05::CHAPTER.table, &ids));
    assert!(gallery.contains("synthetic apples and oranges, not apple2orange"));
    assert!(read::text(&folder(&chapter, "apple2orange").join("translation.json")).contains("cycle_error"));
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
}
