//! Scores as sound: rustysynth plays them with a sound font.

use crate::guard::guarded;
use crate::{Change, Quarters, Score, bounds};
use anyhow::{Context, Result, anyhow, ensure};
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};
use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

/// Frames per second of what [`Sound::render`] makes.
pub const RATE: u32 = 44_100;
/// The longest piece, in seconds: its samples take 320 MB.
const LONGEST: f64 = 900.0;
/// What sounds on after the last note, in seconds. The last half of it fades out.
const TAIL: f64 = 2.0;
/// The largest amplitude: 1 dB below full scale.
const PEAK: f32 = 0.891_25;
/// Quarter notes per minute where a score says nothing.
const TEMPO: f64 = 120.0;
/// MIDI's channels, without the one of the drums.
const CHANNELS: [i32; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];

/// A sound font: the samples of instruments.
#[derive(Clone)]
pub struct Font(Arc<SoundFont>);

impl Font {
    /// Reads a file in the format SoundFont 2 (`.sf2`).
    ///
    /// # Errors
    /// The bytes are no sound font, or a damaged one.
    pub fn read(bytes: &[u8]) -> Result<Font> {
        let refuse = |error: String| anyhow!("this is no whole sound font in the format SF2: {error}");
        check_chunks(bytes, 2).map_err(refuse)?;
        guarded("reading the sound font", || {
            let font = SoundFont::new(&mut Cursor::new(bytes));
            Ok(Font(Arc::new(font.map_err(|error| refuse(error.to_string()))?)))
        })
    }

    /// The name that it gives itself.
    pub fn name(&self) -> &str {
        self.0.get_info().get_bank_name()
    }
}

/// Checks that no chunk is longer than what holds it: rustysynth reserves the memory that a chunk asks for, up to 4 GB, before
/// it reads. Lists lie `depth` deep in each other.
fn check_chunks(bytes: &[u8], depth: usize) -> Result<(), String> {
    let mut rest = bytes;
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, size @ ..] = *head;
        let (id, size) = ([a, b, c, d], u32::from_le_bytes(size) as usize);
        let Some((body, next)) = after.split_at_checked(size) else {
            let id = id.escape_ascii();
            return Err(format!("its part {id} should have {size} bytes, and {} are left", after.len()));
        };
        if depth > 0 && [*b"RIFF", *b"LIST"].contains(&id) {
            check_chunks(body.get(4..).unwrap_or_default(), depth - 1)?; // after the list's type
        }
        rest = next;
    }
    Ok(())
}

impl fmt::Debug for Font {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_tuple("Font").field(&self.name()).finish()
    }
}

/// Sound in two channels, from -1 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// Frames per second.
    pub rate: u32,
    /// The left channel.
    pub left: Vec<f32>,
    /// The right channel, as long as the left one.
    pub right: Vec<f32>,
}

impl Sound {
    /// Plays a score at its tempos, each part with its General MIDI program. Two seconds follow the last note. The loudest
    /// sample becomes 1 dB below full scale, whatever the sound font, so that nothing is clipped. A score without notes is
    /// silent, and so is one whose velocities are all below 9 or so: rustysynth leaves out what is below a thousandth.
    ///
    /// # Errors
    /// A time or a tempo of the score is out of range; it has more than 15 parts or lasts longer than 15 minutes.
    pub fn render(score: &Score, font: &Font) -> Result<Sound> {
        bounds::check(score)?;
        let clock = Clock::new(&score.tempos)?;
        ensure!(
            score.parts.len() <= CHANNELS.len(),
            "a score to play has at most {} parts, not {}",
            CHANNELS.len(),
            score.parts.len()
        );
        let seconds = clock.seconds(score.end());
        ensure!(
            seconds <= LONGEST,
            "the score lasts {:.1} minutes: at most {:.0} can be played",
            seconds / 60.0,
            LONGEST / 60.0
        );
        let frames = frame(seconds + TAIL);
        let mut sound = guarded("playing", || play(score, &clock, font, frames))?;
        sound.fade_out();
        sound.normalize();
        Ok(sound)
    }

    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.left.len() as f64 / f64::from(self.rate)
    }

    /// The largest amplitude, 0 to 1.
    pub fn peak(&self) -> f32 {
        self.left.iter().chain(&self.right).fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// The root of the mean square of both channels.
    pub fn rms(&self) -> f32 {
        let samples = self.left.iter().chain(&self.right);
        let sum: f64 = samples.map(|sample| f64::from(*sample).powi(2)).sum();
        (sum / (2 * self.left.len()).max(1) as f64).sqrt() as f32
    }

    /// The beginning of the sound in one channel, at a quarter of the rate (4) or another part of it: small enough for a
    /// notebook. It fades out, and is as loud as the whole sound.
    pub fn excerpt(&self, seconds: f64, part_of_rate: u32) -> Sound {
        let step = part_of_rate.max(1) as usize;
        let frames = ((seconds.max(0.0) * f64::from(self.rate)) as usize).min(self.left.len());
        // The mean of the frames that become one takes out most of what is too high for the new rate.
        let mean = |from: usize| {
            let both = self.left[from..from + step].iter().zip(&self.right[from..from + step]);
            both.map(|(left, right)| left + right).sum::<f32>() / (2 * step) as f32
        };
        let mono: Vec<f32> = (0..frames / step).map(|frame| mean(frame * step)).collect();
        let mut sound = Sound { rate: self.rate / step as u32, left: mono.clone(), right: mono };
        sound.fade_out();
        sound.normalize();
        sound
    }

    fn normalize(&mut self) {
        let peak = self.peak();
        if peak > 0.0 {
            self.left.iter_mut().chain(&mut self.right).for_each(|sample| *sample *= PEAK / peak);
        }
    }

    /// Lets the last second fade to nothing.
    fn fade_out(&mut self) {
        let length = self.left.len().min(self.rate as usize);
        for channel in [&mut self.left, &mut self.right] {
            for (before_end, sample) in channel.iter_mut().rev().take(length).enumerate() {
                *sample *= before_end as f32 / length as f32;
            }
        }
    }
}

/// A sound as a WAV file of 16 bits, stereo.
///
/// # Errors
/// It is too long for the format: over 4 GB.
pub fn wav(sound: &Sound) -> Result<Vec<u8>> {
    let frames = sound.left.iter().zip(&sound.right);
    write(2, 16, sound.rate, frames.flat_map(|(left, right)| [*left, *right]))
}

/// The left channel of a sound as a WAV file of 8 bits: an [`excerpt`](Sound::excerpt) for a notebook.
///
/// # Errors
/// As [`wav`].
pub fn small_wav(sound: &Sound) -> Result<Vec<u8>> {
    let even = sound.left.len() / 2 * 2; // so that nothing has to be padded
    write(1, 8, sound.rate, sound.left[..even].iter().copied())
}

fn write(channels: u16, bits_per_sample: u16, rate: u32, samples: impl Iterator<Item = f32>) -> Result<Vec<u8>> {
    let sample_format = hound::SampleFormat::Int;
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample, sample_format };
    let scale = ((1u32 << (bits_per_sample - 1)) - 1) as f32;
    let mut file = Cursor::new(vec![]);
    let mut writer = hound::WavWriter::new(&mut file, spec).context("cannot write the sound as WAV")?;
    for sample in samples {
        let number = (sample.clamp(-1.0, 1.0) * scale).round() as i32;
        writer.write_sample(number).context("cannot write the sound as WAV")?;
    }
    writer.finalize().context("cannot write the sound as WAV")?;
    Ok(file.into_inner())
}

/// Reads a WAV file of 16 bits in two channels, as [`wav`] writes it.
///
/// # Errors
/// It is damaged, or of another kind.
pub fn read_wav(bytes: &[u8]) -> Result<Sound> {
    let reader = hound::WavReader::new(bytes).context("this is no WAV file")?;
    let spec = reader.spec();
    ensure!(
        spec.channels == 2 && spec.bits_per_sample == 16 && spec.sample_format == hound::SampleFormat::Int,
        "a WAV file of 16 bits in two channels is needed, not of {} bits in {}",
        spec.bits_per_sample,
        spec.channels
    );
    let samples = reader.into_samples::<i16>().collect::<Result<Vec<i16>, _>>().context("the WAV file is damaged")?;
    let channel = |first: usize| samples[first.min(samples.len())..].iter().step_by(2);
    let [left, right] =
        [0, 1].map(|first| channel(first).map(|sample| f32::from(*sample) / f32::from(i16::MAX)).collect());
    Ok(Sound { rate: spec.sample_rate, left, right })
}

/// The number of frames in a time.
fn frame(seconds: f64) -> usize {
    (seconds * f64::from(RATE)).round() as usize
}

/// From quarter notes to seconds.
struct Clock {
    /// Where each tempo begins: in quarter notes, in seconds; and the seconds of a quarter note there.
    tempos: Vec<(f64, f64, f64)>,
}

impl Clock {
    fn new(tempos: &[Change<f64>]) -> Result<Clock> {
        if let Some(Change { at, value }) = tempos.iter().find(|tempo| !(1.0..=1000.0).contains(&tempo.value)) {
            anyhow::bail!("the tempo at {at} is {value}: it must be 1 to 1000 quarter notes per minute");
        }
        let mut changes: Vec<(f64, f64)> = tempos.iter().map(|tempo| (float(tempo.at), 60.0 / tempo.value)).collect();
        changes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut clock = Clock { tempos: vec![(0.0, 0.0, 60.0 / TEMPO)] };
        for (at, length) in changes {
            let seconds = clock.at(at);
            clock.tempos.push((at, seconds, length));
        }
        Ok(clock)
    }

    fn seconds(&self, time: Quarters) -> f64 {
        self.at(float(time))
    }

    fn at(&self, quarters: f64) -> f64 {
        let behind = self.tempos.partition_point(|(at, ..)| *at <= quarters);
        let (at, seconds, length) = self.tempos[behind.max(1) - 1];
        seconds + (quarters - at) * length
    }
}

fn float(time: Quarters) -> f64 {
    *time.numer() as f64 / *time.denom() as f64
}

/// A key goes down or up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    frame: usize,
    /// Keys go up first, so that a repeated note is struck again.
    down: bool,
    channel: i32,
    key: i32,
    velocity: i32,
}

fn play(score: &Score, clock: &Clock, font: &Font, frames: usize) -> Result<Sound> {
    let settings = SynthesizerSettings::new(RATE as i32);
    let synthesizer = Synthesizer::new(&font.0, &settings);
    let mut synthesizer = synthesizer.map_err(|error| anyhow!("the synthesizer cannot start: {error}"))?;
    let mut events = vec![];
    for (part, channel) in score.parts.iter().zip(CHANNELS) {
        const CHANGE_PROGRAM: i32 = 0xC0;
        synthesizer.process_midi_message(channel, CHANGE_PROGRAM, i32::from(part.program.min(127)), 0);
        for note in &part.notes {
            let (key, velocity) = (i32::from(note.pitch.midi()), i32::from(note.velocity.clamp(1, 127)));
            let [start, end] = [note.start, note.end()].map(|time| frame(clock.seconds(time)));
            events.push(Event { frame: start, down: true, channel, key, velocity });
            // The shortest note, too, is released after it is struck.
            events.push(Event { frame: end.max(start + 1), down: false, channel, key, velocity });
        }
    }
    events.sort_unstable();
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let mut now = 0;
    for event in events {
        let until = event.frame.min(frames);
        synthesizer.render(&mut left[now..until], &mut right[now..until]);
        now = until;
        match event.down {
            true => synthesizer.note_on(event.channel, event.key, event.velocity),
            false => synthesizer.note_off(event.channel, event.key),
        }
    }
    synthesizer.render(&mut left[now..], &mut right[now..]);
    Ok(Sound { rate: RATE, left, right })
}
