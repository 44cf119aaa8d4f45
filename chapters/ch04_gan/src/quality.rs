//! What the chapter's samples are measured with: numbers by which runs can be compared.

use crate::fit::Model;
use crate::real_images::Source;
use anyhow::Result;
use common::cli::Context;
use common::datasets::quickdraw::Drawings;
use common::features::FeatureNet;
use common::features::drawings::DrawingClassifier;
use common::metrics::{Quality, Reference};
use common::training::{Preset, Run};
use common::{device, files, say};
use serde_json::json;

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

/// Samples that are compared with as many real images.
const SAMPLES: i64 = 1000;

/// Compares samples with real images by a net's features, and other real images, too; tells the numbers and keeps them
/// in `quality.json`.
///
/// # Errors
/// Images that cannot be read, samples that are no numbers, a file that cannot be written.
pub fn measure<C>(run: &Run<C>, model: &impl Model, source: &Source, net: &dyn FeatureNet) -> Result<Quality> {
    device::seed(&[run.params.seed, 3]);
    let count = SAMPLES.min(source.len());
    let samples = model.nets().images(&model.nets().noise(count));
    let real = |from: i64| source.images(&(from..from + count).collect::<Vec<_>>());
    let reference = Reference::new(net, &real(0)?)?;
    let of_samples = reference.quality(&samples)?;
    say!("{of_samples}");
    // What the best generator would reach: other real images in the place of samples.
    let of_real = if source.len() >= 2 * count { Some(reference.quality(&real(count)?)?) } else { None };
    if let Some(Quality { frechet_distance, precision, recall, .. }) = &of_real {
        say!("other real images: Fréchet distance {frechet_distance:.2}, precision {precision:.3}, recall {recall:.3}");
    }
    let json = serde_json::to_string_pretty(&json!({ "samples": of_samples, "other real images": of_real }))?;
    files::write(&run.folder.path.join("quality.json"), (json + "\n").as_bytes())?;
    Ok(of_samples)
}
