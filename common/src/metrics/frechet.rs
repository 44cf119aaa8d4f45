use super::{ensure_alike, rows};
use anyhow::Result;
use tch::{Device, Kind, Tensor};

/// The Fréchet distance between Gaussians fitted to the features of real images and of samples:
/// |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 √(Σ₁Σ₂)). It is 0 if means and covariances agree. Features are `[n, values]`; `n` may differ,
/// and may be smaller than the number of values.
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
    let real = Gaussian::fit(&rows(real, "features of real images", 2)?);
    let generated = Gaussian::fit(&rows(generated, "features of samples", 2)?);
    ensure_alike(&real.mean, &generated.mean)?;
    let between_means = (&real.mean - &generated.mean).square().sum(None).double_value(&[]);
    // Σ = RᵀR, so Σ₁Σ₂ has the non-zero eigenvalues of (R₁R₂ᵀ)(R₁R₂ᵀ)ᵀ, whose roots are the singular values of R₁R₂ᵀ:
    // the trace of the root is their sum. No covariance is squared, inverted or needs full rank.
    let product = real.root.matmul(&generated.root.transpose(0, 1));
    let (_, singular_values, _) = product.svd(true, false);
    let root = singular_values.sum(None).double_value(&[]);
    let distance = between_means + real.variance() + generated.variance() - 2.0 * root;
    Ok(distance.max(0.0)) // for rounding
}

/// Mean and covariance of features, in f64 on the CPU.
struct Gaussian {
    /// `[1, values]`
    mean: Tensor,
    /// Upper triangular R with RᵀR the covariance (divided by n - 1, as NumPy's): `[min(n, values), values]`.
    root: Tensor,
}

impl Gaussian {
    fn fit(features: &Tensor) -> Gaussian {
        let x = features.to_device(Device::Cpu).to_kind(Kind::Double);
        let mean = x.mean_dim(0, true, None);
        let centred = (&x - &mean) / ((x.size()[0] - 1) as f64).sqrt();
        let (_, root) = Tensor::linalg_qr(&centred, "r");
        Gaussian { mean, root }
    }

    /// Trace of the covariance.
    fn variance(&self) -> f64 {
        self.root.square().sum(None).double_value(&[])
    }
}
