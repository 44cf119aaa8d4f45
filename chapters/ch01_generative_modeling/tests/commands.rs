//! The binary: all figures of the smoke preset, the same for the same seed, and what it says to wrong input.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn ch01(out: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch01"));
    command.args(args).args(["--data", "synthetic", "--threads", "1", "--device", "cpu", "--out"]).arg(out);
    command.env("GDL_MIRROR", "").output().unwrap()
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

const FIGURES: [&str; 18] = [
    "01_01_points",
    "01_01_rectangle",
    "01_01_rules",
    "01_01_held_out",
    "01_01_mixture",
    "01_02_first_rows",
    "01_02_observed",
    "01_02_multinomial",
    "01_02_parameters",
    "01_02_new_outfits",
    "01_03_samples",
    "01_03_marginals",
    "01_04_tins",
    "01_04_loss",
    "01_04_latent_space",
    "01_04_reconstructions",
    "01_04_walk",
    "01_04_walk_in_latent_space",
];

#[test]
fn figures_are_all_there_and_depend_on_the_seed_alone() {
    let figures = |args: &[&str]| -> BTreeMap<&str, Vec<u8>> {
        let out = tempfile::tempdir().unwrap();
        assert_success(&ch01(out.path(), &[&["figures", "--preset", "smoke"], args].concat()));
        let gallery = fs::read_to_string(out.path().join("figures/index.html")).unwrap();
        assert!(gallery.contains("a coarse synthetic map, not Natural Earth") && gallery.contains("a reconstruction"));
        let png = |name: &'static str| {
            let file = format!("ch01/{name}.png");
            assert!(gallery.contains(&file), "{file} is missing from the gallery");
            (name, fs::read(out.path().join("figures").join(file)).unwrap())
        };
        FIGURES.into_iter().map(png).collect()
    };
    let first = figures(&[]);
    for png in first.values() {
        let image = image::load_from_memory(png).unwrap();
        assert!(image.width() > 500 && image.height() > 200, "{} x {}", image.width(), image.height());
    }
    assert!(first == figures(&[]), "the same seed, other figures");
    let other = figures(&["--seed", "43"]);
    for name in ["01_01_points", "01_01_rules", "01_02_new_outfits", "01_03_samples", "01_04_latent_space"] {
        assert!(first[name] != other[name], "{name} does not depend on the seed");
    }
}

#[test]
fn nothing_is_run_twice() {
    let out = tempfile::tempdir().unwrap();
    assert_success(&ch01(out.path(), &["figures", "01_04", "--preset", "smoke"]));
    let again = ch01(out.path(), &["figures", "01_04", "--preset", "smoke"]);
    assert_success(&again);
    assert!(!String::from_utf8_lossy(&again.stdout).contains("epoch "), "trained twice");
    assert!(!out.path().join("run/representation/0002_tins").exists());
}

#[test]
fn a_table_of_ones_own_is_taken() {
    let out = tempfile::tempdir().unwrap();
    let table = out.path().join("mine.csv");
    let heading = "topType,hairColor,accessoriesType,clothingType,clothingColor\n";
    fs::write(&table, format!("{heading}NoHair,Black,Blank,Hoodie,Red\nNoHair,Black,Round,Hoodie,Pink\n")).unwrap();
    let set = format!("table={}", table.display());
    let output = ch01(out.path(), &["01_02", "--preset", "smoke", "--set", &set]);
    assert_success(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("NoHair Black Blank Hoodie Red"));
}

#[test]
fn wrong_input_gets_one_clear_message() {
    let out = tempfile::tempdir().unwrap();
    let heading = "topType,hairColor,accessoriesType,clothingType,clothingColor\n";
    let table = |name: &str, rows: &str| {
        let path = out.path().join(name);
        fs::write(&path, format!("{heading}{rows}")).unwrap();
        format!("table={}", path.display())
    };
    let unknown = table("unknown.csv", "NoHair,Black,Blank,Toga,Red\n");
    let empty = table("empty.csv", "");
    let missing = table("missing.csv", "NoHair,Black,,Hoodie,Red\n");
    let absent = format!("table={}", out.path().join("absent.csv").display());
    let cases: [(&[&str], i32, &[&str]); 11] = [
        (&["01_09"], 2, &["01_09", "01_01"]),
        (&["01_01", "--set", "points=1"], 1, &["points", "rectangle"]),
        (&["01_01", "--set", "grid=0"], 1, &["grid"]),
        (&["01_01", "--epochs", "3"], 1, &["epochs"]),
        (&["01_01", "--resume"], 1, &["trains nothing", "--resume"]),
        (&["01_02", "--set", &unknown], 1, &["unknown.csv", "line 2", "`Toga`", "Overall"]),
        (&["01_02", "--set", &empty], 1, &["empty.csv", "no outfit"]),
        (&["01_03", "--set", &missing], 1, &["missing.csv", "accessoriesType", "empty"]),
        (&["01_02", "--set", &absent], 1, &["absent.csv", "cannot read"]),
        (&["01_03", "--set", "side=4"], 1, &["side"]),
        (&["01_04", "--set", "learning_rate=0"], 1, &["learning_rate"]),
    ];
    for (args, code, words) in cases {
        let output = ch01(out.path(), args);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {message}");
        words.iter().for_each(|word| assert!(message.contains(word), "{args:?}: no '{word}' in: {message}"));
        assert!(!message.contains("should not have happened"), "{message}");
        assert!(!out.path().join("run").exists() && !out.path().join("figures").exists(), "{args:?} left something");
    }
}
