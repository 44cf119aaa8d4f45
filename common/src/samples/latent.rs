use tch::Tensor;

/// Spherical interpolation: `steps` points on the great circle from each point of `from` to the one of `to`, `[n, z]`
/// each; returns `[n · steps, z]`, pair by pair. Unlike points on a straight line, all of them are about as far from
/// the origin as points of N(0, I).
pub fn great_circle(from: &Tensor, to: &Tensor, steps: i64) -> Tensor {
    let norm = |points: &Tensor| points.square().sum_dim_intlist(1, true, None).sqrt();
    let cosine = (from * to).sum_dim_intlist(1, true, None) / (norm(from) * norm(to));
    let angle = cosine.clamp(-1.0, 1.0).acos();
    let points: Vec<Tensor> = (0..steps)
        .map(|step| {
            let t = step as f64 / (steps - 1).max(1) as f64;
            (from * (&angle * (1.0 - t)).sin() + to * (&angle * t).sin()) / angle.sin()
        })
        .collect();
    // [n, steps, z] -> [n · steps, z]
    Tensor::stack(&points, 1).flatten(0, 1)
}
