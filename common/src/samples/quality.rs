use crate::datasets::image_batches::ImageSource;
use crate::features::FeatureNet;
use crate::metrics::{ImageBlocks, Quality, Reference};
use crate::training::RunFolder;
use crate::{files, say};
use anyhow::Result;
use serde_json::json;
use std::iter;
use tch::Tensor;

/// Number of samples, compared with as many real images. A FID of more takes them in blocks of this size.
const SAMPLES: i64 = 1000;

/// The real images that samples are compared with.
#[derive(Debug, Clone, Copy)]
pub struct ComparedWith<'a> {
    /// For all measures.
    pub first: &'a ImageSource,
    /// For a FID of more images than there are in `first`.
    pub more: Option<&'a ImageSource>,
}

/// Compares samples, and other real images, with real images by a net's features; prints the numbers and saves them in
/// `quality.json`. `generate(n)` returns `n` images `[n, height, width, channels]` in [0, 1].
///
/// A thousand samples are compared with a thousand real images, or as many as there are; so are those of the FID, if
/// there is a net for it, unless `fid_samples` is given. Then it has so many samples, and as many real images, or all if
/// there are fewer.
///
/// # Errors
/// Images cannot be read, samples contain NaN or infinity, the file cannot be written, or
/// [`Interrupted`](crate::training::Interrupted) after Ctrl-C.
pub fn measure(
    folder: &RunFolder,
    generate: impl Fn(i64) -> Tensor,
    real: ComparedWith,
    net: &dyn FeatureNet,
    fid_samples: Option<i64>,
) -> Result<Quality> {
    let count = SAMPLES.min(real.first.len());
    let of_fid = fid_samples.unwrap_or(count);
    let real_of_fid = of_fid.min(real.len());
    let samples = generate(count);
    if let Some(net) = net.fid_net() {
        say!("comparing {of_fid} samples with {real_of_fid} real images by {}", net.name());
    }
    let some = |from: i64| real.first.images(&(from..from + count).collect::<Vec<_>>());
    let some_of_fid = |from: i64, count: i64| ImageBlocks::new(count, real.blocks(from, count));
    let reference = Reference::with_fid_images(net, &some(0)?, some_of_fid(0, real_of_fid))?;
    let generated = ImageBlocks::new(of_fid, blocks(&samples, of_fid, &generate));
    let of_samples = reference.quality_with_fid_images(&samples, Some(generated))?;
    say!("{of_samples}");
    // What a perfect generator would reach: other real images instead of samples. A FID of fewer of them says nothing.
    let others = (real.len() >= 2 * of_fid).then(|| some_of_fid(of_fid, of_fid));
    let of_real = match real.first.len() >= 2 * count {
        true => Some(reference.quality_with_fid_images(&some(count)?, others)?),
        false => None,
    };
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

impl ComparedWith<'_> {
    /// Number of images.
    fn len(&self) -> i64 {
        self.first.len() + self.more.map_or(0, ImageSource::len)
    }

    /// The images `from..from + count`, those of `first` before the others.
    fn blocks(&self, from: i64, count: i64) -> impl Iterator<Item = Result<Tensor>> {
        let in_first = self.first.len();
        let sources = iter::once((self.first, 0)).chain(self.more.map(|source| (source, in_first)));
        sources.flat_map(move |(source, before)| {
            let row = |number: i64| (number - before).clamp(0, source.len());
            let (start, end) = (row(from), row(from + count));
            let starts = (start..end).step_by(SAMPLES as usize);
            starts.map(move |start| source.images(&(start..end.min(start + SAMPLES)).collect::<Vec<_>>()))
        })
    }
}

/// `samples`, and more after them if there are fewer than `count`. The random numbers of the first samples do not
/// depend on `count`.
fn blocks(samples: &Tensor, count: i64, generate: &impl Fn(i64) -> Tensor) -> impl Iterator<Item = Result<Tensor>> {
    let first = samples.narrow(0, 0, count.min(samples.size()[0]));
    let rest = count - first.size()[0];
    let sizes = (0..rest).step_by(SAMPLES as usize).map(move |done| SAMPLES.min(rest - done));
    iter::once(Ok(first)).chain(sizes.map(move |size| Ok(generate(size))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use tch::{Device, Kind};

    /// Images `[n, 1, 1, 1]` of the numbers `from..from + n`.
    fn numbered(from: i64, n: i64) -> Tensor {
        Tensor::arange_start(from, from + n, (Kind::Float, Device::Cpu)).view([n, 1, 1, 1])
    }

    fn joined(blocks: impl Iterator<Item = Result<Tensor>>) -> (Vec<i64>, Tensor) {
        let blocks: Vec<Tensor> = blocks.map(Result::unwrap).collect();
        (blocks.iter().map(|block| block.size()[0]).collect(), Tensor::cat(&blocks, 0))
    }

    #[test]
    fn samples_come_in_blocks_after_those_that_are_there() {
        for (there, count, sizes) in [
            (1000, 1000, vec![1000]),
            (1000, 300, vec![300]),
            (10, 12, vec![10, 2]),
            (1000, 3200, vec![1000, 1000, 1000, 200]),
        ] {
            let made = Cell::new(there);
            let generate = |n: i64| numbered(made.replace(made.get() + n), n);
            let found = joined(blocks(&numbered(0, there), count, &generate));
            assert_eq!(found, (sizes, numbered(0, count)), "{count} with {there} there");
        }
    }

    #[test]
    fn real_images_are_those_of_both_sources_in_blocks() {
        let (first, more) = (ImageSource::Memory(numbered(0, 1500)), ImageSource::Memory(numbered(1500, 800)));
        let both = ComparedWith { first: &first, more: Some(&more) };
        assert_eq!((both.len(), ComparedWith { more: None, ..both }.len()), (2300, 1500));
        for (from, count, sizes) in [
            (0, 1000, vec![1000]),
            (0, 2300, vec![1000, 500, 800]),
            (1000, 1000, vec![500, 500]),
            (1600, 700, vec![700]),
        ] {
            let found = joined(both.blocks(from, count));
            assert_eq!(found, (sizes, numbered(from, count)), "{count} from {from}");
        }
    }
}
