use super::cell::Cell;
use super::config::Recurrent;
use super::layer::RecurrentLayer;
use super::padding;
use crate::keras::{Operation, Shape, Value, Variables, precision};
use anyhow::{Result, ensure};
use tch::{Tensor, nn};

/// Two recurrent layers, one of which reads backwards; their outputs side by side (Schuster and Paliwal, 1997).
///
/// Variables: `forward/..` and `backward/..` of the two layers.
#[derive(Debug)]
pub struct Bidirectional<C> {
    forward: RecurrentLayer<C>,
    backward: RecurrentLayer<C>,
}

impl<C: Cell> Bidirectional<C> {
    /// A layer for sequences of shape `[time, features]`, with `config.units` units in each direction.
    ///
    /// # Errors
    /// As [`RecurrentLayer::new`], or states are to be returned.
    pub fn new(path: &nn::Path, input: &Shape, config: Recurrent) -> Result<Bidirectional<C>> {
        ensure!(!config.return_state, "a bidirectional layer returns no states");
        let layer = |side: &str| RecurrentLayer::new(&path.sub(side), input, config);
        Ok(Bidirectional { forward: layer("forward")?, backward: layer("backward")? })
    }
}

impl<C: Cell> Operation for Bidirectional<C> {
    fn class(&self) -> &'static str {
        "Bidirectional"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        ensure!(inputs.len() == 1, "takes one sequence, and {} tensors were given", inputs.len());
        let one_way = self.forward.output_shape(&inputs[0])?;
        Ok(vec![one_way.with_channels(2 * one_way.channels()?)])
    }

    fn apply(&self, inputs: &[&Value], _train: bool) -> Vec<Value> {
        let Value { tensor, mask } = inputs[0];
        let x = &precision::full(tensor);
        let lengths = mask.as_ref().and_then(padding::lengths);
        let run = |layer: &RecurrentLayer<C>, x: &Tensor, mask: Option<&Tensor>, lengths: Option<&Tensor>| {
            layer.run_from(x, layer.zeros(x), mask, lengths).0
        };
        let there = run(&self.forward, x, mask.as_ref(), lengths.as_ref());
        // With padding after the sequences, they are turned round without it, and their mask stays as it is.
        let back = match &lengths {
            Some(lengths) => run(&self.backward, &padding::reversed(x, lengths), mask.as_ref(), Some(lengths)),
            None => run(&self.backward, &x.flip([1]), mask.as_ref().map(|mask| mask.flip([1])).as_ref(), None),
        };
        let there = self.forward.output(there);
        let back = self.backward.output(back);
        let back = match &lengths {
            _ if back.dim() == 2 => back,
            Some(lengths) => padding::reversed(&back, lengths),
            None => back.flip([1]),
        };
        let both = Tensor::cat(&[there, back], -1);
        let mask = self.forward.output_mask(mask.as_ref());
        // Here, and only here, Keras sets the outputs of masked steps to zero.
        let tensor = mask.as_ref().map_or(both.shallow_clone(), |mask| both * mask.unsqueeze(-1));
        vec![Value { tensor, mask }]
    }

    fn variables(&self) -> Variables<'_> {
        let trainable = [self.forward.cell.trainable(), self.backward.cell.trainable()].concat();
        Variables { trainable, non_trainable: vec![] }
    }
}
