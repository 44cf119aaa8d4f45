//! The binary: all figures of the smoke preset, the same for the same seed, and what it says to wrong input.

use std::collections::BTreeMap;
use std::fs;
use testing::{Chapter, gallery};

fn ch01() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch01"))
}

#[test]
fn figures_are_all_there_and_depend_on_the_seed_alone() {
    let files = gallery::files(ch01::CHAPTER.table, &[]);
    let figures = |args: &[&str]| -> BTreeMap<String, Vec<u8>> {
        let chapter = ch01();
        chapter.succeed(&[&["figures", "--preset", "smoke"], args].concat());
        let gallery = gallery::assert_shows(chapter.out(), &files);
        assert!(gallery.contains("a coarse synthetic map, not Natural Earth") && gallery.contains("a reconstruction"));
        let png = |file: &String| (file.clone(), fs::read(chapter.path("figures").join(file)).unwrap());
        files.iter().map(png).collect()
    };
    let first = figures(&[]);
    assert!(first == figures(&[]), "the same seed, other figures");
    let other = figures(&["--seed", "43"]);
    for name in ["01_01_points", "01_01_rules", "01_02_new_outfits", "01_03_samples", "01_04_latent_space"] {
        let file = format!("ch01/{name}.png");
        assert!(first[&file] != other[&file], "{name} does not depend on the seed");
    }
}

#[test]
fn nothing_is_run_twice() {
    let chapter = ch01();
    chapter.succeed(&["figures", "01_04", "--preset", "smoke"]);
    let again = chapter.succeed(&["figures", "01_04", "--preset", "smoke"]);
    assert!(!again.stdout.contains("epoch "), "trained twice");
    assert!(!chapter.path("run/representation/0002_tins").exists());
}

#[test]
fn a_table_of_ones_own_is_taken() {
    let chapter = ch01();
    let table = chapter.path("mine.csv");
    let heading = "topType,hairColor,accessoriesType,clothingType,clothingColor\n";
    fs::write(&table, format!("{heading}NoHair,Black,Blank,Hoodie,Red\nNoHair,Black,Round,Hoodie,Pink\n")).unwrap();
    let set = format!("table={}", table.display());
    let finished = chapter.succeed(&["01_02", "--preset", "smoke", "--set", &set]);
    finished.assert_prints(&["NoHair Black Blank Hoodie Red"]);
}

#[test]
fn wrong_input_gets_one_clear_message() {
    let chapter = ch01();
    let heading = "topType,hairColor,accessoriesType,clothingType,clothingColor\n";
    let table = |name: &str, rows: &str| {
        let path = chapter.path(name);
        fs::write(&path, format!("{heading}{rows}")).unwrap();
        format!("table={}", path.display())
    };
    let unknown = table("unknown.csv", "NoHair,Black,Blank,Toga,Red\n");
    let empty = table("empty.csv", "");
    let missing = table("missing.csv", "NoHair,Black,,Hoodie,Red\n");
    let absent = format!("table={}", chapter.path("absent.csv").display());
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
        chapter.run(args).assert_failure(code, words);
        chapter.assert_nothing_made();
    }
}
