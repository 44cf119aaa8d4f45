//! Checks files against the manifest.

use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use sha2::{Digest, Sha256};

use crate::celeba::{Images, Table};
use crate::folder;
use crate::hex::hex;
use crate::manifest::{File, Form, Set};
use crate::origin::FileRecord;
use crate::{cifar, glove, idx, jsb_chorales, manifest, newsqa, npy, sniff, soundfont, squad, text};

/// The maximum length of a file whose length the manifest does not limit.
const LONGEST: u64 = 8 << 30;

/// Copies `from` to `path` and checks it. Stops as soon as it is too long.
pub(crate) fn copy_checked(file: &File, synthetic: bool, from: impl Read, path: &Path) -> Result<FileRecord> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("cannot create {}", parent.display()))?;
    }
    let to = std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let record = pump(file, from, to).with_context(|| format!("cannot unpack `{}`", file.name))?;
    check(file, synthetic, &record, path)?;
    Ok(record)
}

/// Checks a file in the folder `dir`.
pub(crate) fn check_file(file: &File, synthetic: bool, dir: &Path) -> Result<FileRecord> {
    let name = file.name_in(dir);
    let path = dir.join(name);
    let from = std::fs::File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let record = pump(file, from, std::io::sink()).with_context(|| format!("cannot use `{name}`"));
    let record = record.map_err(|error| with_kind(error, name, &path))?;
    let record = FileRecord { name: name.to_string(), ..record };
    check(file, synthetic, &record, &path)?;
    Ok(record)
}

/// Checks all files and folders of a set in the folder `dir`.
pub(crate) fn check_all(set: &Set, synthetic: bool, dir: &Path) -> Result<Vec<FileRecord>> {
    let mut records = set.files.iter().map(|file| check_file(file, synthetic, dir)).collect::<Result<Vec<_>>>()?;
    match_tables(set, dir)?;
    for folder in &set.folders {
        records.push(folder::check(folder, synthetic, dir)?);
    }
    Ok(records)
}

/// Checks that each table of the set in the folder `dir` has a row for each image, and an image for each row.
pub(crate) fn match_tables(set: &Set, dir: &Path) -> Result<()> {
    for file in &set.files {
        let (path, Some(folder)) = (dir.join(file.name_in(dir)), &file.table_of) else { continue };
        let images = dir.join(folder);
        if path.exists() && images.is_dir() {
            let table = Table::read(&path)?;
            Images::find(&table, &images)?.match_all(&table, file.name_in(dir), folder)?;
        }
    }
    Ok(())
}

/// Checks an archive's SHA-256.
pub(crate) fn check_sha256(sha256: &str, path: &Path) -> Result<()> {
    let from = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let found = digest(from, std::io::sink(), u64::MAX)?.1;
    ensure!(found == sha256, "{} has the wrong checksum: it is damaged or another version", path.display());
    Ok(())
}

/// The maximum length of a file.
pub(crate) fn limit(file: &manifest::File) -> u64 {
    let by_form = || file.idx.as_deref().map(idx::length).or_else(|| file.cifar.map(cifar::length));
    file.bytes.or_else(by_form).unwrap_or(LONGEST)
}

fn pump(file: &File, from: impl Read, to: impl Write) -> Result<FileRecord> {
    let (bytes, sha256) = digest(from, to, limit(file))?;
    Ok(FileRecord { name: file.name.clone(), bytes, sha256, count: None })
}

/// Copies bytes, at most `limit` of them, and returns their number and SHA-256.
fn digest(mut from: impl Read, mut to: impl Write, limit: u64) -> Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        bytes += n as u64;
        ensure!(bytes <= limit, "it is longer than {limit} bytes");
        hash.update(&buffer[..n]);
        to.write_all(&buffer[..n])?;
    }
    to.flush()?;
    Ok((bytes, hex(&hash.finalize())))
}

fn check(file: &File, synthetic: bool, record: &FileRecord, path: &Path) -> Result<()> {
    check_content(file, synthetic, record, path).map_err(|error| with_kind(error, &record.name, path))
}

fn check_content(file: &File, synthetic: bool, record: &FileRecord, path: &Path) -> Result<()> {
    let name = &file.name;
    if let Some(bytes) = file.bytes {
        ensure!(record.bytes == bytes, "`{name}` has {} bytes instead of {bytes}", record.bytes);
    }
    if let Some(dims) = &file.idx {
        let header = idx::read_header(std::fs::File::open(path)?).with_context(|| format!("`{name}` is damaged"))?;
        ensure!(header == *dims, "`{name}` has the shape {header:?} instead of {dims:?}");
        let length = idx::length(dims);
        ensure!(record.bytes == length, "`{name}` has {} bytes, but its shape needs {length}", record.bytes);
    }
    if let Some(form) = file.npy {
        let header = npy::read_header(std::fs::File::open(path)?).with_context(|| format!("`{name}` is damaged"))?;
        let npy::Header { rows, columns, .. } = header;
        ensure!(
            columns == form.columns && rows >= form.rows,
            "`{name}` has the shape [{rows}, {columns}]; it needs at least {} rows of {} columns",
            form.rows,
            form.columns
        );
        let length = npy::length(&header);
        ensure!(record.bytes == length, "`{name}` has {} bytes, but its shape needs {length}", record.bytes);
    }
    if let Some(lines) = file.lines {
        let (found, least) = (count_lines(path)?, if synthetic { lines.synthetic } else { lines.real });
        ensure!(found >= least, "`{}` has {found} lines; it needs at least {least}", record.name);
    }
    if !file.holds.is_empty() {
        holds(&text::read(path)?, &file.holds).with_context(|| format!("`{}` is not the text wanted", record.name))?;
    }
    match file.form {
        Some(Form::Squad) => squad::Squad::read(path).map(|_| ())?,
        Some(Form::Newsqa) => newsqa::check(path)?,
        Some(Form::Glove) => glove::check(path)?,
        Some(Form::Soundfont) => soundfont::check(path)?,
        Some(Form::JsbChorales) => jsb_chorales::JsbChorales::read(path).map(|_| ())?,
        None => {}
    }
    if file.table_of.is_some() {
        Table::read(path)?;
    }
    if let Some(images) = file.cifar {
        cifar::check(std::fs::File::open(path)?, images).with_context(|| format!("`{name}` is damaged"))?;
    }
    // Synthetic data has the format of the real set, not its content.
    if let Some(sha256) = file.sha256.as_ref().filter(|_| !synthetic) {
        ensure!(
            record.sha256 == *sha256,
            "`{name}` has the wrong checksum ({} instead of {}): it is damaged or another version",
            &record.sha256[..12],
            &sha256[..12]
        );
    }
    Ok(())
}

/// A file's failure, with what it is instead: a web page, a compressed file under a plain name.
fn with_kind(error: anyhow::Error, name: &str, path: &Path) -> anyhow::Error {
    let mut start = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(256).read_to_end(&mut start));
    let Some(kind) = sniff::foreign(&start).filter(|_| read.is_ok()) else { return error };
    if format!("{error:#}").contains(kind) {
        return error;
    }
    let packed = start.starts_with(&[0x1f, 0x8b]) && !name.ends_with(".gz");
    let cure = if packed { format!("rename it to `{name}.gz`") } else { "get the file itself".to_string() };
    anyhow!("{error:#}; it is {kind}: {cure}")
}

/// Checks that a text holds these passages in this order.
fn holds(text: &str, passages: &[String]) -> Result<()> {
    let mut rest = text;
    for passage in passages {
        (_, rest) =
            rest.split_once(passage.as_str()).with_context(|| format!("it has no {passage:?}, or not in its place"))?;
    }
    Ok(())
}

/// The number of lines that are not empty. None is held in memory: one may be as long as the file.
fn count_lines(path: &Path) -> Result<u64> {
    let mut file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut lines, mut empty) = (0, true);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(lines + u64::from(!empty));
        }
        for byte in &buffer[..n] {
            let ends = *byte == b'\n';
            lines += u64::from(ends && !empty);
            empty = ends;
        }
    }
}
