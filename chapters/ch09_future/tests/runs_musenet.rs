//! Runs of 09_04 through the chapter's binary: stopped and resumed, figures, the reader's own music.

use common::music::{self, Note, Part, Pitch, Quarters, Score};
use common::training::RunFolder;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use tch::Tensor;
use testing::{Chapter, gallery, read};
use testing_tensors::assert_equal;

fn ch09() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch09"))
}

/// The last run.
fn folder(chapter: &Chapter, data: &str) -> PathBuf {
    RunFolder::list(&chapter.path("run"), "musenet", data).pop().unwrap().path
}

fn checkpoint(chapter: &Chapter) -> BTreeMap<String, Tensor> {
    let file = folder(chapter, "music").join("weights/checkpoint.safetensors");
    common::keras::weights::read_file(&file).unwrap().0
}

#[test]
fn resumed_runs_equal_uninterrupted_ones_bit_for_bit() {
    let (whole, parts) = (ch09(), ch09());
    whole.succeed(&["09_04", "--preset", "smoke", "--epochs", "3"]);
    parts.succeed(&["09_04", "--preset", "smoke", "--epochs", "1"]);
    parts.succeed(&["09_04", "--resume", "--epochs", "3"]);
    assert_equal(&checkpoint(&parts), &checkpoint(&whole));
    let [whole, parts] = [whole, parts].map(|chapter| {
        let folder = folder(&chapter, "music");
        (fs::read(folder.join("scores/piece.mid")).unwrap(), read::json(&folder.join("numbers.json")))
    });
    assert_eq!(whole, parts);
    assert!(whole.1["held_out_loss"].is_number());
}

#[test]
fn figures_train_what_is_missing_and_nothing_twice() {
    let chapter = ch09();
    let figures = ["figures", "09_04", "--preset", "smoke"];
    chapter.succeed(&figures);
    gallery::assert_shows(chapter.out(), &gallery::files(ch09::CHAPTER.table, &["09_04"]));
    let timing = read::json(&folder(&chapter, "music").join("timing.json"));
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
    assert_eq!(read::json(&folder(&chapter, "music").join("timing.json")), timing, "measured twice");
}

/// Two instruments, one of them with two loudnesses and a chord.
fn duet(from: u8) -> Vec<u8> {
    let note = |i: u8, pitch: u8, velocity: u8| Note {
        velocity,
        ..Note::new(Quarters::new(i64::from(i), 2), Pitch::from_midi(pitch).unwrap(), Quarters::new(1, 2))
    };
    let melody = (0..60).map(|i| note(i, from + i % 12, 60 + 30 * (i % 2))).collect();
    let chords = (0..60).step_by(4).flat_map(|i| [note(i, from - 12, 70), note(i, from - 5, 70)]).collect();
    let part = |name: &str, program, notes| Part { name: name.to_string(), program, notes };
    music::midi::write(&Score::new(vec![part("a flute", 73, melody), part("piano", 0, chords)], 90.0)).unwrap()
}

#[test]
fn music_of_the_readers_own_is_learned_and_what_is_no_music_is_named() {
    let chapter = ch09();
    let music = chapter.path("my music");
    fs::create_dir(&music).unwrap();
    let setting = format!("midi={}", music.display());
    let train = || chapter.run(&["09_04", "--preset", "smoke", "--epochs", "1", "--set", &setting]);
    train().assert_failure(1, &["my music"]);
    fs::write(music.join("broken.mid"), b"MThd\0\0\0\x06").unwrap();
    train().assert_failure(1, &["my music"]);
    fs::write(music.join("a.mid"), duet(48)).unwrap();
    train().assert_failure(1, &["my music", "one piece"]);
    chapter.assert_nothing_made();
    fs::write(music.join("b.mid"), duet(60)).unwrap();
    train().assert_success();
    let vocabulary = read::json(&folder(&chapter, "music").join("vocabulary.json"));
    assert_eq!(vocabulary["instruments"].as_array().unwrap().len(), 2);
    assert_eq!(vocabulary["velocities"].as_array().unwrap().len(), 3);
    assert_eq!(fs::read(music.join("broken.mid")).unwrap(), b"MThd\0\0\0\x06");
}
