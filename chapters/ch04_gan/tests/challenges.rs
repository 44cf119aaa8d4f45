//! 04_04 through the chapter's binary: all figures are drawn, and what is measured survives a stop.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Nets of a few thousand parameters with the layers of the real ones.
const SMALL: [&str; 4] = [
    "--set",
    r#"net.critic=[{"filters":4,"kernel":5,"stride":2},{"filters":4,"kernel":5,"stride":2}]"#,
    "--set",
    r#"net.generator=[{"filters":4,"kernel":5,"stride":1},{"filters":4,"kernel":5,"stride":1},{"filters":4,"kernel":5,"stride":1},{"filters":1,"kernel":5,"stride":1}]"#,
];

fn ch04(out: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch04"));
    command.args(args).args(["--data", "synthetic", "--threads", "1", "--device", "cpu", "--out"]).arg(out);
    command.output().unwrap()
}

fn succeed(out: &Path, args: &[&str]) -> String {
    let output = ch04(out, args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A file of each run, by the run's name.
fn of_each_run(out: &Path, file: &str) -> BTreeMap<String, Vec<u8>> {
    let runs = fs::read_dir(out.join("run/gan/0001_challenges")).unwrap().map(|entry| entry.unwrap());
    let files =
        runs.filter_map(|run| Some((run.file_name().into_string().ok()?, fs::read(run.path().join(file)).ok()?)));
    files.collect()
}

#[test]
fn the_smoke_run_draws_all_figures_and_figures_train_nothing_twice() {
    let out = tempfile::tempdir().unwrap();
    succeed(out.path(), &["figures", "04_04", "--preset", "smoke"]);
    let gallery = fs::read_to_string(out.path().join("figures/index.html")).unwrap();
    for figure in
        ["oscillation", "collapse", "variety", "loss_and_quality", "hyperparameters", "changed_samples", "summary"]
    {
        assert!(gallery.contains(&format!("ch04/04_04_{figure}.png")), "{figure} is missing from the gallery");
    }
    assert!(gallery.contains("synthetic drawings of 10 categories, not Quick, Draw!"));
    let measures = of_each_run(out.path(), "measures.csv");
    let runs: Vec<&str> = measures.keys().map(String::as_str).collect();
    assert_eq!(runs, ["gan", "gan_hurried", "gan_kernels", "gan_steps", "wgangp", "wgangp_kernels", "wgangp_steps"]);
    let table = fs::read_to_string(out.path().join("run/gan/0001_challenges/challenges.csv")).unwrap();
    for problem in ["oscillating loss", "mode collapse", "uninformative loss", "hyper-parameters"] {
        assert!(table.contains(&format!("\n{problem},")), "{problem} is missing from {table}");
    }
    let again = succeed(out.path(), &["figures", "04_04", "--preset", "smoke"]);
    assert!(!again.contains("iteration  "), "trained twice: {again}");
    assert_eq!(measures, of_each_run(out.path(), "measures.csv"));
}

#[test]
fn what_is_measured_is_the_same_after_a_stop() {
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let smoke = ["04_04", "--preset", "smoke"];
    succeed(whole.path(), &[&smoke[..], &SMALL, &["--epochs", "20"]].concat());
    succeed(parts.path(), &[&smoke[..], &SMALL, &["--epochs", "10"]].concat());
    let run = parts.path().join("run/gan/0001_challenges");
    // As a kill leaves it that comes after a measurement and before the next checkpoint.
    let (file, late) = (run.join("gan/measures.csv"), "15,1.0,1.0,1.0\n");
    fs::write(&file, fs::read_to_string(&file).unwrap() + late).unwrap();
    // As a kill leaves it that comes before the last runs have begun.
    for name in ["wgangp", "wgangp_kernels"] {
        fs::remove_dir_all(run.join(name)).unwrap();
    }
    succeed(parts.path(), &["04_04", "--resume", "--epochs", "20"]);
    for file in ["measures.csv", "weights/weights.safetensors"] {
        assert!(of_each_run(whole.path(), file) == of_each_run(parts.path(), file), "{file} differs");
    }
    let table = |out: &Path| fs::read_to_string(out.join("run/gan/0001_challenges/challenges.csv")).unwrap();
    assert_eq!(table(whole.path()), table(parts.path()));

    let fewer = ch04(parts.path(), &["04_04", "--resume", "--epochs", "10"]);
    assert_eq!(fewer.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&fewer.stderr).contains("trained for 20 iterations already"));
}

#[test]
fn numbers_that_nothing_can_be_measured_with_are_refused() {
    for (setting, words) in [
        ("measure_every=6", "epochs must be at least 2 times measure_every"),
        ("measured=1000", "no more than 100 drawings"),
        ("measured=4", "measured must lie between 5"),
        ("drawings=0", "drawings must lie"),
        ("step_factor=0", "learning rates must be above 0"),
        ("other_kernel=0", "sizes must lie between 1 and"),
        ("generator_steps=0", "generator_steps"),
        ("n_critic=0", "n_critic"),
        ("net.input_dim=[32,32,3]", "generator makes images"),
    ] {
        let out = tempfile::tempdir().unwrap();
        let output = ch04(out.path(), &["04_04", "--preset", "smoke", "--set", setting]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{setting}: {message}");
        assert!(message.contains(words), "{setting}: {message}");
        assert!(!out.path().join("run/gan/0001_challenges").exists(), "{setting} left a run behind");
    }
}
