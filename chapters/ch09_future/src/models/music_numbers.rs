//! How much composed music is like other music: which pitch classes and which steps it has.

use super::pieces::{Piece, PieceNote};

/// The widest step that is counted by itself, in semitones; wider ones count as these.
const WIDEST: i32 = 12;
/// Steps that are told apart: from an octave down to an octave up.
pub const STEPS: usize = 2 * WIDEST as usize + 1;

/// The share of each of the twelve pitch classes, from C on, in the notes of some pieces; zeros if they have none.
pub fn pitch_classes(pieces: &[Piece]) -> [f64; 12] {
    let mut counts = [0.0; 12];
    pieces.iter().flat_map(Piece::notes).for_each(|note| counts[usize::from(note.pitch % 12)] += 1.0);
    shares(counts)
}

/// The share of each step from a note to the next one of the same instrument, from 12 semitones down (and more) to 12 up
/// (and more). Of notes that begin at once, the highest counts.
pub fn steps(pieces: &[Piece]) -> [f64; STEPS] {
    let mut counts = [0.0; STEPS];
    for piece in pieces {
        for (before, after) in melodies(piece) {
            let step = (i32::from(after) - i32::from(before)).clamp(-WIDEST, WIDEST) + WIDEST;
            counts[step as usize] += 1.0;
        }
    }
    shares(counts)
}

/// The pitches of neighbouring notes of each instrument.
fn melodies(piece: &Piece) -> Vec<(u8, u8)> {
    let mut by_instrument: Vec<&PieceNote> = piece.notes().iter().collect();
    by_instrument.sort_by_key(|note| (note.instrument, note.start, note.pitch));
    let chords = by_instrument.chunk_by(|a, b| (a.instrument, a.start) == (b.instrument, b.start));
    let highest: Vec<&PieceNote> = chords.filter_map(|chord| chord.last().copied()).collect();
    let pairs = highest.windows(2).filter(|pair| pair[0].instrument == pair[1].instrument);
    pairs.map(|pair| (pair[0].pitch, pair[1].pitch)).collect()
}

/// What two distributions have in common, Σ min(p, q): 1 if they are equal, 0 if they have nothing in common.
pub fn overlap(p: &[f64], q: &[f64]) -> f64 {
    p.iter().zip(q).map(|(p, q)| p.min(*q)).sum()
}

/// Counts divided by their sum.
fn shares<const N: usize>(counts: [f64; N]) -> [f64; N] {
    let sum: f64 = counts.iter().sum();
    counts.map(|count| count / sum.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(start: u32, instrument: usize, pitch: u8) -> PieceNote {
        PieceNote { start, instrument, pitch, length: 2, loudness: 0 }
    }

    #[test]
    fn classes_and_steps_are_counted() {
        let notes =
            vec![note(0, 0, 60), note(2, 0, 62), note(2, 0, 55), note(4, 0, 80), note(0, 1, 72), note(4, 1, 71)];
        let piece = [Piece::new(notes)];
        let classes = pitch_classes(&piece);
        assert_eq!(
            [classes[0], classes[2], classes[7], classes[8], classes[11]],
            [2.0, 1.0, 1.0, 1.0, 1.0].map(|n| n / 6.0)
        );
        // C to D, D up by more than an octave, and a semitone down.
        let steps = steps(&piece);
        assert_eq!([steps[14], steps[24], steps[11]], [1.0 / 3.0; 3]);
        assert!((overlap(&classes, &classes) - 1.0).abs() < 1e-12);
        assert_eq!(pitch_classes(&[]), [0.0; 12]);
        assert_eq!(overlap(&[1.0, 0.0], &[0.25, 0.75]), 0.25);
    }
}
