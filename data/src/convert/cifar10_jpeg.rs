//! CIFAR-10 from a `.tar.gz` of JPEG files, `train/<class>/<name>.jpg` and `test/<class>/<name>.jpg`.
//!
//! The images are decoded once, on all cores, and written in CIFAR-10's binary format. JPEG is lossy: the pixels differ
//! a little from the original ones. The original order is unknown: the classes take turns, each with its images in the
//! order of their names.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use flate2::read::MultiGzDecoder;
use synthetic::format::cifar::{self, Record, SIDE};
use synthetic::parallel;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::progress;
use crate::staging::{Staging, Target};
use crate::tar_members;

/// Maximum length of a JPEG file of 32 x 32 pixels.
const LONGEST: u64 = 1 << 16;
/// Maximum length of all JPEG files and their names: a small archive can hold more than memory.
const LARGEST: u64 = 1 << 30;

/// A JPEG file's name and bytes.
type Jpeg = (String, Vec<u8>);

/// Class -> its files, by name.
type Classes = BTreeMap<String, Vec<Jpeg>>;

/// Passes all files of the set to `staging`.
pub(super) fn convert(archive: &Path, staging: &mut Staging) -> Result<()> {
    let file = std::fs::File::open(archive)?;
    let [train, test] = read(MultiGzDecoder::new(file))?;
    ensure!(train.keys().eq(test.keys()), "`train/` and `test/` have different classes");
    let names: String = train.keys().map(|name| format!("{name}\n")).collect();
    admit(staging, cifar::NAMES, names.as_bytes())?;

    progress::waiting("decoding JPEG files", || {
        let (train, test) = (decode(train)?, decode(test)?);
        let (last, batches) = cifar::FILES.split_last().context("the set has no files")?;
        // The checks of the files find too few or too many images.
        let size = train.len().div_ceil(batches.len()).max(1);
        let mut parts = train.chunks(size);
        for name in batches {
            admit(staging, name, parts.next().unwrap_or_default().as_flattened())?;
        }
        admit(staging, last, test.as_flattened())
    })
}

fn admit(staging: &mut Staging, name: &str, bytes: &[u8]) -> Result<()> {
    staging.admit_member(name, &Target::File(name), bytes)
}

/// The files of `train` and of `test`. Others, such as a readme, are ignored.
fn read(stream: impl Read) -> Result<[Classes; 2]> {
    let mut parts = [Classes::new(), Classes::new()];
    let mut total = 0;
    tar_members::for_each(stream, |member| {
        let path = member.path.to_string_lossy();
        let words: Vec<&str> = path.trim_start_matches("./").split('/').collect();
        let (part, class, name) = match words[..] {
            ["train", class, name] if name.ends_with(".jpg") => (0, class, name),
            ["test", class, name] if name.ends_with(".jpg") => (1, class, name),
            _ => return Ok(()),
        };
        ensure!(member.size <= LONGEST, "`{path}` is too long for an image of {SIDE} x {SIDE} pixels");
        total += member.size + path.len() as u64;
        ensure!(total <= LARGEST, "its images are longer than {LARGEST} bytes");
        let mut bytes = Vec::new();
        member.content.take(LONGEST).read_to_end(&mut bytes)?;
        parts[part].entry(class.to_string()).or_default().push((name.to_string(), bytes));
        Ok(())
    })?;
    for (classes, part) in parts.iter_mut().zip(["train", "test"]) {
        ensure!(
            classes.len() == usize::from(cifar::CLASSES),
            "`{part}/` has {} folders with .jpg files instead of {}",
            classes.len(),
            cifar::CLASSES
        );
        classes.values_mut().for_each(|files| files.sort());
    }
    Ok(parts)
}

/// Decodes all images, the classes taking turns.
fn decode(classes: Classes) -> Result<Vec<Record>> {
    let most = classes.values().map(Vec::len).max().unwrap_or(0);
    let turn = |i| {
        let labelled = classes.values().enumerate();
        labelled.filter_map(move |(label, files): (usize, &Vec<Jpeg>)| Some((label as u8, files.get(i)?)))
    };
    let files: Vec<(u8, &Jpeg)> = (0..most).flat_map(turn).collect();
    let mut records = vec![[0; cifar::RECORD]; files.len()];
    parallel::pieces(&mut records, |first, piece| {
        for (record, (label, (name, bytes))) in piece.iter_mut().zip(&files[first..]) {
            let pixels = pixels(bytes).with_context(|| format!("`{name}` is not a valid JPEG file"))?;
            *record = cifar::record(*label, &pixels);
        }
        Ok(())
    })?;
    Ok(records)
}

/// The pixels of a JPEG file, `[row][column][channel]`.
fn pixels(bytes: &[u8]) -> Result<Vec<u8>> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB).set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    // The size comes first: a header can claim more pixels than memory holds.
    decoder.decode_headers().map_err(|error| anyhow!("{error:?}"))?;
    ensure!(decoder.dimensions() == Some((SIDE, SIDE)), "it does not have {SIDE} x {SIDE} pixels");
    decoder.decode().map_err(|error| anyhow!("{error:?}"))
}
