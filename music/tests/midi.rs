//! MIDI in and out: what is read, what is refused, and that what is written is read again.

use music::{Change, Note, Part, Pitch, Quarters, Score, chordify, midi, quantize};
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::Path;

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn quarters(numer: i64, denom: i64) -> Quarters {
    Quarters::new(numer, denom)
}

fn note(start: (i64, i64), pitch: u8, length: (i64, i64)) -> Note {
    Note::new(quarters(start.0, start.1), Pitch::from_midi(pitch).unwrap(), quarters(length.0, length.1))
}

fn part(name: &str, program: u8, notes: Vec<Note>) -> Part {
    Part { name: name.to_string(), program, notes }
}

/// A file of one track with these events.
fn file(format: u8, ticks: [u8; 2], track: &[u8]) -> Vec<u8> {
    let length = u32::try_from(track.len()).unwrap().to_be_bytes();
    [&b"MThd\0\0\0\x06\0"[..], &[format, 0, 1], &ticks, b"MTrk", &length, track].concat()
}

/// C4 for a tick.
const C4: &[u8] = &[0, 0x90, 60, 80, 1, 0x80, 60, 0];

#[test]
fn what_is_no_piece_is_told() {
    let drums: &[u8] = &[0, 0x99, 60, 80, 1, 0x89, 60, 0];
    let late: &[u8] = &[0xff, 0xff, 0xff, 0x7f, 0x90, 60, 80, 0xff, 0xff, 0xff, 0x7f, 0x80, 60, 0];
    let cases = [
        (vec![], "not a MIDI file"),
        (b"RIFF and so on".to_vec(), "not a MIDI file"),
        (b"MThd\0\0\0\x06\0\x01\0\x01".to_vec(), "not a MIDI file"),
        (file(2, [0, 96], C4), "several pieces (format 2)"),
        (file(3, [0, 96], C4), "unknown format 3"),
        (file(0, [0xe7, 40], C4), "counts in seconds (SMPTE)"),
        (file(0, [0x80, 0], C4), "counts in seconds (SMPTE)"),
        (file(0, [0, 0], C4), "a quarter note has no ticks"),
        (file(0, [0, 96], &[]), "has no notes"),
        (file(0, [0, 96], drums), "has no notes"),
        (file(0, [0, 96], &C4[..4]), "has no notes"),
        (file(0, [0, 1], late), "cannot use track 1"),
        (file(0, [0, 96], &[0, 0xb0, 7, 100].repeat(1_000_001)), "cannot use track 1"),
    ];
    for (bytes, complaint) in cases {
        let error = midi::read(&bytes).unwrap_err().to_string();
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
    }
}

#[test]
fn meters_tempos_keys_and_names_are_read() {
    let score = midi::read(&fixture("traps/changes.mid")).unwrap();
    let changes = |at: i64| quarters(at, 1);
    assert_eq!(score.parts.len(), 1);
    assert_eq!((score.parts[0].name.as_str(), score.parts[0].program), ("melody", 0));
    let meters = [Change { at: changes(0), value: (3, 4) }, Change { at: changes(4), value: (2, 4) }];
    assert_eq!(score.meters[..2], meters);
    assert_eq!(score.meters[2], Change { at: changes(8), value: (6, 8) });
    assert_eq!(score.tempos, [Change { at: changes(0), value: 120.0 }, Change { at: changes(4), value: 150.0 }]);
    assert_eq!(score.keys, [Change { at: changes(0), value: -3 }, Change { at: changes(8), value: 2 }]);
    assert_eq!(score.parts[0].notes[1].length, quarters(5, 2));

    let parts = midi::read(&fixture("traps/two_tracks.mid")).unwrap().parts;
    let named: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.program, part.notes.len())).collect();
    assert_eq!(named, [("melody", 40, 4), ("bass", 42, 2)]);
}

#[test]
fn channels_of_one_track_are_parts() {
    let name = b"\0\xff\x03\x05C\xe4f\xe9\0";
    let events: &[u8] =
        &[0, 0xc3, 40, 0, 0xc0, 42, 0, 0x93, 72, 80, 0, 0x90, 36, 1, 0, 0x99, 35, 80, 96, 0x83, 72, 0, 0, 0x90, 36, 0];
    let score = midi::read(&file(0, [0, 96], &[name, events].concat())).unwrap();
    let low = part("Cäfé", 42, vec![Note { velocity: 1, ..note((0, 1), 36, (1, 1)) }]);
    let high = part("Cäfé", 40, vec![Note { velocity: 80, ..note((0, 1), 72, (1, 1)) }]);
    assert_eq!(score.parts, [low, high]);
}

#[test]
fn a_track_that_breaks_off_ends_there() {
    let score = midi::read(&fixture("traps/broken_end.mid")).unwrap();
    assert_eq!(score.parts[0].notes.iter().map(|note| note.pitch.midi()).collect::<Vec<_>>(), [60, 61]);
}

#[test]
fn notes_without_end_or_length_are_left_out() {
    // C4 twice at once; D4 without end; E4 without length.
    let events: &[u8] = &[0, 0x90, 60, 80, 24, 60, 80, 0, 62, 80, 0, 64, 80, 0, 64, 0, 24, 60, 0, 48, 60, 0];
    let score = midi::read(&file(0, [0, 96], events)).unwrap();
    let notes = [note((0, 1), 60, (1, 2)), note((1, 4), 60, (1, 4))].map(|note| Note { velocity: 80, ..note });
    assert_eq!(score.parts[0].notes, notes);
}

#[test]
fn a_written_score_is_read_again() {
    let melody = vec![
        note((0, 1), 67, (1, 3)),
        note((1, 3), 67, (1, 3)), // struck again at once
        note((2, 3), 68, (1, 12)),
        note((5, 1), 60, (7, 64)),
        note((5, 1), 64, (1, 5)),
    ];
    let bass = vec![note((1, 7), 36, (13, 7))];
    let mut score = Score::new(vec![part("Melody ♪", 40, melody), part("", 42, bass)], 66.0);
    score.meters.push(Change { at: quarters(4, 1), value: (12, 8) });
    score.keys = vec![Change { at: quarters(0, 1), value: -4 }, Change { at: quarters(9, 2), value: 7 }];
    let bytes = midi::write(&score).unwrap();
    // 480 ticks do not hold sevenths.
    assert_eq!(bytes[12..14], 6720_u16.to_be_bytes());
    let mut again = midi::read(&bytes).unwrap();
    assert!((again.tempos[0].value - 66.0).abs() < 1e-4);
    again.tempos = score.tempos.clone();
    assert_eq!(again, score);
}

#[test]
fn parts_do_not_use_the_channel_of_drums() {
    let parts: Vec<Part> = (0..20).map(|i| part("", i, vec![note((0, 1), 40 + i, (1, 1))])).collect();
    let score = Score::new(parts, 120.0);
    assert_eq!(midi::read(&midi::write(&score).unwrap()).unwrap().parts, score.parts);
}

#[test]
fn what_midi_cannot_hold_is_refused() {
    let score = |note: Note| Score::new(vec![part("Cello", 42, vec![note])], 120.0);
    let good = note((0, 1), 60, (1, 1));
    let one = || score(good);
    let at = quarters(0, 1);
    let cases = [
        (score(note((0, 1), 60, (0, 1))), "has the length 0"),
        (score(note((-1, 1), 60, (1, 1))), "the time -1 is not between"),
        (score(note((i64::MAX - 1, 1), 60, (1, 1))), "is not between"),
        (score(note((10_000_000, 1), 60, (1, 1))), "nothing happens for 4800000000 ticks"),
        (score(note((1, 181), 60, (1, 191))), "more than 32767 ticks"),
        (score(Note { velocity: 0, ..good }), "the velocity 0"),
        (score(Note { velocity: 128, ..good }), "the velocity 128"),
        (Score { parts: vec![part("x", 128, vec![good])], ..one() }, "no program 128"),
        (Score { meters: vec![Change { at, value: (3, 5) }], ..one() }, "no meter 3/5"),
        (Score { meters: vec![Change { at, value: (0, 4) }], ..one() }, "no meter 0/4"),
        (Score { keys: vec![Change { at, value: 8 }], ..one() }, "at most 7 sharps or flats, not 8"),
        (Score::new(vec![], 0.0), "a tempo of 0"),
        (Score::new(vec![], f64::NAN), "a tempo of NaN"),
        (Score::new(vec![], 3.0), "a tempo of 3"),
    ];
    for (score, complaint) in cases {
        let error = format!("{:#}", midi::write(&score).unwrap_err());
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
    }
    // The largest number of ticks that the times need, not a multiple of 480.
    let odd = score(note((1, 181), 60, (1, 179)));
    assert_eq!(midi::read(&midi::write(&odd).unwrap()).unwrap().parts, odd.parts);
}

/// Reads, quantizes and chordifies; anything but a panic is right.
fn digest(bytes: &[u8]) {
    if let Ok(score) = midi::read(bytes) {
        chordify(&quantize(&score));
        chordify(&score);
        let _ = midi::write(&score);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_score_or_an_error(bytes in vec(any::<u8>(), 0..400)) {
        digest(&bytes);
    }

    #[test]
    fn any_track_is_a_score_or_an_error(ticks in any::<[u8; 2]>(), track in vec(any::<u8>(), 0..400)) {
        digest(&file(1, ticks, &track));
    }

    #[test]
    fn any_change_of_a_file_is_a_score_or_an_error(
        name in prop::sample::select(vec!["traps/changes.mid", "traps/two_tracks.mid", "cello/bwv1010-06.mid"]),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = fixture(name);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        digest(&bytes);
        digest(&bytes[..end.index(bytes.len())]);
    }

    #[test]
    fn any_notes_are_written_and_read_again(
        notes in vec((0..400_i64, 1..100_i64, 0..128_u8, 1..128_u8), 1..60),
        grid in prop::sample::select(vec![1_i64, 3, 4, 7, 12, 64, 480, 1001]),
    ) {
        let mut free = [0; 128];
        let mut notes: Vec<Note> = notes.into_iter().map(|(gap, length, pitch, velocity)| {
            // Notes of one pitch do not overlap.
            let start = free[usize::from(pitch)] + gap;
            free[usize::from(pitch)] = start + length;
            Note { velocity, ..note((start, grid), pitch, (length, grid)) }
        }).collect();
        notes.sort_by_key(|note| (note.start, note.pitch));
        let parts = vec![part("any", 1, notes)];
        let again = midi::read(&midi::write(&Score::new(parts.clone(), 90.0)).unwrap()).unwrap();
        prop_assert_eq!(again.parts, parts);
    }
}

#[test]
fn many_notes_at_once_are_quantized() {
    // 100,000 notes that start in one sixteenth; half of them end at times of their own.
    let notes = (0..100_000_i64).map(|i| note((i, 1_000_000), (i % 128) as u8, (1 + i % 2 * i, 1)));
    let notes = quantize(&Score::new(vec![part("", 0, notes.collect())], 120.0)).parts.remove(0).notes;
    let ends: std::collections::BTreeSet<Quarters> = notes.iter().map(Note::end).collect();
    assert_eq!((notes.len(), ends.len()), (100_000, 50_001));
    assert!(notes.iter().all(|note| note.start == quarters(0, 1)));
}
