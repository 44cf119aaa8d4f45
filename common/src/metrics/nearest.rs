use super::{ensure_alike, rows};
use anyhow::{Result, ensure};
use tch::{Kind, Tensor};

/// Number of training images per comparison.
const CHUNK: i64 = 1000;

/// The nearest training image of each sample.
#[derive(Debug)]
pub struct Nearest {
    /// Its row among the training images, int64 `[samples]`; the first one of several equally near images.
    pub rows: Tensor,
    /// Mean absolute difference over all values of both images, `[samples]`.
    pub distances: Tensor,
}

/// Searches the training image nearest to each sample, by mean absolute pixel difference: does the generator make new
/// images or has it memorized the training set (p. 152)?
///
/// Training images are added in batches, so they need not fit in memory together.
#[derive(Debug)]
pub struct NearestSearch {
    samples: Tensor,
    nearest: Nearest,
    seen: i64,
}

impl NearestSearch {
    /// A search for these samples `[n, ..]`.
    ///
    /// # Errors
    /// There are no samples, or they contain NaN or infinity.
    pub fn new(samples: &Tensor) -> Result<NearestSearch> {
        let samples = rows(samples, "samples", 1)?;
        let n = samples.size()[0];
        let nearest = Nearest {
            rows: Tensor::zeros([n], (Kind::Int64, samples.device())),
            distances: Tensor::full([n], f64::INFINITY, (samples.kind(), samples.device())),
        };
        Ok(NearestSearch { samples, nearest, seen: 0 })
    }

    /// Searches training images in memory, `[m, ..]`, of the samples' shape.
    ///
    /// # Errors
    /// As for [`new`](NearestSearch::new), [`compare`](NearestSearch::compare) and [`finish`](NearestSearch::finish).
    pub fn among(samples: &Tensor, training: &Tensor) -> Result<Nearest> {
        let mut search = NearestSearch::new(samples)?;
        search.compare(training)?;
        search.finish()
    }

    /// Compares the samples with more training images; row numbers continue.
    ///
    /// # Errors
    /// The images have another size, or contain NaN or infinity.
    pub fn compare(&mut self, training: &Tensor) -> Result<()> {
        for some in training.split(CHUNK, 0).iter().filter(|some| some.size()[0] > 0) {
            let some = rows(some, "training images", 1)?;
            ensure_alike(&self.samples, &some)?;
            let (distances, places) = Tensor::cdist(&self.samples, &some, 1.0, None).min_dim(1, false);
            let Nearest { rows, distances: so_far } = &self.nearest;
            let nearer = distances.lt_tensor(so_far);
            let rows = (places + self.seen).where_self(&nearer, rows);
            self.nearest = Nearest { rows, distances: distances.minimum(so_far) };
            self.seen += some.size()[0];
        }
        Ok(())
    }

    /// The result.
    ///
    /// # Errors
    /// No training images were added.
    pub fn finish(self) -> Result<Nearest> {
        ensure!(self.seen > 0, "there are no training images to compare samples with");
        let Nearest { rows, distances } = self.nearest;
        Ok(Nearest { rows, distances: distances / self.samples.size()[1] as f64 })
    }
}
