//! The tables of the chapters and the words of the command line.

mod support;

use std::path::Path;

use support::{add_experiment, repository, write};
use xtask::experiments::Experiments;
use xtask::jobs::jobs;
use xtask::{Usage, list};

fn table(root: &Path) -> std::path::PathBuf {
    root.join("chapters/ch03_vae/experiments.toml")
}

#[test]
fn the_real_tables_are_well_formed() {
    let experiments = Experiments::load(&data::root().unwrap()).unwrap();
    assert!(experiments.all().any(|(_, experiment)| experiment.full_name() == "03_01_autoencoder_train"));
    let data = data::Manifest::embedded().unwrap();
    for (chapter, experiment) in experiments.all() {
        assert_eq!(chapter.table.package, format!("ch{}", chapter.table.number()));
        assert!(chapter.folder.starts_with(&chapter.table.package), "{}", chapter.folder);
        for name in &experiment.data {
            // `quickdraw` alone: several categories of it.
            let family = data.sets.iter().any(|set| set.name.starts_with(&format!("{name}/")));
            assert!(family || data.set(name).is_ok(), "{}: no data set {name}", experiment.id);
        }
    }
}

#[test]
fn an_id_and_a_whole_name_find_the_same() {
    let root = repository();
    let experiments = Experiments::load(root.path()).unwrap();
    for id in [
        "03_02",
        "03_02_autoencoder_analysis",
        "3.2",
        "3_2",
        "03.2",
        "3-02",
        "ch03_02",
        "chapter 3.2",
        "03-02-Autoencoder-analysis",
    ] {
        let (chapter, experiment) = experiments.find(id, &[]).unwrap();
        assert_eq!((chapter.table.package.as_str(), experiment.id.as_str()), ("ch03", "03_02"));
    }
}

#[test]
fn unknown_ids_are_usage_errors_with_the_nearest_names() {
    let root = repository();
    let experiments = Experiments::load(root.path()).unwrap();
    for (id, near) in [
        ("03_011", "`03_01_autoencoder_train`"),
        ("vae_digit_train", "`03_03_vae_digits_train`"),
        ("03_02_autoencoder_analisis", "`03_02_autoencoder_analysis`"),
        ("setpu", "`setup`"),
    ] {
        let error = experiments.find(id, &["setup", "doctor"]).unwrap_err();
        assert!(error.is::<Usage>());
        assert!(error.to_string().contains(near), "{error}");
        assert!(error.to_string().contains(id), "{error}");
    }
    let error = experiments.find("", &[]).unwrap_err();
    assert!(error.is::<Usage>());
}

#[test]
fn chapters_go_by_number_and_by_package() {
    let root = repository();
    let experiments = Experiments::load(root.path()).unwrap();
    for word in ["3", "03", "ch03", "ch3", "chapter3", "chapter 3", "Chapter_03", "CH03"] {
        assert_eq!(experiments.chapter(word).unwrap().table.chapter, 3);
        let error = experiments.find(word, &[]).unwrap_err();
        assert!(error.is::<Usage>() && error.to_string().contains("is a chapter"), "{error}");
        assert!(error.to_string().contains("03_01, 03_02, 03_03"), "{error}");
    }
    let error = experiments.chapter("04").unwrap_err();
    assert!(error.is::<Usage>() && error.to_string().contains("The chapters are 03"), "{error}");
}

#[test]
fn figures_go_chapter_by_chapter() {
    let root = repository();
    let fourth = root.path().join("chapters/ch04_gan/experiments.toml");
    write(&fourth, "chapter = 4\npackage = \"ch04\"\ntitle = \"Four\"\npages = \"125-159\"\n");
    add_experiment(&fourth, "04_01", "gan_camel_train");
    let experiments = Experiments::load(root.path()).unwrap();
    let plan = |words: &[&str]| -> Vec<String> {
        let jobs = jobs(&experiments, words).unwrap();
        jobs.iter().map(|job| format!("{} {}", job.chapter.table.package, job.ids.join(" "))).collect()
    };
    assert_eq!(plan(&[]), ["ch03 ", "ch04 "]);
    assert_eq!(plan(&["04"]), ["ch04 "]);
    assert_eq!(plan(&["chapter", "4"]), ["ch04 "]);
    assert_eq!(plan(&["3.1", "ch4"]), ["ch03 03_01", "ch04 "]);
    assert_eq!(plan(&["04_01", "03_03", "03_01", "03_03_vae_digits_train"]), ["ch03 03_03 03_01", "ch04 04_01"]);
    assert_eq!(plan(&["03_01", "03"]), ["ch03 "]);
    assert!(jobs(&experiments, &["03_77"]).unwrap_err().is::<Usage>());
}

#[test]
fn the_list_names_everything() {
    let root = repository();
    let text = list::table(&Experiments::load(root.path()).unwrap());
    for part in ["Chapter 3  Chapter three", "03_01_autoencoder_train", "p. 94-101", "< 1 min", "cargo book doctor"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn broken_tables_are_refused_with_file_and_reason() {
    let breaks: [(&str, &str, &str); 6] = [
        ("id = \"03_02\"", "id = \"03-02\"", "id `03-02`"),
        ("id = \"03_02\"", "id = \"04_02\"", "begin with 03"),
        ("id = \"03_02\"", "id = \"03_01\"", "two experiments `03_01`"),
        ("name = \"autoencoder_train\"", "name = \"Auto encoder\"", "`Auto encoder`"),
        ("pages = \"94-101\"", "pages = \"101-94\"", "`101-94`"),
        ("minutes = 0.5", "minutes = -1.0", "minutes -1"),
    ];
    for (right, wrong, reason) in breaks {
        let root = repository();
        let text = std::fs::read_to_string(table(root.path())).unwrap();
        write(&table(root.path()), &text.replace(right, wrong));
        let error = format!("{:#}", Experiments::load(root.path()).unwrap_err());
        assert!(error.contains(reason) && error.contains("experiments.toml"), "{error}");
    }
    let root = repository();
    let text = std::fs::read_to_string(table(root.path())).unwrap();
    for before in ["needs = \"03_09\"", "after = [\"03_09\"]"] {
        write(&table(root.path()), &text.replacen("minutes", &format!("{before}\nminutes"), 1));
        let error = format!("{:#}", Experiments::load(root.path()).unwrap_err());
        assert!(error.contains("needs `03_09`"), "{error}");
    }
}
