use super::config::Recurrent;
use anyhow::Result;
use std::fmt::Debug;
use tch::{Device, Tensor, nn};

/// What a recurrent layer keeps from one step to the next, each `[batch, units]`: h, and c for an LSTM.
pub type State = Vec<Tensor>;

/// The step of a recurrent layer.
pub trait Cell: Debug + Sized + 'static {
    /// Keras' class name of the layer.
    const CLASS_NAME: &'static str;
    /// Tensors in its state.
    const STATES: usize;

    /// Untrained weights for so many features.
    ///
    /// # Errors
    /// Sizes are out of bounds.
    fn new(path: &nn::Path, features: i64, config: Recurrent) -> Result<Self>;

    /// Reads a sequence `[batch, time, features]`: h at all steps `[batch, time, units]`, and the last state.
    fn run(&self, x: &Tensor, state: State) -> (Tensor, State) {
        self.run_steps(x, state)
    }

    /// The same, step by step: what a cell does that libtorch has no kernel for.
    fn run_steps(&self, x: &Tensor, mut state: State) -> (Tensor, State) {
        let mut sequence = vec![];
        for x in self.project(x).unbind(1) {
            state = self.step(&x, &state);
            sequence.push(state[0].shallow_clone());
        }
        (Tensor::stack(&sequence, 1), state)
    }

    /// The same with a mask `[batch, time]`: where it is false the state stays, and the output is that of the step
    /// before, or zeros at the start.
    fn run_masked(&self, x: &Tensor, mut state: State, mask: &Tensor) -> (Tensor, State) {
        let mut output = state[0].zeros_like();
        let mut sequence = vec![];
        for (x, counts) in self.project(x).unbind(1).iter().zip(mask.unsqueeze(-1).unbind(1)) {
            let new = self.step(x, &state);
            output = new[0].where_self(&counts, &output);
            state = new.iter().zip(&state).map(|(new, old)| new.where_self(&counts, old)).collect();
            sequence.push(output.shallow_clone());
        }
        (Tensor::stack(&sequence, 1), state)
    }

    /// The products with the kernel of all steps at once, `[batch, time, gates · units]`.
    fn project(&self, x: &Tensor) -> Tensor;

    /// One step from a projected input `[batch, gates · units]`.
    fn step(&self, x: &Tensor, state: &State) -> State;

    /// Its weights; the kernel `[features, ..]` comes first.
    fn trainable(&self) -> Vec<&Tensor>;
}

/// The activation of gates: a sigmoid, or Keras' clip(0.2 x + 0.5, 0, 1).
pub(super) fn gate(x: &Tensor, hard: bool) -> Tensor {
    if hard { (x * 0.2 + 0.5).clamp(0.0, 1.0) } else { x.sigmoid() }
}

/// The weights as libtorch's recurrent layers take them: transposed kernels, then the biases of both.
pub(super) fn libtorch_weights(kernel: &Tensor, recurrent_kernel: &Tensor, biases: [Tensor; 2]) -> [Tensor; 4] {
    let [bias, recurrent_bias] = biases;
    let weights = [kernel.tr(), recurrent_kernel.tr(), bias, recurrent_bias];
    // oneDNN takes any tensors.
    if kernel.device() == Device::Cpu { weights } else { in_one_buffer(weights) }
}

/// The same weights, one after the other in memory. cuDNN reads a layer's weights from one buffer: where they lie elsewhere,
/// libtorch copies them at each call, and prints a warning each time.
fn in_one_buffer(weights: [Tensor; 4]) -> [Tensor; 4] {
    let buffer = Tensor::cat(&weights.each_ref().map(|weight| weight.reshape([-1])), 0);
    let sizes: Vec<i64> = weights.iter().map(|weight| weight.numel() as i64).collect();
    let parts = buffer.split_with_sizes(sizes, 0);
    std::array::from_fn(|i| parts[i].view(weights[i].size().as_slice()))
}

/// Whether libtorch's layer is told that it trains, without which cuDNN keeps nothing for the gradient. On a CPU it makes no
/// difference.
pub(super) fn differentiates(x: &Tensor) -> bool {
    x.device() != Device::Cpu
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Kind, kind};

    #[test]
    fn weights_for_cudnn_lie_in_one_buffer_and_differentiate() {
        let random = |shape: &[i64]| Tensor::randn(shape, kind::DOUBLE_CPU).set_requires_grad(true);
        let variables = [random(&[3, 8]), random(&[2, 8]), random(&[8]), random(&[8])];
        let apart = |[kernel, recurrent, bias, other]: &[Tensor; 4]| {
            [kernel.tr(), recurrent.tr(), bias.shallow_clone(), other.shallow_clone()]
        };
        let together = in_one_buffer(apart(&variables));

        let mut address = together[0].data_ptr() as usize;
        for (weight, expected) in together.iter().zip(apart(&variables)) {
            assert_eq!(*weight, expected);
            assert!(weight.is_contiguous());
            assert_eq!(weight.data_ptr() as usize, address, "cuDNN reads the next weight right behind");
            address += weight.numel() * size_of::<f64>();
        }

        let factors = apart(&variables).map(|weight| Tensor::randn(weight.size(), kind::DOUBLE_CPU));
        let gradients = |weights: [Tensor; 4]| {
            let products = weights.iter().zip(&factors).map(|(weight, factor)| (weight * factor).sum(Kind::Double));
            Tensor::run_backward(&[products.sum::<Tensor>()], &variables, false, false)
        };
        assert_eq!(gradients(together), gradients(apart(&variables)));
    }
}
