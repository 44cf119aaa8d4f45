//! Music as the net reads it: tokens of pitches and durations, and windows over them (pp. 240-242).

use anyhow::{Context, Result, ensure};
use common::music::{Quarters, Slice};
use common::transfer::upload;
use std::collections::{BTreeSet, HashMap};
use tch::{Device, Tensor};

/// The pitch that stands before the first note of a piece, with duration 0.
pub const START: &str = "START";

/// A note, a chord or a rest with its duration, in the book's words: `G2`, `C4.E4.G4`, `rest`, `START`.
pub type Event = (String, Quarters);

/// The distinct pitches and durations of some pieces, sorted: the book's look-ups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    pitches: Vec<String>,
    durations: Vec<Quarters>,
    pitch_tokens: HashMap<String, i64>,
    duration_tokens: HashMap<Quarters, i64>,
}

impl Vocabulary {
    /// The look-ups of some events.
    fn new(events: &[Event]) -> Vocabulary {
        let pitches: BTreeSet<&String> = events.iter().map(|(pitch, _)| pitch).collect();
        let durations: BTreeSet<Quarters> = events.iter().map(|(_, duration)| *duration).collect();
        let pitches: Vec<String> = pitches.into_iter().cloned().collect();
        let durations: Vec<Quarters> = durations.into_iter().collect();
        let pitch_tokens = (0..).zip(&pitches).map(|(token, pitch)| (pitch.clone(), token)).collect();
        let duration_tokens = (0..).zip(&durations).map(|(token, duration)| (*duration, token)).collect();
        Vocabulary { pitches, durations, pitch_tokens, duration_tokens }
    }

    /// Number of distinct pitches, with `START`; the book's `n_notes`.
    pub fn n_notes(&self) -> i64 {
        self.pitches.len() as i64
    }

    /// Number of distinct durations, with 0; the book's `n_durations`.
    pub fn n_durations(&self) -> i64 {
        self.durations.len() as i64
    }

    /// The names of the pitches, by token.
    pub fn pitches(&self) -> &[String] {
        &self.pitches
    }

    /// The durations, by token.
    pub fn durations(&self) -> &[Quarters] {
        &self.durations
    }

    /// The tokens of an event; none if it is in no piece.
    pub fn tokens(&self, (pitch, duration): &Event) -> Option<[i64; 2]> {
        Some([*self.pitch_tokens.get(pitch)?, *self.duration_tokens.get(duration)?])
    }

    /// The event of two tokens; none if there are no such tokens.
    pub fn event(&self, [pitch, duration]: [i64; 2]) -> Option<Event> {
        let pitch = self.pitches.get(usize::try_from(pitch).ok()?)?.clone();
        Some((pitch, *self.durations.get(usize::try_from(duration).ok()?)?))
    }
}

/// Pieces of music in a row, each after `seq_len` times [`START`] (p. 241).
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The look-ups.
    pub vocabulary: Vocabulary,
    /// The events of all pieces.
    pub events: Vec<Event>,
    /// Notes that the net reads before it predicts one.
    pub seq_len: usize,
    /// Number of pieces; a transposed one counts again.
    pub pieces: usize,
}

impl Corpus {
    /// Puts pieces in a row, each once for every interval of `transpose`, in semitones. A piece that would leave MIDI's
    /// range at an interval is left out there.
    ///
    /// # Errors
    /// There are too few notes for a window.
    pub fn new(pieces: &[Vec<Slice>], transpose: &[i32], seq_len: usize) -> Result<Corpus> {
        let mut corpus = Corpus { vocabulary: Vocabulary::new(&[]), events: vec![], seq_len, pieces: 0 };
        let start = (START.to_string(), Quarters::from_integer(0));
        for piece in pieces {
            for semitones in transpose {
                let events: Option<Vec<Event>> = piece.iter().map(|slice| event(slice, *semitones)).collect();
                let Some(events) = events else { continue };
                corpus.events.extend(vec![start.clone(); seq_len]);
                corpus.events.extend(events);
                corpus.pieces += 1;
            }
        }
        let notes = corpus.events.len();
        ensure!(notes >= seq_len + 10, "the music has {notes} notes, too few for windows of {seq_len}");
        corpus.vocabulary = Vocabulary::new(&corpus.events);
        Ok(corpus)
    }

    /// All windows: the book's `prepare_sequences` (p. 241).
    pub fn windows(&self, device: Device) -> Result<Windows> {
        let tokens = self.events.iter().map(|event| self.vocabulary.tokens(event)).collect::<Option<Vec<_>>>();
        let tokens = tokens.context("internal error: an event is in no look-up")?;
        let column = |i: usize| {
            let tokens: Vec<i64> = tokens.iter().map(|both| both[i]).collect();
            Tensor::from_slice(&tokens).to_device(device).unfold(0, self.seq_len as i64 + 1, 1)
        };
        Ok(Windows { notes: column(0), durations: column(1) })
    }
}

/// The event of a slice, so many semitones higher; none beyond MIDI's range.
fn event(slice: &Slice, semitones: i32) -> Option<Event> {
    slice.transposed(semitones).map(|slice| (slice.name(), slice.length))
}

/// Windows of notes and the note after each.
#[derive(Debug)]
pub struct Windows {
    /// Tokens `[windows, seq_len + 1]`.
    notes: Tensor,
    /// Tokens `[windows, seq_len + 1]`.
    durations: Tensor,
}

/// Some windows.
#[derive(Debug)]
pub struct Batch {
    /// Tokens of pitches `[batch, seq_len]`.
    pub notes: Tensor,
    /// Tokens of durations `[batch, seq_len]`.
    pub durations: Tensor,
    /// Tokens of the pitches after them `[batch]`.
    pub next_note: Tensor,
    /// Tokens of their durations `[batch]`.
    pub next_duration: Tensor,
}

impl Windows {
    /// Number of windows.
    pub fn len(&self) -> i64 {
        self.notes.size()[0]
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The windows without their last part, and this part: Keras' `validation_split`, which does not shuffle.
    ///
    /// # Errors
    /// One of the two would be empty.
    pub fn split(&self, validation_split: f64) -> Result<[Windows; 2]> {
        let n = self.len();
        let training = ((1.0 - validation_split) * n as f64) as i64;
        ensure!(0 < training && training < n, "{n} windows cannot be split at {validation_split}");
        let part = |start, length| Windows {
            notes: self.notes.narrow(0, start, length),
            durations: self.durations.narrow(0, start, length),
        };
        Ok([part(0, training), part(training, n - training)])
    }

    /// Windows by their numbers, int64 `[batch]`.
    pub fn rows(&self, numbers: &Tensor) -> Batch {
        let numbers = upload(numbers, self.notes.device());
        Batch::new(&self.notes.index_select(0, &numbers), &self.durations.index_select(0, &numbers))
    }

    /// `n` windows from `start` on.
    pub fn range(&self, start: i64, n: i64) -> Batch {
        Batch::new(&self.notes.narrow(0, start, n), &self.durations.narrow(0, start, n))
    }
}

impl Batch {
    /// Windows `[batch, seq_len + 1]`, split in front of their last notes.
    pub fn new(notes: &Tensor, durations: &Tensor) -> Batch {
        let seq_len = notes.size()[1] - 1;
        let [(notes, next_note), (durations, next_duration)] =
            [notes, durations].map(|tokens| (tokens.narrow(1, 0, seq_len), tokens.select(1, seq_len)));
        Batch { notes, durations, next_note, next_duration }
    }
}
