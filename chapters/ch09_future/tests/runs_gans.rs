//! Runs of the GANs that are stopped and resumed, through the chapter's binary.

use common::training::RunFolder;
use common::{images, keras::weights};
use ndarray::Array3;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

/// Leaves out what the runs are compared with, which takes longer than they do.
const ALONE: &[&str] = &["--set", "baseline=false"];
/// An experiment.
struct Case {
    id: &'static str,
    /// The section of its run folder.
    section: &'static str,
    /// Epochs of two runs.
    epochs: [&'static str; 2],
    settings: &'static [&'static str],
}

const EXPERIMENTS: [Case; 4] = [
    Case { id: "09_05", section: "progan", epochs: ["5", "10"], settings: ALONE },
    Case { id: "09_06", section: "sagan", epochs: ["2", "4"], settings: &[] },
    Case { id: "09_07", section: "biggan", epochs: ["2", "4"], settings: &[] },
    Case { id: "09_08", section: "stylegan", epochs: ["5", "10"], settings: ALONE },
];

fn ch09() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch09"))
}

/// The last run.
fn folder(chapter: &Chapter, section: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), section, "images").pop().unwrap().path
}

fn checkpoint(chapter: &Chapter, section: &str) -> BTreeMap<String, Tensor> {
    let file = folder(chapter, section).join("weights/checkpoint.safetensors");
    let tensors = weights::read_file(&file).unwrap().0;
    for part in ["optimizer/discriminator/", "optimizer/generator/", "generator/", "discriminator/"] {
        assert!(tensors.keys().any(|name| name.starts_with(part)), "{section}: a checkpoint without {part}");
    }
    tensors
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    for Case { id, section, epochs: [some, all], settings } in EXPERIMENTS {
        let (whole, parts) = (ch09(), ch09());
        let smoke = [&[id, "--preset", "smoke"][..], settings, &["--epochs"]].concat();
        whole.succeed(&[&smoke[..], &[all]].concat());
        parts.succeed(&[&smoke[..], &[some]].concat());
        parts.succeed(&[id, "--resume", "--epochs", all]);
        assert_equal(&checkpoint(&parts, section), &checkpoint(&whole, section));
        // The last samples, too, come from the same points.
        let sample = format!("images/sample_{:05}.png", all.parse::<u64>().unwrap());
        let [whole, parts] = [&whole, &parts].map(|chapter| folder(chapter, section).join(&sample));
        assert_eq!(std::fs::read(whole).unwrap(), std::fs::read(parts).unwrap(), "{id}");
    }
}

#[test]
fn what_is_no_weight_is_in_the_checkpoint_too() {
    let chapter = ch09();
    chapter.succeed(&["09_07", "--preset", "smoke"]);
    let names: Vec<String> = checkpoint(&chapter, "biggan").into_keys().collect();
    for name in ["generator/start/u", "generator/norm/moving_variance", "average/block_8/norm_0/gain/u"] {
        assert!(names.iter().any(|known| known == name), "{name} is missing among {names:?}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let (whole, stopped) = (ch09(), ch09());
    let smoke = ["09_05", "--preset", "smoke", "--set", "baseline=false", "--epochs", "30"];
    // The first line about an epoch says that training is under way.
    testing::interrupt_at(&mut stopped.command(&smoke), "iteration").assert_failure(130, &["--resume"]);
    stopped.succeed(&["09_05", "--resume"]);
    whole.succeed(&smoke);
    let [stopped, whole] = [&stopped, &whole].map(|chapter| checkpoint(chapter, "progan"));
    assert_equal(&stopped, &whole);
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch09();
    let ids = EXPERIMENTS.map(|case| case.id);
    let figures = [&["figures"][..], &ids, &["--preset", "smoke"]].concat();
    chapter.succeed(&figures);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch09::CHAPTER.table, &ids));
    assert!(gallery.contains("synthetic avatars, not CelebA"));
    let run = folder(&chapter, "progan");
    let pace = read::json(&run.join("baseline/wgan_gp/pace.json"));
    assert!(pace["seconds_per_iteration"].as_f64().is_some_and(|seconds| seconds > 0.0), "{pace}");
    assert!(run.join("viz/discriminator.txt").exists());
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("iteration  "), "trained twice: {}", again.stdout);
}

#[test]
fn the_readers_own_images_are_learned() {
    let chapter = ch09();
    let dir = chapter.path("my images");
    for (class, value) in [("bright", 0.9), ("dark", 0.1)] {
        for i in 0..40 {
            let image = Array3::from_elem((20 + i % 3, 30, 3), value);
            images::save(&dir.join(class).join(format!("{i:02}.png")), image.view()).unwrap();
        }
    }
    std::fs::write(dir.join("bright/notes.txt"), "mine").unwrap();
    let setting = |dir: &PathBuf| format!("images={}", dir.display());
    let (all, bright) = (setting(&dir), setting(&dir.join("bright")));
    chapter.succeed(&["09_07", "--preset", "smoke", "--epochs", "2", "--set", &all]);
    chapter.succeed(&["09_05", "--preset", "smoke", "--epochs", "2", "--set", "baseline=false", "--set", &bright]);
    for (section, title) in [("biggan", "own images: my images"), ("progan", "own images: bright")] {
        let params = read::text(&folder(&chapter, section).join("params.json"));
        assert!(params.contains(title), "{params}");
    }
    assert_eq!(read::text(&dir.join("bright/notes.txt")), "mine");
}
