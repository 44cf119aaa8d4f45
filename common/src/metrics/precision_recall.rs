use super::{ensure_alike, rows};
use anyhow::Result;
use tch::{Device, Kind, Tensor};

/// The paper's k: the radius around a sample is the distance to its k-th nearest neighbour.
pub const NEIGHBOURS: i64 = 3;

/// Number of samples whose distances to all others are in memory at a time.
const CHUNK: i64 = 500;

/// Precision and recall of samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionRecall {
    /// Share of samples within the manifold of real images, in [0, 1]: quality.
    pub precision: f64,
    /// Share of real images within the manifold of samples, in [0, 1]: variety.
    pub recall: f64,
}

/// Improved precision and recall: Kynkäänniemi, Karras, Laine, Lehtinen and Aila, "Improved Precision and Recall Metric
/// for Assessing Generative Models", 2019. Features are `[n, values]`.
///
/// The manifold of a set is the union of balls around its samples, each as large as the distance to the k-th nearest
/// neighbour in the set. Both values grow with k; the paper uses [`NEIGHBOURS`].
///
/// # Errors
/// There are no more than k samples on one side, the numbers of values differ, or features contain NaN or infinity.
pub fn precision_and_recall(real: &Tensor, generated: &Tensor, k: i64) -> Result<PrecisionRecall> {
    let real = rows(real, "features of real images", k + 1)?;
    let generated = rows(generated, "features of samples", k + 1)?;
    ensure_alike(&real, &generated)?;
    let [real, generated] = [real, generated].map(|x| x.to_device(Device::Cpu).to_kind(Kind::Double));
    Ok(PrecisionRecall { precision: share_among(&generated, &real, k), recall: share_among(&real, &generated, k) })
}

/// Share of `points` that are in the ball of at least one of `centres`.
fn share_among(points: &Tensor, centres: &Tensor, k: i64) -> f64 {
    // Each centre is its own neighbour at distance 0: its k-th other neighbour is the (k + 1)-th.
    let reach_of = |some: &Tensor| squared_distances(some, centres).topk(k + 1, 1, false, true).0.select(1, k);
    let reach = Tensor::cat(&centres.split(CHUNK, 0).iter().map(reach_of).collect::<Vec<_>>(), 0);
    let among = |some: &Tensor| squared_distances(some, centres).le_tensor(&reach).any_dim(1, false).sum(Kind::Int64);
    let count: i64 = points.split(CHUNK, 0).iter().map(|some| among(some).int64_value(&[])).sum();
    count as f64 / points.size()[0] as f64
}

/// Squared Euclidean distances `[a, b]` in f64, by a matrix product: |a|² + |b|² - 2ab.
fn squared_distances(a: &Tensor, b: &Tensor) -> Tensor {
    let lengths = a.square().sum_dim_intlist(1, true, None) + b.square().sum_dim_intlist(1, false, None);
    let squares = &lengths - a.matmul(&b.transpose(0, 1)) * 2.0;
    // Distances of equal samples, which a collapsed generator makes, become exactly 0: the rounding error is far below
    // the resolution of f32 features.
    squares.where_scalarother(&squares.gt_tensor(&(lengths * 1e-12)), 0.0)
}
