use super::cell::{Cell, State};
use super::config::Recurrent;
use super::padding;
use crate::keras::limits::MOST_UNITS;
use crate::keras::{Operation, Shape, Value, Variables, precision};
use anyhow::{Context, Result, ensure};
use tch::{Tensor, nn};

/// A recurrent layer: a cell, and what of its outputs it returns.
///
/// Inputs: the sequence, and the initial state if it is not zeros. Outputs: the sequence or its last step, and the last
/// state where the configuration says so. Steps that are masked keep the state and repeat the output, as in Keras.
#[derive(Debug)]
pub struct RecurrentLayer<C> {
    pub(super) cell: C,
    config: Recurrent,
}

impl<C: Cell> RecurrentLayer<C> {
    /// A layer for sequences of shape `[time, features]`.
    ///
    /// # Errors
    /// The shape has other axes, or sizes are out of bounds.
    pub fn new(path: &nn::Path, input: &Shape, config: Recurrent) -> Result<RecurrentLayer<C>> {
        let [_, _] = input.axes().context("a recurrent layer takes sequences")?;
        ensure!(
            (1..=MOST_UNITS).contains(&config.units),
            "units must lie between 1 and {MOST_UNITS}, not {}",
            config.units
        );
        Ok(RecurrentLayer { cell: C::new(path, input.channels()?, config)?, config })
    }

    /// Reads a sequence `[batch, time, features]` from a state on (zeros if `None`): h at all steps, and the last state.
    pub fn run(&self, x: &Tensor, state: Option<State>, mask: Option<&Tensor>) -> (Tensor, State) {
        let state = state.unwrap_or_else(|| self.zeros(x));
        self.run_from(x, state, mask, mask.and_then(padding::lengths).as_ref())
    }

    /// The state before the first step of sequences.
    pub(super) fn zeros(&self, x: &Tensor) -> State {
        let zeros = || Tensor::zeros([x.size()[0], self.config.units], (x.kind(), x.device()));
        (0..C::STATES).map(|_| zeros()).collect()
    }

    /// Reads sequences from a state on; `lengths` are theirs if the mask has padding only after them.
    pub(super) fn run_from(
        &self,
        x: &Tensor,
        state: State,
        mask: Option<&Tensor>,
        lengths: Option<&Tensor>,
    ) -> (Tensor, State) {
        match (mask, lengths) {
            (None, _) => self.cell.run(x, state),
            (Some(_), Some(lengths)) if C::STATES == 1 => self.run_padded(x, state, lengths),
            (Some(mask), _) => self.cell.run_masked(x, state, mask),
        }
    }

    /// Reads sequences with padding after them as if there were none, and then repeats the outputs at their ends: the
    /// same as step by step with a mask, but in one kernel. For cells whose state is their output.
    fn run_padded(&self, x: &Tensor, state: State, lengths: &Tensor) -> (Tensor, State) {
        let before = state[0].shallow_clone();
        let (sequence, _) = self.cell.run(x, state);
        let sequence = padding::repeat_ends(&sequence, lengths);
        let last = sequence.select(1, -1).where_self(&lengths.gt(0).unsqueeze(1), &before);
        (sequence, vec![last])
    }

    /// The sequence, or its last step.
    pub(super) fn output(&self, sequence: Tensor) -> Tensor {
        if self.config.return_sequences { sequence } else { sequence.select(1, -1) }
    }

    pub(super) fn output_shape(&self, input: &Shape) -> Result<Shape> {
        let [time, _] = input.axes().context("a recurrent layer takes sequences")?;
        input.ensure_channels(self.cell.trainable()[0].size()[0])?;
        let units = Some(self.config.units);
        Ok(if self.config.return_sequences { Shape::from([time, units]) } else { Shape::from([units]) })
    }

    /// A mask flows on with the sequence only.
    pub(super) fn output_mask(&self, mask: Option<&Tensor>) -> Option<Tensor> {
        mask.filter(|_| self.config.return_sequences).map(Tensor::shallow_clone)
    }
}

impl<C: Cell> Operation for RecurrentLayer<C> {
    fn class(&self) -> &'static str {
        C::CLASS_NAME
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        let state = Shape::from([self.config.units]);
        let fits = matches!(inputs.len(), n if n == 1 || n == 1 + C::STATES);
        ensure!(fits, "takes a sequence and {} states, or none, not {} tensors", C::STATES, inputs.len());
        ensure!(
            inputs[1..].iter().all(|shape| *shape == state),
            "its states have the shape {state}, not {:?}",
            &inputs[1..]
        );
        let mut shapes = vec![self.output_shape(&inputs[0])?];
        if self.config.return_state {
            shapes.extend(vec![state; C::STATES]);
        }
        Ok(shapes)
    }

    fn apply(&self, inputs: &[&Value], _train: bool) -> Vec<Value> {
        let Value { tensor: x, mask } = inputs[0];
        let state = inputs[1..].iter().map(|value| precision::full(&value.tensor)).collect::<State>();
        let (sequence, state) = self.run(&precision::full(x), (!state.is_empty()).then_some(state), mask.as_ref());
        let output = Value { tensor: self.output(sequence), mask: self.output_mask(mask.as_ref()) };
        let state = state.into_iter().filter(|_| self.config.return_state).map(Value::from);
        std::iter::once(output).chain(state).collect()
    }

    fn variables(&self) -> Variables<'_> {
        Variables { trainable: self.cell.trainable(), non_trainable: vec![] }
    }
}
