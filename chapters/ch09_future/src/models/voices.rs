//! How many keys an instrument holds at once. A net that has learned little forgets to let keys go: a horn would play
//! chords.

use super::music_events::{Event, EventVocabulary};
use super::pieces::Piece;

/// The most keys that each instrument holds at once in some music, by the instruments' numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voices(Vec<usize>);

impl Voices {
    /// Those of so many instruments in these pieces; at least one each.
    pub fn of(pieces: &[Piece], instruments: usize) -> Voices {
        let most = |instrument: usize| pieces.iter().map(|piece| at_once(piece, instrument)).max();
        Voices((0..instruments).map(|instrument| most(instrument).unwrap_or(0).max(1)).collect())
    }
}

/// The most keys that an instrument holds at once in a piece.
fn at_once(piece: &Piece, instrument: usize) -> usize {
    let notes = piece.notes().iter().filter(|note| note.instrument == instrument);
    let mut changes: Vec<(u32, i32)> = notes.flat_map(|note| [(note.start, 1), (note.end(), -1)]).collect();
    changes.sort_unstable(); // at a time, keys are let go before others are struck
    let (mut held, mut most) = (0, 0);
    for (_, change) in changes {
        held += change;
        most = most.max(held);
    }
    usize::try_from(most).unwrap_or(0)
}

/// The keys that are held while a piece is composed, event by event.
#[derive(Debug)]
pub struct HeldKeys<'a> {
    vocabulary: &'a EventVocabulary,
    voices: &'a Voices,
    /// Pitches by instrument, in the order in which they were struck.
    held: Vec<Vec<u8>>,
}

impl<'a> HeldKeys<'a> {
    /// No key is held yet.
    pub fn new(vocabulary: &'a EventVocabulary, voices: &'a Voices) -> HeldKeys<'a> {
        HeldKeys { vocabulary, voices, held: vec![vec![]; voices.0.len()] }
    }

    /// The tokens to write for one that the net has drawn. An instrument that strikes one key more than it can hold first
    /// lets go the one that it has held longest, as synthesizers do.
    pub fn write(&mut self, token: i64) -> Vec<i64> {
        let mut tokens = vec![];
        match self.vocabulary.event(token) {
            Some(Event::On { instrument, pitch, .. }) => {
                let held = &mut self.held[instrument];
                held.retain(|other| *other != pitch);
                if held.len() == self.voices.0[instrument] {
                    let pitch = held.remove(0);
                    tokens.extend(self.vocabulary.token(Event::Off { instrument, pitch }));
                }
                held.push(pitch);
            }
            Some(Event::Off { instrument, pitch }) => self.held[instrument].retain(|other| *other != pitch),
            Some(Event::End | Event::Wait(_)) | None => {}
        }
        tokens.push(token);
        tokens
    }
}
