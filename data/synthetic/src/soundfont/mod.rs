//! A sound font: the 128 programs of General MIDI, played by three synthetic instruments.
//!
//! Each sound is a sum of harmonics, looped: strings that are plucked and fade, strings that are bowed with a little vibrato,
//! and pipes. A sample for each octave keeps the harmonics below what can be heard.

mod riff;

use std::f64::consts::TAU;
use std::path::Path;

use anyhow::{Context, Result};
use riff::{Font, Generator, Instrument, Preset, Sample, Zone};

/// The file's name, which is that of the real sound font.
const FILE: &str = "TimGM6mb.sf2";
/// Frames per second of all samples: those for which 128 frames are a period of middle C.
const RATE: u32 = 33_488;
/// The lowest sample: its key and the frames of its period. Each octave higher has half as many.
const LOWEST: (u8, usize) = (36, 512);
const OCTAVES: u8 = 6;
/// The most harmonics of a sample.
const HARMONICS: usize = 40;
/// Loudness of all samples: the root of the mean square.
const RMS: f64 = 0.2;

/// How an instrument sounds.
struct Timbre {
    name: &'static str,
    /// The amplitude of the n-th harmonic of 1, 2, ...
    harmonic: fn(usize) -> f64,
    /// Seconds until the full volume; until silence after that, if it fades; until silence after the end of a note.
    attack: f64,
    fade: Option<f64>,
    release: f64,
    vibrato: bool,
}

const TIMBRES: [Timbre; 3] = [
    Timbre {
        name: "Plucked",
        // Plucked at a seventh of the string: every seventh harmonic is missing.
        harmonic: |n| (TAU / 2.0 * n as f64 / 7.0).sin().abs() / (n as f64).powf(1.3),
        attack: 0.003,
        fade: Some(6.0),
        release: 0.4,
        vibrato: false,
    },
    Timbre {
        name: "Bowed",
        // A saw, stronger around the fourth harmonic, where the body resounds.
        harmonic: |n| (1.0 + 0.8 * (-((n as f64 - 4.0) / 2.0).powi(2)).exp()) / (n as f64).powf(1.25),
        attack: 0.06,
        fade: None,
        release: 0.2,
        vibrato: true,
    },
    Timbre {
        name: "Pipes",
        harmonic: |n| match n {
            1 => 1.0,
            2 => 0.6,
            3 => 0.3,
            4 => 0.35,
            6 => 0.15,
            8 => 0.2,
            _ => 0.0,
        },
        attack: 0.02,
        fade: None,
        release: 0.12,
        vibrato: false,
    },
];
const PLUCKED: usize = 0;
const BOWED: usize = 1;
const PIPES: usize = 2;

/// Writes `TimGM6mb.sf2` to the folder `dir`.
///
/// # Errors
/// The file cannot be written.
pub fn write(dir: &Path) -> Result<()> {
    let path = dir.join(FILE);
    std::fs::write(&path, bytes()).with_context(|| format!("cannot write {}", path.display()))
}

/// The sound font as a file in the format SoundFont 2.
pub fn bytes() -> Vec<u8> {
    let samples = TIMBRES.iter().flat_map(|timbre| (0..OCTAVES).map(|octave| sample(timbre, octave))).collect();
    let instruments = TIMBRES.iter().enumerate().map(|(number, timbre)| instrument(number, timbre)).collect();
    let preset = |program: u8| {
        let instrument = played_by(program);
        Preset { name: format!("{} {program}", TIMBRES[instrument].name), program, instrument }
    };
    Font { name: "Synthetic sound", rate: RATE, samples, instruments, presets: (0..128).map(preset).collect() }.bytes()
}

/// The timbre of a program of General MIDI.
fn played_by(program: u8) -> usize {
    match program {
        16..24 => PIPES, // organs
        40..52 => BOWED, // strings and their ensembles
        52..80 => PIPES, // choirs, brass and woodwind
        _ => PLUCKED,
    }
}

/// Three periods, the one in the middle to be looped.
fn sample(timbre: &Timbre, octave: u8) -> Sample {
    let period = LOWEST.1 >> octave;
    let harmonics = 1..HARMONICS.min(period / 2);
    let wave = |frame: usize| -> f64 {
        // Phases that grow with the square of the number keep the peaks low.
        let part = |n: usize| (timbre.harmonic)(n) * (TAU * (frame * n) as f64 / period as f64 + (n * n) as f64).sin();
        harmonics.clone().map(part).sum()
    };
    let waves: Vec<f64> = (0..period).map(wave).collect();
    let rms = (waves.iter().map(|value| value * value).sum::<f64>() / period as f64).sqrt();
    let frames = (0..3 * period).map(|frame| {
        let value = waves[frame % period] / rms * RMS;
        (value.clamp(-1.0, 1.0) * f64::from(i16::MAX)).round() as i16
    });
    let key = LOWEST.0 + 12 * octave;
    Sample { name: format!("{} {key}", timbre.name), frames: frames.collect(), looped: period..2 * period, key }
}

fn instrument(number: usize, timbre: &Timbre) -> Instrument {
    let zone = |octave: u8| {
        let root = LOWEST.0 + 12 * octave;
        let low = if octave == 0 { 0 } else { root - 6 };
        let high = if octave + 1 == OCTAVES { 127 } else { root + 5 };
        let mut generators = vec![
            Generator::LOOPED,
            Generator::REVERB,
            Generator::attack(timbre.attack),
            Generator::release(timbre.release),
        ];
        if let Some(seconds) = timbre.fade {
            generators.extend([Generator::decay(seconds), Generator::SILENT_AFTER_DECAY]);
        }
        if timbre.vibrato {
            generators.extend([
                Generator::vibrato_depth(10),
                Generator::vibrato_rate(5.2),
                Generator::vibrato_delay(0.35),
            ]);
        }
        Zone { keys: low..=high, generators, sample: number * usize::from(OCTAVES) + usize::from(octave) }
    };
    Instrument { name: timbre.name.to_string(), zones: (0..OCTAVES).map(zone).collect() }
}
