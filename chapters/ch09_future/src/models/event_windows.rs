//! Pieces as one row of events, in windows that a net learns.

use super::musenet::EventBatch;
use super::music_events::{END, EventVocabulary, places_in_bar};
use super::pieces::Piece;
use super::token_windows::TokenWindows;
use anyhow::Result;
use tch::{Device, Tensor};

/// Windows over events.
#[derive(Debug)]
pub struct EventWindows {
    tokens: TokenWindows,
    places: TokenWindows,
}

impl EventWindows {
    /// Pieces one after the other, each after an end token, in windows of `time` events and one more.
    ///
    /// # Errors
    /// A note is not in the vocabulary, or the pieces are too short.
    pub fn new(pieces: &[Piece], vocabulary: &EventVocabulary, time: i64, device: Device) -> Result<EventWindows> {
        let row = event_row(pieces, vocabulary)?;
        Ok(EventWindows {
            tokens: TokenWindows::from_row(&row, time, device)?,
            places: TokenWindows::from_row(&places_in_bar(&row), time, device)?,
        })
    }

    /// The number of events.
    pub fn events(&self) -> i64 {
        self.tokens.tokens()
    }

    /// Number of windows.
    pub fn len(&self) -> i64 {
        self.tokens.per_epoch()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Windows by their numbers `[batch]`, `[batch, time + 1]`; `shift` as in [`TokenWindows::rows`].
    pub fn rows(&self, numbers: &Tensor, shift: u64) -> EventBatch {
        EventBatch { tokens: self.tokens.rows(numbers, shift), places: self.places.rows(numbers, shift) }
    }
}

/// The events of pieces, each after an end token, and one after the last.
///
/// # Errors
/// A note is not in the vocabulary.
pub fn event_row(pieces: &[Piece], vocabulary: &EventVocabulary) -> Result<Vec<i64>> {
    let mut row = vec![];
    for piece in pieces {
        row.push(END);
        row.extend(vocabulary.encode(piece)?);
    }
    row.push(END);
    Ok(row)
}
