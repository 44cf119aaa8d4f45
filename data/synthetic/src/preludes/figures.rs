//! How chords are broken: what is played while a chord lasts.

use Sound::{Near, Stop, Tone};

/// What is struck.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sound {
    /// A note of the chord, counted upwards from the bass.
    Tone(usize),
    /// The note of the scale above (1) or below (-1) a note of the chord.
    Near(usize, i32),
    /// Two or three notes of the chord at once.
    Stop(&'static [usize]),
}

/// Sounds and their lengths, in twelfths of a quarter note: a sixteenth is 3, a triplet eighth 4.
pub(super) type Figure = &'static [(Sound, i64)];

/// A kind of piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Beats of a bar, and what a beat is.
    pub meter: (u8, u8),
    /// Quarter notes per minute.
    pub tempo: f64,
    /// Phrases of four bars.
    pub phrases: usize,
    /// How a bar may begin and how it may go on; both are as long as half a bar, or the first is a bar and the second
    /// none.
    pub figures: &'static [[Figure; 2]],
    /// The length of the notes of a run at the end of a bar, and their number.
    pub run: (i64, usize),
}

/// A figure of notes of one length.
macro_rules! even {
    ($length:literal: $($sound:expr),+) => { &[$(($sound, $length)),+] };
}

const NONE: Figure = &[];
const WAVE: Figure = even!(3: Tone(0), Tone(2), Tone(4), Near(4, -1), Tone(4), Tone(2), Tone(4), Tone(2));
const CLIMB: Figure = even!(3: Tone(0), Tone(1), Tone(2), Tone(3), Tone(4), Tone(3), Tone(2), Tone(1));
const ROCK: Figure = even!(3: Tone(0), Tone(3), Tone(2), Tone(3), Tone(1), Tone(3), Tone(2), Tone(3));
const FALL: Figure = even!(3: Tone(4), Tone(3), Tone(2), Tone(3), Tone(1), Tone(2), Tone(0), Tone(2));
const TURN: Figure = even!(3: Tone(0), Tone(2), Tone(3), Near(3, 1), Tone(3), Near(3, -1), Tone(3), Tone(2));
const SIX_UP: Figure = even!(6: Tone(0), Tone(2), Tone(4), Tone(3), Tone(4), Tone(2));
const SIX_DOWN: Figure = even!(6: Tone(0), Tone(4), Near(4, 1), Tone(4), Tone(3), Tone(2));
const TRIPLE: Figure = even!(6: Tone(0), Tone(2), Tone(3));
const TRIPLE_NEAR: Figure = even!(6: Tone(4), Near(4, -1), Tone(4));
const TRIPLE_DOWN: Figure = even!(6: Tone(4), Tone(3), Tone(2));
const TRIPLE_LONG: Figure = &[(Tone(4), 12), (Tone(2), 6)];
const TRIPLETS: Figure = even!(4: Tone(0), Tone(2), Tone(4), Tone(3), Tone(4), Tone(2));
const TRIPLETS_NEAR: Figure = even!(4: Tone(4), Near(4, 1), Tone(4), Tone(3), Tone(2), Tone(1));

/// All kinds, in the order of a suite.
pub(super) const KINDS: [Kind; 6] = [
    Kind {
        meter: (4, 4),
        tempo: 76.0,
        phrases: 23,
        figures: &[[WAVE, WAVE], [WAVE, CLIMB], [CLIMB, FALL], [ROCK, ROCK], [TURN, FALL], [WAVE, TURN]],
        run: (3, 4),
    },
    Kind {
        meter: (2, 2),
        tempo: 72.0,
        phrases: 17,
        figures: &[[TRIPLETS, TRIPLETS_NEAR], [TRIPLETS, TRIPLETS]],
        run: (4, 3),
    },
    Kind {
        meter: (3, 4),
        tempo: 100.0,
        phrases: 22,
        figures: &[
            [
                even!(3: Tone(0), Tone(2), Tone(3), Tone(4), Near(4, 1), Tone(4), Tone(3), Tone(4), Tone(2), Tone(3), Tone(1), Tone(2)),
                NONE,
            ],
            [
                &[
                    (Tone(0), 6),
                    (Tone(2), 6),
                    (Tone(4), 3),
                    (Near(4, -1), 3),
                    (Tone(4), 3),
                    (Tone(3), 3),
                    (Tone(2), 3),
                    (Tone(3), 3),
                    (Tone(4), 3),
                    (Tone(2), 3),
                ],
                NONE,
            ],
        ],
        run: (3, 4),
    },
    Kind {
        meter: (3, 4),
        tempo: 50.0,
        phrases: 18,
        figures: &[
            [&[(Stop(&[0, 2, 4]), 12), (Tone(4), 18), (Near(4, -1), 6)], NONE],
            [&[(Stop(&[0, 3]), 12), (Tone(4), 9), (Near(4, 1), 3), (Tone(4), 6), (Tone(3), 6)], NONE],
            [&[(Tone(0), 6), (Tone(2), 6), (Stop(&[1, 4]), 18), (Tone(3), 6)], NONE],
            [even!(6: Tone(4), Near(4, 1), Tone(4), Tone(3), Tone(2), Tone(0)), NONE],
        ],
        run: (6, 2),
    },
    Kind {
        meter: (3, 4),
        tempo: 120.0,
        phrases: 27,
        figures: &[
            [SIX_UP, NONE],
            [SIX_DOWN, NONE],
            [&[(Stop(&[0, 3]), 12), (Tone(4), 6), (Near(4, 1), 6), (Tone(4), 12)], NONE],
        ],
        run: (6, 2),
    },
    Kind {
        meter: (6, 8),
        tempo: 96.0,
        phrases: 36,
        figures: &[[TRIPLE, TRIPLE_NEAR], [TRIPLE, TRIPLE_DOWN], [TRIPLE, TRIPLE_LONG], [TRIPLE_LONG, TRIPLE_DOWN]],
        run: (6, 3),
    },
];
