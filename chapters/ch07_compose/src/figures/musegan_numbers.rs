//! How much the music of 07_05 is like Bach's, in numbers.

use crate::experiments::musegan_train::Trained;
use crate::models::bars;
use crate::models::chorale_numbers::ChoraleNumbers;
use anyhow::{Context, Result};
use common::cli::Figures;
use common::datasets::jsb_chorales::Step;
use common::plot::{Figure, Table};
use common::{device, files, say};
use rand::RngExt;

/// Generated scores that are measured, and how many are made at once.
const SCORES: i64 = 512;
const AT_ONCE: i64 = 64;

/// Numbers of generated scores, of the pieces that the nets learned, of pieces that they have not seen, and of random notes
/// (`numbers.json`).
pub fn table(figures: &Figures, trained: &Trained) -> Result<()> {
    let n_bars = trained.run.params.config.net.n_bars;
    let held_out = [&trained.chorales.valid[..], &trained.chorales.test].concat();
    let all = [
        ("generated", generated(figures, trained)?),
        ("trained on", trained.pieces.clone()),
        ("held out", bars::first_bars(&held_out, n_bars)),
        ("random notes", random_notes(&trained.pieces, figures.seed())),
    ];
    let head = ["two bars of", "pieces", "in key", "crossed", "entropy (bits)", "empty bars", "notes in a bar"];
    let (mut table, mut saved) = (Table::new(head), serde_json::Map::new());
    for (name, pieces) in &all {
        let Some(numbers) = ChoraleNumbers::measure(pieces) else { continue };
        let ChoraleNumbers { in_key, crossed, pitch_class_entropy, empty_bars, notes_per_bar } = numbers;
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        say!(
            "{name}: {} in key, {} crossed, entropy {pitch_class_entropy:.2} bits, {} empty bars, {notes_per_bar:.1} notes in a bar",
            percent(in_key),
            percent(crossed),
            percent(empty_bars)
        );
        table = table.row([
            name.to_string(),
            pieces.len().to_string(),
            percent(in_key),
            percent(crossed),
            format!("{pitch_class_entropy:.2}"),
            percent(empty_bars),
            format!("{notes_per_bar:.1}"),
        ]);
        let json = serde_json::to_value(numbers).context("cannot encode the numbers as JSON")?;
        saved.insert(name.replace(' ', "_"), json);
    }
    let json = serde_json::to_string_pretty(&saved).context("cannot encode the numbers as JSON")?;
    files::write(&figures.run().path.join("numbers.json"), (json + "\n").as_bytes())?;
    let caption = "Share of the sounding time in the key that fits a piece best (of 24 major and harmonic minor ones); share \
                   of neighbouring voices that cross; entropy of the twelve pitch classes; share of bars in which a voice is \
                   silent; notes of a voice in a bar, repeated ones counted once. Random notes are those of the training \
                   pieces, in any order within each voice of all pieces.";
    figures.save("numbers", caption, Figure::fitted(&[&[&table]], 9.0)?)
}

/// Generated scores.
fn generated(figures: &Figures, trained: &Trained) -> Result<Vec<Vec<Step>>> {
    device::seed(&[figures.seed(), 3]);
    let mut pieces = vec![];
    for _ in 0..SCORES / AT_ONCE {
        pieces.extend(bars::steps(&trained.gan.scores(&trained.gan.noise(AT_ONCE)))?);
    }
    Ok(pieces)
}

/// Pieces whose quarter notes are drawn, for each voice by itself, from those of all pieces.
fn random_notes(pieces: &[Vec<Step>], seed: u64) -> Vec<Vec<Step>> {
    let quarters: Vec<&[Step]> = pieces.iter().flat_map(|piece| piece.chunks(4)).collect();
    let mut random = common::samples::random(&[seed, 4]);
    let mut quarter = || {
        let drawn: [&[Step]; 4] = std::array::from_fn(|_| quarters[random.random_range(0..quarters.len())]);
        (0..4).map(|i| std::array::from_fn(|voice| drawn[voice][i][voice])).collect::<Vec<Step>>()
    };
    pieces.iter().map(|piece| (0..piece.len() / 4).flat_map(|_| quarter()).collect()).collect()
}
