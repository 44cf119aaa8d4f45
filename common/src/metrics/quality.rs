use super::{NEIGHBOURS, PrecisionRecall, frechet_distance, mean_pairwise_distance, precision_and_recall};
use crate::features::FeatureNet;
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::fmt;
use tch::Tensor;

/// Real images that samples are compared with. Their features are computed once.
pub struct Reference<'a> {
    net: &'a dyn FeatureNet,
    features: Tensor,
    mean_pairwise_distance: f64,
}

impl Reference<'_> {
    /// From real images `[n, height, width, channels]` in [0, 1].
    ///
    /// # Errors
    /// The net takes no such images, or there are fewer than two.
    pub fn new<'a>(net: &'a dyn FeatureNet, real: &Tensor) -> Result<Reference<'a>> {
        let features = net.features(real)?;
        Ok(Reference { net, features, mean_pairwise_distance: mean_pairwise_distance(real)? })
    }

    /// Compares samples `[n, height, width, channels]` in [0, 1]. Take as many as there are real images, and as many
    /// for all models that are compared: a thousand or more.
    ///
    /// # Errors
    /// The net takes no such images, there are no more than [`NEIGHBOURS`], or values are not finite.
    pub fn quality(&self, samples: &Tensor) -> Result<Quality> {
        let mean_pairwise_distance = mean_pairwise_distance(samples)?; // refuses what is not finite before the net runs
        let features = self.net.features(samples)?;
        let PrecisionRecall { precision, recall } = precision_and_recall(&self.features, &features, NEIGHBOURS)?;
        Ok(Quality {
            frechet_distance: frechet_distance(&self.features, &features)?,
            precision,
            recall,
            mean_pairwise_distance,
            real_pairwise_distance: self.mean_pairwise_distance,
            samples: features.size()[0],
            real: self.features.size()[0],
            features: self.net.name(),
        })
    }
}

impl fmt::Debug for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Reference({}, {:?})", self.net.name(), self.features)
    }
}

/// How good samples are, beside real images. Its `Display` says in a few words what each number is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// See [`frechet_distance`]; 0 is best.
    pub frechet_distance: f64,
    /// See [`PrecisionRecall`]; 1 is best.
    pub precision: f64,
    /// See [`PrecisionRecall`]; 1 is best.
    pub recall: f64,
    /// See [`mean_pairwise_distance`]; of the samples.
    pub mean_pairwise_distance: f64,
    /// The same of the real images.
    pub real_pairwise_distance: f64,
    /// How many samples there were.
    pub samples: i64,
    /// How many real images there were.
    pub real: i64,
    /// The net whose features were compared.
    pub features: String,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Quality { frechet_distance, precision, recall, mean_pairwise_distance, real_pairwise_distance, .. } = self;
        let Quality { samples, real, features, .. } = self;
        writeln!(f, "{samples} samples, {real} real images; features: {features}")?;
        writeln!(f, "Fréchet distance   {frechet_distance:<8.2} between Gaussians fitted to the features; 0 is best")?;
        writeln!(
            f,
            "precision          {precision:<8.3} share of samples within the manifold of real images; 1 is best"
        )?;
        writeln!(f, "recall             {recall:<8.3} share of real images within the manifold of samples; 1 is best")?;
        write!(f, "pairwise distance  {mean_pairwise_distance:<8.4} mean absolute pixel difference of two samples; ")?;
        write!(f, "of two real images: {real_pairwise_distance:.4}")
    }
}
