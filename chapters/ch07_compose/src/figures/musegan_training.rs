//! The figures of 07_04.

use crate::experiments::musegan_train::{SAMPLES, SHOWN, saved_sample};
use anyhow::Result;
use common::cli::Figures;
use common::plot::{Color, Figure, PianoRoll};
use common::samples;

/// Losses by iteration in the book's colours: critic black, on real scores green, on generated ones red, generator orange,
/// gradient penalty blue.
pub fn losses(figures: &Figures) -> Result<()> {
    let curves = [
        ("d_loss", Color::BLACK),
        ("d_loss_real", Color::GREEN),
        ("d_loss_fake", Color::RED),
        ("gradient_penalty", Color::BLUE),
        ("g_loss", Color::ORANGE),
    ];
    let caption = "Losses by iteration: critic (black), its part on real scores (green) and on generated ones (red), the \
                   gradient penalty (blue), and the generator (orange).";
    samples::history(figures, "loss", "loss", caption, &curves)
}

/// Piano rolls of samples after some iterations.
pub fn samples(figures: &Figures) -> Result<()> {
    let iterations = figures.run().history()?.rows.len() as u64;
    let shown = SHOWN.into_iter().filter(|shown| *shown < iterations).chain([iterations]);
    let (mut rolls, mut last) = (vec![], None);
    for iteration in shown.clone() {
        for number in 0..2 {
            let score = saved_sample(figures.run(), iteration, number)?;
            rolls.push(PianoRoll::from_score(&score)?.pitches(0, 84).title(&format!("iteration {iteration}")));
            last = Some(score);
        }
    }
    // Two rows: a sample in each, iterations from left to right.
    let rows: Vec<PianoRoll> = (0..2).flat_map(|number| rolls.iter().skip(number).step_by(2).cloned()).collect();
    let columns = shown.count();
    let caption = format!(
        "Two samples, each always from the same noise, during training; the four voices have colours. The sound is that of \
         the second one at the end. `samples/` in the run folder has {SAMPLES} samples as MIDI files."
    );
    let figure = Figure::grid(&rows, columns, (2.6 * columns as f32 + 0.6, 6.4))?;
    match last {
        Some(score) => figures.save_with_sound("samples", &caption, figure, &score),
        None => figures.save("samples", &caption, figure),
    }
}
