//! Sound fonts in the format SoundFont 2: samples, instruments of zones, presets; without modulators.

use std::ops::{Range, RangeInclusive};

/// Zeros behind each sample, which the format asks for.
const PADDING: usize = 46;

/// A sound font.
pub(super) struct Font {
    pub name: &'static str,
    /// Frames per second of all samples.
    pub rate: u32,
    pub samples: Vec<Sample>,
    pub instruments: Vec<Instrument>,
    pub presets: Vec<Preset>,
}

/// A recorded tone.
pub(super) struct Sample {
    pub name: String,
    pub frames: Vec<i16>,
    /// The frames to repeat.
    pub looped: Range<usize>,
    /// The key at which it sounds as it is.
    pub key: u8,
}

/// Samples and how they sound.
pub(super) struct Instrument {
    pub name: String,
    pub zones: Vec<Zone>,
}

/// The keys that a sample is for.
pub(super) struct Zone {
    pub keys: RangeInclusive<u8>,
    pub generators: Vec<Generator>,
    /// Number of the sample.
    pub sample: usize,
}

/// A program, and the number of the instrument that plays it.
pub(super) struct Preset {
    pub name: String,
    pub program: u8,
    pub instrument: usize,
}

/// A setting: its number in the format, and its value.
#[derive(Clone, Copy)]
pub(super) struct Generator(u16, i16);

impl Generator {
    pub const LOOPED: Generator = Generator(54, 1);
    /// A fifth of the sound goes to the reverberation.
    pub const REVERB: Generator = Generator(16, 200);
    /// Full decay: 100 dB, in tenths.
    pub const SILENT_AFTER_DECAY: Generator = Generator(37, 1000);

    pub fn attack(seconds: f64) -> Generator {
        Generator(34, cents(seconds))
    }

    pub fn decay(seconds: f64) -> Generator {
        Generator(36, cents(seconds))
    }

    pub fn release(seconds: f64) -> Generator {
        Generator(38, cents(seconds))
    }

    /// In hundredths of a semitone.
    pub fn vibrato_depth(cents: i16) -> Generator {
        Generator(6, cents)
    }

    pub fn vibrato_rate(hertz: f64) -> Generator {
        Generator(24, cents(hertz / 8.176)) // relative to MIDI's key 0
    }

    pub fn vibrato_delay(seconds: f64) -> Generator {
        Generator(23, cents(seconds))
    }

    fn bytes(self) -> Vec<u8> {
        [self.0.to_le_bytes(), self.1.to_le_bytes()].concat()
    }
}

/// A ratio, to one second or to a pitch, in 1,200ths of an octave.
fn cents(ratio: f64) -> i16 {
    (1200.0 * ratio.log2()).round() as i16
}

impl Font {
    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let info = [
            chunk("ifil", &[2, 0, 1, 0]), // the format's version: 2.01
            chunk("isng", b"EMU8000\0"),
            chunk("INAM", &even(self.name)),
        ];
        let frames: Vec<u8> = self.samples.iter().flat_map(|sample| padded(&sample.frames)).collect();
        let lists = [list("INFO", &info), list("sdta", &[chunk("smpl", &frames)]), list("pdta", &self.tables())];
        chunk("RIFF", &[b"sfbk", &lists.concat()[..]].concat())
    }

    /// The nine tables. Each ends with a record that only says where the others end.
    fn tables(&self) -> [Vec<u8>; 9] {
        let (mut phdr, mut pbag, mut pgen) = (vec![], vec![], vec![]);
        let mut preset = |name: &str, program: u8, zone: usize| {
            phdr.extend(fixed(name));
            phdr.extend([u16::from(program), 0, zone as u16].map(u16::to_le_bytes).concat()); // in bank 0
            phdr.extend([0; 12]);
        };
        for (zone, Preset { name, program, .. }) in self.presets.iter().enumerate() {
            preset(name, *program, zone);
        }
        preset("EOP", 0, self.presets.len());
        for Preset { instrument, .. } in &self.presets {
            pbag.push(pgen.len());
            pgen.push(Generator(41, *instrument as i16));
        }
        let (mut inst, mut ibag, mut igen) = (vec![], vec![], vec![]);
        for Instrument { name, zones } in &self.instruments {
            inst.extend(fixed(name));
            inst.extend((ibag.len() as u16).to_le_bytes());
            for Zone { keys, generators, sample } in zones {
                ibag.push(igen.len());
                igen.push(Generator(43, i16::from_le_bytes([*keys.start(), *keys.end()])));
                igen.extend(generators);
                igen.push(Generator(53, *sample as i16));
            }
        }
        inst.extend(fixed("EOI"));
        inst.extend((ibag.len() as u16).to_le_bytes());
        [
            chunk("phdr", &phdr),
            bags("pbag", &pbag, pgen.len()),
            chunk("pmod", &[0; 10]),
            generators("pgen", &pgen),
            chunk("inst", &inst),
            bags("ibag", &ibag, igen.len()),
            chunk("imod", &[0; 10]),
            generators("igen", &igen),
            chunk("shdr", &self.sample_headers()),
        ]
    }

    fn sample_headers(&self) -> Vec<u8> {
        let mut headers = vec![];
        let mut start = 0;
        for Sample { name, frames, looped, key } in &self.samples {
            headers.extend(fixed(name));
            let places = [start, start + frames.len(), start + looped.start, start + looped.end];
            headers.extend(places.map(|place| (place as u32).to_le_bytes()).concat());
            headers.extend(self.rate.to_le_bytes());
            headers.extend([*key, 0]); // no correction of the pitch
            headers.extend([0, 0, 1, 0]); // no partner: mono
            start += frames.len() + PADDING;
        }
        headers.extend(fixed("EOS"));
        headers.extend([0; 26]);
        headers
    }
}

/// The first generator of each zone, and the end.
fn bags(name: &str, first: &[usize], end: usize) -> Vec<u8> {
    let bags = first.iter().chain([&end]).flat_map(|first| [*first as u16, 0].map(u16::to_le_bytes).concat());
    chunk(name, &bags.collect::<Vec<u8>>())
}

fn generators(name: &str, generators: &[Generator]) -> Vec<u8> {
    let last = Generator(0, 0);
    chunk(name, &generators.iter().chain([&last]).flat_map(|generator| generator.bytes()).collect::<Vec<u8>>())
}

fn list(kind: &str, chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk("LIST", &[kind.as_bytes(), &chunks.concat()].concat())
}

/// A name, a length, and the content; all our contents have even lengths.
fn chunk(name: &str, content: &[u8]) -> Vec<u8> {
    [name.as_bytes(), &(content.len() as u32).to_le_bytes(), content].concat()
}

/// A text with one or two zeros behind it, an even number of bytes.
fn even(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize((bytes.len() + 1).next_multiple_of(2), 0);
    bytes
}

/// A name in 20 bytes.
fn fixed(name: &str) -> [u8; 20] {
    let mut bytes = [0; 20];
    for (byte, letter) in bytes.iter_mut().zip(name.bytes().take(19)) {
        *byte = letter;
    }
    bytes
}

fn padded(frames: &[i16]) -> Vec<u8> {
    let zeros = [0; PADDING];
    frames.iter().chain(&zeros).flat_map(|frame| frame.to_le_bytes()).collect()
}
