use super::layout::channel_axis;
use super::{Operation, Shape, Value, precision};
use anyhow::{Result, ensure};
use tch::Tensor;

/// A layer that merges several tensors into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Sum.
    Add,
    /// Product of values at the same place.
    Multiply,
    /// Mean.
    Average,
    /// Side by side along the last axis.
    Concatenate,
    /// Products along an axis of the first and one of the second, counted from 1 without the batch; `normalize` gives
    /// cosines.
    Dot { axes: [i64; 2], normalize: bool },
}

impl Merge {
    fn concatenated(inputs: &[Shape]) -> Result<Shape> {
        let before = |shape: &Shape| shape[..shape.len().saturating_sub(1)].to_vec();
        let mut channels = 0;
        for shape in inputs {
            ensure!(
                before(shape) == before(&inputs[0]),
                "cannot concatenate {}: only the last axis may differ",
                list(inputs)
            );
            channels += shape.channels()?;
        }
        Ok(inputs[0].with_channels(channels))
    }

    fn dotted(inputs: &[Shape], axes: [i64; 2]) -> Result<Shape> {
        ensure!(inputs.len() == 2, "Dot takes two tensors, and {} were given", inputs.len());
        let mut left = vec![];
        for (shape, axis) in inputs.iter().zip(axes) {
            ensure!((1..=2).contains(&shape.len()), "Dot takes vectors and sequences, not {shape}");
            ensure!((1..=shape.len() as i64).contains(&axis), "{shape} has no axis {axis}, counted from 1");
            left.extend(shape.iter().enumerate().filter(|(i, _)| *i as i64 + 1 != axis).map(|(_, size)| *size));
        }
        let along = [inputs[0][axes[0] as usize - 1], inputs[1][axes[1] as usize - 1]];
        ensure!(
            along[0] == along[1],
            "Dot: axis {} of {} and axis {} of {} differ",
            axes[0],
            inputs[0],
            axes[1],
            inputs[1]
        );
        Ok(Shape::from(if left.is_empty() { vec![Some(1)] } else { left }))
    }
}

impl Operation for Merge {
    fn class(&self) -> &'static str {
        match self {
            Merge::Add => "Add",
            Merge::Multiply => "Multiply",
            Merge::Average => "Average",
            Merge::Concatenate => "Concatenate",
            Merge::Dot { .. } => "Dot",
        }
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        ensure!(inputs.len() > 1, "{} takes two tensors or more", self.class());
        Ok(vec![match self {
            Merge::Concatenate => Merge::concatenated(inputs)?,
            Merge::Dot { axes, .. } => Merge::dotted(inputs, *axes)?,
            _ => {
                let same = inputs.iter().all(|shape| *shape == inputs[0]);
                ensure!(same, "{} takes tensors of one shape, not {}", self.class(), list(inputs));
                inputs[0].clone()
            }
        }])
    }

    fn apply(&self, inputs: &[&Value], _train: bool) -> Vec<Value> {
        let tensors: Vec<&Tensor> = inputs.iter().map(|value| &value.tensor).collect();
        let fold = |f: fn(&Tensor, &Tensor) -> Tensor| {
            tensors[2..].iter().fold(f(tensors[0], tensors[1]), |sum, tensor| f(&sum, tensor))
        };
        let tensor = match self {
            Merge::Add => fold(|a, b| a + b),
            Merge::Multiply => fold(|a, b| a * b),
            Merge::Average => fold(|a, b| a + b) / tensors.len() as f64,
            Merge::Concatenate => Tensor::cat(&tensors, channel_axis(tensors[0])),
            Merge::Dot { axes, normalize } => dot(tensors[0], tensors[1], *axes, *normalize),
        };
        // Where some inputs are masked, a step counts if it counts in all of them, as in Keras.
        let masks = inputs.iter().filter_map(|value| value.mask.as_ref().map(Tensor::shallow_clone));
        let mask = masks.reduce(|a, b| a.logical_and(&b)).filter(|_| !matches!(self, Merge::Dot { .. }));
        vec![Value { tensor, mask }]
    }
}

fn dot(a: &Tensor, b: &Tensor, axes: [i64; 2], normalize: bool) -> Tensor {
    let unit = |x: &Tensor, axis: i64| {
        let x = precision::full(x);
        let norm = x.square().sum_dim_intlist(axis, true, None).clamp_min(1e-12).sqrt();
        precision::operand(&if normalize { x / norm } else { x })
    };
    let (a, b) = (unit(a, axes[0]), unit(b, axes[1]));
    // As matrices [batch, rest, along] and [batch, along, rest]; a vector's rest is 1.
    let left = if a.dim() == 2 { a.unsqueeze(1) } else { a.movedim_int(axes[0], 2) };
    let right = if b.dim() == 2 { b.unsqueeze(2) } else { b.movedim_int(axes[1], 1) };
    let product = left.matmul(&right);
    match (a.dim(), b.dim()) {
        (2, 2) => product.squeeze_dim(2),
        (2, _) => product.squeeze_dim(1),
        (_, 2) => product.squeeze_dim(2),
        _ => product,
    }
}

fn list(shapes: &[Shape]) -> String {
    shapes.iter().map(Shape::to_string).collect::<Vec<_>>().join(" and ")
}
