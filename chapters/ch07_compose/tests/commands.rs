//! What the binary says to wrong input: one clear message, the right exit code, nothing left behind.

use common::music::{self, Note, Part, Pitch, Quarters, Score};
use std::fs;
use testing::{Chapter, assert_refused};

fn refused(args: &[&str], code: i32, words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch07"), args, code, words);
}

#[test]
fn wrong_usage_exits_with_2() {
    refused(&["07_99"], 2, &["07_99", "07_01"]);
    refused(&["07_02", "--write", "C4"], 2, &["--write", "07_02"]);
    refused(&["07_03", "--set", "epochs=1"], 2, &["--set", "07_02"]);
    refused(&["bench", "--model", "gan"], 2, &["gan", "lstm_compose"]);
}

#[test]
fn wrong_settings_exit_with_1() {
    for (id, setting, words) in [
        ("07_01", "bars=0", &["bars"][..]),
        ("07_01", "set=piano", &["set=piano", "cello", "chorales"]),
        ("07_01", "midi=/no/such/folder", &["/no/such/folder"]),
        ("07_02", "seq_len=0", &["seq_len"]),
        ("07_02", "net.rnn_units=0", &["net.rnn_units"]),
        ("07_02", "net.embed_size=100000", &["net.embed_size"]),
        ("07_02", "transpose=[]", &["transpose"]),
        ("07_02", "transpose=[60]", &["transpose", "48"]),
        ("07_02", "validation_split=1", &["validation_split"]),
        ("07_02", "patience=0", &["patience"]),
        ("07_02", "sampling.notes_temp=-1", &["sampling.notes_temp"]),
        ("07_02", "sampling.max_extra_notes=0", &["sampling.max_extra_notes"]),
        ("07_02", "midi=/no/such/folder", &["/no/such/folder"]),
    ] {
        refused(&[id, "--set", setting], 1, words);
    }
    refused(&["07_03"], 1, &["cargo book 07_02"]);
    refused(&["07_01", "--set", "piece=100000"], 1, &["piece must be below"]);
}

/// A scale from a pitch on, as a MIDI file.
fn scale(from: u8) -> Vec<u8> {
    let note = |i: u8| {
        let pitch = Pitch::from_midi(from + i % 12).unwrap();
        Note::new(Quarters::new(i64::from(i), 2), pitch, Quarters::new(1, 2))
    };
    let part = Part { name: "Piano".to_string(), program: 0, notes: (0..60).map(note).collect() };
    music::midi::write(&Score::new(vec![part], 90.0)).unwrap()
}

#[test]
fn music_of_the_readers_own_is_learned_and_what_is_no_music_is_named() {
    let chapter = Chapter::new(env!("CARGO_BIN_EXE_ch07"));
    let folder = chapter.path("my music");
    fs::create_dir(&folder).unwrap();
    let setting = format!("midi={}", folder.display());
    let train = || chapter.run(&["07_02", "--preset", "smoke", "--epochs", "1", "--set", &setting]);
    train().assert_failure(1, &["my music"]);
    fs::write(folder.join("broken.mid"), b"MThd\0\0\0\x06").unwrap();
    fs::write(folder.join("notes.txt"), "C D E").unwrap();
    train().assert_failure(1, &["my music"]);
    for (name, from) in [("a.mid", 48), ("b.MID", 60)] {
        fs::write(folder.join(name), scale(from)).unwrap();
    }
    let said = train();
    said.assert_success();
    said.assert_prints(&["2 pieces"]);
    assert!(said.stderr.contains("skipped") && said.stderr.contains("broken.mid"), "{}", said.stderr);
    assert!(chapter.path("run/compose/0001_own/scores/epoch_0001.mid").exists());
    let shown = chapter.run(&["07_01", "--set", &setting]);
    shown.assert_success();
    // The run that was begun last, without its music being named.
    chapter.succeed(&["07_02", "--resume", "--epochs", "2"]);
    assert!(chapter.path("run/compose/0001_own/scores/epoch_0002.mid").exists());
    chapter.succeed(&["07_03", "--data", "any"]).assert_prints(&["0001_own"]);
    chapter.run(&["07_03"]).assert_failure(1, &["cargo book 07_02"]);
    // The reader's files are as they were.
    assert_eq!(fs::read(folder.join("broken.mid")).unwrap(), b"MThd\0\0\0\x06");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 4);
}
