//! Is this file what the manifest says it is?

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::folder;
use crate::manifest::{File, Set};
use crate::origin::FileRecord;
use crate::{cifar, idx, manifest, npy};

/// No single file of any data set is longer than this, where the manifest doesn't know better.
const LONGEST: u64 = 8 << 30;

/// Writes what `from` gives to `path` and checks it on the way. Stops as soon as it is longer than it may be.
pub(crate) fn copy_checked(file: &File, stand_in: bool, from: impl Read, path: &Path) -> Result<FileRecord> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("can't make {}", parent.display()))?;
    }
    let to = std::fs::File::create(path).with_context(|| format!("can't write {}", path.display()))?;
    let record = pump(file, from, to).with_context(|| format!("`{}` could not be unpacked", file.name))?;
    check(file, stand_in, &record, path)?;
    Ok(record)
}

/// Checks a file that is in the folder `dir` already.
pub(crate) fn check_file(file: &File, stand_in: bool, dir: &Path) -> Result<FileRecord> {
    let name = file.name_in(dir);
    let path = dir.join(name);
    let from = std::fs::File::open(&path).with_context(|| format!("can't read {}", path.display()))?;
    let record = FileRecord { name: name.to_string(), ..pump(file, from, std::io::sink())? };
    check(file, stand_in, &record, &path)?;
    Ok(record)
}

/// Checks all files and folders of a set that are in the folder `dir` already.
pub(crate) fn check_all(set: &Set, stand_in: bool, dir: &Path) -> Result<Vec<FileRecord>> {
    let files = set.files.iter().map(|file| check_file(file, stand_in, dir));
    let folders = set.folders.iter().map(|folder| folder::check(folder, stand_in, dir));
    files.chain(folders).collect()
}

/// Checks an archive's SHA-256.
pub(crate) fn check_sha256(sha256: &str, path: &Path) -> Result<()> {
    let from = std::fs::File::open(path).with_context(|| format!("can't read {}", path.display()))?;
    let found = digest(from, std::io::sink(), u64::MAX)?.1;
    ensure!(found == sha256, "{} has the wrong checksum: it is damaged, or another version", path.display());
    Ok(())
}

/// The longest that a file may get.
pub(crate) fn limit(file: &manifest::File) -> u64 {
    let by_form = || file.idx.as_deref().map(idx::length).or_else(|| file.cifar.map(cifar::length));
    file.bytes.or_else(by_form).unwrap_or(LONGEST)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
        ensure!(bytes <= limit, "it is longer than the {limit} bytes it should have");
        hash.update(&buffer[..n]);
        to.write_all(&buffer[..n])?;
    }
    to.flush()?;
    Ok((bytes, hex(&hash.finalize())))
}

fn check(file: &File, stand_in: bool, record: &FileRecord, path: &Path) -> Result<()> {
    let name = &file.name;
    if let Some(bytes) = file.bytes {
        ensure!(record.bytes == bytes, "`{name}` has {} bytes where it should have {bytes}", record.bytes);
    }
    if let Some(dims) = &file.idx {
        let header = idx::read_header(std::fs::File::open(path)?).with_context(|| format!("`{name}` is damaged"))?;
        ensure!(header == *dims, "`{name}` says that it has the shape {header:?} where it should have {dims:?}");
        let length = idx::length(dims);
        ensure!(record.bytes == length, "`{name}` has {} bytes where its shape needs {length}", record.bytes);
    }
    if let Some(form) = file.npy {
        let header = npy::read_header(std::fs::File::open(path)?).with_context(|| format!("`{name}` is damaged"))?;
        let npy::Header { rows, columns, .. } = header;
        ensure!(
            columns == form.columns && rows >= form.rows,
            "`{name}` has the shape [{rows}, {columns}], and at least {} rows of {} are due",
            form.rows,
            form.columns
        );
        let length = npy::length(&header);
        ensure!(record.bytes == length, "`{name}` has {} bytes where its shape needs {length}", record.bytes);
    }
    if let Some(lines) = file.lines {
        let (found, least) = (count_lines(path)?, if stand_in { lines.stand_in } else { lines.real });
        ensure!(found >= least, "`{}` has {found} lines, and at least {least} are due", record.name);
    }
    if let Some(images) = file.cifar {
        cifar::check(std::fs::File::open(path)?, images).with_context(|| format!("`{name}` is damaged"))?;
    }
    // A stand-in has the form of the real set, not its content.
    if let Some(sha256) = file.sha256.as_ref().filter(|_| !stand_in) {
        ensure!(
            record.sha256 == *sha256,
            "`{name}` has the wrong checksum ({} where it should have {}): it is damaged, or another version",
            &record.sha256[..12],
            &sha256[..12]
        );
    }
    Ok(())
}

fn count_lines(path: &Path) -> Result<u64> {
    let file = std::fs::File::open(path).with_context(|| format!("can't read {}", path.display()))?;
    let lines = BufReader::new(file).split(b'\n');
    lines.map(|line| Ok(u64::from(!line?.is_empty()))).sum()
}
