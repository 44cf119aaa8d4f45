use super::graph::{Entry, Graph, TensorId};
use super::{Model, Operation, Shape};
use anyhow::{Context, Result, anyhow, ensure};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use tch::{Tensor, nn};

/// A net that is being described, in Keras' functional style: inputs, layers called on tensors, models over them.
///
/// ```no_run
/// # use common::keras::{Conv, Net};
/// # fn main() -> anyhow::Result<()> {
/// # let variables = tch::nn::VarStore::new(tch::Device::Cpu);
/// let net = Net::new(&variables.root());
/// let image = net.input("image", [28, 28, 1]);
/// let features = image.conv2d("conv", Conv::new(8, 3).strides(2)).relu().flatten();
/// let [class, side] = [features.dense("class", 10).softmax(), features.dense("side", 2).softmax()];
/// let model = net.model("classifier", &[&image], &[&class, &side])?;
/// assert_eq!(model.summary().parameters(), 80 + 15_690 + 3_138);
/// # Ok(())
/// # }
/// ```
///
/// Mistakes (shapes that do not fit, two layers of one name, sizes out of bounds) are remembered, and the first of them
/// is the error of [`Net::model`]; it names the layer.
#[derive(Clone)]
pub struct Net<'a> {
    path: nn::Path<'a>,
    graph: Rc<RefCell<Graph>>,
}

impl<'a> Net<'a> {
    /// A net whose layers put their variables below this path.
    pub fn new(path: &nn::Path<'a>) -> Net<'a> {
        Net { path: path.clone(), graph: Rc::default() }
    }

    /// An input of this shape; `None` leaves an axis open: `[None]`.
    pub fn input(&self, name: impl ToString, shape: impl Into<Shape>) -> Node<'a> {
        let shape = shape.into();
        self.place(Some(name.to_string()), &[], |_, _| Ok(Input { shape })).remove(0)
    }

    /// A layer that is called more than once, on tensors of shape `like` or others that fit: all calls share its weights.
    pub fn shared<O: Operation>(
        &self,
        name: impl ToString,
        like: impl Into<Shape>,
        make: impl FnOnce(&nn::Path, &Shape) -> Result<O>,
    ) -> SharedLayer {
        let name = name.to_string();
        let layer = make(&self.path.sub(&name), &like.into()).with_context(|| format!("layer {name}"));
        let operation = match layer {
            Ok(layer) => Some(Rc::new(layer) as Rc<dyn Operation>),
            Err(error) => {
                self.graph.borrow_mut().fail(error);
                None
            }
        };
        SharedLayer { name, operation }
    }

    /// A model from some tensors to others: a second one over the same nodes shares their layers.
    ///
    /// # Errors
    /// A layer could not be made, or an output depends on an input that is not given.
    pub fn model(&self, name: impl ToString, inputs: &[&Node], outputs: &[&Node]) -> Result<Model> {
        let name = name.to_string();
        let mut graph = self.graph.borrow_mut();
        if let Some(error) = graph.error.take() {
            return Err(error.context(format!("cannot build the net {name}")));
        }
        let ids = |nodes: &[&Node]| nodes.iter().map(|node| node.id).collect::<Vec<_>>();
        Model::new(name.clone(), &graph.entries, &ids(inputs), &ids(outputs))
            .with_context(|| format!("cannot build the net {name}"))
    }

    /// Puts an operation behind some tensors; without a name it gets Keras' automatic one.
    pub(super) fn place<O: Operation>(
        &self,
        name: Option<String>,
        inputs: &[&Node<'a>],
        make: impl FnOnce(&nn::Path, &[Shape]) -> Result<O>,
    ) -> Vec<Node<'a>> {
        let shapes: Vec<Shape> = inputs.iter().map(|node| node.shape()).collect();
        if self.graph.borrow().error.is_some() {
            return vec![self.nowhere()];
        }
        // Layers without a name have no weights, so that nothing lands at this path.
        let path = name.as_ref().map_or_else(|| self.path.clone(), |name| self.path.sub(name));
        match make(&path, &shapes) {
            Ok(operation) => self.call(name, Rc::new(operation), inputs, false),
            Err(error) => {
                let layer = name
                    .unwrap_or_else(|| std::any::type_name::<O>().rsplit("::").next().unwrap_or_default().to_string());
                self.graph.borrow_mut().fail(error.context(format!("layer {layer}")));
                vec![self.nowhere()]
            }
        }
    }

    /// Calls an operation on some tensors; `shared` ones may be called again.
    pub(super) fn call(
        &self,
        name: Option<String>,
        operation: Rc<dyn Operation>,
        inputs: &[&Node<'a>],
        shared: bool,
    ) -> Vec<Node<'a>> {
        let shapes: Vec<Shape> = inputs.iter().map(|node| node.shape()).collect();
        let mut graph = self.graph.borrow_mut();
        if graph.error.is_some() {
            drop(graph);
            return vec![self.nowhere()];
        }
        let name = name.unwrap_or_else(|| graph.automatic_name(operation.class()));
        let entry = (|| {
            ensure!(
                shared || graph.entries.iter().all(|entry| entry.name != name),
                "there are two layers of this name"
            );
            let same_net = inputs.iter().all(|node| Rc::ptr_eq(&node.net.graph, &self.graph));
            ensure!(same_net, "it is called on a tensor of another net");
            let outputs = operation.output_shapes(&shapes)?;
            outputs.iter().try_for_each(Shape::check)?;
            let call = graph.entries.iter().filter(|entry| entry.name == name).count();
            let inputs = inputs.iter().map(|node| node.id).collect();
            Ok(Entry { name: name.clone(), call, operation, inputs, outputs })
        })();
        match entry {
            Ok(entry) => {
                let (entry, outputs) = (graph.push(entry), 0..);
                let count = graph.entries[entry].outputs.len();
                drop(graph);
                outputs.take(count).map(|output| Node { net: self.clone(), id: TensorId { entry, output } }).collect()
            }
            Err(error) => {
                graph.fail(error.context(format!("layer {name}")));
                drop(graph);
                vec![self.nowhere()]
            }
        }
    }

    /// Gives the layer that made a tensor another name.
    pub(super) fn rename(&self, node: &Node, name: String) {
        let mut graph = self.graph.borrow_mut();
        if graph.entries.iter().any(|entry| entry.name == name) {
            graph.fail(anyhow!("layer {name}: there are two layers of this name"));
        } else if let Some(entry) = graph.entries.get_mut(node.id.entry) {
            entry.name = name;
        }
    }

    /// What comes behind a mistake.
    pub(super) fn nowhere(&self) -> Node<'a> {
        Node { net: self.clone(), id: TensorId { entry: usize::MAX, output: 0 } }
    }

    pub(super) fn shape(&self, id: TensorId) -> Shape {
        let graph = self.graph.borrow();
        let entry = graph.entries.get(id.entry);
        entry.and_then(|entry| entry.outputs.get(id.output)).cloned().unwrap_or_else(|| Shape::from(vec![]))
    }

    /// The input entries, in order.
    pub(super) fn inputs(&self) -> Vec<Node<'a>> {
        let graph = self.graph.borrow();
        let inputs = graph.entries.iter().enumerate().filter(|(_, entry)| entry.inputs.is_empty());
        inputs.map(|(entry, _)| Node { net: self.clone(), id: TensorId { entry, output: 0 } }).collect()
    }
}

impl fmt::Debug for Net<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Net({} layers)", self.graph.borrow().entries.len())
    }
}

/// A tensor in a net that is being described; each method puts the layer that Keras calls so behind it.
///
/// Layers with weights take a name, which also names their variables; the others are named as Keras names them:
/// `leaky_re_lu`, `leaky_re_lu_1`.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    pub(super) net: Net<'a>,
    pub(super) id: TensorId,
}

/// A layer that can be called several times; made by [`Net::shared`].
#[derive(Debug)]
pub struct SharedLayer {
    name: String,
    operation: Option<Rc<dyn Operation>>,
}

impl SharedLayer {
    /// Calls the layer on some tensors.
    pub fn call<'a>(&self, inputs: &[&Node<'a>]) -> Vec<Node<'a>> {
        let net = &inputs[0].net;
        match &self.operation {
            Some(operation) => net.call(Some(self.name.clone()), operation.clone(), inputs, true),
            None => vec![net.nowhere()],
        }
    }
}

/// Where tensors come in.
#[derive(Debug)]
pub(super) struct Input {
    shape: Shape,
}

impl Operation for Input {
    fn class(&self) -> &'static str {
        "InputLayer"
    }

    fn output_shapes(&self, _inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(vec![self.shape.clone()])
    }

    fn apply(&self, _inputs: &[&super::Value], _train: bool) -> Vec<super::Value> {
        vec![Tensor::new().into()] // never called: a model fills its inputs itself
    }
}
