//! Figures with music, from an experiment's function to the files in its run and in the gallery.

use super::{Context, ExperimentCli, Table};
use crate::notebook::listen;
use crate::plot::{Figure, PianoRoll};
use crate::training::{DataInfo, ExperimentConfig, Preset, Run};
use clap::Parser;
use music::sound::read_wav;
use music::{Note, Part, Pitch, Quarters, Score, midi};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

const TABLE: &str = r#"
chapter = 7
package = "ch07"
title = "Compose"
pages = "236-273"

[[experiment]]
id = "07_01"
name = "notation"
title = "Read scores"
section = "Notation"
pages = "237-240"
minutes = 0.3
figures = ["score"]
shows = ["a score"]
"#;

#[derive(Serialize, Deserialize)]
struct Config {}

impl ExperimentConfig for Config {
    fn preset(_: Preset) -> Config {
        Config {}
    }

    fn check(&self) -> anyhow::Result<()> {
        Ok(())
    }
}

fn score(parts: usize) -> Score {
    let q = Quarters::from_integer;
    let notes = (0..16).map(|at| Note::new(q(at), Pitch::C4, q(1))).collect();
    Score::new(vec![Part { name: "Cello".to_string(), program: 42, notes }; parts], 120.0)
}

fn context(out: &Path) -> Context {
    let out = out.display().to_string();
    let words = ["07_01", "--preset", "smoke", "--data", "synthetic", "--out", &out];
    let table = Table::parse(TABLE).unwrap();
    Context::new(&table, &table.experiments[0], ExperimentCli::parse_from(words).options, false).unwrap()
}

fn run(context: &Context) -> Run<Config> {
    let title = "synthetic preludes".to_string();
    let data = DataInfo {
        name: "cello".to_string(),
        origin: title.clone(),
        title,
        synthetic: true,
        checksum: "0".to_string(),
    };
    context.plain_run("notation", "cello", data).unwrap()
}

#[test]
fn figures_have_sound_and_notes_beside_them() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    let run = run(&context);
    let error = listen(&context, "score").unwrap_err().to_string();
    assert!(error.contains("figures/ch07/07_01_score.wav: there is no such sound"), "{error}");

    let score = score(1);
    let figure = || Figure::of(&PianoRoll::from_score(&score).unwrap(), (4.0, 2.0)).unwrap();
    context.figures(&run).save_with_sound("score", "Sixteen notes.", figure(), &score).unwrap();
    let gallery = dir.path().join("figures");
    for folder in [gallery.join("ch07"), run.folder.path.join("figures")] {
        let sound = read_wav(&fs::read(folder.join("07_01_score.wav")).unwrap()).unwrap();
        assert_eq!((sound.rate, sound.seconds()), (44_100, 8.0 + 2.0));
        assert!(sound.peak() > 0.89 && sound.peak() < 0.892 && sound.rms() > 0.05);
        assert_eq!(midi::read(&fs::read(folder.join("07_01_score.mid")).unwrap()).unwrap().parts[0].notes.len(), 16);
        assert!(folder.join("07_01_score.png").is_file());
    }
    let page = fs::read_to_string(gallery.join("index.html")).unwrap();
    for part in
        ["src=\"ch07/07_01_score.wav\"></audio> synthetic sound, not TimGM6mb", "href=\"ch07/07_01_score.mid\">MIDI"]
    {
        assert!(page.contains(part), "{page}");
    }

    let excerpt = listen(&context, "score").unwrap();
    assert_eq!(excerpt.title, "The first 5 of 10 seconds; the whole sound: figures/ch07/07_01_score.wav");
    assert!((50_000..60_000).contains(&excerpt.wav.len()), "{}", excerpt.wav.len());

    // Without music, the old one is gone.
    context.figures(&run).save("score", "Sixteen notes.", figure()).unwrap();
    assert!(!gallery.join("ch07/07_01_score.wav").exists() && !gallery.join("ch07/07_01_score.mid").exists());
}

/// More parts than MIDI has channels: the figure is saved all the same.
#[test]
fn a_figure_without_sound_is_saved() {
    let dir = tempfile::tempdir().unwrap();
    let context = context(dir.path());
    let run = run(&context);
    let many = score(40);
    let figure = Figure::of(&PianoRoll::from_score(&many).unwrap(), (4.0, 2.0)).unwrap();
    context.figures(&run).save_with_sound("score", "Many parts.", figure, &many).unwrap();
    let folder = dir.path().join("figures/ch07");
    assert!(folder.join("07_01_score.png").is_file() && !folder.join("07_01_score.wav").exists());
}
