//! Music as a row of events, for a net that reads and writes tokens: as in MuseNet (Payne, "MuseNet", OpenAI, 2019), one
//! token says which instrument strikes which key how loudly, and others say that a key is let go, or that time passes.
//!
//! A piece is read from its events exactly as it was.

use super::pieces::{Instrument, Piece, PieceNote, QUARTER};
use anyhow::{Result, bail, ensure};
use common::music::Score;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The token that stands before and after each piece.
pub const END: i64 = 0;
/// Longest time that one token waits, in sixteenths; longer times are several tokens.
const LONGEST_WAIT: u32 = 16;
/// The number of the first token for a key.
const FIRST_KEY: i64 = 1 + LONGEST_WAIT as i64;
/// Sixteenths of a bar; all bars count as four quarter notes here.
pub const BAR: i64 = 4 * QUARTER;
/// Velocities of a full set of classes: the middle of equal ranges.
const VELOCITIES: u8 = 128;

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The piece is over.
    End,
    /// So many sixteenths pass, 1 to 16.
    Wait(u32),
    /// A key is let go.
    Off {
        /// The number of the instrument.
        instrument: usize,
        /// The MIDI pitch.
        pitch: u8,
    },
    /// A key is struck; if it sounds already, it is let go before.
    On {
        /// The number of the instrument.
        instrument: usize,
        /// The MIDI pitch.
        pitch: u8,
        /// The class of loudness.
        loudness: usize,
    },
}

/// The events of some music, by number: the end, waits, and for each instrument keys that are let go and keys that are
/// struck, these for each class of loudness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventVocabulary {
    /// The instruments.
    pub instruments: Vec<Instrument>,
    /// The velocities of the classes of loudness, 1 to 127.
    pub velocities: Vec<u8>,
    /// The lowest MIDI pitch.
    pub lowest: u8,
    /// The highest MIDI pitch.
    pub highest: u8,
}

impl EventVocabulary {
    /// The instruments, pitches and velocities of some scores. More than `classes` different velocities are put into so
    /// many classes, 1 to 127.
    ///
    /// # Errors
    /// The scores have no note.
    pub fn of(scores: &[Score], classes: u8) -> Result<EventVocabulary> {
        let parts = || scores.iter().flat_map(|score| &score.parts).filter(|part| !part.notes.is_empty());
        let instruments: BTreeSet<Instrument> = parts().map(Instrument::of).collect();
        let pitches: BTreeSet<u8> = parts().flat_map(|part| &part.notes).map(|note| note.pitch.midi()).collect();
        let mut velocities: BTreeSet<u8> = parts().flat_map(|part| &part.notes).map(|note| note.velocity).collect();
        let ends = pitches.first().zip(pitches.last());
        let Some((&lowest, &highest)) = ends else { bail!("the music has no note") };
        if velocities.len() > usize::from(classes) {
            let width = VELOCITIES / classes.clamp(1, 127);
            velocities = (0..classes.clamp(1, 127)).map(|class| (width * class + width / 2).max(1)).collect();
        }
        let (instruments, velocities) = (instruments.into_iter().collect(), velocities.into_iter().collect());
        Ok(EventVocabulary { instruments, velocities, lowest, highest })
    }

    /// The number of tokens.
    pub fn len(&self) -> i64 {
        FIRST_KEY + self.instruments.len() as i64 * self.of_instrument()
    }

    /// Whether there is none; there are always the end and the waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn pitches(&self) -> i64 {
        i64::from(self.highest - self.lowest) + 1
    }

    /// Tokens of an instrument.
    fn of_instrument(&self) -> i64 {
        self.pitches() * (1 + self.velocities.len() as i64)
    }

    /// The nearest class of a velocity.
    pub fn loudness(&self, velocity: u8) -> usize {
        let classes = self.velocities.iter().enumerate();
        classes.min_by_key(|(_, of_class)| of_class.abs_diff(velocity)).map_or(0, |(class, _)| class)
    }

    /// A score on the grid of sixteenths, with the classes of loudness.
    pub fn piece(&self, score: &Score) -> Piece {
        Piece::from_score(score, &self.instruments, |velocity| self.loudness(velocity))
    }

    /// A piece as a score.
    ///
    /// # Errors
    /// As [`Piece::to_score`].
    pub fn score(&self, piece: &Piece) -> Result<Score> {
        piece.to_score(&self.instruments, &self.velocities)
    }

    /// The token of an event; none if an instrument, a pitch or a class is not in the vocabulary.
    pub fn token(&self, event: Event) -> Option<i64> {
        let key = |instrument: usize, pitch: u8, row: usize| {
            let known = instrument < self.instruments.len()
                && (self.lowest..=self.highest).contains(&pitch)
                && row <= self.velocities.len();
            let place = row as i64 * self.pitches() + i64::from(pitch) - i64::from(self.lowest);
            known.then(|| FIRST_KEY + instrument as i64 * self.of_instrument() + place)
        };
        match event {
            Event::End => Some(END),
            Event::Wait(sixteenths) => (1..=LONGEST_WAIT).contains(&sixteenths).then_some(i64::from(sixteenths)),
            Event::Off { instrument, pitch } => key(instrument, pitch, 0),
            Event::On { instrument, pitch, loudness } => key(instrument, pitch, loudness + 1),
        }
    }

    /// The event of a token; none if there is no such token.
    pub fn event(&self, token: i64) -> Option<Event> {
        if !(0..self.len()).contains(&token) {
            return None;
        }
        if token == END {
            return Some(Event::End);
        }
        if token < FIRST_KEY {
            return Some(Event::Wait(u32::try_from(token).ok()?));
        }
        let place = token - FIRST_KEY;
        let instrument = usize::try_from(place / self.of_instrument()).ok()?;
        let (row, pitch) = (place % self.of_instrument() / self.pitches(), place % self.pitches());
        let pitch = self.lowest + u8::try_from(pitch).ok()?;
        Some(match usize::try_from(row).ok()? {
            0 => Event::Off { instrument, pitch },
            row => Event::On { instrument, pitch, loudness: row - 1 },
        })
    }

    /// The events of a piece, without an end. At a time, keys are let go before others are struck, both by instrument and
    /// pitch; a key that is struck again at once is not let go.
    ///
    /// # Errors
    /// A note is not in the vocabulary; the message names it.
    pub fn encode(&self, piece: &Piece) -> Result<Vec<i64>> {
        /// What happens at a time: keys let go, by instrument and pitch, and keys struck.
        #[derive(Default)]
        struct Moment {
            off: BTreeSet<(usize, u8)>,
            on: Vec<PieceNote>,
        }
        let mut times: BTreeMap<u32, Moment> = BTreeMap::new();
        for note in piece.notes() {
            times.entry(note.start).or_default().on.push(*note);
            times.entry(note.end()).or_default().off.insert((note.instrument, note.pitch));
        }
        let (mut tokens, mut now) = (vec![], 0);
        let mut add = |event: Event| -> Result<()> {
            let token = self.token(event);
            ensure!(token.is_some(), "{event:?} is not in the vocabulary of this music");
            tokens.extend(token);
            Ok(())
        };
        for (time, Moment { mut off, on }) in times {
            while now < time {
                let wait = (time - now).min(LONGEST_WAIT);
                add(Event::Wait(wait))?;
                now += wait;
            }
            off.retain(|key| !on.iter().any(|note| (note.instrument, note.pitch) == *key));
            off.into_iter().try_for_each(|(instrument, pitch)| add(Event::Off { instrument, pitch }))?;
            on.into_iter().try_for_each(|PieceNote { instrument, pitch, loudness, .. }| {
                add(Event::On { instrument, pitch, loudness })
            })?;
        }
        Ok(tokens)
    }

    /// The piece that events make, up to the first end. Any tokens make one: keys that nobody struck are not let go, and
    /// what still sounds after the last event ends there.
    pub fn decode(&self, tokens: &[i64]) -> Piece {
        let (mut notes, mut now) = (vec![], 0);
        let mut sounding: BTreeMap<(usize, u8), (u32, usize)> = BTreeMap::new();
        let mut end_note = |now: u32, key: (usize, u8), struck: Option<(u32, usize)>| {
            let ((instrument, pitch), Some((start, loudness))) = (key, struck) else { return };
            notes.push(PieceNote { start, instrument, pitch, length: now - start, loudness });
        };
        for token in tokens {
            match self.event(*token) {
                Some(Event::End) => break,
                Some(Event::Wait(sixteenths)) => now += sixteenths,
                Some(Event::Off { instrument, pitch }) => {
                    end_note(now, (instrument, pitch), sounding.remove(&(instrument, pitch)));
                }
                Some(Event::On { instrument, pitch, loudness }) => {
                    end_note(now, (instrument, pitch), sounding.insert((instrument, pitch), (now, loudness)));
                }
                None => {}
            }
        }
        sounding.into_iter().for_each(|(key, struck)| end_note(now, key, Some(struck)));
        Piece::new(notes) // without those that ended at once
    }

    /// The first events of a piece, before so many sixteenths have passed.
    pub fn beginning<'a>(&self, tokens: &'a [i64], sixteenths: i64) -> &'a [i64] {
        let mut now = 0;
        let end = tokens.iter().position(|token| {
            now += waited(*token);
            now >= sixteenths
        });
        &tokens[..end.unwrap_or(tokens.len())]
    }
}

/// Sixteenths that a token waits.
fn waited(token: i64) -> i64 {
    if (1..FIRST_KEY).contains(&token) { token } else { 0 }
}

/// Where in its bar each event stands, 0 to 15 sixteenths, counted from the beginning of the piece: MuseNet's embedding of
/// the time. A wait stands where it begins.
pub fn places_in_bar(tokens: &[i64]) -> Vec<i64> {
    let mut now = 0;
    let place = |token: &i64| {
        if *token == END {
            now = 0;
        }
        let place = now % BAR;
        now += waited(*token);
        place
    };
    tokens.iter().map(place).collect()
}
