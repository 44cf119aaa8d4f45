//! The music that a net learns: Bach's chorales for four instruments, his cello suites, or the reader's own files.

use super::pieces::Instrument;
use anyhow::{Result, ensure};
use ch07::models::bars;
use common::cli::Context as Options;
use common::datasets::jsb_chorales::{JsbChorales, Step};
use common::datasets::midi_files::{self, Piece as File};
use common::music::Score;
use common::training::DataInfo;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The voices of a chorale as a quartet of wind instruments, from the highest to the lowest, by General MIDI's numbers.
const QUARTET: [(u8, &str); 4] = [(68, "Oboe"), (71, "Clarinet"), (60, "Horn"), (70, "Bassoon")];

/// A set of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MusicSet {
    /// Bach's chorales, each voice for an instrument.
    Chorales,
    /// Bach's suites for a cello.
    Cello,
}

/// Where the music comes from: a part of the configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MusicConfig {
    /// The set.
    pub set: MusicSet,
    /// A folder of the reader's own MIDI or MusicXML files, in place of the set.
    pub midi: Option<PathBuf>,
}

/// Pieces to learn from, and others.
#[derive(Debug)]
pub struct Music {
    /// Those to learn from.
    pub learned: Vec<Score>,
    /// Those that are held out: the chorales that the set keeps for validation and tests; of other music every tenth piece,
    /// or the last one.
    pub held_out: Vec<Score>,
    /// For the run's parameters.
    pub info: DataInfo,
}

impl Music {
    /// Reads the reader's own files, or the set.
    ///
    /// # Errors
    /// No file can be read, the set is not available, or there is only one piece.
    pub fn find(options: &Options, config: &MusicConfig) -> Result<Music> {
        match (&config.midi, config.set) {
            (Some(folder), _) => {
                let files = midi_files::read_folder(folder)?;
                let origin = format!("your own music, {}", folder.display());
                let title = folder.file_name().unwrap_or_default().to_string_lossy();
                let info = DataInfo::of_files(&title, &origin, files.iter().map(|file| file.path.as_path()))?;
                Music::of_files(files, info, folder)
            }
            (None, MusicSet::Cello) => {
                let set = options.data("cello")?;
                Music::of_files(midi_files::read_folder(&set.dir)?, (&set).into(), &set.dir)
            }
            (None, MusicSet::Chorales) => {
                let set = options.data("jsb_chorales")?;
                let JsbChorales { train, valid, test } = JsbChorales::read(&set.file("Jsb16thSeparated.npz"))?;
                let scores =
                    |pieces: &[Vec<Step>]| pieces.iter().map(|steps| quartet(steps)).collect::<Result<Vec<_>>>();
                let (learned, held_out) = (scores(&train)?, scores(&[valid, test].concat())?);
                ensure!(!held_out.is_empty(), "the chorales have no pieces to hold out: neither `valid` nor `test`");
                Ok(Music { learned, held_out, info: (&set).into() })
            }
        }
    }

    fn of_files(files: Vec<File>, info: DataInfo, folder: &Path) -> Result<Music> {
        ensure!(files.len() >= 2, "{} has one piece: one more is needed, to hold it out", folder.display());
        let (last, is_few) = (files.len() - 1, files.len() < 10);
        let (mut learned, mut held_out) = (vec![], vec![]);
        for (i, file) in files.into_iter().enumerate() {
            let is_held_out = if is_few { i == last } else { i % 10 == 9 };
            if is_held_out { &mut held_out } else { &mut learned }.push(by_program(file.score));
        }
        Ok(Music { learned, held_out, info })
    }
}

/// A chorale for the quartet. As in MuseGAN, a note ends where the pitch changes and at each quarter note.
fn quartet(steps: &[Step]) -> Result<Score> {
    let mut score = bars::to_score(steps)?;
    for (part, (program, name)) in score.parts.iter_mut().zip(QUARTET) {
        (part.program, part.name) = (program, name.to_string());
    }
    Ok(score)
}

/// A score whose parts are named by their instruments' numbers, since each file names them as it likes.
fn by_program(mut score: Score) -> Score {
    for part in &mut score.parts {
        part.name = format!("Instrument {}", part.program);
    }
    score
}

/// The instruments' names, for captions.
pub fn names(instruments: &[Instrument]) -> String {
    instruments.iter().map(|instrument| instrument.name.as_str()).collect::<Vec<_>>().join(", ")
}
