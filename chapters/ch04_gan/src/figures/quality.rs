//! The net that evaluates samples of drawings.

use anyhow::Result;
use common::cli::Context;
use common::datasets::quickdraw::Drawings;
use common::features::drawings::DrawingClassifier;
use common::training::Preset;

/// The categories of Quick, Draw! with synthetic data.
pub const CATEGORIES: [&str; 10] =
    ["camel", "horse", "cat", "fish", "house", "flower", "sun", "tree", "bicycle", "sailboat"];

/// The net that evaluates drawings of this chapter: a classifier of ten categories, trained on *synthetic* drawings, so
/// that it is the same for everyone and every model, and needs no download.
///
/// It is trained on first use and saved in `run/classifiers`. The preset `smoke` uses its own, hardly trained net,
/// whose numbers mean nothing.
///
/// Training seeds libtorch's random numbers: call this before a run seeds them.
///
/// # Errors
/// Training is interrupted, or the drawings or the file cannot be written.
pub fn drawing_features(context: &Context, preset: Preset) -> Result<DrawingClassifier> {
    let each = match preset {
        Preset::Smoke => 40,
        Preset::Book | Preset::Quick => 2000,
    };
    let sets = CATEGORIES.map(|category| context.synthetic(&format!("quickdraw/{category}")));
    let sets = sets.into_iter().collect::<Result<Vec<_>>>()?;
    context.drawing_features(&Drawings::at_most(&sets, each)?, preset)
}
