use super::fid::{Fid, ImageBlocks, fid_title};
use super::{NEIGHBOURS, PrecisionRecall, frechet_distance, mean_pairwise_distance, precision_and_recall};
use crate::features::FeatureNet;
use anyhow::Result;
use serde::{Deserialize, Serialize};
use std::fmt;
use tch::Tensor;

/// Real images with which samples are compared. Their features are computed once.
pub struct Reference<'a> {
    net: &'a dyn FeatureNet,
    features: Tensor,
    /// For the FID, if there is a net for it.
    fid: Option<Fid<'a>>,
    mean_pairwise_distance: f64,
}

impl<'a> Reference<'a> {
    /// From real images `[n, height, width, channels]` in [0, 1].
    ///
    /// # Errors
    /// The net does not accept these images, or there are fewer than two.
    pub fn new(net: &'a dyn FeatureNet, real: &Tensor) -> Result<Reference<'a>> {
        Reference::with_fid_images(net, real, ImageBlocks::from_images(real))
    }

    /// The same, but the FID compares with other real images, of which there may be more than memory holds.
    ///
    /// # Errors
    /// As [`Reference::new`]; or those images cannot be read, or [`Interrupted`](crate::training::Interrupted) after
    /// Ctrl-C.
    pub fn with_fid_images(net: &'a dyn FeatureNet, real: &Tensor, of_fid: ImageBlocks) -> Result<Reference<'a>> {
        let (features, mean_pairwise_distance) = (net.features(real)?, mean_pairwise_distance(real)?);
        let fid = net.fid_net().map(|net| Fid::new(net, of_fid)).transpose()?;
        Ok(Reference { net, features, fid, mean_pairwise_distance })
    }

    /// Compares samples `[n, height, width, channels]` in [0, 1]. Use as many as there are real images, and the same
    /// number for all models: a thousand or more.
    ///
    /// # Errors
    /// The net does not accept these images, there are no more than [`NEIGHBOURS`], or they contain NaN or infinity.
    pub fn quality(&self, samples: &Tensor) -> Result<Quality> {
        self.quality_with_fid_images(samples, Some(ImageBlocks::from_images(samples)))
    }

    /// The same with the FID of other samples, of which there may be more than memory holds; `None`: without a FID.
    ///
    /// # Errors
    /// As [`Reference::quality`]; or those samples cannot be made, or [`Interrupted`](crate::training::Interrupted)
    /// after Ctrl-C.
    pub fn quality_with_fid_images(&self, samples: &Tensor, of_fid: Option<ImageBlocks>) -> Result<Quality> {
        let mean_pairwise_distance = mean_pairwise_distance(samples)?; // rejects NaN and infinity before the net runs
        let features = self.net.features(samples)?;
        let PrecisionRecall { precision, recall } = precision_and_recall(&self.features, &features, NEIGHBOURS)?;
        let fid = self.fid.as_ref().zip(of_fid).map(|(fid, samples)| fid.of_samples(samples)).transpose()?;
        let (samples, real) = (features.size()[0], self.features.size()[0]);
        Ok(Quality {
            frechet_distance: frechet_distance(&self.features, &features)?,
            fid: fid.map(|distance| distance.fid),
            fid_samples: fid.map(|distance| distance.samples).filter(|&n| n != samples),
            fid_real: fid.map(|distance| distance.real).filter(|&n| n != real),
            precision,
            recall,
            mean_pairwise_distance,
            real_pairwise_distance: self.mean_pairwise_distance,
            samples,
            real,
            features: self.net.name(),
        })
    }
}

impl fmt::Debug for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Reference({}, {:?})", self.net.name(), self.features)
    }
}

/// Quality of samples relative to real images. `Display` prints each value with its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// See [`frechet_distance`]; 0 is best.
    pub frechet_distance: f64,
    /// The Fréchet inception distance: [`frechet_distance`] by the features of
    /// [`Inception`](crate::features::inception::Inception), comparable with published values for as many images; 0 is
    /// best. `None` without its weights, as in older files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fid: Option<f64>,
    /// Number of samples of the FID, if it is another one than `samples`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fid_samples: Option<i64>,
    /// Number of real images of the FID, if it is another one than `real`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fid_real: Option<i64>,
    /// See [`PrecisionRecall`]; 1 is best.
    pub precision: f64,
    /// See [`PrecisionRecall`]; 1 is best.
    pub recall: f64,
    /// Of the samples; see [`mean_pairwise_distance`].
    pub mean_pairwise_distance: f64,
    /// Of the real images; see [`mean_pairwise_distance`].
    pub real_pairwise_distance: f64,
    /// Number of samples.
    pub samples: i64,
    /// Number of real images.
    pub real: i64,
    /// Name of the net whose features are compared.
    pub features: String,
}

impl Quality {
    /// The measures by features in a few words, for captions: "Fréchet distance 6.5, precision 0.63, recall 0.67", and
    /// the FID if there is one.
    pub fn in_words(&self) -> String {
        let Quality { frechet_distance, precision, recall, .. } = self;
        let text = format!("Fréchet distance {frechet_distance:.1}, precision {precision:.2}, recall {recall:.2}");
        let fid = self.fid_in_words().map(|fid| format!(", {fid}"));
        text + &fid.unwrap_or_default()
    }

    /// The FID with its numbers of images: "FID (Inception, n = 1,000) 45.6".
    pub fn fid_in_words(&self) -> Option<String> {
        let (samples, real) = (self.fid_samples.unwrap_or(self.samples), self.fid_real.unwrap_or(self.real));
        self.fid.map(|fid| format!("{} {fid:.1}", fid_title(samples, real)))
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Quality { frechet_distance, precision, recall, mean_pairwise_distance, real_pairwise_distance, .. } = self;
        let Quality { samples, real, features, .. } = self;
        writeln!(f, "{samples} samples, {real} real images; features: {features}")?;
        writeln!(f, "Fréchet distance   {frechet_distance:<8.2} between Gaussians fitted to the features; 0 is best")?;
        if let Some(fid) = self.fid_in_words() {
            writeln!(f, "{fid}: the same by features of Inception-v3, as papers have it; 0 is best")?;
        }
        writeln!(
            f,
            "precision          {precision:<8.3} share of samples within the manifold of real images; 1 is best"
        )?;
        writeln!(f, "recall             {recall:<8.3} share of real images within the manifold of samples; 1 is best")?;
        write!(f, "pairwise distance  {mean_pairwise_distance:<8.4} mean absolute pixel difference of two samples; ")?;
        write!(f, "of two real images: {real_pairwise_distance:.4}")
    }
}
