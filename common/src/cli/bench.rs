use anyhow::Result;
use std::time::Instant;
use tch::{Device, Tensor};

/// A benchmark of a training step.
#[derive(Debug, Clone, Copy)]
pub struct Bench {
    /// Name of the model; the peers in Python use the same.
    pub model: &'static str,
    /// Samples in a step.
    pub batch: i64,
    /// Trains for this many steps and returns the milliseconds of each.
    pub run: fn(Device, usize) -> Result<Vec<f64>>,
}

/// Milliseconds of each of `steps` steps, after `warm_up` others. A step returns a scalar that depends on all its work:
/// reading it also waits for a GPU.
///
/// # Errors
/// The error of a step.
pub fn time_steps(warm_up: usize, steps: usize, mut step: impl FnMut() -> Result<Tensor>) -> Result<Vec<f64>> {
    let mut ms = vec![];
    for number in 0..warm_up + steps {
        let start = Instant::now();
        f64::try_from(&step()?)?;
        if number >= warm_up {
            ms.push(start.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(ms)
}
