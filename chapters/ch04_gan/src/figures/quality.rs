//! What the chapter's samples are measured with: numbers by which runs can be compared.

use anyhow::Result;
use common::cli::Context;
use common::datasets::quickdraw::Drawings;
use common::features::drawings::DrawingClassifier;
use common::training::Preset;

/// The categories of Quick, Draw! that can be drawn without any download.
pub const CATEGORIES: [&str; 10] =
    ["camel", "horse", "cat", "fish", "house", "flower", "sun", "tree", "bicycle", "sailboat"];

/// The one net that drawings of this chapter are measured with: it tells ten categories apart, learnt from *synthetic*
/// drawings. So it is the same for everybody, whatever the models were trained on, and needs no download.
///
/// It is trained when it is first asked for, and then lies in `run/classifiers`. Runs of the preset `smoke` have one of
/// their own, trained for a moment, whose numbers mean nothing.
///
/// Training seeds libtorch's random numbers: ask for it before a run seeds them.
///
/// # Errors
/// Training was stopped, or the drawings or the file cannot be written.
pub fn drawing_features(context: &Context, preset: Preset) -> Result<DrawingClassifier> {
    let each = match preset {
        Preset::Smoke => 40,
        Preset::Book | Preset::Quick => 2000,
    };
    let sets = CATEGORIES.map(|category| context.synthetic(&format!("quickdraw/{category}")));
    let sets = sets.into_iter().collect::<Result<Vec<_>>>()?;
    context.drawing_features(&Drawings::at_most(&sets, each)?, preset)
}
