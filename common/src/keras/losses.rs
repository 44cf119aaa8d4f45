//! Keras' losses: the mean over the batch of a mean per sample, as a scalar tensor.
//!
//! Predictions and targets have the same shape, batch axis first, unless a loss says otherwise.

use tch::Tensor;

/// Keras clips probabilities to `[EPSILON, 1 - EPSILON]` before it takes a logarithm.
pub const EPSILON: f64 = 1e-7;

/// Mean squared error.
pub fn mean_squared_error(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
    y_pred.mse_loss(y_true, tch::Reduction::Mean)
}

/// Mean absolute error.
pub fn mean_absolute_error(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
    (y_pred - y_true).abs().mean(None)
}

/// Binary cross-entropy of probabilities (not logits).
pub fn binary_crossentropy(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
    let p = y_pred.clamp(EPSILON, 1.0 - EPSILON);
    let q: Tensor = 1.0 - &p;
    let other: Tensor = 1.0 - y_true;
    // Keras adds its epsilon once more inside the logarithm.
    -(y_true * (p + EPSILON).log() + other * (q + EPSILON).log()).mean(None)
}

/// Binary cross-entropy of what goes into a sigmoid (logits). In a compiled model tf.keras computes it so wherever the
/// net ends in a sigmoid; see [`sparse_categorical_crossentropy_from_logits`].
pub fn binary_crossentropy_from_logits(y_true: &Tensor, logits: &Tensor) -> Tensor {
    logits.binary_cross_entropy_with_logits(y_true, None::<Tensor>, None::<Tensor>, tch::Reduction::Mean)
}

/// Cross-entropy of probabilities along the last axis, targets one-hot; predictions are scaled to sum to one first.
pub fn categorical_crossentropy(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
    -(y_true * log_probabilities(y_pred)).sum_dim_intlist(-1, false, None).mean(None)
}

/// Cross-entropy of probabilities along the last axis, targets int64 class numbers without that axis.
pub fn sparse_categorical_crossentropy(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
    let log_p = log_clipped(y_pred).log_softmax(-1, None);
    -log_p.gather(-1, &y_true.unsqueeze(-1), false).mean(None)
}

/// Cross-entropy of class scores before their softmax (logits) `[batch, classes]`, targets int64 class numbers
/// `[batch]`.
///
/// In a compiled model tf.keras computes its cross-entropies so, wherever the net ends in a softmax: it looks for what
/// went into it. The value is that of [`categorical_crossentropy`] for one-hot targets, but it stays exact, and keeps a
/// gradient, where a probability is below [`EPSILON`]; and it takes two operations instead of eight.
pub fn sparse_categorical_crossentropy_from_logits(y_true: &Tensor, logits: &Tensor) -> Tensor {
    logits.log_softmax(-1, None).nll_loss(y_true)
}

/// Share of samples whose greatest score is that of their class: probabilities or logits `[batch, classes]`, int64
/// class numbers `[batch]`.
pub fn sparse_categorical_accuracy(y_true: &Tensor, scores: &Tensor) -> Tensor {
    scores.argmax(-1, false).eq_tensor(y_true).to_kind(scores.kind()).mean(None)
}

/// -mean(y_true · y_pred): the Wasserstein loss of the book's GANs, targets 1 and -1.
pub fn wasserstein(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
    -(y_true * y_pred).mean(None)
}

/// Mean of (‖∇‖ - 1)² over the batch, the norm over all values of a sample; `gradients` are those of a critic's outputs
/// with respect to its inputs, `[batch, ..]` (p. 154). Gulrajani et al., "Improved Training of Wasserstein GANs", 2017.
///
/// [`Model::input_gradient`](super::Model::input_gradient) and [`input_gradient`](super::input_gradient) make them.
pub fn gradient_penalty(gradients: &Tensor) -> Tensor {
    let axes: Vec<i64> = (1..gradients.dim() as i64).collect();
    let gradient_l2_norm = gradients.square().sum_dim_intlist(&axes[..], false, None).sqrt();
    (gradient_l2_norm - 1.0).square().mean(None)
}

/// Kullback-Leibler divergence of N(mu, exp(log_var)) from N(0, I), summed over z and averaged over the batch
/// (p. 113). Both tensors are `[batch, z]`.
pub fn kl_divergence(mu: &Tensor, log_var: &Tensor) -> Tensor {
    let per_value: Tensor = 1.0 + log_var - mu.square() - log_var.exp();
    (per_value.sum_dim_intlist(-1, false, None) * -0.5).mean(None)
}

/// Share of predictions on the right side of 0.5, for targets 0 and 1.
pub fn binary_accuracy(y_true: &Tensor, y_pred: &Tensor) -> Tensor {
    y_pred.gt(0.5).eq_tensor(&y_true.gt(0.5)).to_kind(y_pred.kind()).mean(None)
}

fn log_probabilities(y_pred: &Tensor) -> Tensor {
    let sum = y_pred.sum_dim_intlist(-1, true, None);
    log_clipped(&(y_pred / sum))
}

fn log_clipped(probabilities: &Tensor) -> Tensor {
    probabilities.clamp(EPSILON, 1.0 - EPSILON).log()
}
