//! The four voices of a chord: near those of the chord before it, by the rules of counterpoint.

use super::harmony::Classes;
use crate::dice::Dice;

/// Soprano, alto, tenor, bass.
pub type Voices = [u8; 4];

/// The lowest and the highest note of each voice.
pub const RANGES: [(u8, u8); 4] = [(60, 79), (55, 74), (50, 67), (40, 62)];

/// What a forbidden parallel costs, in semitones of movement.
const PARALLEL: f32 = 40.0;

/// The best of all ways to sing a chord behind another one.
pub fn lead(chord: &Classes, before: Option<&Voices>, dice: &mut Dice) -> Voices {
    let mut best = (f32::INFINITY, RANGES.map(|(low, high)| low.midpoint(high)));
    for bass in notes(3, &[chord.bass]) {
        for tenor in notes(2, &chord.notes).filter(|tenor| *tenor > bass) {
            for alto in notes(1, &chord.notes).filter(|alto| (tenor + 1..=tenor + 12).contains(alto)) {
                for soprano in notes(0, &chord.notes).filter(|soprano| (alto + 1..=alto + 12).contains(soprano)) {
                    let voices = [soprano, alto, tenor, bass];
                    let cost = cost(&voices, chord, before) + dice.between(0.0, 4.0);
                    if cost < best.0 {
                        best = (cost, voices);
                    }
                }
            }
        }
    }
    best.1
}

/// The notes of some classes in the range of a voice.
fn notes<'a>(voice: usize, classes: &'a [u8]) -> impl Iterator<Item = u8> + use<'a> {
    let (low, high) = RANGES[voice];
    (low..=high).filter(|pitch| classes.contains(&(pitch % 12)))
}

fn cost(voices: &Voices, chord: &Classes, before: Option<&Voices>) -> f32 {
    let count = |class: u8| voices.iter().filter(|pitch| *pitch % 12 == class).count();
    let [root, third, fifth] = chord.notes.map(count);
    let mut cost = 0.0;
    if root == 0 || third == 0 || chord.leading.is_some_and(|leading| count(leading) > 1) {
        cost += 2.0 * PARALLEL;
    }
    if fifth == 0 {
        cost += 6.0;
    }
    for (pitch, (low, high)) in voices.iter().zip(RANGES) {
        cost += 0.2 * f32::from(pitch.abs_diff(low.midpoint(high)));
    }
    let Some(before) = before else { return cost };
    for voice in 0..4 {
        let moved = f32::from(voices[voice].abs_diff(before[voice]));
        // Melodies move, the voices between them less, and nobody likes to leap.
        let liked = if voice == 0 { 2.0 } else { 0.0 };
        cost += (moved - liked).abs() + if moved > 5.0 { 2.0 * (moved - 5.0) } else { 0.0 };
        for other in voice + 1..4 {
            let interval = |voices: &Voices| voices[voice].abs_diff(voices[other]) % 12;
            let parallel = interval(voices) == interval(before) && [0, 7].contains(&interval(voices));
            if parallel && moved > 0.0 {
                cost += PARALLEL;
            }
        }
    }
    cost
}
