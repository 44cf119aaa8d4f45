use crate::datasets::image_batches::ImageSource;
use crate::features::FeatureNet;
use crate::metrics::{Quality, Reference};
use crate::training::RunFolder;
use crate::{files, say};
use anyhow::Result;
use serde_json::json;
use tch::Tensor;

/// Number of samples, compared with as many real images.
const SAMPLES: i64 = 1000;

/// Compares samples, and other real images, with real images by a net's features; prints the numbers and saves them in
/// `quality.json`. `generate(n)` returns `n` images `[n, height, width, channels]` in [0, 1].
///
/// # Errors
/// Images cannot be read, samples contain NaN or infinity, or the file cannot be written.
pub fn measure(
    folder: &RunFolder,
    generate: impl Fn(i64) -> Tensor,
    real: &ImageSource,
    net: &dyn FeatureNet,
) -> Result<Quality> {
    let count = SAMPLES.min(real.len());
    let samples = generate(count);
    if let Some(net) = net.fid_net() {
        say!("comparing {count} samples and real images by {}", net.name());
    }
    let some = |from: i64| real.images(&(from..from + count).collect::<Vec<_>>());
    let reference = Reference::new(net, &some(0)?)?;
    let of_samples = reference.quality(&samples)?;
    say!("{of_samples}");
    // What a perfect generator would reach: other real images instead of samples.
    let of_real = if real.len() >= 2 * count { Some(reference.quality(&some(count)?)?) } else { None };
    if let Some(quality) = &of_real {
        let Quality { frechet_distance, precision, recall, .. } = quality;
        let fid = quality.fid_in_words().map(|fid| format!(", {fid}")).unwrap_or_default();
        say!(
            "other real images: Fréchet distance {frechet_distance:.2}, precision {precision:.3}, recall {recall:.3}\
             {fid}"
        );
    }
    let json = serde_json::to_string_pretty(&json!({ "samples": of_samples, "other real images": of_real }))?;
    files::write(&folder.path.join("quality.json"), (json + "\n").as_bytes())?;
    Ok(of_samples)
}
