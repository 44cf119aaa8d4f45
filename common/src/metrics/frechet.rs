use super::{ensure_alike, rows};
use anyhow::{Result, ensure};
use tch::{Device, Kind, Tensor};

/// The Fréchet distance between Gaussians fitted to the features of real images and of samples:
/// |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 √(Σ₁Σ₂)). It is 0 if means and covariances agree. Features are `[n, values]`; `n` may differ,
/// and may be smaller than the number of values. For more features than memory holds, use [`Gaussian`].
///
/// Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter, "GANs Trained by a Two Time-Scale Update Rule Converge to a
/// Local Nash Equilibrium", 2017. With features of [`Inception`](crate::features::inception::Inception) it is the
/// Fréchet inception distance (FID), as pytorch-fid computes it. With another net it also ranks models, but its values
/// are not comparable with published FIDs. It decreases with the number of samples: even two sets of real images have a
/// positive distance.
///
/// # Errors
/// There are fewer than two samples on one side, the numbers of values differ, or features contain NaN or infinity.
pub fn frechet_distance(real: &Tensor, generated: &Tensor) -> Result<f64> {
    let mut of_real = Gaussian::new("features of real images");
    of_real.add(real)?;
    let mut of_samples = Gaussian::new("features of samples");
    of_samples.add(generated)?;
    of_real.frechet_distance(&of_samples)
}

/// The Gaussian fitted to features: their mean and covariance, in f64 on the CPU. Features come batch by batch, of any
/// sizes; memory does not grow with their number.
#[derive(Debug)]
pub struct Gaussian {
    /// What the features are of, for messages.
    what: &'static str,
    count: i64,
    /// `[1, values]`; no values before the first batch.
    mean: Tensor,
    /// Upper triangular R; RᵀR is the sum over the features x of (x - μ)ᵀ(x - μ). `[min(n, values), values]`
    root: Tensor,
}

impl Gaussian {
    /// Without features; `what` names them in messages: "features of samples".
    pub fn new(what: &'static str) -> Gaussian {
        let nothing = || Tensor::zeros([1, 0], (Kind::Double, Device::Cpu));
        Gaussian { what, count: 0, mean: nothing(), root: nothing() }
    }

    /// Number of features so far.
    pub fn count(&self) -> i64 {
        self.count
    }

    /// Adds features `[n, values]`.
    ///
    /// # Errors
    /// There are none, they contain NaN or infinity, or they have another number of values than those before.
    pub fn add(&mut self, features: &Tensor) -> Result<()> {
        let x = rows(features, self.what, 1)?.to_device(Device::Cpu).to_kind(Kind::Double);
        let mean = x.mean_dim(0, true, None);
        let centred = &x - &mean;
        if self.count == 0 {
            self.root = triangular(&centred);
            self.mean = mean;
        } else {
            ensure_alike(&self.mean, &mean)?;
            // Two sets with n₁ and n₂ features and δ between their means: the sum about the common mean is
            // S₁ + S₂ + δᵀδ n₁n₂ / (n₁ + n₂) (Chan, Golub and LeVeque, 1983), with S₁ = RᵀR.
            let (n1, n2) = (self.count as f64, x.size()[0] as f64);
            let delta = &mean - &self.mean;
            let between = &delta * (n1 * n2 / (n1 + n2)).sqrt();
            self.root = triangular(&Tensor::cat(&[&self.root, &centred, &between], 0));
            self.mean = &self.mean + delta * (n2 / (n1 + n2));
        }
        self.count += x.size()[0];
        Ok(())
    }

    /// The Fréchet distance to another Gaussian; see [`frechet_distance`].
    ///
    /// # Errors
    /// One of the two has fewer than two features, or the numbers of values differ.
    pub fn frechet_distance(&self, other: &Gaussian) -> Result<f64> {
        for Gaussian { what, count, .. } in [self, other] {
            ensure!(*count >= 2, "{what}: got {count}, need at least 2");
        }
        ensure_alike(&self.mean, &other.mean)?;
        let between_means = (&self.mean - &other.mean).square().sum(None).double_value(&[]);
        // Σ = RᵀR, so Σ₁Σ₂ has the non-zero eigenvalues of (R₁R₂ᵀ)(R₁R₂ᵀ)ᵀ, whose roots are the singular values of R₁R₂ᵀ:
        // the trace of the root is their sum. No covariance is squared, inverted or needs full rank.
        let [r1, r2] = [self, other].map(Gaussian::root_of_covariance);
        let (_, singular_values, _) = r1.matmul(&r2.transpose(0, 1)).svd(true, false);
        let root = singular_values.sum(None).double_value(&[]);
        let variance = |r: &Tensor| r.square().sum(None).double_value(&[]); // tr(RᵀR)
        let distance = between_means + variance(&r1) + variance(&r2) - 2.0 * root;
        Ok(distance.max(0.0)) // for rounding
    }

    /// R with RᵀR the covariance (divided by n - 1, as NumPy's).
    fn root_of_covariance(&self) -> Tensor {
        &self.root / ((self.count - 1) as f64).sqrt()
    }
}

/// The upper triangular R with RᵀR = AᵀA, of at most as many rows as columns.
fn triangular(a: &Tensor) -> Tensor {
    Tensor::linalg_qr(a, "r").1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest difference to the mean and covariance that are computed at once.
    fn difference(batches: &[Tensor]) -> f64 {
        let mut gaussian = Gaussian::new("features");
        batches.iter().for_each(|batch| gaussian.add(batch).unwrap());
        let all = Tensor::cat(batches, 0).to_kind(Kind::Double);
        assert_eq!(gaussian.count(), all.size()[0]);
        let root = gaussian.root_of_covariance();
        let covariance = all.transpose(0, 1).cov(1, None::<&Tensor>, None::<&Tensor>);
        let differences =
            [gaussian.mean - all.mean_dim(0, true, None), root.transpose(0, 1).matmul(&root) - covariance];
        differences.iter().map(|x| x.abs().max().double_value(&[])).fold(0.0, f64::max)
    }

    #[test]
    fn batches_of_any_sizes_give_the_mean_and_covariance_of_all() {
        tch::manual_seed(7);
        // Fewer and more features than values, and a mean that is large beside the deviation.
        for (n, values) in [(40, 50), (400, 20)] {
            let all = Tensor::randn([n, values], (Kind::Double, Device::Cpu)) + 100.0;
            let unequal: Vec<Tensor> = vec![all.narrow(0, 0, 1), all.narrow(0, 1, 30), all.narrow(0, 31, n - 31)];
            let cases = [unequal, all.split(7, 0), all.split(1, 0), vec![all.shallow_clone()]];
            for batches in cases {
                let found = difference(&batches);
                assert!(found < 1e-9, "{n} features of {values} values in {} batches: {found}", batches.len());
            }
        }
    }

    #[test]
    fn batches_do_not_change_the_distance() {
        tch::manual_seed(8);
        let random = |n: i64| Tensor::randn([n, 12], (Kind::Double, Device::Cpu));
        let (real, samples) = (random(90), random(70) * 1.5 + 3.0);
        let at_once = frechet_distance(&real, &samples).unwrap();
        let mut gaussians = [Gaussian::new("real"), Gaussian::new("samples")];
        for (gaussian, (x, batch)) in gaussians.iter_mut().zip([(&real, 32), (&samples, 9)]) {
            x.split(batch, 0).iter().for_each(|some| gaussian.add(some).unwrap());
        }
        let [a, b] = gaussians;
        let found = a.frechet_distance(&b).unwrap();
        assert!((found - at_once).abs() < 1e-9 * at_once, "{found}, not {at_once}");
        let error = a.frechet_distance(&Gaussian::new("no features")).unwrap_err().to_string();
        assert!(error.contains("no features: got 0, need at least 2"), "{error}");
    }
}
