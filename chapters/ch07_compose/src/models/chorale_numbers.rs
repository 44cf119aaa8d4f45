//! How much pieces in four voices are like music, in numbers.

use common::datasets::jsb_chorales::{Step, VOICES};
use serde::Serialize;

/// Semitones of the degrees of a major scale, and of a minor one with the seventh that dominants have.
const SCALES: [[u8; 7]; 2] = [[0, 2, 4, 5, 7, 9, 11], [0, 2, 3, 5, 7, 8, 11]];
/// Sixteenths in a bar.
const BAR: usize = 16;

/// Numbers of some pieces: each the mean over the pieces that have notes, but for the empty bars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChoraleNumbers {
    /// Share of the sounding time, over all voices, whose pitches are in the key that fits the piece best: of the twelve
    /// major and the twelve harmonic minor ones. Pitches without a key reach about 0.7.
    pub in_key: f64,
    /// Share of the sixteenths and neighbouring voices, both sounding, in which the lower voice is above the higher one.
    pub crossed: f64,
    /// Entropy of the twelve pitch classes, each as long as it sounds, in bits: 0 if there is one, log2(12) = 3.58 if all
    /// are equally frequent.
    pub pitch_class_entropy: f64,
    /// Share of all bars of all voices in which the voice is silent.
    pub empty_bars: f64,
    /// Number of notes in a bar of a voice. A note ends where the pitch changes; one that is repeated counts once.
    pub notes_per_bar: f64,
}

impl ChoraleNumbers {
    /// Measures pieces; none if no piece has a note.
    pub fn measure(pieces: &[Vec<Step>]) -> Option<ChoraleNumbers> {
        let sounding: Vec<&Vec<Step>> =
            pieces.iter().filter(|piece| piece.iter().flatten().any(Option::is_some)).collect();
        let mean = |number: &dyn Fn(&[Step]) -> f64| {
            sounding.iter().map(|piece| number(piece)).sum::<f64>() / sounding.len() as f64
        };
        (!sounding.is_empty()).then(|| ChoraleNumbers {
            in_key: mean(&in_key),
            crossed: mean(&crossed),
            pitch_class_entropy: mean(&pitch_class_entropy),
            empty_bars: empty_bars(pieces),
            notes_per_bar: mean(&notes_per_bar),
        })
    }
}

/// Sixteenths that each pitch class sounds, over all voices.
fn class_lengths(piece: &[Step]) -> [f64; 12] {
    let mut lengths = [0.0; 12];
    piece.iter().flatten().flatten().for_each(|pitch| lengths[usize::from(pitch % 12)] += 1.0);
    lengths
}

fn in_key(piece: &[Step]) -> f64 {
    let lengths = class_lengths(piece);
    let keys = (0..12u8).flat_map(|tonic| SCALES.map(|scale| scale.map(|step| usize::from((tonic + step) % 12))));
    let fits = keys.map(|key| key.iter().map(|class| lengths[*class]).sum::<f64>());
    fits.fold(0.0, f64::max) / lengths.iter().sum::<f64>()
}

fn crossed(piece: &[Step]) -> f64 {
    let pairs = piece.iter().flat_map(|step| step.windows(2));
    let both = pairs.filter_map(|pair| Some((pair[0]?, pair[1]?)));
    let (mut crossed, mut all) = (0, 0);
    both.for_each(|(higher, lower)| {
        crossed += u32::from(lower > higher);
        all += 1;
    });
    f64::from(crossed) / f64::from(all.max(1))
}

fn pitch_class_entropy(piece: &[Step]) -> f64 {
    let lengths = class_lengths(piece);
    let sum: f64 = lengths.iter().sum();
    lengths.iter().filter(|length| **length > 0.0).map(|length| length / sum).map(|p| -p * p.log2()).sum()
}

fn empty_bars(pieces: &[Vec<Step>]) -> f64 {
    let bars = || pieces.iter().flat_map(|piece| piece.chunks(BAR));
    let silent = |bar: &[Step], voice: usize| bar.iter().all(|step| step[voice].is_none());
    let empty = bars().map(|bar| (0..VOICES).filter(|voice| silent(bar, *voice)).count()).sum::<usize>();
    empty as f64 / (bars().count() * VOICES) as f64
}

fn notes_per_bar(piece: &[Step]) -> f64 {
    let begins =
        |i: usize, voice: usize| piece[i][voice].is_some() && (i == 0 || piece[i - 1][voice] != piece[i][voice]);
    let notes = (0..piece.len()).map(|i| (0..VOICES).filter(|voice| begins(i, *voice)).count()).sum::<usize>();
    notes as f64 / (VOICES as f64 * piece.len() as f64 / BAR as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(pieces: &[Vec<Step>]) -> ChoraleNumbers {
        ChoraleNumbers::measure(pieces).unwrap()
    }

    /// A bar in which the soprano has these pitches, a quarter note each, and the others one pitch or none.
    fn bar(soprano: [u8; 4], others: Option<u8>) -> Vec<Step> {
        (0..BAR).map(|i| [Some(soprano[i / 4]), others, others, others]).collect()
    }

    fn assert_near(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-12, "{actual}, not {expected}");
    }

    #[test]
    fn keys_are_found_at_any_height() {
        for tonic in 0..12 {
            for scale in SCALES {
                let piece: Vec<Step> = scale.iter().map(|step| [Some(60 + tonic + step), None, None, None]).collect();
                assert_near(measure(&[piece]).in_key, 1.0);
            }
        }
        // All twelve classes: seven of them are in any key.
        let chromatic: Vec<Step> = (0..12).map(|step| [Some(60 + step), None, None, None]).collect();
        let numbers = measure(&[chromatic]);
        assert_near(numbers.in_key, 7.0 / 12.0);
        assert_near(numbers.pitch_class_entropy, 12f64.log2());
    }

    #[test]
    fn voices_cross_and_rest() {
        let numbers = measure(&[bar([60, 62, 60, 62], Some(61))]);
        // Of three pairs, the first is crossed half of the time.
        assert_near(numbers.crossed, 1.0 / 6.0);
        assert_near(numbers.empty_bars, 0.0);
        assert_near(numbers.notes_per_bar, (4.0 + 3.0) / 4.0);
        let numbers = measure(&[bar([60, 60, 60, 60], None), vec![[None; 4]; 2 * BAR]]);
        assert_near(numbers.crossed, 0.0);
        // Three voices of one bar, four of two others.
        assert_near(numbers.empty_bars, 11.0 / 12.0);
        assert_near(numbers.pitch_class_entropy, 0.0);
        assert_near(numbers.notes_per_bar, 0.25);
        assert_eq!(ChoraleNumbers::measure(&[vec![[None; 4]; BAR]]), None);
        assert_eq!(ChoraleNumbers::measure(&[]), None);
    }
}
