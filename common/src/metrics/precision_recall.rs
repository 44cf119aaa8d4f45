use super::{ensure_alike, rows};
use anyhow::Result;
use tch::{Device, Kind, Tensor};

/// Neighbours that decide how far the surroundings of a sample reach: the paper's choice.
pub const NEIGHBOURS: i64 = 3;

/// Samples whose distances to all others are in memory at once.
const CHUNK: i64 = 500;

/// How two sets of samples cover each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionRecall {
    /// Share of the samples that lie among real images, in [0, 1]: quality.
    pub precision: f64,
    /// Share of the real images that lie among samples, in [0, 1]: variety.
    pub recall: f64,
}

/// Improved precision and recall: Kynkäänniemi, Karras, Laine, Lehtinen and Aila, "Improved Precision and Recall Metric
/// for Assessing Generative Models", 2019. Features are `[n, values]`.
///
/// Around each sample of a set lies a ball that reaches to its k-th nearest neighbour in that set; something lies
/// *among* a set if it is in one of its balls. Both numbers grow with k, the paper's is [`NEIGHBOURS`].
///
/// # Errors
/// No more than k samples on one side, different numbers of values, or values that are not finite.
pub fn precision_and_recall(real: &Tensor, generated: &Tensor, k: i64) -> Result<PrecisionRecall> {
    let real = rows(real, "features of real images", k + 1)?;
    let generated = rows(generated, "features of samples", k + 1)?;
    ensure_alike(&real, &generated)?;
    let [real, generated] = [real, generated].map(|x| x.to_device(Device::Cpu).to_kind(Kind::Double));
    Ok(PrecisionRecall { precision: share_among(&generated, &real, k), recall: share_among(&real, &generated, k) })
}

/// Share of `points` that lie in the ball of one of `centres`.
fn share_among(points: &Tensor, centres: &Tensor, k: i64) -> f64 {
    // Each centre is a neighbour of its own at distance 0: its k-th other one is the (k + 1)-th.
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
    // What rounding leaves between equal samples, which a collapsed generator makes, is made 0. It is far below what
    // features in f32 can tell apart.
    squares.where_scalarother(&squares.gt_tensor(&(lengths * 1e-12)), 0.0)
}
