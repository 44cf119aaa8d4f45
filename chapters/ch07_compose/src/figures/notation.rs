//! The figures of 07_01.

use anyhow::Result;
use common::cli::Figures;
use common::datasets::midi_files::Piece;
use common::music::engrave::Layout;
use common::music::{Quarters, Slice};
use common::plot::{Chart, Color, Engraved, Figure, Label, Plot, Polygon, Table};
use std::collections::BTreeMap;

/// Rows of the table of notes, and columns of it.
const ROWS: usize = 16;
const TABLES: usize = 3;
/// Names in the figure of counts.
const NAMES: usize = 20;

/// A piece's name: that of its file.
fn name(piece: &Piece) -> String {
    piece.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The first bars of a piece as a score (p. 238).
pub fn score(figures: &Figures, piece: &Piece, bars: usize) -> Result<()> {
    let engraved =
        Engraved::from_score(&piece.score, &Layout { bars: 0..bars, ..Layout::default() })?.title(&name(piece));
    let caption = format!("The first {bars} bars of a piece, engraved from its MIDI file (p. 238).");
    let lines = piece.score.bar_lines();
    let shown = piece.score.until(lines[bars.min(lines.len() - 1)]);
    figures.save_with_sound("score", &caption, Figure::fitted(&[&[&engraved]], 10.0)?, &shown)
}

/// The first notes of a piece as the net reads them: pitches and durations (p. 239).
pub fn notes(figures: &Figures, piece: &Piece, slices: &[Slice]) -> Result<()> {
    let table = |slices: &[Slice]| {
        let rows = slices.iter().map(|slice| [slice.length.to_string(), slice.name()]);
        rows.fold(Table::new(["duration", "pitch"]), Table::row)
    };
    let tables: Vec<Table> = slices.chunks(ROWS).take(TABLES).map(table).collect();
    let row: Vec<&dyn Plot> = tables.iter().map(|table| table as &dyn Plot).collect();
    let caption = format!(
        "The first notes of {} as the net reads them (p. 239): the pitch, with its octave (- is a flat, chords are joined by \
         points), and the duration in quarter notes.",
        name(piece)
    );
    figures.save("notes", &caption, Figure::fitted(&[&row], 6.0)?)
}

/// How often pitches and durations occur in all pieces.
pub fn counts(figures: &Figures, pieces: &[Vec<Slice>]) -> Result<()> {
    let slices = || pieces.iter().flatten();
    let mut pitches: BTreeMap<String, usize> = BTreeMap::new();
    let mut durations: BTreeMap<Quarters, usize> = BTreeMap::new();
    for slice in slices() {
        *pitches.entry(slice.name()).or_default() += 1;
        *durations.entry(slice.length).or_default() += 1;
    }
    let caption = format!(
        "How often pitches and durations occur in {} pieces: {} notes and chords, {} different ones, {} durations; the \
         {NAMES} most frequent of each.",
        pieces.len(),
        slices().count(),
        pitches.len(),
        durations.len()
    );
    let charts = [
        bars("pitch", pitches.into_iter().collect()),
        bars("duration in quarter notes", durations.into_iter().map(|(d, n)| (d.to_string(), n)).collect()),
    ];
    figures.save("counts", &caption, Figure::grid(&charts, 2, (9.0, 5.2))?)
}

/// Bars of the most frequent names, these on top.
fn bars(title: &str, mut counts: Vec<(String, usize)>) -> Chart {
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.truncate(NAMES);
    let most = counts.first().map_or(1.0, |(_, n)| *n as f64);
    let mut chart = Chart::new().title(title).x_label("occurrences").x_range(0.0, 1.2 * most);
    for (i, (_, n)) in counts.iter().enumerate() {
        let bar = Polygon::rectangle((0.0, i as f32 - 0.4), (*n as f32, i as f32 + 0.4));
        let label = Label::new(&n.to_string(), (*n as f64, i as f64 + 0.35)).size(7.0);
        chart = chart.with(bar.fill(Color::tab10(0), 1.0)).with(label);
    }
    let names = counts.iter().enumerate().map(|(i, (name, _))| (i as f64, name.clone()));
    chart.y_names(names).y_range(counts.len() as f64 - 0.5, -0.5)
}
