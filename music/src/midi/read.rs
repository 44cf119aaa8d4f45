//! From the bytes of a MIDI file to a score.

use super::DRUMS;
use crate::score::in_order;
use crate::{Change, Note, Part, Pitch, Quarters, Score};
use anyhow::{Context, Result, bail, ensure};
use midly::{EventIter, MetaMessage, MidiMessage, TrackEventKind};
use std::collections::{BTreeMap, HashMap};

/// Limits that no piece comes near, and that keep what a broken file can cost small: events, and quarter notes.
const EVENTS: usize = 1_000_000;
const LONGEST: i64 = 100_000;
/// The shortest beat of a meter is a 64th note.
const SHORTEST_BEAT: u8 = 6;
/// Letters of a track's name.
const NAME: usize = 100;

/// Reads a Standard MIDI file of format 0 or 1 with exact times: ticks over ticks per quarter note. music21 quantizes,
/// too, when it reads MIDI: [`quantize`](crate::quantize).
///
/// There is a part for each channel of each track that has notes; channel 10, the drums, is left out. As in music21, a
/// note ends at the next note-off (or note-on of velocity 0) of its pitch and channel in its track, so that two
/// overlapping notes of one pitch end together; a note that never ends is left out, and so is one without length (which
/// music21 takes as a grace note). A track that breaks off ends there.
///
/// # Errors
/// It is not a MIDI file, is of format 2, counts in seconds (SMPTE), has no notes or more than 1,000,000 events, or is
/// longer than 100,000 quarter notes.
pub fn read(bytes: &[u8]) -> Result<Score> {
    let mut chunks = Chunks(bytes);
    let (id, header) = chunks.next().unwrap_or_default();
    ensure!(id == b"MThd" && header.len() >= 6, "this is not a MIDI file: it does not begin with a header `MThd`");
    let word = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    match word(0) {
        0 | 1 => {}
        2 => bail!("this MIDI file holds several pieces (format 2): save each piece as a file of its own"),
        other => bail!("this MIDI file has the unknown format {other}: only 0 and 1 can be read"),
    }
    let per_quarter = i64::from(word(4));
    ensure!(per_quarter > 0, "this MIDI file is damaged: a quarter note has no ticks");
    ensure!(per_quarter < 0x8000, "this MIDI file counts in seconds (SMPTE): save it with ticks per quarter note");

    let mut reader = Reader { per_quarter, ..Reader::default() };
    for (number, (_, track)) in (1..).zip(chunks.filter(|(id, _)| id == b"MTrk")) {
        reader.track(track).with_context(|| format!("cannot use track {number} of this MIDI file"))?;
    }
    let Reader { parts, tempos, meters, keys, .. } = reader;
    ensure!(!parts.is_empty(), "this MIDI file has no notes (drums, on channel 10, do not count)");
    Ok(Score { parts, tempos: in_order(tempos), meters: in_order(meters), keys: in_order(keys) })
}

/// The chunks of a file: their name and content. The last one may be cut off.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (id, rest) = self.0.split_at_checked(4)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let (content, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        self.0 = rest;
        Some((id, content))
    }
}

/// Of a channel: its first program, and its note-ons (with their velocity) and note-offs in the order of the file.
#[derive(Default)]
struct Channel {
    program: Option<u8>,
    events: Vec<(i64, u8, Option<u8>)>,
}

impl Channel {
    fn add(&mut self, tick: i64, message: MidiMessage) {
        match message {
            MidiMessage::NoteOn { key, vel } => {
                let velocity = Some(vel.as_int()).filter(|velocity| *velocity > 0);
                self.events.push((tick, key.as_int(), velocity));
            }
            MidiMessage::NoteOff { key, .. } => self.events.push((tick, key.as_int(), None)),
            MidiMessage::ProgramChange { program } => {
                self.program.get_or_insert(program.as_int());
            }
            _ => {}
        }
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    per_quarter: i64,
    events: usize,
    parts: Vec<Part>,
    tempos: Vec<Change<f64>>,
    meters: Vec<Change<(u8, u8)>>,
    keys: Vec<Change<i8>>,
}

impl Reader {
    /// Reads the events of a track.
    fn track(&mut self, bytes: &[u8]) -> Result<()> {
        let (mut tick, mut name) = (0, String::new());
        let mut channels = BTreeMap::<u8, Channel>::new();
        for event in EventIter::new(bytes) {
            let event = event.context("an event is damaged")?;
            tick += i64::from(event.delta.as_int());
            self.events += 1;
            ensure!(self.events <= EVENTS, "it has more than {EVENTS} events");
            ensure!(tick / self.per_quarter < LONGEST, "it is longer than {LONGEST} quarter notes");
            let at = Quarters::new(tick, self.per_quarter);
            match event.kind {
                TrackEventKind::Midi { channel, message } if channel.as_int() != DRUMS => {
                    channels.entry(channel.as_int()).or_default().add(tick, message);
                }
                TrackEventKind::Meta(MetaMessage::TrackName(bytes)) if name.is_empty() => name = text(bytes),
                TrackEventKind::Meta(message) => self.change(at, message),
                _ => {}
            }
        }
        for channel in channels.into_values() {
            let notes = notes(&channel.events, self.per_quarter);
            if !notes.is_empty() {
                self.parts.push(Part { name: name.clone(), program: channel.program.unwrap_or(0), notes });
            }
        }
        Ok(())
    }

    /// A change of tempo, meter or key; values that mean nothing are ignored.
    fn change(&mut self, at: Quarters, message: MetaMessage) {
        match message {
            MetaMessage::Tempo(microseconds) if microseconds.as_int() > 0 => {
                self.tempos.push(Change { at, value: 60e6 / f64::from(microseconds.as_int()) });
            }
            MetaMessage::TimeSignature(beats, unit, ..) if beats > 0 && unit <= SHORTEST_BEAT => {
                self.meters.push(Change { at, value: (beats, 1 << unit) });
            }
            MetaMessage::KeySignature(sharps, _) if (-7..=7).contains(&sharps) => {
                self.keys.push(Change { at, value: sharps });
            }
            _ => {}
        }
    }
}

/// Pairs note-ons with note-offs. Backwards, so that each note-on finds the note-off that comes next.
fn notes(events: &[(i64, u8, Option<u8>)], per_quarter: i64) -> Vec<Note> {
    let mut ends = HashMap::new();
    let mut notes = vec![];
    for (tick, key, velocity) in events.iter().rev() {
        match (velocity, ends.get(key)) {
            (None, _) => {
                ends.insert(key, *tick);
            }
            (Some(velocity), Some(end)) if end > tick => {
                let (start, length) = (Quarters::new(*tick, per_quarter), Quarters::new(end - tick, per_quarter));
                let pitch = Pitch::from_midi(*key);
                notes.extend(pitch.map(|pitch| Note { start, pitch, length, velocity: *velocity }));
            }
            (Some(_), _) => {}
        }
    }
    notes.reverse();
    notes
}

/// A name: UTF-8, or else Latin-1; to its first zero byte, as in music21; without control characters and blanks around
/// it.
fn text(bytes: &[u8]) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    text.trim().chars().take(NAME).collect()
}
