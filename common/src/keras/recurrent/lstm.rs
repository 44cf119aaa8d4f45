use super::cell::{Cell, State, differentiates, gate, libtorch_weights};
use super::config::Recurrent;
use crate::keras::init::Initializer;
use crate::keras::weights;
use anyhow::Result;
use tch::{Tensor, nn};

/// Long short-term memory (Hochreiter and Schmidhuber, 1997) with Keras' gates i, f, c, o.
///
/// Variables: `kernel` `[features, 4 units]`, Glorot uniform; `recurrent_kernel` `[units, 4 units]`, orthogonal;
/// `bias` `[4 units]`, zeros but ones for the forget gate.
#[derive(Debug)]
pub struct LstmCell {
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
    hard_sigmoid: bool,
}

impl Cell for LstmCell {
    const CLASS_NAME: &'static str = "LSTM";
    const STATES: usize = 2;

    fn new(path: &nn::Path, features: i64, config: Recurrent) -> Result<LstmCell> {
        let Recurrent { units, hard_sigmoid, .. } = config;
        let kernel = weights::add(path, "kernel", &[features, 4 * units], Initializer::GlorotUniform)?;
        let recurrent_kernel = weights::add(path, "recurrent_kernel", &[units, 4 * units], Initializer::Orthogonal)?;
        let bias = weights::add(path, "bias", &[4 * units], Initializer::Zeros)?;
        let _ = tch::no_grad(|| bias.narrow(0, units, units).fill_(1.0));
        Ok(LstmCell { kernel, recurrent_kernel, bias, hard_sigmoid })
    }

    fn run(&self, x: &Tensor, state: State) -> (Tensor, State) {
        if self.hard_sigmoid {
            return self.run_steps(x, state);
        }
        // libtorch's gates have the same order; it keeps a second bias, which Keras does not have.
        let biases = [self.bias.shallow_clone(), self.bias.zeros_like()];
        let weights = libtorch_weights(&self.kernel, &self.recurrent_kernel, biases);
        let state: State = state.iter().map(|tensor| tensor.unsqueeze(0)).collect();
        let (sequence, h, c) = x.lstm(&state, &weights, true, 1, 0.0, differentiates(x), false, true);
        (sequence, vec![h.squeeze_dim(0), c.squeeze_dim(0)])
    }

    fn project(&self, x: &Tensor) -> Tensor {
        x.matmul(&self.kernel) + &self.bias
    }

    fn step(&self, x: &Tensor, state: &State) -> State {
        let gates = (x + state[0].matmul(&self.recurrent_kernel)).chunk(4, 1);
        let [i, f, o] = [0, 1, 3].map(|place| gate(&gates[place], self.hard_sigmoid));
        let c = f * &state[1] + i * gates[2].tanh();
        let h = o * c.tanh();
        vec![h, c]
    }

    fn trainable(&self) -> Vec<&Tensor> {
        vec![&self.kernel, &self.recurrent_kernel, &self.bias]
    }
}
