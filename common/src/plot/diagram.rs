//! A network as boxes and arrows, as Keras' `plot_model` draws it.

use anyhow::{Result, ensure};

use super::area::Area;
use super::canvas::Canvas;
use super::color::Color;
use super::diagram_layout::{Arranged, arrange};
use super::figure::Plot;
use super::pen::{Align, Lettering, Pen};

/// Sizes at full scale, in points.
const SIZE: f32 = 9.0;
const PAD: f32 = 6.0;
const ROW: f32 = 16.0;
const LAYER_GAP: f32 = 26.0;
const ARROW: f32 = 5.0;

/// One layer of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, such as `encoder_conv_0`.
    pub name: String,
    /// Its kind, such as `Conv2D`.
    pub kind: String,
    /// Shape in Keras' notation, such as `(None, 28, 28, 1)`; a list for a layer with several inputs.
    pub input_shape: String,
    pub output_shape: String,
}

impl Node {
    pub fn new(name: &str, kind: &str, input_shape: &str, output_shape: &str) -> Node {
        Node {
            name: name.to_owned(),
            kind: kind.to_owned(),
            input_shape: input_shape.to_owned(),
            output_shape: output_shape.to_owned(),
        }
    }
}

/// A network: a box per layer with its name, kind and shapes, and arrows from each to the next.
///
/// It has a natural size: use [`Figure::fitted`](super::Figure::fitted). It is scaled down to fit, never up.
#[derive(Clone, Debug)]
pub struct Diagram {
    nodes: Vec<Node>,
    edges: Vec<(usize, usize)>,
}

/// Widths of the three parts of a box, in points at full scale.
struct Parts {
    name: f32,
    words: f32,
    shape: f32,
}

impl Parts {
    fn of(canvas: &Canvas, node: &Node) -> Parts {
        let width = |text: &str| canvas.text_width(text, SIZE) + 2.0 * PAD;
        Parts {
            name: width(&title(node)),
            words: width("output:"),
            shape: width(&node.input_shape).max(width(&node.output_shape)),
        }
    }

    fn width(&self) -> f32 {
        self.name + self.words + self.shape
    }
}

fn title(node: &Node) -> String {
    format!("{}: {}", node.name, node.kind)
}

impl Diagram {
    /// A diagram of layers; arrows are pairs of their indices (from, to).
    pub fn new(nodes: Vec<Node>, edges: Vec<(usize, usize)>) -> Diagram {
        Diagram { nodes, edges }
    }

    /// A chain of layers.
    pub fn chain(nodes: Vec<Node>) -> Diagram {
        let edges = (1..nodes.len()).map(|i| (i - 1, i)).collect();
        Diagram { nodes, edges }
    }

    /// Whether arrows lead from a box back to itself; such a diagram cannot be drawn.
    pub fn is_cyclic(&self) -> bool {
        let known = self.edges.iter().all(|&(from, to)| from.max(to) < self.nodes.len());
        known && arrange(&vec![1.0; self.nodes.len()], &self.edges).is_err()
    }

    fn arranged(&self, canvas: &Canvas) -> Result<Arranged> {
        ensure!(!self.nodes.is_empty(), "a diagram needs at least one box");
        let widths: Vec<f32> = self.nodes.iter().map(|node| Parts::of(canvas, node).width()).collect();
        arrange(&widths, &self.edges)
    }

    fn draw_box(&self, canvas: &mut Canvas, node: &Node, corner: (f32, f32), scale: f32) {
        let parts = Parts::of(canvas, node);
        let at = |x: f32, y: f32| (corner.0 + x * scale, corner.1 + y * scale);
        let part = |x: f32, y: f32, width: f32, height: f32| {
            let (left, top) = at(x, y);
            Area { left, top, width: width * scale, height: height * scale }
        };
        let how = Lettering::new(SIZE * scale, Align::Middle, Align::Middle);
        let pen = Pen::new(Color::BLACK, 0.8 * scale);
        let (second, third) = (parts.name, parts.name + parts.words);
        canvas.fill_rect(part(0.0, 0.0, parts.width(), 2.0 * ROW), Color::WHITE, 1.0);
        canvas.fill_rect(part(0.0, 0.0, parts.name, 2.0 * ROW), Color::hex(0xeef3f8), 1.0);
        let rows = [("input:", &node.input_shape), ("output:", &node.output_shape)];
        for (i, (word, shape)) in rows.into_iter().enumerate() {
            let middle = (i as f32 + 0.5) * ROW;
            canvas.text(word, at(second + parts.words / 2.0, middle), how);
            canvas.text(shape, at(third + parts.shape / 2.0, middle), how);
        }
        canvas.text(&title(node), at(parts.name / 2.0, ROW), how);
        canvas.line(&[at(second, 0.0), at(second, 2.0 * ROW)], pen);
        canvas.line(&[at(third, 0.0), at(third, 2.0 * ROW)], pen);
        canvas.line(&[at(second, ROW), at(parts.width(), ROW)], pen);
        canvas.frame(part(0.0, 0.0, parts.width(), 2.0 * ROW), pen);
    }
}

/// A way from one point down to another that starts and ends upright.
fn curve(from: (f32, f32), to: (f32, f32)) -> Vec<(f32, f32)> {
    const STEPS: usize = 24;
    let steps = if from.0 == to.0 { 1 } else { STEPS };
    let point = |i: usize| {
        let t = i as f32 / steps as f32;
        let across = t * t * (3.0 - 2.0 * t);
        (from.0 + (to.0 - from.0) * across, from.1 + (to.1 - from.1) * t)
    };
    (1..=steps).map(point).collect()
}

/// Height of everything, in points at full scale.
fn height(arranged: &Arranged) -> f32 {
    let last = arranged.layer.iter().copied().max().unwrap_or(0);
    last as f32 * (2.0 * ROW + LAYER_GAP) + 2.0 * ROW
}

/// The top of a layer, in points at full scale.
fn top_of(layer: usize) -> f32 {
    layer as f32 * (2.0 * ROW + LAYER_GAP)
}

impl Plot for Diagram {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        let arranged = self.arranged(canvas)?;
        let (width, height) = (arranged.width, height(&arranged));
        let scale = (area.width / width).min(area.height / height).min(1.0);
        let left = area.left + (area.width - width * scale) / 2.0;
        let top = area.top + (area.height - height * scale) / 2.0;
        let at = |x: f32, y: f32| (left + x * scale, top + y * scale);
        let pen = Pen::new(Color::BLACK, 0.9 * scale);
        for (&(from, to), bends) in self.edges.iter().zip(&arranged.bends) {
            let tip = (arranged.middle[to], top_of(arranged.layer[to]));
            let start = (arranged.middle[from], top_of(arranged.layer[from]) + 2.0 * ROW);
            let mut way = vec![start];
            for &(layer, x) in bends {
                way.extend(curve(way[way.len() - 1], (x, top_of(layer))));
                way.push((x, top_of(layer) + 2.0 * ROW));
            }
            way.extend(curve(way[way.len() - 1], (tip.0, tip.1 - ARROW)));
            let way: Vec<_> = way.into_iter().map(|(x, y)| at(x, y)).collect();
            canvas.line(&way, pen);
            let (half, high) = (0.55 * ARROW, 1.4 * ARROW);
            let head = [at(tip.0, tip.1), at(tip.0 - half, tip.1 - high), at(tip.0 + half, tip.1 - high)];
            canvas.fill_polygon(&head, Color::BLACK, 1.0);
        }
        for (i, node) in self.nodes.iter().enumerate() {
            let middle = arranged.middle[i];
            let width = Parts::of(canvas, node).width();
            let corner = at(middle - width / 2.0, top_of(arranged.layer[i]));
            self.draw_box(canvas, node, corner, scale);
        }
        Ok(())
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        let arranged = Canvas::new(1.0, 1.0).and_then(|canvas| self.arranged(&canvas));
        match arranged {
            Ok(arranged) => {
                let scale = (width / arranged.width).min(1.0);
                (arranged.width * scale, height(&arranged) * scale)
            }
            Err(_) => (width, width), // reported when it is drawn
        }
    }
}
