//! The music that a net learns: Bach's cello suites, his chorales, or the reader's own files.

use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::midi_files::{self, Piece};
use common::music::{self, Slice};
use common::training::{DataInfo, Run};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A set of pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MusicSet {
    /// Bach's six suites for a cello (p. 237).
    Cello,
    /// Bach's chorales, four voices as chords.
    Chorales,
}

/// Where the music comes from: a part of every configuration that reads music.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MusicConfig {
    /// The set.
    pub set: MusicSet,
    /// A folder of the reader's own MIDI or MusicXML files, in place of the set.
    pub midi: Option<PathBuf>,
}

impl MusicConfig {
    /// The book's: the cello suites.
    pub fn book() -> MusicConfig {
        MusicConfig { set: MusicSet::Cello, midi: None }
    }

    /// Name of the set in the manifest.
    pub fn name(&self) -> &'static str {
        match self.set {
            MusicSet::Cello => "cello",
            MusicSet::Chorales => "chorales",
        }
    }

    /// The end of the run folder's name.
    pub fn short(&self) -> &'static str {
        if self.midi.is_some() { "own" } else { self.name() }
    }
}

/// Pieces, and what is known about their origin.
#[derive(Debug)]
pub struct Source {
    /// The pieces by the names of their files, in their order.
    pub pieces: Vec<Piece>,
    /// For the run's parameters.
    pub info: DataInfo,
}

impl Source {
    /// Reads the reader's own files, or the set.
    ///
    /// # Errors
    /// No file can be read, or the set is not available.
    pub fn find(context: &Context, config: &MusicConfig) -> Result<Source> {
        match &config.midi {
            Some(folder) => Source::own(folder),
            None => {
                let set = context.data(config.name())?;
                Ok(Source { pieces: midi_files::read_folder(&set.dir)?, info: (&set).into() })
            }
        }
    }

    /// The music of a trained run.
    ///
    /// # Errors
    /// As [`Source::find`]; or the present files are others.
    pub fn of_run<C>(context: &Context, run: &Run<C>, config: &MusicConfig) -> Result<Source> {
        let Some(folder) = &config.midi else {
            let set = context.data_of(run)?;
            return Ok(Source { pieces: midi_files::read_folder(&set.dir)?, info: (&set).into() });
        };
        let source = Source::own(folder)?;
        let is_same = source.info.checksum == run.params.data.checksum;
        ensure!(is_same, "{} is not the music that the run learned: train on it first", folder.display());
        Ok(source)
    }

    fn own(folder: &Path) -> Result<Source> {
        let pieces = midi_files::read_folder(folder)?;
        let origin = format!("your own music, {}", folder.display());
        let title = folder.file_name().unwrap_or_default().to_string_lossy();
        let info = DataInfo::of_files(&title, &origin, pieces.iter().map(|piece| piece.path.as_path()))?;
        Ok(Source { pieces, info })
    }

    /// The pieces as slices, as the book's code reads them (p. 239): it leaves rests out.
    pub fn slices(&self) -> Vec<Vec<Slice>> {
        let sounding =
            |piece: &Piece| music::chordify(&piece.score).into_iter().filter(|slice| !slice.is_rest()).collect();
        self.pieces.iter().map(sounding).collect()
    }
}
