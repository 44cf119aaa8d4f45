//! New music, note by note (pp. 246-249).

use super::corpus::{Event, START, Vocabulary};
use super::rnn_attention::RnnAttention;
use anyhow::{Context, Result, ensure};
use common::music::{Note, Part, Pitch, Quarters, Score, Slice};
use common::samples::sample_with_temp;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// General MIDI's violoncello.
const CELLO: u8 = 42;
/// Tempo of new music, in quarter notes per minute.
const TEMPO: f64 = 72.0;

/// How new music is drawn (p. 246).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Temperature of pitches; 0 takes the likeliest.
    pub notes_temp: f64,
    /// Temperature of durations.
    pub duration_temp: f64,
    /// Notes to compose, at most: a piece may end before.
    pub max_extra_notes: usize,
}

impl Sampling {
    /// The book's.
    pub fn book() -> Sampling {
        Sampling { notes_temp: 0.5, duration_temp: 0.5, max_extra_notes: 50 }
    }

    /// Checks the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        for (name, value) in [("notes_temp", self.notes_temp), ("duration_temp", self.duration_temp)] {
            ensure!((0.0..=100.0).contains(&value), "sampling.{name} must lie between 0 and 100, not {value}");
        }
        let notes = self.max_extra_notes;
        ensure!((1..=5000).contains(&notes), "sampling.max_extra_notes must lie between 1 and 5000, not {notes}");
        Ok(())
    }
}

/// Composes with a trained net.
#[derive(Debug, Clone, Copy)]
pub struct Composer<'a> {
    /// The net.
    pub model: &'a RnnAttention,
    /// The look-ups of the music that it learned.
    pub vocabulary: &'a Vocabulary,
    /// Notes that the net reads at most.
    pub seq_len: usize,
}

/// New music, with what the net expected at each note.
#[derive(Debug, Clone, Default)]
pub struct Composition {
    /// The notes.
    pub events: Vec<Event>,
    /// For each of them, the probability of each MIDI pitch as a single note.
    pub pitch_probabilities: Vec<Vec<f64>>,
    /// For each of them, how much each note before it counted: the last one stands last. Notes further back than the
    /// window have no place.
    pub attention: Vec<Vec<f64>>,
}

impl Composer<'_> {
    /// Composes from the beginning of a piece on.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn compose(&self, sampling: Sampling, random: &mut ChaCha8Rng) -> Result<Composition> {
        self.continue_from(&[], sampling, random)
    }

    /// Composes after some events, which are not repeated in the result.
    ///
    /// # Errors
    /// An event is in no piece that the net learned; or libtorch fails.
    pub fn continue_from(
        &self,
        beginning: &[Event],
        sampling: Sampling,
        random: &mut ChaCha8Rng,
    ) -> Result<Composition> {
        let start = vec![(START.to_string(), Quarters::from_integer(0)); self.seq_len];
        let mut tokens = vec![];
        for event in start.iter().chain(beginning) {
            let known = self.vocabulary.tokens(event);
            tokens.push(known.with_context(|| format!("{} of length {} is in no piece", event.0, event.1))?);
        }
        let mut composition = Composition::default();
        for _ in 0..sampling.max_extra_notes {
            let window = &tokens[tokens.len().saturating_sub(self.seq_len)..];
            let [notes, durations] = [0, 1].map(|i| window.iter().map(|both| both[i]).collect::<Vec<i64>>());
            let prediction = self.model.predict(&notes, &durations)?;
            let note = sample_with_temp(&prediction.pitch, sampling.notes_temp, random);
            let duration = sample_with_temp(&prediction.duration, sampling.duration_temp, random);
            let event = self.vocabulary.event([note, duration]).context("internal error: a token without an event")?;
            if event.0 == START {
                break; // the next piece begins
            }
            tokens.push([note, duration]);
            composition.events.push(event);
            composition.pitch_probabilities.push(self.by_midi_pitch(&prediction.pitch));
            composition.attention.push(prediction.attention);
        }
        Ok(composition)
    }

    /// Probability of each MIDI pitch, 0 to 127, as a single note.
    fn by_midi_pitch(&self, probabilities: &[f64]) -> Vec<f64> {
        let mut by_pitch = vec![0.0; 128];
        for (name, p) in self.vocabulary.pitches().iter().zip(probabilities) {
            if let Ok(pitch) = name.parse::<Pitch>() {
                by_pitch[usize::from(pitch.midi())] = *p;
            }
        }
        by_pitch
    }
}

/// Events as a score for a cello. Those of no length are left out.
///
/// # Errors
/// A name is no pitch.
pub fn score(events: &[Event]) -> Result<Score> {
    let mut notes = vec![];
    let mut start = Quarters::from_integer(0);
    for (name, length) in events {
        if *length > Quarters::from_integer(0) && name != START {
            let slice = Slice::from_name(name, start, *length)?;
            notes.extend(slice.pitches.iter().map(|pitch| Note::new(start, *pitch, *length)));
            start += *length;
        }
    }
    Ok(Score::new(vec![Part { name: "Violoncello".to_string(), program: CELLO, notes }], TEMPO))
}

/// The share of a composition's passages of `n` events that stand in the music that the net learned, note by note and
/// with the same durations: how much of it is remembered. None if it is shorter.
pub fn remembered(events: &[Event], learned: &[Event], n: usize) -> Option<f64> {
    let known: std::collections::HashSet<&[Event]> = learned.windows(n).collect();
    let passages = events.windows(n).len();
    let found = events.windows(n).filter(|passage| known.contains(passage)).count();
    (passages > 0).then(|| found as f64 / passages as f64)
}
