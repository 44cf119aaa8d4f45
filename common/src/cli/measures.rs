use super::Context;
use crate::datasets::quickdraw::Drawings;
use crate::features::drawings::{DrawingClassifier, Settings};
use crate::features::efficientnet_lite::EfficientNetLite;
use crate::training::Preset;
use anyhow::Result;
use data::Store;

/// Nets whose features measure samples; see [`metrics`](crate::metrics).
impl Context {
    /// The net for colour images; nothing, after a line that says so, where its weights cannot be had.
    ///
    /// # Errors
    /// The repository cannot be found.
    pub fn image_features(&self) -> Result<Option<EfficientNetLite>> {
        Ok(EfficientNetLite::if_available(&Store::open()?, self.options.data, self.device()))
    }

    /// The net for drawings. It is trained once for all runs on the same drawings, whatever their seed, so that they are
    /// measured alike; it lies in `run/classifiers/`. Give it original drawings, none drawn again, and the run's preset,
    /// which the command does not say where a run goes on.
    ///
    /// # Errors
    /// As for [`DrawingClassifier::trained`].
    pub fn drawing_features(&self, drawings: &Drawings, preset: Preset) -> Result<DrawingClassifier> {
        let settings = match preset {
            Preset::Smoke => Settings { steps: 30, ..Settings::default() },
            Preset::Quick | Preset::Book => Settings::default(),
        };
        DrawingClassifier::trained(&self.runs().join("classifiers"), drawings, settings, self.device())
    }
}
