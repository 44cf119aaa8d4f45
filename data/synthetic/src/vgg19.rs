//! Random weights in the format of VGG19 for TensorFlow.js: the first eight convolutions, `model.json` and one file each.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use crate::dice::Dice;

/// Name, input channels and filters of each convolution.
const CONVOLUTIONS: [(&str, usize, usize); 8] = [
    ("block1_conv1", 3, 64),
    ("block1_conv2", 64, 64),
    ("block2_conv1", 64, 128),
    ("block2_conv2", 128, 128),
    ("block3_conv1", 128, 256),
    ("block3_conv2", 256, 256),
    ("block3_conv3", 256, 256),
    ("block3_conv4", 256, 256),
];

/// Writes the files to the folder `dir`. Kernels are He normal, so that feature maps keep the scale of the image; biases
/// are 0.
///
/// # Errors
/// A file cannot be written.
pub fn write(dir: &Path) -> Result<()> {
    let mut manifest = vec![];
    for (number, (name, channels, filters)) in (1..).zip(CONVOLUTIONS) {
        let file = format!("group{number}-shard1of1");
        let mut dice = Dice::new(2015, number, 0);
        let deviation = (2.0 / (9 * channels) as f32).sqrt();
        let kernel = (0..9 * channels * filters).map(|_| dice.normal(deviation));
        let values = kernel.chain(std::iter::repeat_n(0.0, filters));
        save(dir, &file, &values.flat_map(f32::to_le_bytes).collect::<Vec<u8>>())?;
        manifest.push(json!({
            "paths": [file],
            "weights": [
                { "name": format!("{name}/kernel"), "shape": [3, 3, channels, filters], "dtype": "float32" },
                { "name": format!("{name}/bias"), "shape": [filters], "dtype": "float32" },
            ],
        }));
    }
    save(dir, "model.json", json!({ "weightsManifest": manifest }).to_string().as_bytes())
}

fn save(dir: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    let path = dir.join(name);
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
