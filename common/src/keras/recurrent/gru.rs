use super::cell::{Cell, State, differentiates, gate, libtorch_weights};
use super::config::Recurrent;
use crate::keras::init::Initializer;
use crate::keras::weights;
use anyhow::Result;
use tch::{Tensor, nn};

/// Gated recurrent unit (Cho et al., 2014) with Keras' gates z, r, h.
///
/// Variables: `kernel` `[features, 3 units]`, `recurrent_kernel` `[units, 3 units]`, and `bias`: `[2, 3 units]` where it
/// resets after the product (tf.keras), one row for each kernel; `[3 units]` where before (Keras 2.2, the book's).
#[derive(Debug)]
pub struct GruCell {
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
    config: Recurrent,
}

impl Cell for GruCell {
    const CLASS_NAME: &'static str = "GRU";
    const STATES: usize = 1;

    fn new(path: &nn::Path, features: i64, config: Recurrent) -> Result<GruCell> {
        let Recurrent { units, reset_after, .. } = config;
        let bias_shape: &[i64] = if reset_after { &[2, 3 * units] } else { &[3 * units] };
        Ok(GruCell {
            kernel: weights::add(path, "kernel", &[features, 3 * units], Initializer::GlorotUniform)?,
            recurrent_kernel: weights::add(path, "recurrent_kernel", &[units, 3 * units], Initializer::Orthogonal)?,
            bias: weights::add(path, "bias", bias_shape, Initializer::Zeros)?,
            config,
        })
    }

    fn run(&self, x: &Tensor, state: State) -> (Tensor, State) {
        if self.config.hard_sigmoid || !self.config.reset_after {
            return self.run_steps(x, state);
        }
        // libtorch's kernel always resets after; its gates are r, z, n.
        let reorder = |t: &Tensor| {
            let gates = t.chunk(3, -1);
            Tensor::cat(&[&gates[1], &gates[0], &gates[2]], -1)
        };
        let bias = reorder(&self.bias);
        let biases = [bias.select(0, 0), bias.select(0, 1)];
        let weights = libtorch_weights(&reorder(&self.kernel), &reorder(&self.recurrent_kernel), biases);
        let (sequence, h) = x.gru(&state[0].unsqueeze(0), &weights, true, 1, 0.0, differentiates(x), false, true);
        (sequence, vec![h.squeeze_dim(0)])
    }

    fn project(&self, x: &Tensor) -> Tensor {
        let bias = if self.config.reset_after { self.bias.select(0, 0) } else { self.bias.shallow_clone() };
        x.matmul(&self.kernel) + bias
    }

    fn step(&self, x: &Tensor, state: &State) -> State {
        let Recurrent { units, hard_sigmoid, reset_after, .. } = self.config;
        let h = &state[0];
        let split = |t: &Tensor| t.split_with_sizes([2 * units, units], 1);
        let x = split(x);
        let candidate = |gates: &Tensor, product: &dyn Fn(&Tensor) -> Tensor| {
            let gates = gate(gates, hard_sigmoid).chunk(2, 1);
            let (z, r) = (&gates[0], &gates[1]);
            // z · h + (1 - z) · candidate
            (&x[1] + product(r)).tanh().lerp_tensor(h, z)
        };
        vec![if reset_after {
            let recurrent = split(&(h.matmul(&self.recurrent_kernel) + self.bias.select(0, 1)));
            candidate(&(&x[0] + &recurrent[0]), &|r| r * &recurrent[1])
        } else {
            let kernels = split(&self.recurrent_kernel);
            candidate(&(&x[0] + h.matmul(&kernels[0])), &|r| (r * h).matmul(&kernels[1]))
        }]
    }

    fn trainable(&self) -> Vec<&Tensor> {
        vec![&self.kernel, &self.recurrent_kernel, &self.bias]
    }
}
