use super::graph::{Entry, Graph, Input, TensorId};
use super::{Model, Operation, Shape};
use crate::threads;
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use tch::nn;

/// A net that is being described, in Keras' functional style: inputs, layers called on tensors, models over them.
///
/// ```no_run,standalone_crate
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
        threads::settle();
        Net { path: path.clone(), graph: Rc::default() }
    }

    /// An input of this shape; `None` leaves an axis open: `[None]`.
    pub fn input(&self, name: impl ToString, shape: impl Into<Shape>) -> Node<'a> {
        let shape = shape.into();
        let [input] = self.place(Some(name.to_string()), &[], |_, _| Ok(Input { shapes: vec![shape] }));
        input
    }

    /// A layer that is called more than once, on tensors of shape `like` or others that fit: all calls share its weights.
    pub fn shared<O: Operation>(
        &self,
        name: impl ToString,
        like: impl Into<Shape>,
        make: impl FnOnce(&nn::Path, &Shape) -> Result<O>,
    ) -> SharedLayer<'a> {
        let name = name.to_string();
        let layer = self.path_of(&name).and_then(|path| make(&path, &like.into()));
        let operation = match layer.with_context(|| format!("layer {name}")) {
            Ok(layer) => Some(Rc::new(layer) as Rc<dyn Operation>),
            Err(error) => {
                self.graph.borrow_mut().fail(error);
                None
            }
        };
        SharedLayer { net: self.clone(), name, operation }
    }

    /// A model from some tensors to others: a second one over the same nodes shares their layers.
    ///
    /// # Errors
    /// A layer could not be made, an output depends on an input that is not given, or there is no output.
    pub fn model(&self, name: impl ToString, inputs: &[&Node], outputs: &[&Node]) -> Result<Model> {
        let name = name.to_string();
        let graph = self.graph.borrow();
        if let Some(error) = &graph.error {
            bail!("cannot build the net {name}: {error:#}");
        }
        let ids = |nodes: &[&Node]| nodes.iter().map(|node| node.id).collect::<Vec<_>>();
        Model::new(name.clone(), &graph.entries, &ids(inputs), &ids(outputs))
            .with_context(|| format!("cannot build the net {name}"))
    }

    /// Where the variables of a layer go.
    fn path_of(&self, name: &str) -> Result<nn::Path<'a>> {
        ensure!(!name.is_empty() && !name.contains(['.', '/']), "a name has letters, and neither '.' nor '/'");
        Ok(self.path.sub(name))
    }

    /// Puts an operation that makes `N` tensors after others; without a name it gets Keras' automatic one.
    pub(super) fn place<O: Operation, const N: usize>(
        &self,
        name: Option<String>,
        inputs: &[&Node<'a>],
        make: impl FnOnce(&nn::Path, &[Shape]) -> Result<O>,
    ) -> [Node<'a>; N] {
        let operation = if self.graph.borrow().error.is_some() {
            None
        } else {
            let shapes: Vec<Shape> = inputs.iter().map(|node| node.shape()).collect();
            // Layers without a name have no weights: nothing is stored at this path.
            let path = name.as_ref().map_or_else(|| Ok(self.path.clone()), |name| self.path_of(name));
            match path.and_then(|path| make(&path, &shapes)) {
                Ok(operation) => Some(Rc::new(operation) as Rc<dyn Operation>),
                Err(error) => {
                    let type_name = std::any::type_name::<O>().rsplit("::").next().unwrap_or_default();
                    let layer = name.as_deref().unwrap_or(type_name);
                    self.graph.borrow_mut().fail(error.context(format!("layer {layer}")));
                    None
                }
            }
        };
        let outputs = self.call(name, operation, inputs, false, N);
        outputs.try_into().unwrap_or_else(|_| std::array::from_fn(|_| self.nowhere()))
    }

    /// Calls an operation that makes `count` tensors; `shared` ones may be called again. None is a mistake made before.
    pub(super) fn call(
        &self,
        name: Option<String>,
        operation: Option<Rc<dyn Operation>>,
        inputs: &[&Node<'a>],
        shared: bool,
        count: usize,
    ) -> Vec<Node<'a>> {
        let shapes: Vec<Shape> = inputs.iter().map(|node| node.shape()).collect();
        let mut graph = self.graph.borrow_mut();
        let entry = operation.filter(|_| graph.error.is_none()).and_then(|operation| {
            let name = name.unwrap_or_else(|| graph.automatic_name(operation.class()));
            let entry = (|| {
                let same = |entry: &&Entry| entry.name == name;
                let free =
                    graph.entries.iter().filter(same).all(|entry| shared && is_same(&entry.operation, &operation));
                ensure!(free, "there are two layers of this name");
                let same_net = inputs.iter().all(|node| Rc::ptr_eq(&node.net.graph, &self.graph));
                ensure!(same_net, "it is called on a tensor of another net");
                let outputs = operation.output_shapes(&shapes)?;
                ensure!(outputs.len() == count, "it makes {} tensors, not {count}", outputs.len());
                outputs.iter().try_for_each(Shape::check)?;
                let call = graph.entries.iter().filter(same).count();
                let inputs = inputs.iter().map(|node| node.id).collect();
                Ok(Entry { name: name.clone(), call, operation, inputs, outputs })
            })();
            match entry {
                Ok(entry) => Some(graph.push(entry)),
                Err(error) => {
                    graph.fail(error.context(format!("layer {name}")));
                    None
                }
            }
        });
        drop(graph);
        let node =
            |output| entry.map_or(self.nowhere(), |entry| Node { net: self.clone(), id: TensorId { entry, output } });
        (0..count).map(node).collect()
    }

    /// Gives the layer that made a tensor another name.
    pub(super) fn rename(&self, node: &Node, name: String) {
        let mut graph = self.graph.borrow_mut();
        let Some(old) = graph.entries.get(node.id.entry) else { return };
        let has_weights = !old.operation.variables().trainable.is_empty();
        let called_again = graph.entries.iter().filter(|entry| entry.name == old.name).count() > 1;
        if has_weights || called_again {
            graph.fail(anyhow!("layer {name}: only a layer without weights that is called once can be renamed"));
        } else if graph.entries.iter().any(|entry| entry.name == name) {
            graph.fail(anyhow!("layer {name}: there are two layers of this name"));
        } else if let Some(entry) = graph.entries.get_mut(node.id.entry) {
            entry.name = name;
        }
    }

    /// A tensor after a mistake: nothing is placed after it.
    pub(super) fn nowhere(&self) -> Node<'a> {
        Node { net: self.clone(), id: TensorId { entry: usize::MAX, output: 0 } }
    }

    pub(super) fn shape(&self, id: TensorId) -> Shape {
        let graph = self.graph.borrow();
        let entry = graph.entries.get(id.entry);
        entry.and_then(|entry| entry.outputs.get(id.output)).cloned().unwrap_or_else(|| Shape::from(vec![]))
    }

    /// The inputs that a tensor depends on, in order.
    pub(super) fn inputs_of(&self, node: &Node) -> Vec<Node<'a>> {
        let graph = self.graph.borrow();
        let mut wanted = vec![false; graph.entries.len()];
        if let Some(last) = wanted.get_mut(node.id.entry) {
            *last = true;
        }
        for (i, entry) in graph.entries.iter().enumerate().rev() {
            if wanted[i] {
                entry.inputs.iter().for_each(|id| wanted[id.entry] = true);
            }
        }
        let inputs = (0..graph.entries.len()).filter(|i| wanted[*i] && graph.entries[*i].inputs.is_empty());
        inputs.map(|entry| Node { net: self.clone(), id: TensorId { entry, output: 0 } }).collect()
    }
}

/// Whether two operations are one; two clones of a model are.
fn is_same(a: &Rc<dyn Operation>, b: &Rc<dyn Operation>) -> bool {
    let models = [a, b].map(|operation| (operation.as_ref() as &dyn Any).downcast_ref::<Model>());
    match models {
        [Some(a), Some(b)] => a.is(b),
        _ => Rc::ptr_eq(a, b),
    }
}

impl fmt::Debug for Net<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Net({} layers)", self.graph.borrow().entries.len())
    }
}

/// A tensor in a net that is being described; each method puts the layer that Keras calls so after it.
///
/// Layers with weights take a name, which also names their variables; the others are named as Keras names them:
/// `leaky_re_lu`, `leaky_re_lu_1`.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    pub(super) net: Net<'a>,
    pub(super) id: TensorId,
}

impl Node<'_> {
    /// The tensor's shape.
    pub fn shape(&self) -> Shape {
        self.net.shape(self.id)
    }
}

/// A layer that can be called several times; made by [`Net::shared`].
#[derive(Debug)]
pub struct SharedLayer<'a> {
    net: Net<'a>,
    name: String,
    operation: Option<Rc<dyn Operation>>,
}

impl<'a> SharedLayer<'a> {
    /// Calls the layer, which makes `N` tensors, on some tensors.
    pub fn call<const N: usize>(&self, inputs: &[&Node<'a>]) -> [Node<'a>; N] {
        let outputs = self.net.call(Some(self.name.clone()), self.operation.clone(), inputs, true, N);
        outputs.try_into().unwrap_or_else(|_| std::array::from_fn(|_| self.net.nowhere()))
    }
}
