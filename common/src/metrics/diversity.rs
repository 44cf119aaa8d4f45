use super::rows;
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Mean pairwise distance: the mean absolute difference over all pairs of samples and all values. It is small for a
/// collapsed generator (p. 143) and 0 for equal samples; compare it with that of real images. A generator that repeats
/// ten different images keeps it large: recall and [`Modes`] detect that.
///
/// Samples are `[n, ..]`, usually images `[n, height, width, channels]` in [0, 1]; then the result is at most 0.5 · n /
/// (n - 1).
///
/// # Errors
/// There are fewer than two samples, or they contain NaN or infinity.
pub fn mean_pairwise_distance(samples: &Tensor) -> Result<f64> {
    let samples = rows(samples, "samples", 2)?.to_device(Device::Cpu);
    let (n, values) = (samples.size()[0], samples.size()[1]);
    // Of n sorted values, the one at index i is the larger in i pairs and the smaller in n - 1 - i: sorting avoids the
    // n² pairs.
    let times = Tensor::arange_start_step(1 - n, n, 2, (Kind::Double, Device::Cpu));
    let mut sum = 0.0;
    for columns in samples.split(256, 1) {
        let (sorted, _) = columns.transpose(0, 1).contiguous().sort(-1, false);
        sum += sorted.to_kind(Kind::Double).matmul(&times).sum(None).double_value(&[]);
    }
    let pairs = (n * (n - 1) / 2) as f64;
    Ok(sum.max(0.0) / pairs / values as f64)
}

/// The classes that a classifier predicts for samples: a collapsed generator has few of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modes {
    /// Number of samples of each class.
    pub counts: Vec<i64>,
}

impl Modes {
    /// Counts the samples by predicted class; `scores` are probabilities or logits `[n, classes]`.
    ///
    /// # Errors
    /// There are no samples, or `scores` has other axes.
    pub fn of(scores: &Tensor) -> Result<Modes> {
        ensure!(scores.dim() == 2, "a classifier's scores are [samples, classes], not {:?}", scores.size());
        let scores = rows(scores, "a classifier's scores", 1)?.to_device(Device::Cpu);
        let counts = scores.argmax(1, false).bincount::<Tensor>(None, scores.size()[1]);
        Ok(Modes { counts: Vec::try_from(&counts)? })
    }

    /// Number of classes with at least one sample.
    pub fn found(&self) -> usize {
        self.counts.iter().filter(|&&count| count > 0).count()
    }

    /// Entropy of the histogram in nats: 0 if all samples have one class, ln(classes) if all classes are equally
    /// frequent.
    pub fn entropy(&self) -> f64 {
        let all: i64 = self.counts.iter().sum();
        let shares = self.counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / all as f64);
        shares.map(|share| -share * share.ln()).sum::<f64>() + 0.0 // not -0
    }

    /// Effective number of classes, exp(entropy): as many equally frequent classes have this entropy. Unlike
    /// [`found`](Modes::found), it is robust to a few misclassified samples.
    pub fn effective(&self) -> f64 {
        self.entropy().exp()
    }
}
