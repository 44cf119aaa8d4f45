use crate::files;
use crate::plot::{Diagram, Figure, Node};
use anyhow::Result;
use std::fmt;
use std::path::Path;

/// One row of a [`Summary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerInfo {
    /// The layer's own name: `encoder_conv_0`.
    pub name: String,
    /// Keras' class name: `Conv2D`.
    pub class_name: String,
    /// Without the batch axis.
    pub input_shape: Vec<i64>,
    /// Without the batch axis.
    pub output_shape: Vec<i64>,
    /// Values that an optimizer changes.
    pub trainable: i64,
    /// Values that only the layer changes.
    pub non_trainable: i64,
    /// Positions in the summary of the layers whose outputs this one takes.
    pub inputs: Vec<usize>,
}

impl LayerInfo {
    /// All values of the layer.
    pub fn parameters(&self) -> i64 {
        self.trainable + self.non_trainable
    }
}

/// What a net is made of; prints as Keras' `model.summary()` does, and [`Summary::diagram`] draws it as Keras'
/// `plot_model`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The net's name.
    pub name: String,
    /// The layers in order, inputs first.
    pub layers: Vec<LayerInfo>,
}

impl Summary {
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

    /// Adds a layer without weights that takes the outputs of the named ones: a sampling step, a sum.
    pub fn join(mut self, name: &str, class_name: &str, inputs: &[&str], output_shape: &[i64]) -> Summary {
        let inputs = inputs.iter().filter_map(|name| self.layers.iter().position(|l| l.name == *name)).collect();
        self.layers.push(LayerInfo {
            name: name.to_string(),
            class_name: class_name.to_string(),
            input_shape: output_shape.to_vec(),
            output_shape: output_shape.to_vec(),
            trainable: 0,
            non_trainable: 0,
            inputs,
        });
        self
    }

    /// Puts another net's layers behind this one's last layer.
    pub fn then(mut self, other: &Summary, name: &str) -> Summary {
        let offset = self.layers.len();
        for layer in other.layers.iter().cloned() {
            let inputs = match layer.inputs[..] {
                [] => vec![offset - 1],
                _ => layer.inputs.iter().map(|i| i + offset).collect(),
            };
            self.layers.push(LayerInfo { inputs, ..layer });
        }
        Summary { name: name.to_string(), ..self }
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

    /// Boxes and arrows, as Keras' `plot_model(show_shapes=True)` draws them.
    pub fn diagram(&self) -> Diagram {
        let inputs = |layer: &LayerInfo| match layer.inputs[..] {
            [] | [_] => with_batch(&layer.input_shape),
            _ => {
                let shapes = layer.inputs.iter().map(|&i| with_batch(&self.layers[i].output_shape));
                format!("[{}]", shapes.collect::<Vec<_>>().join(", "))
            }
        };
        let node = |layer: &LayerInfo| {
            Node::new(&layer.name, &layer.class_name, &inputs(layer), &with_batch(&layer.output_shape))
        };
        let arrows =
            self.layers.iter().enumerate().flat_map(|(to, layer)| layer.inputs.iter().map(move |&from| (from, to)));
        Diagram::new(self.layers.iter().map(node).collect(), arrows.collect())
    }
}

/// A shape as Keras prints it, with the batch axis that it leaves open: `(None, 28, 28, 1)`.
pub fn with_batch(shape: &[i64]) -> String {
    let axes: String = shape.iter().map(|n| format!(", {n}")).collect();
    format!("(None{axes})")
}

/// 1234567 as 1,234,567.
fn thousands(n: i64) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap_or_default()).collect();
    groups.join(",")
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let rows: Vec<[String; 3]> = self
            .layers
            .iter()
            .map(|l| [format!("{} ({})", l.name, l.class_name), with_batch(&l.output_shape), thousands(l.parameters())])
            .collect();
        let width =
            |column: usize, title: &str| rows.iter().map(|r| r[column].len()).max().unwrap_or(0).max(title.len());
        let (first, second) = (width(0, "Layer (type)"), width(1, "Output Shape"));
        let line = first + second + 4 + width(2, "Param #");
        writeln!(f, "Model: \"{}\"", self.name)?;
        writeln!(f, "{}", "_".repeat(line))?;
        writeln!(f, "{:first$}  {:second$}  Param #", "Layer (type)", "Output Shape")?;
        writeln!(f, "{}", "=".repeat(line))?;
        for [layer, shape, parameters] in &rows {
            writeln!(f, "{layer:first$}  {shape:second$}  {parameters}")?;
        }
        writeln!(f, "{}", "=".repeat(line))?;
        writeln!(f, "Total params: {}", thousands(self.parameters()))?;
        writeln!(f, "Trainable params: {}", thousands(self.trainable()))?;
        write!(f, "Non-trainable params: {}", thousands(self.parameters() - self.trainable()))
    }
}
