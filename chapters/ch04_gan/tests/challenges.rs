//! 04_04 through the chapter's binary: all figures are drawn, and what is measured survives a stop.

use std::collections::BTreeMap;
use std::fs;
use testing::{Chapter, gallery, read};

/// Nets of a few thousand parameters with the layers of the real ones.
const SMALL: [&str; 4] = [
    "--set",
    r#"net.critic=[{"filters":4,"kernel":5,"stride":2},{"filters":4,"kernel":5,"stride":2}]"#,
    "--set",
    r#"net.generator=[{"filters":4,"kernel":5,"stride":1},{"filters":4,"kernel":5,"stride":1},{"filters":4,"kernel":5,"stride":1},{"filters":1,"kernel":5,"stride":1}]"#,
];

fn ch04() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch04"))
}

/// A file of each run, by the run's name.
fn of_each_run(chapter: &Chapter, file: &str) -> BTreeMap<String, Vec<u8>> {
    let runs = fs::read_dir(chapter.path("run/gan/0001_challenges")).unwrap().map(|entry| entry.unwrap());
    let files =
        runs.filter_map(|run| Some((run.file_name().into_string().ok()?, fs::read(run.path().join(file)).ok()?)));
    files.collect()
}

#[test]
fn the_smoke_run_draws_all_figures_and_figures_train_nothing_twice() {
    let chapter = ch04();
    chapter.succeed(&["figures", "04_04", "--preset", "smoke"]);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch04::CHAPTER.table, &["04_04"]));
    assert!(gallery.contains("synthetic drawings of 10 categories, not Quick, Draw!"));
    let measures = of_each_run(&chapter, "measures.csv");
    let runs: Vec<&str> = measures.keys().map(String::as_str).collect();
    assert_eq!(
        runs,
        ["gan", "gan_extra_steps", "gan_kernels", "gan_steps", "wgangp", "wgangp_kernels", "wgangp_steps"]
    );
    let table = read::text(&chapter.path("run/gan/0001_challenges/challenges.csv"));
    for problem in ["oscillating loss", "mode collapse", "uninformative loss", "hyper-parameters"] {
        assert!(table.contains(&format!("\n{problem},")), "{problem} is missing from {table}");
    }
    let again = chapter.succeed(&["figures", "04_04", "--preset", "smoke"]).stdout;
    assert!(!again.contains("iteration  "), "trained twice: {again}");
    assert_eq!(measures, of_each_run(&chapter, "measures.csv"));
}

#[test]
fn what_is_measured_is_the_same_after_a_stop() {
    let (whole, parts) = (ch04(), ch04());
    let smoke = ["04_04", "--preset", "smoke"];
    whole.succeed(&[&smoke[..], &SMALL, &["--epochs", "20"]].concat());
    parts.succeed(&[&smoke[..], &SMALL, &["--epochs", "10"]].concat());
    let run = parts.path("run/gan/0001_challenges");
    // As a kill leaves it that comes after a measurement and before the next checkpoint.
    let (file, late) = (run.join("gan/measures.csv"), "15,1.0,1.0,1.0\n");
    fs::write(&file, read::text(&file) + late).unwrap();
    // As a kill leaves it that comes before the last runs have begun.
    for name in ["wgangp", "wgangp_kernels"] {
        fs::remove_dir_all(run.join(name)).unwrap();
    }
    parts.succeed(&["04_04", "--resume", "--epochs", "20"]);
    for file in ["measures.csv", "weights/weights.safetensors"] {
        assert!(of_each_run(&whole, file) == of_each_run(&parts, file), "{file} differs");
    }
    let table = |chapter: &Chapter| read::text(&chapter.path("run/gan/0001_challenges/challenges.csv"));
    assert_eq!(table(&whole), table(&parts));

    let fewer = parts.run(&["04_04", "--resume", "--epochs", "10"]);
    fewer.assert_failure(1, &["already trained for 20 iterations"]);
}

#[test]
fn numbers_that_nothing_can_be_measured_with_are_refused() {
    for (setting, words) in [
        ("measure_every=6", "epochs must be at least 2 times measure_every"),
        ("measured=1000", "measured must be no more than 100, the number of drawings"),
        ("measured=4", "measured must lie between 5"),
        ("drawings=0", "drawings must lie"),
        ("step_factor=0", "learning rates must be above 0"),
        ("other_kernel=0", "sizes must lie between 1 and"),
        ("generator_steps=0", "generator_steps"),
        ("n_critic=0", "n_critic"),
        ("net.input_dim=[32,32,3]", "generator makes images"),
    ] {
        let chapter = ch04();
        chapter.run(&["04_04", "--preset", "smoke", "--set", setting]).assert_failure(1, &[words]);
        assert!(!chapter.path("run/gan/0001_challenges").exists(), "{setting} left a run behind");
    }
}
