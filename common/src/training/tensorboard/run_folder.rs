use super::EventFile;
use crate::images;
use crate::training::RunFolder;
use anyhow::{Context, Result};
use ndarray::ArrayView3;
use std::fs;
use tch::{Device, Tensor};

impl RunFolder {
    /// The folder of trainings that also write event files, to `tensorboard/`, if `wanted`.
    pub fn with_tensorboard(self, wanted: bool) -> RunFolder {
        RunFolder { tensorboard: wanted, ..self }
    }

    /// Whether trainings in this folder also write event files (`--tensorboard`).
    pub fn has_tensorboard(&self) -> bool {
        self.tensorboard
    }

    /// Saves a sample image `[height, width, channels]` with values in [0, 1], grey or RGB, as the PNG file `name` in
    /// `images/`. With `--tensorboard`, it is also added to the event file: under this tag, after so many steps of training.
    ///
    /// # Errors
    /// The image has another number of channels, or a file cannot be written.
    pub fn save_sample(&self, name: &str, tag: &str, step: u64, image: ArrayView3<f32>) -> Result<()> {
        let path = self.path.join("images").join(name);
        images::save(&path, image)?;
        let Some(events) = self.events() else { return Ok(()) };
        let png = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        events.image(tag, step, png, image.dim())
    }

    /// With `--tensorboard`, adds the distribution of a tensor's values to the event file: under this tag, after so many
    /// steps of training. Its shape does not matter; NaN and infinite values are left out.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_histogram(&self, tag: &str, step: u64, values: &Tensor) -> Result<()> {
        let Some(events) = self.events() else { return Ok(()) };
        let values = values.detach().to_device(Device::Cpu).flatten(0, -1).contiguous();
        let values = Vec::<f64>::try_from(values).with_context(|| format!("cannot read the values of {tag}"))?;
        events.histogram(tag, step, &values)
    }

    /// The event file of the training in progress, if it writes one.
    fn events(&self) -> Option<EventFile> {
        if self.tensorboard { EventFile::newest(&self.path) } else { None }
    }
}
