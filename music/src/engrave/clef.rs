use crate::{Part, Pitch};
use acorde_core::Clef;

/// General MIDI's viola, whose clef is the alto clef.
const VIOLA: u8 = 41;
/// The place of each pitch class on a staff, in steps above C: C sharp stands where C does.
const STEPS: [i32; 12] = [0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6];

/// The clef with the fewest ledger lines for a part: treble or bass, alto for violas. Where both need as many, the bass clef
/// if the notes lie below middle C on average.
pub(super) fn of(part: &Part) -> Clef {
    if part.program == VIOLA {
        return Clef::Alto;
    }
    let ledgers = |bottom: i32| part.notes.iter().map(|note| ledger_lines(note.pitch, bottom)).sum::<i32>();
    // The bottom lines are E4 and G2.
    let (treble, bass) = (ledgers(4 * 7 + 2), ledgers(2 * 7 + 4));
    let c4 = i32::from(Pitch::C4.midi());
    let height: i32 = part.notes.iter().map(|note| i32::from(note.pitch.midi()) - c4).sum();
    if bass < treble || bass == treble && height < 0 { Clef::Bass } else { Clef::Treble }
}

/// The number of ledger lines of a pitch on a staff whose bottom line is `bottom` steps above C0.
fn ledger_lines(pitch: Pitch, bottom: i32) -> i32 {
    let octave = i32::from(pitch.midi() / 12) - 1;
    let steps = 7 * octave + STEPS[usize::from(pitch.class())] - bottom;
    // The staff is steps 0 to 8; every second step beyond has a line.
    ((-steps).max(steps - 8) / 2).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Note, Quarters};

    #[test]
    fn clefs_keep_notes_near_the_staff() {
        let clef = |names: &str, program| {
            let one = Quarters::from_integer(1);
            let notes = names.split_whitespace().map(|name| Note::new(one, name.parse().unwrap(), one)).collect();
            of(&Part { name: String::new(), program, notes })
        };
        assert_eq!(clef("G2 D3 B3 A3", 42), Clef::Bass);
        assert_eq!(clef("C4 E4 G5 C6", 0), Clef::Treble);
        assert_eq!(clef("C3 F3 A3 E4", 52), Clef::Bass); // a tenor
        assert_eq!(clef("G3 C4 D4 A4", 52), Clef::Treble); // an alto
        assert_eq!(clef("B3", 0), Clef::Bass);
        assert_eq!(clef("C4", 0), Clef::Treble);
        assert_eq!(clef("C3 C5", 41), Clef::Alto);
        assert_eq!(clef("", 0), Clef::Treble);
        let lines = |name: &str| ledger_lines(name.parse().unwrap(), 18);
        assert_eq!(["G2", "F2", "E2", "C2", "A3", "B3", "C4", "E4"].map(lines), [0, 0, 1, 2, 0, 0, 1, 2]);
    }
}
