//! From a score to the bytes of a MIDI file.

use super::DRUMS;
use crate::score::least_common_multiple;
use crate::{Note, Part, Quarters, Score};
use anyhow::{Context, Result, ensure};
use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, Track, TrackEvent, TrackEventKind};

/// Ticks per quarter note, unless a time needs others: sixteenths, triplets and quintuplets down to 64ths are whole
/// ticks.
const TICKS: i64 = 480;
/// The largest number of ticks per quarter note in a MIDI file.
const MOST_TICKS: i64 = 0x7fff;

/// Writes a score as a Standard MIDI file of format 1: a track with tempos, meters and keys, then one for each part
/// with its name, program and notes. Parts go to channels 1 to 9 and 11 to 16, and share them from the sixteenth part
/// on.
///
/// All times are exact. There are 480 ticks per quarter note, or as many as the denominators of the times need; a score
/// that needs more than 32,767 is refused: [`quantize`](crate::quantize) it first. Tempos are rounded to whole
/// microseconds per quarter note. At one time, notes end before others begin, so that repeated notes stay apart. MIDI
/// cannot tell two notes of one pitch in one part that overlap: read again, both end at the first end.
///
/// # Errors
/// A value has no place in a MIDI file; the message names it.
pub fn write(score: &Score) -> Result<Vec<u8>> {
    let per_quarter = ticks_per_quarter(score)?;
    let timing = Timing::Metrical(u15::new(u16::try_from(per_quarter)?));
    let mut smf = Smf::new(Header::new(Format::Parallel, timing));
    smf.tracks.push(changes(score, per_quarter)?);
    for (number, part) in score.parts.iter().enumerate() {
        let track = notes(part, channel(number), per_quarter);
        smf.tracks.push(track.with_context(|| format!("cannot write part {} `{}` as MIDI", number + 1, part.name))?);
    }
    let mut bytes = vec![];
    smf.write_std(&mut bytes).context("cannot write the score as MIDI")?;
    Ok(bytes)
}

/// The least multiple of [`TICKS`], or at least number, of which all times of the score are whole.
fn ticks_per_quarter(score: &Score) -> Result<i64> {
    let multiple = |a, b| least_common_multiple(a, b, MOST_TICKS);
    let notes = score.parts.iter().flat_map(|part| &part.notes).flat_map(|note| [note.start, note.end()]);
    let tempos = score.tempos.iter().map(|change| change.at);
    let meters = score.meters.iter().map(|change| change.at);
    let keys = score.keys.iter().map(|change| change.at);
    let least = notes.chain(tempos).chain(meters).chain(keys).try_fold(1, |least, time| multiple(least, *time.denom()));
    let least = least.with_context(|| {
        format!("the times of the score need more than {MOST_TICKS} ticks per quarter note: quantize it first")
    })?;
    Ok(multiple(least, TICKS).unwrap_or(least))
}

/// The channel of a part.
fn channel(part: usize) -> u4 {
    let channel = u8::try_from(part % 15).unwrap_or(0);
    u4::new(if channel < DRUMS { channel } else { channel + 1 })
}

/// A time in ticks.
fn ticks(time: Quarters, per_quarter: i64) -> Result<i64> {
    let ticks = time.numer().checked_mul(per_quarter / time.denom()).filter(|ticks| *ticks >= 0);
    ticks.with_context(|| format!("the time {time} is not between 0 and the end of MIDI's times"))
}

/// The track of tempos, meters and keys.
fn changes(score: &Score, per_quarter: i64) -> Result<Track<'static>> {
    let mut events = vec![];
    for change in &score.meters {
        let (beats, unit) = change.value;
        ensure!(beats > 0 && unit.is_power_of_two(), "MIDI has no meter {beats}/{unit}");
        let message = MetaMessage::TimeSignature(beats, u8::try_from(unit.trailing_zeros())?, 24, 8);
        events.push((ticks(change.at, per_quarter)?, TrackEventKind::Meta(message)));
    }
    for change in &score.keys {
        let sharps = change.value;
        ensure!((-7..=7).contains(&sharps), "a key has at most 7 sharps or flats, not {sharps}");
        events.push((ticks(change.at, per_quarter)?, TrackEventKind::Meta(MetaMessage::KeySignature(sharps, false))));
    }
    for change in &score.tempos {
        let microseconds = (60e6 / change.value).round();
        let fits = (1.0..=f64::from(0xff_ffff)).contains(&microseconds);
        ensure!(
            fits,
            "a tempo of {} quarter notes per minute cannot be written as MIDI: use 4 to 1,000,000",
            change.value
        );
        let message = MetaMessage::Tempo(u24::new(microseconds as u32));
        events.push((ticks(change.at, per_quarter)?, TrackEventKind::Meta(message)));
    }
    events.sort_by_key(|(tick, _)| *tick);
    track(vec![], events)
}

/// The track of a part.
fn notes(part: &Part, channel: u4, per_quarter: i64) -> Result<Track<'_>> {
    let program = u7::try_from(part.program).with_context(|| format!("there is no program {}", part.program))?;
    let midi = |message| TrackEventKind::Midi { channel, message };
    let mut events = vec![];
    for note in &part.notes {
        let Note { start, pitch, length, velocity } = *note;
        ensure!(length > Quarters::from_integer(0), "a note at {start} has the length {length}");
        ensure!((1..128).contains(&velocity), "a note at {start} has the velocity {velocity}: use 1 to 127");
        let key = u7::new(pitch.midi());
        let on = MidiMessage::NoteOn { key, vel: u7::new(velocity) };
        let off = MidiMessage::NoteOff { key, vel: u7::new(0) };
        events.push((ticks(start, per_quarter)?, 1, pitch, midi(on)));
        events.push((ticks(note.end(), per_quarter)?, 0, pitch, midi(off)));
    }
    events.sort_by_key(|(tick, on, pitch, _)| (*tick, *on, *pitch));
    let first = vec![
        TrackEventKind::Meta(MetaMessage::TrackName(part.name.as_bytes())),
        midi(MidiMessage::ProgramChange { program }),
    ];
    track(first, events.into_iter().map(|(tick, .., event)| (tick, event)).collect())
}

/// A track of events at time 0, then of others in their order, with its end.
fn track<'a>(first: Vec<TrackEventKind<'a>>, events: Vec<(i64, TrackEventKind<'a>)>) -> Result<Track<'a>> {
    let mut track = vec![];
    let mut now = 0;
    let end = events.last().map_or(0, |(tick, _)| *tick);
    let last = (end, TrackEventKind::Meta(MetaMessage::EndOfTrack));
    for (tick, kind) in first.into_iter().map(|kind| (0, kind)).chain(events).chain([last]) {
        let delta = u32::try_from(tick - now).ok().and_then(u28::try_from);
        let delta =
            delta.with_context(|| format!("nothing happens for {} ticks, which MIDI cannot count", tick - now))?;
        track.push(TrackEvent { delta, kind });
        now = tick;
    }
    Ok(track)
}
