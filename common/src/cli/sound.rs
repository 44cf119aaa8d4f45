//! The music that belongs to a figure, as sound and as MIDI.

use super::context::Context;
use crate::note;
use anyhow::{Context as _, Result};
use data::Store;
use music::sound::{Font, Sound, wav};
use music::{Score, midi};
use std::fs;
use std::path::PathBuf;

/// The data set with the sound font.
const FONT: &str = "timgm6mb";

/// A file to save beside a figure.
#[derive(Debug)]
pub(super) struct Attached {
    pub ending: &'static str,
    /// What it is, for the gallery.
    pub title: String,
    pub content: Vec<u8>,
}

/// A sound font, and what the gallery says of sound that is made with it.
#[derive(Debug)]
pub(super) struct Instruments {
    font: Font,
    title: String,
}

impl Context {
    /// A score as sound and as MIDI file. Neither is worth a training run: what cannot be made is left out, with one line on
    /// standard error.
    pub(super) fn sound_of(&self, score: &Score) -> Vec<Attached> {
        let told = |what: &str, made: Result<Attached>| match made {
            Ok(made) => Some(made),
            Err(error) => {
                note!("{FONT}: the figure has no {what}: {error:#}"); // begins with the data set, as all that is told of one
                None
            }
        };
        let sound = self.instruments().and_then(|instruments| told("sound", instruments.play(score)));
        let notes = midi::write(score).map(|content| Attached { ending: "mid", title: "MIDI".to_string(), content });
        sound.into_iter().chain(told("MIDI file", notes)).collect()
    }

    /// The file of a figure's sound in the gallery, and its name for the reader.
    pub(crate) fn sound_file(&self, what: &str) -> (PathBuf, String) {
        let file = format!("figures/ch{:02}/{}_{what}.wav", self.chapter, self.entry().id);
        (self.out.join(&file), file)
    }

    /// The sound font that `--data` allows, looked for once; none if there is none.
    fn instruments(&self) -> Option<&Instruments> {
        let found = self.instruments.get_or_init(|| match self.find_instruments() {
            Ok(instruments) => Some(instruments),
            Err(error) => {
                note!("{FONT}: figures have no sound: {error:#}");
                None
            }
        });
        found.as_ref()
    }

    fn find_instruments(&self) -> Result<Instruments> {
        let set = Store::open()?.fetch(FONT, self.options.data)?;
        let path = set.file("TimGM6mb.sf2");
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let font = Font::read(&bytes).with_context(|| format!("cannot use {}", path.display()))?;
        let title = match set.origin.synthetic {
            true => set.origin.description,
            false => format!("sound font {}", font.name()),
        };
        Ok(Instruments { font, title })
    }
}

impl Instruments {
    fn play(&self, score: &Score) -> Result<Attached> {
        let content = wav(&Sound::render(score, &self.font)?)?;
        Ok(Attached { ending: "wav", title: self.title.clone(), content })
    }
}
