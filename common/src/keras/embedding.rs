use super::{Layer, init};
use tch::{Tensor, nn};

/// Whole numbers to vectors. Variable: `embeddings` `[input_dim, output_dim]`, U(-0.05, 0.05).
#[derive(Debug)]
pub struct Embedding {
    embeddings: Tensor,
    output_shape: Vec<i64>,
}

impl Embedding {
    /// A layer for int64 inputs of shape `[..]`, values in `0..input_dim`; adds an axis of `output_dim`.
    pub fn new(path: &nn::Path, input_shape: &[i64], input_dim: i64, output_dim: i64) -> Embedding {
        let start = init::uniform(&[input_dim, output_dim], -0.05, 0.05, path.device());
        let embeddings = path.add("embeddings", start, true);
        Embedding { embeddings, output_shape: [input_shape, &[output_dim]].concat() }
    }
}

impl Layer for Embedding {
    fn class_name(&self) -> &'static str {
        "Embedding"
    }

    fn output_shape(&self) -> &[i64] {
        &self.output_shape
    }

    fn forward(&self, x: &Tensor, _train: bool) -> Tensor {
        Tensor::embedding(&self.embeddings, x, -1, false, false)
    }

    fn trainable(&self) -> Vec<&Tensor> {
        vec![&self.embeddings]
    }
}
