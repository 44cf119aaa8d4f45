use super::Context;
use crate::datasets::quickdraw::Drawings;
use crate::features::ImageNets;
use crate::features::drawings::{DrawingClassifier, Settings};
use crate::training::Preset;
use anyhow::Result;
use data::Store;

/// Nets whose features evaluate samples; see [`metrics`](crate::metrics).
impl Context {
    /// The nets for colour images, for the FID, too, if its weights are in the cache; `None`, after a message, if the
    /// weights of the first net are not available.
    ///
    /// # Errors
    /// The repository cannot be found.
    pub fn image_features(&self) -> Result<Option<ImageNets>> {
        Ok(ImageNets::if_available(&Store::open()?, self.options.data, self.device()))
    }

    /// The net for drawings. It is trained once for all runs on the same drawings, independent of their seed, so that
    /// their metrics are comparable; it is saved in `run/classifiers/`. `drawings` must be original ones, not
    /// augmented; `preset` is the run's, because the command line of a resumed run does not name it.
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
