//! The figures of 07_03.

use crate::experiments::lstm_compose::Trained;
use crate::models::Composition;
use crate::models::composer::{remembered, score as to_score};
use crate::models::corpus::START;
use anyhow::{Context, Result};
use common::cli::Figures;
use common::music::engrave::Layout;
use common::plot::{ColorMap, Engraved, Figure, HeatMap, Prose, Table};
use common::samples::random;
use common::{files, say};
use ndarray::Array2;
use serde::Serialize;

/// The pitches that the book shows (p. 250).
const PITCHES: std::ops::Range<usize> = 35..70;
/// Notes in the attention matrix.
const NOTES: usize = 32;
/// Compositions that are tried for one of at least so many notes.
const TRIES: u64 = 10;
const LONG_ENOUGH: usize = 16;
/// Compositions that are measured, and the length of the passages that are looked up.
const COMPOSITIONS: u64 = 10;
const PASSAGE: usize = 8;

/// Composes, and draws the score (p. 249). `weights` says whose they are.
pub fn score(figures: &Figures, trained: &Trained, what: &str, weights: &str) -> Result<Composition> {
    let sampling = trained.run.params.config.sampling;
    // A piece may end early, the more so when little is learned: the longest of a few tries.
    let mut composed = Composition::default();
    for i in 0..TRIES {
        let next = trained.composer().compose(sampling, &mut random(&[figures.seed(), 0, i]))?;
        if next.events.len() > composed.events.len() {
            composed = next;
        }
        if composed.events.len() >= LONG_ENOUGH {
            break;
        }
    }
    if composed.events.is_empty() {
        save_ended(figures, what)?;
        return Ok(composed);
    }
    let score = to_score(&composed.events)?;
    let engraved = Engraved::from_score(&score, &Layout { bars: 0..16, ..Layout::default() })?;
    let caption = format!(
        "Composed from the beginning of a piece on, {} notes, temperature {} for pitches and {} for durations, with the \
         weights {weights}.",
        composed.events.len(),
        sampling.notes_temp,
        sampling.duration_temp
    );
    figures.save_with_sound(what, &caption, Figure::fitted(&[&[&engraved]], 10.0)?, &score)?;
    Ok(composed)
}

/// In place of a figure of a piece without notes.
fn save_ended(figures: &Figures, what: &str) -> Result<()> {
    let caption = "The net has learned too little: each piece that it composed ended before its first note.";
    figures.save(what, caption, Figure::fitted(&[&[&Prose::new("(the piece ended at once)")]], 6.0)?)
}

/// Probability of each pitch at each note (p. 250).
pub fn pitch_probabilities(figures: &Figures, composed: &Composition) -> Result<()> {
    let notes = composed.pitch_probabilities.len();
    if notes == 0 {
        return save_ended(figures, "pitch_probabilities");
    }
    let shown = |(row, column): (usize, usize)| composed.pitch_probabilities[column][PITCHES.start + row] as f32;
    let matrix = Array2::from_shape_fn((PITCHES.len(), notes), shown);
    let map = HeatMap::new(matrix.view())
        .map(ColorMap::Coolwarm)
        .upwards()
        .stretched()
        .y_names(PITCHES.map(|pitch| if pitch % 5 == 0 { pitch.to_string() } else { String::new() }))
        .x_label("note")
        .y_label("MIDI pitch");
    let caption = "Probability of each single pitch while the piece was composed (p. 250), before the temperature is applied: \
                   one column for each note. Chords and rests are not shown.";
    figures.save("pitch_probabilities", caption, Figure::of(&map, (9.0, 5.0))?)
}

/// How much each note counted for each later one (p. 252).
pub fn attention(figures: &Figures, composed: &Composition) -> Result<()> {
    let notes = composed.events.len().min(NOTES);
    if notes == 0 {
        return save_ended(figures, "attention");
    }
    if composed.attention.iter().all(Vec::is_empty) {
        say!("this net has no attention: no attention matrix");
        return Ok(());
    }
    // Two markers stand before the first note.
    let before = 2;
    let matrix = Array2::from_shape_fn((before + notes, notes), |(row, column)| {
        // The last place of a window is that of the note before: row `column + before - 1`.
        let back = (column + before).checked_sub(row + 1);
        let weights = &composed.attention[column];
        let place = back.and_then(|back| weights.len().checked_sub(back + 1));
        place.map_or(f32::NAN, |place| weights[place] as f32)
    });
    let names: Vec<&str> = composed.events.iter().take(notes).map(|(pitch, _)| pitch.as_str()).collect();
    let map = HeatMap::new(matrix.view())
        .map(ColorMap::Coolwarm)
        .x_names(&names)
        .y_names(std::iter::repeat_n(START, before).chain(names.iter().copied()))
        .x_label("note that is composed")
        .y_label("notes before it");
    let caption = format!(
        "Attention (p. 252): each column shows how much the notes before it (rows) counted when a note was composed. The first \
         {notes} notes; two of the markers that stand before a piece are shown, the other {} are above them.",
        composed.attention[0].len().saturating_sub(before)
    );
    figures.save("attention", &caption, Figure::of(&map, (9.5, 9.0))?)
}

/// How good a net is, in numbers.
#[derive(Debug, Clone, Serialize)]
pub struct Numbers {
    /// Cross-entropy of pitch and duration on held-out windows.
    pub held_out_loss: [f64; 2],
    /// Share of passages of eight notes in ten compositions that stand in the music that was learned; none if they are
    /// shorter.
    pub remembered: Option<f64>,
    /// Their mean number of notes.
    pub notes: f64,
    /// Share of different pitches that they use, of all pitches of the music.
    pub pitches_used: f64,
}

impl Numbers {
    /// Measures a net.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn measure(figures: &Figures, trained: &Trained) -> Result<Numbers> {
        let config = &trained.run.params.config;
        let [_, held_out] = trained.corpus.windows(figures.device())?.split(config.validation_split)?;
        let [_, pitch, duration] = trained.model.evaluate(&held_out);
        let learned = &trained.corpus.events[..trained.corpus.events.len() - held_out.len() as usize];
        let (mut shares, mut notes, mut pitches) = (vec![], 0, std::collections::HashSet::new());
        for i in 0..COMPOSITIONS {
            let composed = trained.composer().compose(config.sampling, &mut random(&[figures.seed(), 1, i]))?;
            shares.extend(remembered(&composed.events, learned, PASSAGE));
            notes += composed.events.len();
            pitches.extend(composed.events.into_iter().map(|(pitch, _)| pitch));
        }
        Ok(Numbers {
            held_out_loss: [pitch, duration],
            remembered: (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64),
            notes: notes as f64 / COMPOSITIONS as f64,
            pitches_used: pitches.len() as f64 / trained.corpus.vocabulary.n_notes() as f64,
        })
    }
}

/// The numbers of some weights (`numbers.json`).
pub fn numbers(figures: &Figures, all: &[(&str, Numbers)]) -> Result<()> {
    let head = ["weights of", "pitch loss, held out", "duration loss, held out", "remembered", "notes", "pitches used"];
    let mut table = Table::new(head);
    let mut saved = serde_json::Map::new();
    for (name, numbers) in all {
        let [pitch, duration] = numbers.held_out_loss;
        let remembered = numbers.remembered.map_or("-".to_string(), |share| format!("{:.0} %", 100.0 * share));
        say!("{name}: held out {pitch:.3} + {duration:.3}; remembered passages {remembered}");
        table = table.row([
            name.to_string(),
            format!("{pitch:.3}"),
            format!("{duration:.3}"),
            remembered,
            format!("{:.1}", numbers.notes),
            format!("{:.0} %", 100.0 * numbers.pitches_used),
        ]);
        let json = serde_json::to_value(numbers).context("cannot encode the numbers as JSON")?;
        saved.insert(name.replace(' ', "_"), json);
    }
    let json = serde_json::to_string_pretty(&saved).context("cannot encode the numbers as JSON")?;
    files::write(&figures.run().path.join("numbers.json"), (json + "\n").as_bytes())?;
    let caption = format!(
        "Cross-entropies on the held-out windows, and {COMPOSITIONS} compositions: the share of their passages of {PASSAGE} \
         notes that stand, note by note and with the same durations, in the music that the net learned; their mean number of \
         notes; and the share of all pitches and chords that they use."
    );
    figures.save("numbers", &caption, Figure::fitted(&[&[&table]], 8.0)?)
}
