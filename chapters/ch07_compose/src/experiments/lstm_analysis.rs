//! 07_03: what the trained net composes, and where it looks (pp. 246-254).

use super::lstm_compose::{Trained, last_trained};
use crate::figures::composition as figures;
use crate::models::Best;
use anyhow::Result;
use common::cli::Context;
use common::keras::weights;

/// 07_03: composes with the weights of the lowest training loss, as the book, and with those of the lowest validation loss.
pub fn run(context: &Context) -> Result<()> {
    let trained = last_trained(context)?;
    let figures = context.figures(&trained.run);
    // Weights from elsewhere have no epochs.
    let has_epochs = Best::Loss.path(&trained.run.folder).exists() && trained.run.params.weights_from.is_none();
    if has_epochs {
        load(&trained, Best::ValLoss)?;
        figures::score(&figures, &trained, "validation_score", "of the epoch with the lowest validation loss")?;
        let early = figures::Numbers::measure(&figures, &trained)?;
        load(&trained, Best::Loss)?;
        let book = figures::Numbers::measure(&figures, &trained)?;
        let composed = figures::score(&figures, &trained, "score", "of the epoch with the lowest training loss")?;
        figures::pitch_probabilities(&figures, &composed)?;
        figures::attention(&figures, &composed)?;
        return figures::numbers(&figures, &[("lowest training loss", book), ("lowest validation loss", early)]);
    }
    let composed = figures::score(&figures, &trained, "score", "given")?;
    figures::pitch_probabilities(&figures, &composed)?;
    figures::attention(&figures, &composed)?;
    let numbers = figures::Numbers::measure(&figures, &trained)?;
    figures::numbers(&figures, &[("given weights", numbers)])
}

fn load(trained: &Trained, best: Best) -> Result<()> {
    weights::load(&trained.model.variables, &best.path(&trained.run.folder))
}
