use super::Shape;
use super::graph::{Entry, TensorId};
use crate::files;
use crate::plot::{Diagram, Figure, Node};
use anyhow::Result;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// One row of a [`Summary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerInfo {
    /// The layer's own name: `encoder_conv_0`.
    pub name: String,
    /// Keras' class name: `Conv2D`; `Functional` for a model.
    pub class_name: String,
    /// Input shapes, without the batch axis.
    pub input_shapes: Vec<Shape>,
    /// Output shapes, without the batch axis.
    pub output_shapes: Vec<Shape>,
    /// Values that an optimizer changes.
    pub trainable: i64,
    /// Values that only the layer changes.
    pub non_trainable: i64,
    /// Where its inputs come from, as Keras writes it: layer, call, output: `conv[0][0]`. Call by call.
    pub connected_to: Vec<String>,
    /// How often the net calls it: more than once if it is shared.
    pub calls: usize,
}

impl LayerInfo {
    /// Number of parameters of the layer.
    pub fn parameters(&self) -> i64 {
        self.trainable + self.non_trainable
    }

    /// The shape of the first output.
    pub fn output_shape(&self) -> &Shape {
        &self.output_shapes[0]
    }
}

/// The layers of a net. It prints like Keras' `model.summary()`, and [`Summary::diagram`] draws it like Keras'
/// `plot_model`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The net's name.
    pub name: String,
    /// The layers in Keras' order, inputs first.
    pub layers: Vec<LayerInfo>,
}

impl Summary {
    pub(super) fn new(name: &str, entries: &[Entry], outputs: &[TensorId]) -> Summary {
        let layers = keras_order(entries, outputs).into_iter().map(|first| {
            let Entry { name, operation, outputs, .. } = &entries[first];
            let calls: Vec<&Entry> = entries.iter().filter(|entry| entry.name == *name).collect();
            let sources: Vec<&TensorId> = calls.iter().flat_map(|call| &call.inputs).collect();
            let from = |id: &&TensorId| (&entries[id.entry], id.output);
            let variables = operation.variables();
            let count = |tensors: &[&tch::Tensor]| tensors.iter().map(|tensor| tensor.numel() as i64).sum();
            LayerInfo {
                name: name.clone(),
                class_name: operation.class().to_string(),
                input_shapes: if sources.is_empty() {
                    outputs.clone()
                } else {
                    sources.iter().map(from).map(|(entry, output)| entry.outputs[output].clone()).collect()
                },
                output_shapes: outputs.clone(),
                trainable: count(&variables.trainable),
                non_trainable: count(&variables.non_trainable),
                connected_to: sources
                    .iter()
                    .map(from)
                    .map(|(entry, output)| format!("{}[{}][{output}]", entry.name, entry.call))
                    .collect(),
                calls: calls.len(),
            }
        });
        Summary { name: name.to_string(), layers: layers.collect() }
    }

    /// Values in all layers.
    pub fn parameters(&self) -> i64 {
        self.layers.iter().map(LayerInfo::parameters).sum()
    }

    /// Values that an optimizer changes.
    pub fn trainable(&self) -> i64 {
        self.layers.iter().map(|layer| layer.trainable).sum()
    }

    /// Parameters of each layer that has some, by name: what the book's tables list.
    pub fn parameters_by_layer(&self) -> Vec<(&str, i64)> {
        self.layers.iter().filter(|l| l.parameters() > 0).map(|l| (l.name.as_str(), l.parameters())).collect()
    }

    /// Writes the summary and its diagram, `<name>.txt` and `<name>.png`, as the book's `plot_model` does (p. 98).
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let path = folder.join(&self.name);
        files::write(&path.with_extension("txt"), format!("{self}\n").as_bytes())?;
        Figure::fitted(&[&[&self.diagram()]], 7.0)?.save(path.with_extension("png"))
    }

    /// Boxes and arrows, as Keras' `plot_model(show_shapes=True)` draws them: a box for each layer. Where shared layers
    /// lead back to themselves, as in the CycleGAN, each call gets a box of its own.
    pub fn diagram(&self) -> Diagram {
        let by_layer = self.boxes(|_| 1);
        if by_layer.is_cyclic() { self.boxes(|layer| layer.calls) } else { by_layer }
    }

    /// A diagram with so many boxes for each layer: one, or one for each of its calls.
    fn boxes(&self, count: impl Fn(&LayerInfo) -> usize) -> Diagram {
        let mut boxes = vec![];
        let mut first = HashMap::new();
        for layer in &self.layers {
            first.insert(layer.name.as_str(), boxes.len());
            let output = list(&layer.output_shapes);
            // A layer that is called several times has the inputs of all calls in a row.
            let per_call = layer.input_shapes.len().div_ceil(count(layer)).max(1);
            let mut inputs = layer.input_shapes.chunks(per_call).map(list);
            boxes.extend((0..count(layer)).map(|_| {
                Node::new(
                    &layer.name,
                    &layer.class_name,
                    &inputs.next().unwrap_or_else(|| list(&layer.input_shapes)),
                    &output,
                )
            }));
        }
        let mut arrows = vec![];
        for layer in &self.layers {
            let inputs_per_box = (layer.connected_to.len() / count(layer)).max(1);
            for (i, source) in layer.connected_to.iter().enumerate() {
                // `conv[1][0]`: the first output of the layer's second call.
                let mut parts = source.split(['[', ']']);
                let source = parts.next().and_then(|name| self.layers.iter().find(|layer| layer.name == name));
                let call: usize = parts.next().and_then(|call| call.parse().ok()).unwrap_or(0);
                if let Some(source) = source {
                    let from = first[source.name.as_str()] + call.min(count(source) - 1);
                    arrows.push((from, first[layer.name.as_str()] + i / inputs_per_box));
                }
            }
        }
        Diagram::new(boxes, arrows)
    }

    /// Whether each layer follows the one before: Keras leaves the column of connections out then.
    fn is_chain(&self) -> bool {
        let source =
            |layer: &LayerInfo| layer.connected_to.first().map(|source| source.split('[').next() == Some(&layer.name));
        self.layers.iter().enumerate().all(|(i, layer)| {
            let follows = |source: &String| i > 0 && source.split('[').next() == Some(self.layers[i - 1].name.as_str());
            let alone = layer.connected_to.len() == usize::from(i > 0);
            alone && source(layer).is_none_or(|own| !own) && layer.connected_to.iter().all(follows)
        })
    }
}

/// One shape, or several as a list.
fn list(shapes: &[Shape]) -> String {
    match shapes {
        [shape] => shape.to_string(),
        _ => format!("[{}]", shapes.iter().map(Shape::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// The first call of each layer in the order in which Keras lists them: by the longest way to an output, and among
/// equals in the order in which a walk from the outputs first meets them.
fn keras_order(entries: &[Entry], outputs: &[TensorId]) -> Vec<usize> {
    let mut walk = Walk { entries, met: vec![], finished: vec![] };
    outputs.iter().for_each(|id| walk.visit(id.entry));
    let Walk { met, finished, .. } = walk;
    let mut depths: HashMap<usize, usize> = HashMap::new();
    let mut layer_depths: HashMap<&str, usize> = HashMap::new();
    for entry in finished.into_iter().rev() {
        let name = entries[entry].name.as_str();
        let depth = depths.get(&entry).copied().unwrap_or(0).max(layer_depths.get(name).copied().unwrap_or(0));
        layer_depths.insert(name, depth);
        for id in &entries[entry].inputs {
            let before = depths.entry(id.entry).or_default();
            *before = (*before).max(depth + 1);
        }
    }
    let mut layers: Vec<&str> = met;
    layers.sort_by_key(|name| std::cmp::Reverse(layer_depths.get(name).copied().unwrap_or(0)));
    layers.iter().filter_map(|name| entries.iter().position(|entry| entry.name == **name)).collect()
}

struct Walk<'a> {
    entries: &'a [Entry],
    /// Layers in the order of their first visit.
    met: Vec<&'a str>,
    /// Calls in the order in which everything in front of them was visited.
    finished: Vec<usize>,
}

impl Walk<'_> {
    fn visit(&mut self, entry: usize) {
        if self.finished.contains(&entry) {
            return;
        }
        let name = self.entries[entry].name.as_str();
        if !self.met.contains(&name) {
            self.met.push(name);
        }
        for id in &self.entries[entry].inputs {
            self.visit(id.entry);
        }
        self.finished.push(entry);
    }
}

/// The size of so many f32 values as Keras writes it: `386.51 KB`.
fn memory(values: i64) -> String {
    let bytes = 4.0 * values as f64;
    let units = [("GB", 30), ("MB", 20), ("KB", 10)];
    let unit = units.iter().find(|(_, power)| bytes >= f64::from(1 << power));
    unit.map_or(format!("{bytes:.2} Byte"), |(name, power)| format!("{:.2} {name}", bytes / f64::from(1 << power)))
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let chain = self.is_chain();
        let mut rows = vec![["Layer (type)", "Output Shape", "Param #", "Connected to"].map(str::to_string)];
        rows.extend(self.layers.iter().map(|layer| {
            // Keras shows the shape of an input as a list.
            let shapes = list(&layer.output_shapes);
            let shapes = if layer.class_name == "InputLayer" { format!("[{shapes}]") } else { shapes };
            let sources = layer.connected_to.iter().map(|source| format!("'{source}'")).collect::<Vec<_>>();
            let name = format!("{} ({})", layer.name, layer.class_name);
            [name, shapes, layer.parameters().to_string(), format!("[{}]", sources.join(", "))]
        }));
        let widths = [0, 1, 2, 3].map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
        let line = |row: &[String; 4]| {
            let columns = if chain { 3 } else { 4 };
            let cells = row.iter().zip(widths).take(columns).map(|(cell, width)| format!("{cell:width$}"));
            format!(" {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_string()
        };
        let width = rows.iter().map(|row| line(row).len()).max().unwrap_or(0);
        writeln!(f, "Model: \"{}\"", self.name)?;
        writeln!(f, "{}\n{}\n{}", "_".repeat(width), line(&rows[0]), "=".repeat(width))?;
        rows[1..].iter().try_for_each(|row| writeln!(f, "{}", line(row)))?;
        writeln!(f, "{}", "=".repeat(width))?;
        let (all, trainable) = (self.parameters(), self.trainable());
        writeln!(f, "Total params: {all} ({})", memory(all))?;
        writeln!(f, "Trainable params: {trainable} ({})", memory(trainable))?;
        write!(f, "Non-trainable params: {} ({})", all - trainable, memory(all - trainable))
    }
}
