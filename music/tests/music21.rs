//! MIDI files as music21 10.5.1 reads and chordifies them; `fixtures/README.md` explains the fixtures.

use music::{Slice, chordify, midi, quantize};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The lines `name length` of a MIDI file.
fn lines(path: &Path) -> Vec<String> {
    let score = midi::read(&fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error:#}", path.display()));
    let line = |slice: &Slice| format!("{} {}", slice.name(), slice.length);
    chordify(&quantize(&score)).iter().map(line).collect()
}

/// The files of a folder that end so, sorted.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.sort();
    paths
}

fn compare(folder: &str, least: usize) {
    let expected = files(&fixtures().join(folder), "txt");
    assert!(expected.len() >= least, "{} fixtures", expected.len());
    for path in expected {
        let text = fs::read_to_string(&path).unwrap();
        let found = lines(&path.with_extension("mid"));
        for (number, (found, due)) in found.iter().zip(text.lines()).enumerate() {
            assert_eq!(found, due, "line {} of {}", number + 1, path.display());
        }
        assert_eq!(found.len(), text.lines().count(), "{}", path.display());
    }
}

#[test]
fn traps_are_those_of_music21() {
    compare("traps", 8);
}

#[test]
fn movements_are_those_of_music21() {
    compare("cello", 8);
}

/// Where the data sets may be: the mirror, and the cache of the crate `data`.
fn data_set(path: &str) -> PathBuf {
    let mirror = std::env::var_os("GDL_MIRROR").map(PathBuf::from);
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/cache");
    let mut folders = mirror.into_iter().chain([cache]).map(|folder| folder.join(path));
    folders
        .find(|folder| folder.is_dir())
        .unwrap_or_else(|| panic!("there is no `{path}`, neither in GDL_MIRROR nor in data/cache"))
}

/// Compares counts and checksums of all files with a table of lines `file count checksum`, from which only `others`
/// differ.
fn compare_table(table: &str, folder: &Path, ending: &str, others: &[&str], lines: impl Fn(&Path) -> Vec<String>) {
    let digest = |lines: &[String]| {
        let mut hash = Sha256::new();
        lines.iter().for_each(|line| hash.update(format!("{line}\n")));
        hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let found = files(folder, ending).into_iter().map(|path| {
        let lines = lines(&path);
        format!("{} {} {}", path.file_name().unwrap().to_str().unwrap(), lines.len(), digest(&lines))
    });
    let found: Vec<String> = found.collect();
    let due = fs::read_to_string(fixtures().join(table)).unwrap();
    let wrong: Vec<_> = found.iter().zip(due.lines()).filter(|(found, due)| found != due).collect();
    let names: Vec<&str> = wrong.iter().filter_map(|(_, due)| due.split(' ').next()).collect();
    assert_eq!(names, others, "{wrong:#?}");
    assert_eq!(found.len(), due.lines().count());
}

#[test]
#[ignore = "needs the data set: cargo book data fetch cello --data real"]
fn all_movements_are_those_of_music21() {
    compare_table("cello.txt", &data_set("cello"), "mid", &[], lines);
}

#[test]
#[ignore = "writes files for fixtures/check_written.py to the folder in WRITTEN; needs the data set cello"]
fn writes_all_movements() {
    let folder = PathBuf::from(std::env::var_os("WRITTEN").expect("set WRITTEN to a folder"));
    fs::create_dir_all(&folder).unwrap();
    for path in files(&data_set("cello"), "mid") {
        let exact = midi::read(&fs::read(&path).unwrap()).unwrap();
        let quantized = quantize(&exact);
        let rebuilt = music::from_slices(&chordify(&quantized), 66.0).unwrap();
        // Quantized notes may be doubled, which MIDI cannot tell.
        for (kind, score) in [("exact", exact), ("slices", rebuilt)] {
            let name = format!("{}-{kind}.mid", path.file_stem().unwrap().to_str().unwrap());
            fs::write(folder.join(&name), midi::write(&score).unwrap()).unwrap();
            fs::write(folder.join(name).with_extension("txt"), described(&score)).unwrap();
        }
    }
}

/// All notes and changes of a score, a line each, as `check_written.py` writes them.
fn described(score: &music::Score) -> String {
    let mut lines = vec![];
    for (number, part) in score.parts.iter().enumerate() {
        lines.extend(part.notes.iter().map(|note| {
            format!("note {number} {} {} {} {}", note.start, note.pitch.midi(), note.length, note.velocity)
        }));
    }
    lines
        .extend(score.meters.iter().map(|change| format!("meter {} {}/{}", change.at, change.value.0, change.value.1)));
    lines.extend(score.keys.iter().map(|change| format!("key {} {}", change.at, change.value)));
    lines.extend(score.tempos.iter().map(|change| format!("tempo {} {}", change.at, change.value.round())));
    lines.join("\n")
}

/// music21 keeps a bar of rests longer than the other parts have it, so that parts fall apart (171.6); merges no ties
/// between notes of chords (248.9-1) and of two voices (248.23-2); and has a part for each staff of a piano (846).
#[cfg(feature = "musicxml")]
const OTHER_CHORALES: [&str; 4] = ["bwv171.6.mxl", "bwv248.23-2.mxl", "bwv248.9-1.mxl", "bwv846.mxl"];

#[cfg(feature = "musicxml")]
#[test]
#[ignore = "needs the data set: cargo book data fetch chorales"]
fn all_chorales_are_those_of_music21() {
    compare_table("chorales.txt", &data_set("chorales/bach"), "mxl", &OTHER_CHORALES, |path| {
        let score = music::musicxml::read(&fs::read(path).unwrap());
        let score = score.unwrap_or_else(|error| panic!("{}: {error:#}", path.display()));
        let notes = score.parts.iter().enumerate().flat_map(|(number, part)| {
            let line =
                move |note: &music::Note| format!("{number} {} {} {}", note.start, note.pitch.midi(), note.length);
            part.notes.iter().map(line)
        });
        notes.collect()
    });
}
