//! Attention (Vaswani et al., "Attention Is All You Need", 2017, section 3.2), which all transformers of this chapter share.

use common::keras::precision;
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// How attention is computed. The results are the same within rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttentionForm {
    /// Step by step, as the paper has it; also gives the attention weights.
    Written,
    /// In one call of libtorch, which never holds all attention weights; faster, and needs less memory.
    Fused,
}

/// What a query may attend to.
#[derive(Debug)]
pub enum Mask {
    /// Every key.
    None,
    /// Keys at its own position and before it. There may be more keys than queries: the queries are the last ones.
    Causal,
    /// Where this is true; broadcasts to `[batch, heads, queries, keys]`. Each query sees a key.
    Seen(Tensor),
}

/// What attention makes.
#[derive(Debug)]
pub struct Attended {
    /// The attended values, `[batch, heads, queries, dim]`.
    pub values: Tensor,
    /// Attention weights, `[batch, heads, queries, keys]`, which sum to 1 over the keys; only [`AttentionForm::Written`]
    /// has them.
    pub weights: Option<Tensor>,
}

/// Scaled dot-product attention, softmax(Q Kᵀ / √d) V, of queries `[batch, heads, queries, d]`, keys and values
/// `[batch, heads, keys, d]`.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, mask: &Mask, form: AttentionForm) -> Attended {
    let [q, k, v] = [q, k, v].map(precision::operand);
    let (queries, keys) = (q.size()[2], k.size()[2]);
    let d = q.size()[3] as f64;
    let seen = match mask {
        Mask::Seen(seen) => Some(seen.shallow_clone()),
        // A single query is the last one, which sees all keys.
        Mask::Causal if queries > 1 => {
            Some(Tensor::ones([queries, keys], (Kind::Bool, q.device())).tril(keys - queries))
        }
        Mask::Causal | Mask::None => None,
    };
    match form {
        AttentionForm::Written => {
            let scores = precision::full(&q.matmul(&k.transpose(2, 3))) / d.sqrt(); // [batch, heads, queries, keys]
            let scores = match &seen {
                Some(seen) => scores.masked_fill(&seen.logical_not(), f64::NEG_INFINITY),
                None => scores,
            };
            let weights = scores.softmax(-1, None);
            Attended { values: precision::operand(&weights).matmul(&v), weights: Some(weights) }
        }
        AttentionForm::Fused => {
            let causal = matches!(mask, Mask::Causal) && queries == keys;
            let seen = if causal { None } else { seen };
            let values =
                Tensor::scaled_dot_product_attention(&q, &k, &v, seen.as_ref(), 0.0, causal, None::<f64>, false);
            Attended { values, weights: None }
        }
    }
}

/// `[batch, time, heads · d]` -> `[batch, heads, time, d]`
pub fn split_heads(x: &Tensor, heads: i64) -> Tensor {
    x.unflatten(-1, [heads, -1]).transpose(1, 2)
}

/// `[batch, heads, time, d]` -> `[batch, time, heads · d]`
pub fn merge_heads(x: &Tensor) -> Tensor {
    x.transpose(1, 2).flatten(2, 3)
}
