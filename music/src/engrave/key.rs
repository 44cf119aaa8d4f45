//! The key signature, and which letter and accidental write a pitch.

use crate::{Note, Pitch, Score};
use acorde_core::{Pitch as Letter, Step};

/// The letters along the line of fifths from F: each is a fifth above the one before.
const FIFTHS: [(Step, i32); 7] =
    [(Step::F, 5), (Step::C, 0), (Step::G, 7), (Step::D, 2), (Step::A, 9), (Step::E, 4), (Step::B, 11)];

/// The key signature that needs the fewest accidentals, from 7 flats (-7) to 7 sharps; of several, the shortest. That of a
/// minor key is found, too: its raised notes are few.
pub(super) fn estimate(score: &Score) -> i8 {
    let mut counts = [0usize; 12];
    for note in score.parts.iter().flat_map(|part| &part.notes) {
        counts[usize::from(note.pitch.class())] += 1;
    }
    // The signature with `fifths` sharps has the seven notes from F (-1) to B (5) on the line of fifths, moved by it.
    let outside = |fifths: i8| (6..=10).map(|fifth| counts[class(i32::from(fifths) + fifth)]).sum::<usize>();
    let shortest_first = (0..=7).flat_map(|length: i8| [length, -length]);
    shortest_first.min_by_key(|fifths| outside(*fifths)).unwrap_or(0)
}

/// The pitch class at a place on the line of fifths, where C is 0 and G is 1.
fn class(fifth: i32) -> usize {
    (7 * fifth).rem_euclid(12) as usize
}

/// The letters of a part's notes in a key. Notes of the key have its own spelling. Of the others, those that come after a
/// step of a semitone up are sharps and those after a step down flats where both are usual; else C sharp, E flat, F sharp,
/// G sharp and B flat in C major, and the same distances in other keys.
pub(super) fn spell(notes: &[Note], index: usize, key: i8) -> Letter {
    let pitch = notes[index].pitch;
    let next = notes[index..].iter().find(|note| note.start > notes[index].start);
    let step = next.map_or(0, |next| i32::from(next.pitch.midi()) - i32::from(pitch.midi()));
    // Usual places are three fifths below the tonic to eight above.
    let lowest = i32::from(key) - 3;
    let mut fifth = (lowest..lowest + 12).find(|fifth| class(*fifth) == usize::from(pitch.class())).unwrap_or(lowest);
    if step == 1 && fifth == lowest {
        fifth += 12; // D sharp before E in C major
    } else if step == -1 && fifth == lowest + 11 {
        fifth -= 12; // A flat before G
    }
    letter(pitch, fifth)
}

/// A pitch written with the letter at a place on the line of fifths.
fn letter(pitch: Pitch, fifth: i32) -> Letter {
    let (step, semitones) = FIFTHS[(fifth + 1).rem_euclid(7) as usize].clone();
    let alter = (fifth + 1).div_euclid(7);
    let octave = (i32::from(pitch.midi()) - semitones - alter).div_euclid(12) - 1;
    Letter::with_alter(step, octave as i8, alter as i8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Part, Quarters};

    fn part(names: &str) -> Part {
        let one = Quarters::from_integer(1);
        let note = |(at, name): (i64, &str)| Note::new(Quarters::from_integer(at), name.parse().unwrap(), one);
        Part { name: String::new(), program: 42, notes: (0..).zip(names.split_whitespace()).map(note).collect() }
    }

    fn spelled(names: &str, key: i8) -> String {
        let notes = part(names).notes;
        let letters = (0..notes.len()).map(|i| spell(&notes, i, key).to_scientific_name());
        letters.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn signatures_are_those_with_the_fewest_accidentals() {
        let key = |names| estimate(&Score::new(vec![part(names)], 100.0));
        assert_eq!(key("C4 D4 E4 F4 G4 A4 B4"), 0);
        assert_eq!(key("G2 D3 B3 A3 B3 D3 B3 D3 C4 F#3 E3"), 1);
        assert_eq!(key("D3 E3 F3 G3 A3 B-3 C#4 D4 B-3 D4"), -1); // D minor with its raised seventh
        assert_eq!(key("E-3 F3 G3 A-3 B-3 C4 D4"), -3);
        assert_eq!(key("C#4 D#4 F4 F#4 G#4 A#4 C5"), -5); // D flat rather than seven sharps
        assert_eq!(key(""), 0);
    }

    #[test]
    fn pitches_are_spelled_by_the_key_and_by_where_they_lead() {
        assert_eq!(spelled("C#4 C#4 D#4 C4 F#4 G#4 A#4", 0), "C#4 C#4 Eb4 C4 F#4 G#4 Bb4");
        assert_eq!(spelled("C#4 D#4 F#4 G#4 A#4", -5), "Db4 Eb4 Gb4 Ab4 Bb4");
        assert_eq!(spelled("C4 F4 B3 C4", 7), "B#3 E#4 B3 B#3");
        assert_eq!(spelled("B3 E4", -7), "Cb4 Fb4");
        assert_eq!(spelled("G#3 A3 G#3 G3", -1), "G#3 A3 Ab3 G3"); // D minor: up to A, down to G
        assert_eq!(spelled("D#4 E4 D#4 D4", 0), "D#4 E4 Eb4 D4");
    }

    #[test]
    fn letters_sound_as_the_pitch_they_write() {
        for key in -7..=7 {
            for number in 0..128 {
                for next in [number, number + 1, number - 1] {
                    let Some(next) = u8::try_from(next).ok().and_then(|next| Pitch::from_midi(next).ok()) else {
                        continue;
                    };
                    let pitch = Pitch::from_midi(number as u8).unwrap();
                    let one = Quarters::from_integer(1);
                    let notes = [Note::new(one, pitch, one), Note::new(one + one, next, one)];
                    let letter = spell(&notes, 0, key);
                    assert_eq!(letter.to_midi(), i16::from(pitch.midi()));
                    assert!((-2..=2).contains(&letter.alter), "{letter:?} in {key}");
                }
            }
        }
    }
}
