//! Scores as sound, with the synthetic sound font.
#![cfg(feature = "sound")]

use music::sound::{Font, RATE, Sound, read_wav, small_wav, wav};
use music::{Change, Note, Part, Pitch, Quarters, Score};
use proptest::prelude::*;

/// General MIDI's church organ and cello: both sound as long as the key is down.
const ORGAN: u8 = 19;
const CELLO: u8 = 42;

fn q(numer: i64, denom: i64) -> Quarters {
    Quarters::new(numer, denom)
}

fn font() -> Font {
    Font::read(&synthetic::soundfont::bytes()).unwrap()
}

/// A score at 60 quarter notes per minute of notes with start, pitch and length.
fn score(program: u8, notes: &[(Quarters, &str, Quarters)]) -> Score {
    let note = |(start, name, length): &(Quarters, &str, Quarters)| Note::new(*start, name.parse().unwrap(), *length);
    Score::new(vec![Part { name: String::new(), program, notes: notes.iter().map(note).collect() }], 60.0)
}

/// Loudness from one second to another.
fn loudness(sound: &Sound, from: f64, to: f64) -> f32 {
    let frame = |seconds: f64| (seconds * f64::from(RATE)) as usize;
    let part = |channel: &[f32]| channel[frame(from)..frame(to)].to_vec();
    Sound { rate: RATE, left: part(&sound.left), right: part(&sound.right) }.rms()
}

/// The period in frames of what sounds after half a second: where it is most like itself.
fn period(sound: &Sound) -> usize {
    let start = RATE as usize / 2;
    let part = &sound.left[start..start + 4000];
    let likeness =
        |lag: usize| part.iter().zip(&part[lag..]).map(|(a, b)| a * b).sum::<f32>() / (part.len() - lag) as f32;
    (30..600).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap()
}

#[test]
fn sound_has_the_length_the_loudness_and_the_pitch_of_the_score() {
    for program in [0, ORGAN, CELLO] {
        let sound = Sound::render(&score(program, &[(q(0, 1), "A4", q(2, 1))]), &font()).unwrap();
        assert_eq!((sound.seconds(), sound.left.len()), (4.0, sound.right.len()));
        assert!((sound.peak() - 0.891_25).abs() < 1e-4, "{}", sound.peak());
        assert!(loudness(&sound, 0.2, 1.0) > 0.1);
        assert!(sound.left[sound.left.len() - 1].abs() < 1e-6, "it fades out");
        // 44100 / 440 frames, or as many for two periods and so on.
        let periods = period(&sound) as f64 / (44_100.0 / 440.0);
        assert!((periods - periods.round()).abs() < 0.02, "program {program}: {periods} periods");
    }
    let low = Sound::render(&score(ORGAN, &[(q(0, 1), "A2", q(2, 1))]), &font()).unwrap();
    assert!((period(&low) as f64 - 44_100.0 / 110.0).abs() < 2.0, "{}", period(&low));
}

#[test]
fn tempos_change_where_they_should() {
    let mut score = score(ORGAN, &[(q(0, 1), "C4", q(1, 1)), (q(4, 1), "C4", q(2, 1))]);
    // Two quarters at 60, the others at 120: the second note sounds from 3 to 4 seconds.
    score.tempos.push(Change { at: q(2, 1), value: 120.0 });
    let sound = Sound::render(&score, &font()).unwrap();
    assert_eq!(sound.seconds(), 4.0 + 2.0);
    assert!(loudness(&sound, 0.1, 0.9) > 0.1 && loudness(&sound, 3.1, 3.9) > 0.1);
    assert!(loudness(&sound, 2.0, 2.9) < 0.01, "{}", loudness(&sound, 2.0, 2.9));
    score.tempos.clear();
    assert_eq!(Sound::render(&score, &font()).unwrap().seconds(), 6.0 / 2.0 + 2.0); // 120 where nothing is said
}

#[test]
fn every_note_ends() {
    // One that is shorter than a frame, and one that is struck again as it ends.
    let short = score(CELLO, &[(q(0, 1), "C3", q(1, 100_000)), (q(3, 1), "C5", q(1, 1))]);
    let sound = Sound::render(&short, &font()).unwrap();
    assert!(loudness(&sound, 1.5, 2.9) < 1e-3, "{}", loudness(&sound, 1.5, 2.9));
    let twice = score(CELLO, &[(q(0, 1), "C3", q(1, 1)), (q(1, 1), "C3", q(1, 1))]);
    let sound = Sound::render(&twice, &font()).unwrap();
    assert!(loudness(&sound, 1.3, 1.9) > 0.1);
    assert!(loudness(&sound, 3.0, 3.9) < 0.01);
}

#[test]
fn parts_sound_with_their_own_programs() {
    let one = |program| Sound::render(&score(program, &[(q(0, 1), "C4", q(1, 1))]), &font()).unwrap();
    assert_ne!(one(ORGAN), one(CELLO));
    assert_eq!(one(ORGAN), one(ORGAN));
    let mut both = score(ORGAN, &[(q(0, 1), "C4", q(1, 1))]);
    both.parts.push(Part { program: CELLO, ..score(CELLO, &[(q(2, 1), "C4", q(1, 1))]).parts.remove(0) });
    let sound = Sound::render(&both, &font()).unwrap();
    assert!(loudness(&sound, 0.2, 0.9) > 0.05 && loudness(&sound, 2.2, 2.9) > 0.05);
}

#[test]
fn wav_files_hold_the_sound() {
    let sound = Sound::render(&score(CELLO, &[(q(0, 1), "G2", q(3, 1))]), &font()).unwrap();
    let file = wav(&sound).unwrap();
    assert_eq!(file.len(), 44 + 4 * sound.left.len());
    let read = read_wav(&file).unwrap();
    let near =
        |a: &[f32], b: &[f32]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1.0 / 32_000.0);
    assert!(read.rate == RATE && near(&read.left, &sound.left) && near(&read.right, &sound.right));
    // A second of it, small.
    let excerpt = read.excerpt(1.0, 4);
    assert_eq!((excerpt.rate, excerpt.left.len()), (11_025, 11_025));
    assert!((excerpt.peak() - 0.891_25).abs() < 1e-4 && excerpt.left[11_024].abs() < 1e-6);
    assert_eq!(small_wav(&excerpt).unwrap().len(), 44 + 11_024); // an even length
    assert_eq!(read.excerpt(99.0, 1).seconds(), 5.0);
    for (bytes, complaint) in [(&file[..20], "no WAV file"), (&file[..file.len() / 2], "damaged"), (b"", "no WAV file")]
    {
        let error = format!("{:#}", read_wav(bytes).unwrap_err());
        assert!(error.contains(complaint), "{error}");
    }
    let error = read_wav(&small_wav(&excerpt).unwrap()).unwrap_err().to_string();
    assert!(error.contains("16 bits in two channels is needed, not of 8 bits in 1"), "{error}");
}

#[test]
fn what_cannot_be_played_is_told() {
    let good = score(CELLO, &[(q(0, 1), "G2", q(1, 1))]);
    let silent = Sound::render(&Score { parts: vec![], ..good.clone() }, &font()).unwrap();
    assert_eq!((silent.peak(), silent.rms(), silent.seconds()), (0.0, 0.0, 2.0));
    let tempo = |value| Score { tempos: vec![Change { at: q(0, 1), value }], ..good.clone() };
    let cases = [
        (tempo(0.0), "the tempo at 0 is 0"),
        (tempo(f64::NAN), "NaN"),
        (tempo(1e9), "1 to 1000 quarter notes per minute"),
        (score(0, &[(q(0, 1), "C4", q(1_000, 1))]), "lasts 16.7 minutes: at most 15"),
        (Score { parts: vec![good.parts[0].clone(); 16], ..good.clone() }, "at most 15 parts, not 16"),
        (score(0, &[(q(-1, 1), "C4", q(1, 1))]), "must start at 0 or later"),
    ];
    for (score, complaint) in cases {
        let error = Sound::render(&score, &font()).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
    let mut boastful = synthetic::soundfont::bytes();
    let name = boastful.windows(4).position(|id| id == b"INAM").unwrap();
    boastful[name + 4..name + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    for bytes in [&b""[..], b"RIFF", &synthetic::soundfont::bytes()[..9000], &boastful] {
        let error = Font::read(bytes).unwrap_err().to_string();
        assert!(error.contains("no whole sound font"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any notes sound, within full scale, if one of them is loud enough: rustysynth leaves out what is below a thousandth.
    #[test]
    fn any_score_is_played(
        mut notes in prop::collection::vec((0i64..400, 1i64..400, 0u8..128, 0u8..=255), 0..60),
        loud in 64u8..=255,
        program in 0u8..=255,
        tempo in 60.0..1000.0f64,
    ) {
        notes.iter_mut().take(1).for_each(|note| note.3 = loud);
        let note = |&(start, length, pitch, velocity): &(i64, i64, u8, u8)| {
            Note { velocity, ..Note::new(q(start, 100), Pitch::from_midi(pitch).unwrap(), q(length, 100)) }
        };
        let part = Part { name: String::new(), program, notes: notes.iter().map(note).collect() };
        let sound = Sound::render(&Score::new(vec![part], tempo), &font()).unwrap();
        prop_assert!(sound.peak() < 0.892 && (notes.is_empty() || sound.peak() > 0.89), "{}", sound.peak());
    }

    /// A sound font with any of its bytes changed is played or refused.
    #[test]
    fn damaged_sound_fonts_do_no_harm(changes in prop::collection::vec((0usize..30_000, 0u8..=255), 1..20)) {
        let mut bytes = synthetic::soundfont::bytes();
        let length = bytes.len();
        changes.iter().for_each(|(at, byte)| bytes[at % length] = *byte);
        if let Ok(font) = Font::read(&bytes) {
            let _ = Sound::render(&score(CELLO, &[(q(0, 1), "G2", q(1, 1)), (q(0, 1), "C6", q(1, 1))]), &font);
        }
    }
}
