use super::init::Initializer;
use super::layout::to_channels_first;
use super::{Operation, Shape, Value, Variables, precision, weights};
use anyhow::{Context, Result, ensure};
use tch::{Kind, Tensor, nn};

/// Configuration of [`MultiHeadAttention`]: `Attention::new(8, 64).causal()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attention {
    heads: i64,
    key_dim: i64,
    value_dim: i64,
    causal: bool,
    return_scores: bool,
}

impl Attention {
    /// `heads` heads with `key_dim` features of queries, keys and values each.
    pub fn new(heads: i64, key_dim: i64) -> Attention {
        Attention { heads, key_dim, value_dim: key_dim, causal: false, return_scores: false }
    }

    /// Values with another number of features.
    pub fn value_dim(self, value_dim: i64) -> Attention {
        Attention { value_dim, ..self }
    }

    /// Each step sees itself and those before it.
    pub fn causal(self) -> Attention {
        Attention { causal: true, ..self }
    }

    /// Also returns the attention scores `[heads, steps of the query, steps of the value]`.
    pub fn return_scores(self) -> Attention {
        Attention { return_scores: true, ..self }
    }
}

/// Multi-head attention: softmax(Q Kᵀ / sqrt(key_dim)) V in each head, and a projection of all heads together. Vaswani
/// et al., "Attention Is All You Need", 2017, section 3.2, with the variables of Keras' layer.
///
/// Inputs: query `[time, features]`, value, and optionally an attention mask `[time of the query, time of the value]`
/// whose zeros hide steps; keys are made from the value. Masks of padding hide steps, too.
///
/// Variables: `query/kernel` `[features, heads, key_dim]`, `query/bias` `[heads, key_dim]`, the same of `key` and
/// `value`, `attention_output/kernel` `[heads, value_dim, features]` and `attention_output/bias` `[features]`.
#[derive(Debug)]
pub struct MultiHeadAttention {
    query: Projection,
    key: Projection,
    value: Projection,
    output: [Tensor; 2],
    config: Attention,
}

impl MultiHeadAttention {
    /// A layer for queries and values of these shapes.
    ///
    /// # Errors
    /// They are not sequences, or sizes are out of bounds.
    pub fn new(path: &nn::Path, query: &Shape, value: &Shape, config: Attention) -> Result<MultiHeadAttention> {
        for shape in [query, value] {
            let [_, _] = shape.axes().context("attention takes sequences")?;
        }
        let Attention { heads, key_dim, value_dim, .. } = config;
        let (features, of_value) = (query.channels()?, value.channels()?);
        let output = path / "attention_output";
        Ok(MultiHeadAttention {
            query: Projection::new(&(path / "query"), features, heads, key_dim)?,
            key: Projection::new(&(path / "key"), of_value, heads, key_dim)?,
            value: Projection::new(&(path / "value"), of_value, heads, value_dim)?,
            output: [
                weights::add(&output, "kernel", &[heads, value_dim, features], Initializer::GlorotUniform)?,
                weights::add(&output, "bias", &[features], Initializer::Zeros)?,
            ],
            config,
        })
    }

    /// 0 where a step may be seen, -1e9 where not, as Keras has it, of this kind: `[batch or 1, 1, query, value]`.
    fn hidden(&self, inputs: &[&Value], kind: Kind) -> Option<Tensor> {
        let (query, value) = (inputs[0], inputs[1]);
        let of_query = query.mask.as_ref().map(|mask| mask.unsqueeze(-1));
        let of_value = value.mask.as_ref().map(|mask| mask.unsqueeze(1));
        let given = inputs.get(2).map(|mask| mask.tensor.to_kind(Kind::Bool));
        let causal = self.config.causal.then(|| {
            let sizes = [query.tensor.size()[1], value.tensor.size()[1]];
            Tensor::ones(sizes, (Kind::Bool, query.tensor.device())).tril(0).unsqueeze(0)
        });
        let seen = [of_query, of_value, given, causal].into_iter().flatten().reduce(|a, b| a.logical_and(&b))?;
        Some((seen.logical_not().to_kind(kind) * -1e9).unsqueeze(1))
    }
}

impl Operation for MultiHeadAttention {
    fn class(&self) -> &'static str {
        "MultiHeadAttention"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        ensure!(matches!(inputs.len(), 2 | 3), "takes query, value and perhaps a mask, not {} tensors", inputs.len());
        inputs[0].ensure_channels(self.query.kernel.size()[0])?;
        inputs[1].ensure_channels(self.value.kernel.size()[0])?;
        let [time, _] = inputs[0].axes()?;
        let [of_value, _] = inputs[1].axes()?;
        let scores = Shape::from([Some(self.config.heads), time, of_value]);
        Ok(if self.config.return_scores { vec![inputs[0].clone(), scores] } else { vec![inputs[0].clone()] })
    }

    fn apply(&self, inputs: &[&Value], _train: bool) -> Vec<Value> {
        let [q, k, v] = [(&self.query, 0), (&self.key, 1), (&self.value, 1)].map(|(p, i)| p.apply(&inputs[i].tensor));
        let scale = 1.0 / (self.config.key_dim as f64).sqrt();
        let (heads, scores) = if self.config.return_scores {
            // [batch, heads, query, key_dim] · [batch, heads, key_dim, value] -> [batch, heads, query, value]
            let scores = precision::full(&(q * scale).matmul(&k.transpose(2, 3)));
            let hidden = self.hidden(inputs, scores.kind());
            let scores = hidden.map_or(scores.shallow_clone(), |hidden| scores + hidden).softmax(-1, None);
            (precision::operand(&scores).matmul(&v), Some(scores))
        } else {
            let hidden = self.hidden(inputs, q.kind());
            (Tensor::scaled_dot_product_attention(&q, &k, &v, hidden.as_ref(), 0.0, false, scale, false), None)
        };
        let [kernel, bias] = [0, 1].map(|i| precision::operand(&self.output[i]));
        // [batch, heads, query, value_dim] -> [batch, query, heads · value_dim] -> [batch, query, features]
        let y = heads.transpose(1, 2).flatten(2, 3).matmul(&kernel.flatten(0, 1)) + bias;
        let y = Value { tensor: y, mask: inputs[0].mask.as_ref().map(Tensor::shallow_clone) };
        // Three axes after the batch, as an image's: its last one travels second.
        std::iter::once(y).chain(scores.map(|scores| to_channels_first(&scores).into())).collect()
    }

    fn variables(&self) -> Variables<'_> {
        let projections = [&self.query, &self.key, &self.value].into_iter().flat_map(|p| [&p.kernel, &p.bias]);
        Variables { trainable: projections.chain(&self.output).collect(), non_trainable: vec![] }
    }
}

/// One linear map for each head.
#[derive(Debug)]
struct Projection {
    kernel: Tensor,
    bias: Tensor,
}

impl Projection {
    fn new(path: &nn::Path, features: i64, heads: i64, dim: i64) -> Result<Projection> {
        Ok(Projection {
            kernel: weights::add(path, "kernel", &[features, heads, dim], Initializer::GlorotUniform)?,
            bias: weights::add(path, "bias", &[heads, dim], Initializer::Zeros)?,
        })
    }

    /// `[batch, time, features]` -> `[batch, heads, time, dim]`
    fn apply(&self, x: &Tensor) -> Tensor {
        let (heads, dim) = (self.kernel.size()[1], self.kernel.size()[2]);
        let [x, kernel, bias] = [x, &self.kernel, &self.bias].map(precision::operand);
        let y = x.matmul(&kernel.flatten(1, 2)) + bias.flatten(0, 1);
        y.unflatten(-1, [heads, dim]).transpose(1, 2)
    }
}
