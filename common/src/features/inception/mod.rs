//! Inception-v3 as published FIDs use it: the net of 2015 with TensorFlow's weights, as pytorch-fid (M. Seitzer, 2020,
//! version 0.3.0) has them. Its features go to [`frechet_distance`](crate::metrics::frechet_distance).

mod architecture;
mod layers;

use super::{FeatureNet, Weights, ensure_images, in_batches, in_color};
use crate::say;
use anyhow::{Result, ensure};
use architecture::{CLASSES, FEATURES, SIDE, steps};
use data::{Choice, DataSet, Store};
use layers::{Builder, Layer, forward};
use std::path::Path;
use tch::{Device, Tensor};

/// Number of images per batch.
const BATCH: i64 = 32;
/// The data set with the weights, and its file.
const SET: &str = "inception";
const FILE: &str = "pt_inception-2015-12-05-6726825d.pth";

/// The net up to its last pooling, for inference only: batch normalization is fused into the weights.
#[derive(Debug)]
pub struct Inception {
    layers: Vec<Layer>,
    device: Device,
}

impl Inception {
    /// The net with the weights of the data set `inception`, if they are in the cache or the reader has put them there;
    /// `None` if not, or after a message if they cannot be used. Nothing is fetched, since the net takes minutes for a
    /// thousand images on a CPU: it is the reader who decides, with `cargo book data fetch inception`.
    pub fn if_available(store: &Store, device: Device) -> Option<Inception> {
        let open = |set: DataSet| Inception::open(&set.file(FILE), device);
        let found = in_cache(store).and_then(|set| set.map(open).transpose());
        found.unwrap_or_else(|error| {
            say!("no FID: {error:#}");
            None
        })
    }

    /// The net with weights from pytorch-fid's file.
    ///
    /// # Errors
    /// The file is missing, damaged, or belongs to another net.
    pub fn open(path: &Path, device: Device) -> Result<Inception> {
        Inception::new(&Weights::read(path)?, device)
    }

    /// The net with these weights.
    ///
    /// # Errors
    /// A weight is missing or has another shape.
    pub fn new(weights: &Weights, device: Device) -> Result<Inception> {
        // torchvision's Inception-v3 differs from this net only in its classes, but its features make no FID.
        weights.get("fc.weight", &[CLASSES, FEATURES])?;
        let (layers, values) = Builder { weights, device }.layers("", &steps(), 3)?;
        ensure!(values == FEATURES, "internal error: Inception has {values} features instead of {FEATURES}");
        Ok(Inception { layers, device })
    }

    /// The net's input `[n, 3, 299, 299]`, in [-1, 1]: the images as 8-bit files have them, resized as in pytorch-fid,
    /// bilinearly and without anti-aliasing.
    fn prepare(&self, images: &Tensor) -> Tensor {
        let in_files = (in_color(images, self.device).clamp(0.0, 1.0) * 255.0).round() / 255.0;
        in_files.upsample_bilinear2d([SIDE, SIDE], false, None, None) * 2.0 - 1.0
    }

    fn forward(&self, images: &Tensor) -> Tensor {
        forward(&self.layers, &self.prepare(images)).mean_dim([2i64, 3].as_slice(), false, None)
    }
}

/// The data set if it is in the cache, or if the reader has put its file there; never uses the network.
fn in_cache(store: &Store) -> Result<Option<DataSet>> {
    match store.find(SET, Choice::Real)? {
        None if store.list_one(SET)?.iter().any(|entry| entry.unchecked.is_some()) => {
            store.fetch(SET, Choice::Real).map(Some)
        }
        found => Ok(found),
    }
}

impl FeatureNet for Inception {
    /// Colour or grey images of any size.
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        ensure_images(images)?;
        Ok(in_batches(images, BATCH, |some| self.forward(some)))
    }

    fn name(&self) -> String {
        format!("{FEATURES} of Inception-v3, trained on ImageNet, at {SIDE} x {SIDE} pixels")
    }
}
