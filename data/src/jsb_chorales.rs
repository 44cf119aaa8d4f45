//! The format of `Jsb16thSeparated.npz`: J. S. Bach's chorales as pitches of four voices, sixteenth by sixteenth.
//!
//! An archive with the NumPy arrays `train`, `valid` and `test`. Each holds Python objects, one for each piece: an array
//! `[steps, 4]` of numbers, in which a column is a voice (soprano, alto, tenor, bass), a value a MIDI pitch, and NaN
//! silence. Python reads such files with `numpy.load(path, allow_pickle=True)`; here nothing of them is run.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use half::f16;
use zip::ZipArchive;

use crate::npy;
use crate::pickle::{Array, Pickle, Values};

/// Voices of a chorale: soprano, alto, tenor, bass.
pub const VOICES: usize = 4;

/// Maximum length of an array in bytes, unpacked.
const LONGEST: u64 = 1 << 26;

/// Maximum number of steps of all pieces of an array: a file may hold one piece many times.
const MOST_STEPS: usize = 1 << 22;

/// The MIDI pitch of each voice during a sixteenth; none is silence.
pub type Step = [Option<u8>; VOICES];

/// The pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsbChorales {
    /// For training.
    pub train: Vec<Vec<Step>>,
    /// For validation.
    pub valid: Vec<Vec<Step>>,
    /// For testing.
    pub test: Vec<Vec<Step>>,
}

impl JsbChorales {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, has another format, or holds no piece to train on; the message names file, array and piece.
    pub fn read(path: &Path) -> Result<JsbChorales> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        pieces(file).with_context(|| format!("cannot use the chorales {}", path.display()))
    }

    /// Reads from memory.
    ///
    /// # Errors
    /// As [`JsbChorales::read`].
    pub fn parse(bytes: &[u8]) -> Result<JsbChorales> {
        pieces(Cursor::new(bytes))
    }
}

fn pieces(file: impl Read + Seek) -> Result<JsbChorales> {
    let mut archive = ZipArchive::new(file).context("it is damaged or no npz archive")?;
    let mut read = |name: &str| -> Result<Vec<Vec<Step>>> {
        let member = archive.by_name(&format!("{name}.npy")).with_context(|| format!("it has no array `{name}`"))?;
        let mut bytes = vec![];
        member.take(LONGEST + 1).read_to_end(&mut bytes).with_context(|| format!("its array `{name}` is damaged"))?;
        ensure!(bytes.len() as u64 <= LONGEST, "its array `{name}` is longer than {LONGEST} bytes");
        split(&bytes).with_context(|| format!("its array `{name}`"))
    };
    let found = JsbChorales { train: read("train")?, valid: read("valid")?, test: read("test")? };
    ensure!(!found.train.is_empty(), "its array `train` has no piece");
    Ok(found)
}

/// The pieces of a `.npy` file.
fn split(bytes: &[u8]) -> Result<Vec<Vec<Step>>> {
    let (length, header) = npy::header(bytes)?;
    let of_objects = header.contains("'descr':'|O'") || header.contains("'descr':'O'");
    ensure!(of_objects, "it does not hold a Python object for each piece: make it with `dtype=object`");
    let pickle = Pickle::parse(bytes.get(length as usize..).context("it is truncated")?)?;
    let Array { shape, values: Values::Objects(places), .. } = pickle.array(pickle.root)? else {
        bail!("it does not hold a Python object for each piece: make it with `dtype=object`")
    };
    ensure!(shape == [places.len()], "it has the shape {shape:?}, and {} pieces", places.len());
    let mut left = MOST_STEPS;
    let piece = |(number, place): (usize, &usize)| {
        let steps = pickle.array(*place).and_then(|array| steps(&array, &mut left));
        steps.with_context(|| format!("piece {number}, counted from 0"))
    };
    places.iter().enumerate().map(piece).collect()
}

/// The steps of a piece.
fn steps(array: &Array, left: &mut usize) -> Result<Vec<Step>> {
    let [steps, VOICES] = array.shape[..] else {
        bail!("it has the shape {:?}; it needs [steps, {VOICES}]", array.shape)
    };
    *left = left.checked_sub(steps).with_context(|| format!("the pieces have more than {MOST_STEPS} steps"))?;
    let Values::Bytes(bytes) = array.values else { bail!("it holds Python objects, not numbers") };
    let numbers = numbers(array.dtype, bytes)?;
    ensure!(numbers.len() == steps * VOICES, "it has {} numbers for {steps} steps", numbers.len());
    let pitch = |number: f64| -> Result<Option<u8>> {
        if number.is_nan() {
            return Ok(None);
        }
        ensure!(
            (0.0..128.0).contains(&number) && number.fract() == 0.0,
            "{number} is no MIDI pitch (0 to 127, or NaN)"
        );
        Ok(Some(number as u8))
    };
    let step = |numbers: &[f64]| -> Result<Step> {
        let mut step = [None; VOICES];
        for (voice, number) in step.iter_mut().zip(numbers) {
            *voice = pitch(*number)?;
        }
        Ok(step)
    };
    let row = |(number, row)| step(row).with_context(|| format!("step {number}, counted from 0"));
    numbers.chunks_exact(VOICES).enumerate().map(row).collect()
}

/// Numbers of a type of NumPy, the lowest byte first.
fn numbers(dtype: &[u8], bytes: &[u8]) -> Result<Vec<f64>> {
    fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Result<Vec<f64>> {
        let (numbers, rest) = bytes.as_chunks::<N>();
        ensure!(rest.is_empty(), "its numbers are truncated");
        Ok(numbers.iter().map(|bytes| number(*bytes)).collect())
    }
    match dtype {
        b"f2" => each(bytes, |bytes| f16::from_le_bytes(bytes).to_f64()),
        b"f4" => each(bytes, |bytes| f32::from_le_bytes(bytes).into()),
        b"f8" => each(bytes, f64::from_le_bytes),
        b"u1" => each(bytes, |[byte]| byte.into()),
        b"i4" => each(bytes, |bytes| i32::from_le_bytes(bytes).into()),
        b"i8" => each(bytes, |bytes| i64::from_le_bytes(bytes) as f64),
        other => bail!("its numbers are of the type {}; f2, f4, f8, u1, i4 and i8 are read", other.escape_ascii()),
    }
}
