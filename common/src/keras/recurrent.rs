use super::{Layer, init};
use tch::{Tensor, nn};

/// What a recurrent layer keeps from one step to the next, each `[batch, units]`: h, and c for an LSTM.
pub type State = Vec<Tensor>;

/// A layer that reads a sequence `[batch, time, features]` step by step.
pub trait Recurrent: Layer {
    /// Width of the state.
    fn units(&self) -> i64;

    /// Whether [`Layer::forward`] returns h at all steps, `[batch, time, units]`, or at the last one.
    fn return_sequences(&self) -> bool;

    /// Reads a sequence from a state on (zeros if `None`): h at all steps, and the last state.
    fn run(&self, x: &Tensor, state: Option<&State>) -> (Tensor, State);

    /// [`Layer::forward`] of all recurrent layers.
    fn read(&self, x: &Tensor) -> Tensor {
        let (sequence, _) = self.run(x, None);
        if self.return_sequences() { sequence } else { sequence.select(1, -1) }
    }
}

/// Long short-term memory (Hochreiter and Schmidhuber, 1997) with Keras' gates i, f, c, o.
///
/// Variables: `kernel` `[features, 4 units]`, Glorot uniform; `recurrent_kernel` `[units, 4 units]`, orthogonal;
/// `bias` `[4 units]`, zeros but ones for the forget gate.
#[derive(Debug)]
pub struct Lstm {
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
    units: i64,
    output_shape: Vec<i64>,
}

impl Lstm {
    /// A layer for inputs of shape `[time, features]`.
    pub fn new(path: &nn::Path, input_shape: &[i64], units: i64, return_sequences: bool) -> Lstm {
        let features = input_shape[1];
        let kernel = init::glorot_uniform(&[features, 4 * units], path.device());
        let recurrent_kernel = init::orthogonal(units, 4 * units, path.device());
        let bias = Tensor::zeros([4 * units], (tch::Kind::Float, path.device()));
        let _ = bias.narrow(0, units, units).fill_(1.0);
        Lstm {
            kernel: path.add("kernel", kernel, true),
            recurrent_kernel: path.add("recurrent_kernel", recurrent_kernel, true),
            bias: path.add("bias", bias, true),
            units,
            output_shape: output_shape(input_shape[0], units, return_sequences),
        }
    }
}

impl Recurrent for Lstm {
    fn units(&self) -> i64 {
        self.units
    }

    fn return_sequences(&self) -> bool {
        self.output_shape.len() == 2
    }

    fn run(&self, x: &Tensor, state: Option<&State>) -> (Tensor, State) {
        let start = start(x, self.units, 2, state);
        // libtorch's gates have the same order; it keeps a second bias, which Keras does not have.
        let second_bias = self.bias.zeros_like();
        let weights = [self.kernel.tr(), self.recurrent_kernel.tr(), self.bias.shallow_clone(), second_bias];
        let (sequence, h, c) = x.lstm(&start, &weights, true, 1, 0.0, false, false, true);
        (sequence, vec![h.squeeze_dim(0), c.squeeze_dim(0)])
    }
}

/// Gated recurrent unit (Cho et al., 2014) with Keras' gates z, r, h.
///
/// Variables: `kernel` `[features, 3 units]`, `recurrent_kernel` `[units, 3 units]`, and `bias`: `[2, 3 units]` with
/// `reset_after` (tf.keras), one row for each kernel; `[3 units]` without (Keras 2.2, the book's).
#[derive(Debug)]
pub struct Gru {
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
    units: i64,
    reset_after: bool,
    output_shape: Vec<i64>,
}

impl Gru {
    /// A layer for inputs of shape `[time, features]`.
    ///
    /// `reset_after` says whether the reset gate acts after the recurrent kernel (tf.keras' default) or on the state
    /// before it (Keras 2.2's).
    pub fn new(path: &nn::Path, input_shape: &[i64], units: i64, return_sequences: bool, reset_after: bool) -> Gru {
        let kernel = init::glorot_uniform(&[input_shape[1], 3 * units], path.device());
        let recurrent_kernel = init::orthogonal(units, 3 * units, path.device());
        let bias_shape: &[i64] = if reset_after { &[2, 3 * units] } else { &[3 * units] };
        Gru {
            kernel: path.add("kernel", kernel, true),
            recurrent_kernel: path.add("recurrent_kernel", recurrent_kernel, true),
            bias: path.zeros("bias", bias_shape),
            units,
            reset_after,
            output_shape: output_shape(input_shape[0], units, return_sequences),
        }
    }

    /// libtorch's kernel, which always resets after; its gates are r, z, n.
    fn run_reset_after(&self, x: &Tensor, h: &Tensor) -> (Tensor, State) {
        let reorder = |t: &Tensor| {
            let gates = t.chunk(3, -1);
            Tensor::cat(&[&gates[1], &gates[0], &gates[2]], -1)
        };
        let bias = reorder(&self.bias);
        let weights =
            [reorder(&self.kernel).tr(), reorder(&self.recurrent_kernel).tr(), bias.select(0, 0), bias.select(0, 1)];
        let (sequence, h) = x.gru(&h.unsqueeze(0), &weights, true, 1, 0.0, false, false, true);
        (sequence, vec![h.squeeze_dim(0)])
    }

    fn run_reset_before(&self, x: &Tensor, h: &Tensor) -> (Tensor, State) {
        let recurrent = self.recurrent_kernel.split_with_sizes([2 * self.units, self.units], 1);
        let inputs = x.matmul(&self.kernel) + &self.bias;
        let mut h = h.shallow_clone();
        let mut sequence = vec![];
        for input in inputs.unbind(1) {
            let parts = input.split_with_sizes([2 * self.units, self.units], 1);
            let gates = (&parts[0] + h.matmul(&recurrent[0])).sigmoid().chunk(2, 1);
            let (z, r) = (&gates[0], &gates[1]);
            let candidate = (&parts[1] + (r * &h).matmul(&recurrent[1])).tanh();
            h = candidate.lerp_tensor(&h, z);
            sequence.push(h.shallow_clone());
        }
        (Tensor::stack(&sequence, 1), vec![h])
    }
}

impl Recurrent for Gru {
    fn units(&self) -> i64 {
        self.units
    }

    fn return_sequences(&self) -> bool {
        self.output_shape.len() == 2
    }

    fn run(&self, x: &Tensor, state: Option<&State>) -> (Tensor, State) {
        let h = start(x, self.units, 1, state).remove(0).squeeze_dim(0);
        if self.reset_after { self.run_reset_after(x, &h) } else { self.run_reset_before(x, &h) }
    }
}

/// Two recurrent layers, one of which reads backwards; their outputs side by side (Schuster and Paliwal, 1997).
///
/// Variables: `forward/..` and `backward/..` of the two layers.
#[derive(Debug)]
pub struct Bidirectional<L> {
    forward: L,
    backward: L,
    output_shape: Vec<i64>,
}

impl<L: Recurrent> Bidirectional<L> {
    /// `layer` makes one of the two from the path it is given.
    pub fn new(path: &nn::Path, layer: impl Fn(&nn::Path) -> L) -> Bidirectional<L> {
        let (forward, backward) = (layer(&path.sub("forward")), layer(&path.sub("backward")));
        let mut output_shape = forward.output_shape().to_vec();
        *output_shape.last_mut().expect("a recurrent layer makes vectors") *= 2;
        Bidirectional { forward, backward, output_shape }
    }
}

impl<L: Recurrent> Layer for Bidirectional<L> {
    fn class_name(&self) -> &'static str {
        "Bidirectional"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        let forward = self.forward.read(x);
        let backward = self.backward.read(&x.flip([1]));
        let backward = if self.backward.return_sequences() { backward.flip([1]) } else { backward };
        Tensor::cat(&[forward, backward], -1)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        [self.forward.trainable(), self.backward.trainable()].concat()
    }
}

macro_rules! recurrent_layer {
    ($type:ty, $name:literal) => {
        impl Layer for $type {
            fn class_name(&self) -> &'static str {
                $name
            }

            fn output_shape(&self) -> &[i64] {
                &self.output_shape
            }

            fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
                self.read(x)
            }

            fn trainable(&self) -> Vec<&Tensor> {
                vec![&self.kernel, &self.recurrent_kernel, &self.bias]
            }
        }
    };
}
recurrent_layer!(Lstm, "LSTM");
recurrent_layer!(Gru, "GRU");

fn output_shape(time: i64, units: i64, return_sequences: bool) -> Vec<i64> {
    if return_sequences { vec![time, units] } else { vec![units] }
}

/// A state as libtorch wants it, `[1, batch, units]` each; zeros if there is none.
fn start(x: &Tensor, units: i64, tensors: usize, state: Option<&State>) -> State {
    match state {
        Some(state) => state.iter().map(|t| t.unsqueeze(0)).collect(),
        None => (0..tensors).map(|_| Tensor::zeros([1, x.size()[0], units], (x.kind(), x.device()))).collect(),
    }
}
