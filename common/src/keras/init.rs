//! Keras' initializers.
//!
//! Each takes the shape in *Keras'* layout and returns a tensor in that layout; layers turn it into libtorch's.

use tch::{Device, Kind, Tensor};

/// Input and output connections of one unit, as Keras counts them: the last two axes of the kernel are input and
/// output, the axes before them are the receptive field. For a transposed convolution, whose kernel is
/// `[height, width, out, in]`, Keras counts in the same way, so that the two change places.
pub fn fans(shape: &[i64]) -> (i64, i64) {
    match shape {
        [] => (1, 1),
        [n] => (*n, *n),
        [field @ .., input, output] => {
            let field: i64 = field.iter().product();
            (field * input, field * output)
        }
    }
}

/// Glorot (Xavier) uniform, Keras' default for kernels: U(-l, l) with l = sqrt(6 / (fan in + fan out)).
///
/// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
pub fn glorot_uniform(shape: &[i64], device: Device) -> Tensor {
    let (fan_in, fan_out) = fans(shape);
    let limit = (6.0 / (fan_in + fan_out) as f64).sqrt();
    uniform(shape, -limit, limit, device)
}

/// U(low, high); Keras initializes embeddings with U(-0.05, 0.05).
pub fn uniform(shape: &[i64], low: f64, high: f64, device: Device) -> Tensor {
    Tensor::rand(shape, (Kind::Float, device)) * (high - low) + low
}

/// N(mean, deviation). The book's GANs start their kernels from N(0, 0.02).
pub fn normal(shape: &[i64], mean: f64, deviation: f64, device: Device) -> Tensor {
    Tensor::randn(shape, (Kind::Float, device)) * deviation + mean
}

/// A matrix with orthonormal rows or columns, whichever are fewer: Keras' default for recurrent kernels.
///
/// Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning", 2013. The signs of R's
/// diagonal are moved into Q, which makes the distribution uniform (Haar).
pub fn orthogonal(rows: i64, columns: i64, device: Device) -> Tensor {
    let (long, short) = (rows.max(columns), rows.min(columns));
    // On the CPU: a GPU takes long to load its linear algebra, and no two threads may do it at once.
    let (q, r) = Tensor::linalg_qr(&Tensor::randn([long, short], (Kind::Float, Device::Cpu)), "reduced");
    let q = q * r.diagonal(0, -2, -1).sign();
    if rows < columns { q.transpose(0, 1) } else { q }.contiguous().to_device(device)
}

/// An initializer of variables: Keras' `kernel_initializer`, `bias_initializer` and so on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Initializer {
    /// Keras' default for kernels, see [`glorot_uniform`].
    #[default]
    GlorotUniform,
    /// N(0, deviation), as in the book's GANs.
    Normal(f64),
    /// U(-limit, limit); Keras' embeddings have 0.05.
    Uniform(f64),
    /// Keras' default for recurrent kernels, see [`orthogonal`].
    Orthogonal,
    /// Keras' default for biases.
    Zeros,
    /// The scale of a normalization.
    Ones,
}

impl Initializer {
    /// A tensor of this distribution; `shape` is in Keras' layout.
    pub fn make(self, shape: &[i64], device: Device) -> Tensor {
        match self {
            Initializer::GlorotUniform => glorot_uniform(shape, device),
            Initializer::Normal(deviation) => normal(shape, 0.0, deviation, device),
            Initializer::Uniform(limit) => uniform(shape, -limit, limit, device),
            Initializer::Orthogonal => orthogonal(shape[0], shape[1..].iter().product(), device).reshape(shape),
            Initializer::Zeros => Tensor::zeros(shape, (Kind::Float, device)),
            Initializer::Ones => Tensor::ones(shape, (Kind::Float, device)),
        }
    }
}
