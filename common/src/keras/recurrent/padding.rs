//! Sequences with padding after them.

use tch::{Kind, Tensor};

/// The lengths `[batch]` of sequences whose mask `[batch, time]` has padding only after them; `None` for other masks.
pub(super) fn lengths(mask: &Tensor) -> Option<Tensor> {
    let steps = mask.size()[1];
    let resumes = mask.narrow(1, 1, steps - 1).logical_and(&mask.narrow(1, 0, steps - 1).logical_not());
    (resumes.any().int64_value(&[]) == 0).then(|| mask.sum_dim_intlist(1, false, Kind::Int64))
}

/// `[batch, time, features]` with the features at a sequence's end in its padding, too; zeros if it has no step.
pub(super) fn repeat_ends(sequence: &Tensor, lengths: &Tensor) -> Tensor {
    let last = (lengths - 1).unsqueeze(1);
    let repeated = at(sequence, &steps(sequence).minimum(&last).clamp_min(0));
    repeated * lengths.gt(0).view([-1, 1, 1])
}

/// Each sequence backwards, its padding left where it is.
pub(super) fn reversed(sequence: &Tensor, lengths: &Tensor) -> Tensor {
    let (steps, lengths) = (steps(sequence), lengths.unsqueeze(1));
    let backwards: Tensor = &lengths - 1 - &steps;
    at(sequence, &backwards.where_self(&steps.lt_tensor(&lengths), &steps))
}

/// The numbers of the steps, `[1, time]`.
fn steps(sequence: &Tensor) -> Tensor {
    Tensor::arange(sequence.size()[1], (Kind::Int64, sequence.device())).unsqueeze(0)
}

/// The features at some steps `[batch, time]`.
fn at(sequence: &Tensor, steps: &Tensor) -> Tensor {
    sequence.gather(1, &steps.unsqueeze(-1).expand_as(sequence), false)
}
