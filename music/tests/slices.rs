//! Slices: names, ties, and the way from MIDI to slices and back.

use music::{Change, Note, Part, Pitch, Quarters, Score, Slice, chordify, chordify_tied, from_slices, midi, quantize};
use std::path::Path;

fn quarters(numer: i64, denom: i64) -> Quarters {
    Quarters::new(numer, denom)
}

fn slice(name: &str, start: i64, length: i64) -> Slice {
    Slice::from_name(name, start.into(), length.into()).unwrap()
}

#[test]
fn names_are_read_again() {
    for name in ["rest", "G2", "C4.E4.G4", "B-1.F#3"] {
        assert_eq!(slice(name, 0, 1).name(), name);
    }
    assert!(slice("rest", 0, 1).is_rest());
    assert_eq!(slice("G4.C4.C4", 0, 1).name(), "C4.G4");
    for name in ["", ".", "C4.", "C4.rest", "START", "c4"] {
        let error = Slice::from_name(name, 0.into(), 1.into()).unwrap_err().to_string();
        assert!(error.contains(&format!("`{name}` is not the name of a slice")), "{error}");
    }
}

#[test]
fn slices_are_transposed_within_midis_range() {
    let chord = slice("C4.G9", 2, 1);
    assert_eq!(chord.transposed(-1), Some(slice("B3.F#9", 2, 1)));
    assert_eq!(chord.transposed(1), None);
    assert_eq!(slice("rest", 0, 1).transposed(500), Some(slice("rest", 0, 1)));
}

#[test]
fn bar_lines_cut_notes_unless_ties_are_merged() {
    let note = |start: i64, pitch: u8, length| {
        Note::new(start.into(), Pitch::from_midi(pitch).unwrap(), Quarters::from_integer(length))
    };
    let notes = vec![note(1, 60, 5), note(2, 64, 1), note(2, 64, 1)];
    let mut score = Score::new(vec![Part { name: String::new(), program: 0, notes }], 120.0);
    score.meters = vec![Change { at: 0.into(), value: (3, 4) }, Change { at: 4.into(), value: (2, 4) }];
    let due = [("rest", 0, 1), ("C4", 1, 1), ("C4.E4", 2, 1), ("C4", 3, 3)]
        .map(|(name, start, length)| slice(name, start, length));
    assert_eq!(chordify(&score), due);
    score.meters[1].at = 3.into();
    let cut = [("C4", 3, 2), ("C4", 5, 1), ("rest", 6, 1)].map(|(name, start, length)| slice(name, start, length));
    assert_eq!(chordify(&score)[3..], cut);
    assert_eq!(chordify_tied(&score), due);
    assert_eq!(chordify(&Score::new(vec![], 120.0)), []);
}

#[test]
fn slices_become_a_score() {
    let slices = [slice("C4.E4", 0, 1), slice("rest", 1, 1), slice("C4", 2, 5), slice("C4", 7, 1)];
    let score = from_slices(&slices, 60.0).unwrap();
    assert_eq!((score.parts[0].program, score.parts[0].notes.len(), score.tempos[0].value), (42, 4, 60.0));
    assert_eq!(chordify_tied(&score), slices);
    for (start, length) in [(-1, 1), (0, 0), (0, -1)] {
        let error = from_slices(&[slice("C4", start, length)], 60.0).unwrap_err().to_string();
        assert!(error.contains(&format!("slice 0 begins at {start} and has the length {length}")), "{error}");
    }
}

#[test]
fn a_movement_is_the_same_after_slices_and_midi() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cello");
    let mut movements = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "mid") {
            continue;
        }
        movements += 1;
        let exact = midi::read(&std::fs::read(&path).unwrap()).unwrap();
        for score in [quantize(&exact), exact] {
            let slices = chordify(&score);
            let tempo = score.tempos[0].value;
            let rebuilt = Score { meters: score.meters, ..from_slices(&slices, tempo).unwrap() };
            let again = midi::read(&midi::write(&rebuilt).unwrap()).unwrap();
            assert_eq!(chordify(&again), slices, "{}", path.display());
        }
    }
    assert_eq!(movements, 8);
}

#[test]
fn thirds_and_sixteenths_are_exact() {
    let slices: Vec<Slice> = [(0, 1), (1, 3), (2, 3), (1, 1), (5, 4)]
        .windows(2)
        .map(|pair| (quarters(pair[0].0, pair[0].1), quarters(pair[1].0, pair[1].1)))
        .map(|(start, end)| Slice::from_name("G2", start, end - start).unwrap())
        .collect();
    let score = midi::read(&midi::write(&from_slices(&slices, 120.0).unwrap()).unwrap()).unwrap();
    assert_eq!(chordify_tied(&score), slices);
}
