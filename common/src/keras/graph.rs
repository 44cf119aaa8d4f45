use super::{Operation, Shape, Value};
use anyhow::{Error, Result};
use std::collections::HashMap;
use std::rc::Rc;

/// An output of an entry of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TensorId {
    pub entry: usize,
    pub output: usize,
}

/// One call of an operation.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub name: String,
    /// How often the layer was called before.
    pub call: usize,
    pub operation: Rc<dyn Operation>,
    pub inputs: Vec<TensorId>,
    pub outputs: Vec<Shape>,
}

/// The description of a net: calls in the order in which they were made, so that each stands after its inputs.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub entries: Vec<Entry>,
    /// The first mistake.
    pub error: Option<Error>,
    counts: HashMap<&'static str, usize>,
}

impl Graph {
    pub fn push(&mut self, entry: Entry) -> usize {
        self.entries.push(entry);
        self.entries.len() - 1
    }

    pub fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    /// Keras' name of the next layer of a class that has none: `leaky_re_lu`, `leaky_re_lu_1`.
    pub fn automatic_name(&mut self, class: &'static str) -> String {
        let count = self.counts.entry(class).or_default();
        *count += 1;
        match *count {
            1 => snake_case(class),
            n => format!("{}_{}", snake_case(class), n - 1),
        }
    }
}

/// Keras' way from class names to layer names: `LeakyReLU` to `leaky_re_lu`, `UpSampling2D` to `up_sampling2d`.
fn snake_case(class_name: &str) -> String {
    let mut name = String::new();
    let mut previous = None::<char>;
    let mut letters = class_name.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts_word = letter.is_ascii_uppercase()
            && previous.is_some_and(|p| {
                p.is_ascii_lowercase()
                    || (p.is_ascii_uppercase() && letters.peek().is_some_and(char::is_ascii_lowercase))
            });
        if starts_word {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
        previous = Some(letter);
    }
    name
}

/// Where a tensor comes in.
#[derive(Debug)]
pub(super) struct Input {
    pub shapes: Vec<Shape>,
}

impl Operation for Input {
    fn class(&self) -> &'static str {
        "InputLayer"
    }

    fn output_shapes(&self, _inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(self.shapes.clone())
    }

    /// Never called: a model fills its inputs itself.
    fn apply(&self, _inputs: &[&Value], _train: bool) -> Vec<Value> {
        vec![]
    }
}

impl Entry {
    /// Whether no call before this one, among these, is of the same layer.
    pub fn is_first_call(&self, entries: &[Entry]) -> bool {
        entries.iter().find(|entry| entry.name == self.name).is_some_and(|first| first.call == self.call)
    }
}
