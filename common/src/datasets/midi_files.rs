//! Pieces of music in files: the book's data sets, or the reader's own folder.

use crate::note;
use anyhow::{Context, Result, bail, ensure};
use music::Score;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of the longest file that is read.
const LONGEST: u64 = 32 << 20;
/// Endings of MIDI files and of MusicXML; the content of a file decides which one it is.
const ENDINGS: [&str; 5] = ["mid", "midi", "mxl", "musicxml", "xml"];

/// A piece of music, and the file that it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The path of its file.
    pub path: PathBuf,
    /// Its notes.
    pub score: Score,
}

/// Reads a file as music21's `converter.parse` does: MIDI is quantized ([`music::quantize`]), MusicXML has exact times.
///
/// # Errors
/// It cannot be read, or is not MIDI or MusicXML; the message names it.
pub fn read(path: &Path) -> Result<Score> {
    let score = || {
        let mut bytes = vec![];
        fs::File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
        ensure!(bytes.len() as u64 <= LONGEST, "it is longer than {LONGEST} bytes");
        match bytes.as_slice() {
            [b'P', b'K', ..] | [b'<', ..] | [0xef, 0xbb, 0xbf, ..] | [0xfe, 0xff, ..] | [0xff, 0xfe, ..] => {
                music::musicxml::read(&bytes)
            }
            _ => music::midi::read(&bytes).map(|score| music::quantize(&score)),
        }
    };
    score().with_context(|| format!("cannot read {}", path.display()))
}

/// Reads all files of a folder, and of the folders in it, that end in `.mid`, `.midi`, `.mxl`, `.musicxml` or `.xml`,
/// sorted by path, each as [`read`] does. A file that cannot be read is skipped, and named on standard error.
///
/// # Errors
/// The folder cannot be read, or there is no such file in it, or none that can be read.
pub fn read_folder(folder: &Path) -> Result<Vec<Piece>> {
    let mut paths = vec![];
    find(folder, &mut paths)?;
    ensure!(!paths.is_empty(), "{} has no music: no file that ends in .{}", folder.display(), ENDINGS.join(", ."));
    paths.sort();
    let (mut pieces, files) = (vec![], paths.len());
    for path in paths {
        match read(&path) {
            Ok(score) => pieces.push(Piece { path, score }),
            Err(error) => note!("skipped: {error:#}"),
        }
    }
    if pieces.is_empty() {
        bail!("{}: none of its {files} files with music can be read; see the messages above", folder.display());
    }
    Ok(pieces)
}

/// Adds the files with music below a folder. Hidden files do not count: a Mac makes one beside each file.
fn find(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    let failed = || format!("cannot read the folder {}", folder.display());
    for entry in fs::read_dir(folder).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let path = entry.path();
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if entry.file_type().with_context(failed)?.is_dir() {
            find(&path, paths)?;
        } else if ENDINGS.contains(&ending.as_str()) && !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_and_damaged_ones_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("has no music"), "{error}");

        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("damaged.mid"), b"MThd").unwrap();
        fs::write(folder.path().join("._b.mid"), b"not for me").unwrap();
        fs::write(folder.path().join("notes.txt"), b"not for me").unwrap();
        let error = read_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("none of its 1 files"), "{error}");

        let xml = r#"<score-partwise><part-list/><part><measure><note><pitch><step>G</step><octave>2</octave></pitch>
            <duration>3</duration></note></measure></part></score-partwise>"#;
        fs::write(folder.path().join("b/1.XML"), xml).unwrap();
        let score = music::musicxml::read(xml.as_bytes()).unwrap();
        fs::write(folder.path().join("c.midi"), music::midi::write(&score).unwrap()).unwrap();
        let pieces = read_folder(folder.path()).unwrap();
        let names = pieces.iter().map(|piece| piece.path.strip_prefix(folder.path()).unwrap().to_str().unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["b/1.XML", "c.midi"]);
        assert!(pieces.iter().all(|piece| music::chordify(&piece.score)[0].name() == "G2"));

        let error = format!("{:#}", read(&folder.path().join("damaged.mid")).unwrap_err());
        assert!(error.contains("damaged.mid") && error.contains("not a MIDI file"), "{error}");
    }
}
