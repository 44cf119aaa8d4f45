use super::{Net, Node, Shape};
use tch::nn;

/// The short form of a net that is a chain.
///
/// ```no_run,standalone_crate
/// # use common::keras::Sequential;
/// # fn main() -> anyhow::Result<()> {
/// # let variables = tch::nn::VarStore::new(tch::Device::Cpu);
/// let net = Sequential::input(&variables.root(), [32, 32, 3]).flatten().dense("dense", 10).softmax();
/// assert_eq!(net.model("classifier")?.summary().parameters(), 30_730);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sequential;

impl Sequential {
    /// Starts a chain with an input of this shape; [`Node::model`] ends it.
    pub fn input<'a>(path: &nn::Path<'a>, shape: impl Into<Shape>) -> Node<'a> {
        Net::new(path).input("input", shape)
    }
}
