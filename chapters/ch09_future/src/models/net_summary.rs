//! Summaries of nets with control flow, which no description of layers gives.

use anyhow::Result;
use common::keras::{LayerInfo, Shape, Summary, weights};
use common::training::RunFolder;
use tch::nn::VarStore;

/// A part of a net: its name below the net's, what it is, and the shape that it makes.
#[derive(Debug)]
pub struct Part {
    name: String,
    class: &'static str,
    output: Shape,
}

impl Part {
    /// A part. Its variables are those below `<net>/<name>/`.
    pub fn new(name: impl Into<String>, class: &'static str, output: impl Into<Shape>) -> Part {
        Part { name: name.into(), class, output: output.into() }
    }
}

/// The summary of a net: its parts one after the other, each with the number of its parameters. Side branches stand
/// where they join.
pub fn summary(variables: &VarStore, net: &str, parts: Vec<Part>) -> Summary {
    let named = weights::named_variables(variables);
    let values = |prefix: &str, trainable: bool| -> i64 {
        let own = named.iter().filter(|(name, tensor)| name.starts_with(prefix) && tensor.requires_grad() == trainable);
        own.map(|(_, tensor)| tensor.numel() as i64).sum()
    };
    let mut layers: Vec<LayerInfo> = vec![];
    for Part { name, class, output } in parts {
        let before = layers.last();
        let prefix = format!("{net}/{name}/");
        let layer = LayerInfo {
            input_shapes: vec![before.map_or(output.clone(), |before| before.output_shapes[0].clone())],
            connected_to: before.map(|before| format!("{}[0][0]", before.name)).into_iter().collect(),
            name,
            class_name: class.to_string(),
            output_shapes: vec![output],
            trainable: values(&prefix, true),
            non_trainable: values(&prefix, false),
            calls: 1,
        };
        layers.push(layer);
    }
    Summary { name: net.to_string(), layers }
}

/// Writes summaries to a run's folder `viz`, as `plot_model` does.
///
/// # Errors
/// A file cannot be written.
pub fn save(folder: &RunFolder, summaries: &[Summary]) -> Result<()> {
    summaries.iter().try_for_each(|summary| summary.save(&folder.path.join("viz")))
}
