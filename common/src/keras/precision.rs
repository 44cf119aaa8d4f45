//! Mixed precision, as Keras' policy `mixed_bfloat16` and PyTorch's autocast have it.
//!
//! Weights, gradients, optimizers and checkpoints are f32 always. With the policy [`Precision::Bf16`], convolutions, dense
//! layers, attention and other large matrix products take their operands in bf16 ([`operand`]) and make bf16, in which
//! ReLUs, reshapes and sums go on. What needs more bits asks for f32 again ([`full`]): normalization, softmax and the other
//! activations that round, recurrent layers, closures, and the outputs of a [`Model`](super::Model), so that losses and
//! figures never see bf16. Both casts are differentiable, once and twice. Only f32 is cast down, and only under that policy:
//! f64 and weights that a file holds in bf16 stay as they are.

use anyhow::{Result, ensure};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use tch::{Device, Kind, Tensor};

pub use catalog::Precision;

/// Whether the policy is bf16.
static BF16: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether this thread computes in f32 whatever the policy says.
    static IN_F32: Cell<bool> = const { Cell::new(false) };
}

/// Sets the policy of the whole process, from the next operation on. It does not ask whether the processor is fast at it:
/// [`check`] does.
pub fn set_global_policy(precision: Precision) {
    BF16.store(precision == Precision::Bf16, Ordering::Relaxed);
}

/// Computes in f32, whatever the policy: for nets that measure others, whose results must be comparable.
pub fn in_f32<T>(compute: impl FnOnce() -> T) -> T {
    let before = IN_F32.replace(true);
    let result = compute();
    IN_F32.set(before);
    result
}

fn is_bf16() -> bool {
    BF16.load(Ordering::Relaxed) && !IN_F32.get()
}

/// The kind that a tensor of this kind has as an [`operand`].
pub fn operand_kind(kind: Kind) -> Kind {
    if kind == Kind::Float && is_bf16() { Kind::BFloat16 } else { kind }
}

/// A tensor as an operand of a convolution or a large matrix product: f32 as bf16 if the policy says so, anything else as
/// it is.
pub fn operand(x: &Tensor) -> Tensor {
    // Nothing is copied where the kind stays.
    x.to_kind(operand_kind(x.kind()))
}

/// A tensor for what needs more bits than bf16 has: the policy's bf16 as f32, anything else as it is.
pub fn full(x: &Tensor) -> Tensor {
    let kind = x.kind();
    x.to_kind(if kind == Kind::BFloat16 && is_bf16() { Kind::Float } else { kind })
}

/// A large matrix product with its operands in the policy's precision, and the result in f32.
pub fn matmul(a: &Tensor, b: &Tensor) -> Tensor {
    full(&operand(a).matmul(&operand(b)))
}

/// Checks that a precision is of use on a device; `instructions` is [`has_instructions`] of this processor.
///
/// # Errors
/// It is bf16 on a CPU that lacks the instructions.
pub fn check(precision: Precision, device: Device, instructions: bool) -> Result<()> {
    let is_slow = precision == Precision::Bf16 && device == Device::Cpu && !instructions;
    ensure!(
        !is_slow,
        "--precision bf16: this processor has no instructions for bf16 (AVX512-BF16 on x86-64, BF16 on ARM), without which \
         it is slower than f32, the default"
    );
    Ok(())
}

/// Whether the processor has instructions for products in bf16. Those with AMX for bf16 have AVX512-BF16, too.
#[cfg(target_arch = "x86_64")]
pub fn has_instructions() -> bool {
    std::arch::is_x86_feature_detected!("avx512bf16")
}

/// Whether the processor has instructions for products in bf16.
#[cfg(target_arch = "aarch64")]
pub fn has_instructions() -> bool {
    std::arch::is_aarch64_feature_detected!("bf16")
}

/// Whether the processor has instructions for products in bf16.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn has_instructions() -> bool {
    false
}
