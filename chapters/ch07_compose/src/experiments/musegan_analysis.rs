//! 07_05: chorales that MuseGAN composes, and what chords, style, melody and groove change in them (pp. 268-273).

use super::musegan_train::last_trained;
use crate::figures::{musegan, musegan_numbers};
use anyhow::Result;
use common::cli::Context;

/// 07_05: draws the figures of the nets that were trained last.
pub fn run(context: &Context) -> Result<()> {
    let trained = last_trained(context)?;
    let figures = context.figures(&trained.run);
    let sample = musegan::Sample::new(&figures, &trained)?;
    musegan::score(&figures, &sample)?;
    musegan::piano_roll(&figures, &sample)?;
    musegan::nearest(&figures, &trained, &sample)?;
    musegan::changes(&figures, &trained, &sample)?;
    musegan_numbers::table(&figures, &trained)
}
