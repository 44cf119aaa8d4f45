//! Sparse attention: Child et al., "Generating Long Sequences with Sparse Transformers", 2019, section 4. A token sees its
//! neighbourhood, and of what lies further back only one token in l, or the last ones of each block of l. With l near √n,
//! the cost for n tokens grows with n √n and not with n².
//!
//! Each head sees both sets: the paper's merged head (section 5.2).

use super::attention::{AttentionForm, Mask, attention};
use anyhow::{Result, ensure};
use common::keras::precision;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// Which tokens a token sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// All before it.
    Dense,
    /// The last l ones, and every l-th one before: for what repeats, as the rows of an image.
    Strided,
    /// Those of its block of l tokens, and the last c of each block before: for what does not repeat, as text and music.
    Fixed,
}

/// A pattern with its sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sparse {
    /// The pattern.
    pub pattern: Pattern,
    /// The stride, or the tokens of a block: l.
    pub block: i64,
    /// Tokens of a block that later blocks see: c. Only the fixed pattern has it.
    pub summary: i64,
}

impl Sparse {
    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        let Sparse { block, summary, .. } = *self;
        ensure!((1..=65_536).contains(&block), "block must lie between 1 and 65536, not {block}");
        ensure!((1..=block).contains(&summary), "summary must lie between 1 and block, {block}, not {summary}");
        Ok(())
    }

    /// The same pattern with a stride near √time, a power of two.
    pub fn for_length(self, time: i64) -> Sparse {
        let block = 1 << ((time.max(1) as f64).log2() / 2.0).round() as i64;
        Sparse { block, summary: self.summary.min(block), ..self }
    }

    /// Whether the query of a row sees the key of a column, bool `[time, time]`: the sets of section 4.3, as they are
    /// written there.
    pub fn seen(&self, time: i64, device: Device) -> Tensor {
        let place = || Tensor::arange(time, (Kind::Int64, device));
        let (i, j) = (place().unsqueeze(1), place().unsqueeze(0)); // [time, 1], [1, time]
        let (l, back) = (self.block, &i - &j);
        let pattern = match self.pattern {
            Pattern::Dense => return back.ge(0),
            // A(1) = {max(0, i - l), .., i}, A(2) = {j : (i - j) mod l = 0}
            Pattern::Strided => back.le(l).logical_or(&back.remainder(l).eq(0)),
            // A(1) = {j : ⌊j / l⌋ = ⌊i / l⌋}, A(2) = {j : j mod l ≥ l - c}
            Pattern::Fixed => {
                let same_block = i.floor_divide_scalar(l).eq_tensor(&j.floor_divide_scalar(l));
                same_block.logical_or(&j.remainder(l).ge(l - self.summary))
            }
        };
        pattern.logical_and(&back.ge(0))
    }

    /// Attention weights that are computed for a sequence, of one head: what time and memory grow with.
    pub fn computed(&self, time: i64) -> i64 {
        let blocks = (time + self.block - 1) / self.block;
        let padded = blocks * self.block;
        match self.pattern {
            Pattern::Dense => time * time,
            Pattern::Strided => padded * (2 * self.block + blocks),
            Pattern::Fixed => padded * (self.block + blocks * self.summary),
        }
    }

    /// Attended values of queries, keys and values `[batch, heads, time, d]`: the same within rounding as attention with
    /// the mask [`Sparse::seen`], but only the weights of [`Sparse::computed`] are made.
    pub fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
        let [q, k, v] = [q, k, v].map(precision::operand);
        let time = q.size()[2];
        let attend_blocks: fn(&Sparse, &Tensor, &Tensor, &Tensor) -> Tensor = match self.pattern {
            Pattern::Dense => return attention(&q, &k, &v, &Mask::Causal, AttentionForm::Fused).values,
            Pattern::Strided => attend_strided,
            Pattern::Fixed => attend_fixed,
        };
        // Whole blocks; no query sees the zeros after the last token. [b, h, time, d] -> [b, h, blocks, l, d]
        let missing = (self.block - time % self.block) % self.block;
        let blocks = |x: &Tensor| x.constant_pad_nd([0, 0, 0, missing]).unflatten(2, [-1, self.block]);
        let attended = attend_blocks(self, &(blocks(&q) / (q.size()[3] as f64).sqrt()), &blocks(&k), &blocks(&v));
        attended.flatten(2, 3).narrow(2, 0, time) // [b, h, blocks, l, d] -> [b, h, time, d]
    }
}

/// The strided pattern of scaled queries, keys and values `[b, h, n, l, d]`, n blocks.
fn attend_strided(sparse: &Sparse, q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
    let (n, l) = (q.size()[2], sparse.block);
    // The block before each block, and itself: [b, h, n, 2l, d]. The first has zeros before it.
    let with_previous = |x: &Tensor| {
        let previous = x.constant_pad_nd([0, 0, 0, 0, 1, 0]).narrow(2, 0, n);
        Tensor::cat(&[&previous, x], 3)
    };
    let near = q.matmul(&with_previous(k).transpose(3, 4)); // [b, h, n, l, 2l]
    // Column by column, tokens with the same place in their blocks: [b, h, l, n, d] -> [b, h, l, n, n] -> [b, h, n, l, n]
    let columns = |x: &Tensor| x.transpose(2, 3);
    let far = columns(&columns(q).matmul(&columns(k).transpose(3, 4)));

    let place = |size: i64| Tensor::arange(size, (Kind::Int64, q.device()));
    let block = place(n).view([n, 1, 1]);
    let (query, key) = (place(l).view([1, l, 1]), place(2 * l).view([1, 1, 2 * l]));
    // Query a stands at a + l of its 2l keys: it sees from l before itself to itself.
    let near_seen = key.ge_tensor(&query).logical_and(&key.le_tensor(&(query + l)));
    let near_seen = near_seen.logical_and(&block.gt(0).logical_or(&key.ge(l))); // [n, l, 2l]
    // The token l before it is near already.
    let far_seen = place(n).view([1, 1, n]).le_tensor(&(block - 2)).expand([n, l, n], false);

    let weights = masked_softmax(&near, &near_seen, &far, &far_seen);
    let near = weights.narrow(4, 0, 2 * l).matmul(&with_previous(v)); // [b, h, n, l, d]
    near + columns(&columns(&weights.narrow(4, 2 * l, n)).matmul(&columns(v)))
}

/// The fixed pattern of scaled queries, keys and values `[b, h, n, l, d]`, n blocks.
fn attend_fixed(sparse: &Sparse, q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {
    let (n, l, c) = (q.size()[2], sparse.block, sparse.summary);
    // The last c tokens of all blocks: [b, h, n, l, d] -> [b, h, n · c, d]
    let summary = |x: &Tensor| x.narrow(3, l - c, c).flatten(2, 3);
    let near = q.matmul(&k.transpose(3, 4)); // [b, h, n, l, l]
    let far = q.flatten(2, 3).matmul(&summary(k).transpose(2, 3)).unflatten(2, [n, l]); // [b, h, n, l, n · c]

    let near_seen = Tensor::ones([l, l], (Kind::Bool, q.device())).tril(0).expand([n, l, l], false);
    let place = |size: i64| Tensor::arange(size, (Kind::Int64, q.device()));
    let of_key = place(n * c).floor_divide_scalar(c).view([1, 1, n * c]);
    let far_seen = of_key.lt_tensor(&place(n).view([n, 1, 1])).expand([n, l, n * c], false);

    let weights = masked_softmax(&near, &near_seen, &far, &far_seen);
    let near = weights.narrow(4, 0, l).matmul(v); // [b, h, n, l, d]
    let far = weights.narrow(4, l, n * c).flatten(2, 3).matmul(&summary(v)); // [b, h, n · l, d]
    near + far.unflatten(2, [n, l])
}

/// One softmax over near and far keys: scores `[b, h, n, l, near]` and `[b, h, n, l, far]` -> weights
/// `[b, h, n, l, near + far]`. Each query sees a near key, itself.
fn masked_softmax(near: &Tensor, near_seen: &Tensor, far: &Tensor, far_seen: &Tensor) -> Tensor {
    let scores = precision::full(&Tensor::cat(&[near, far], 4));
    let seen = Tensor::cat(&[near_seen, far_seen], 2);
    precision::operand(&scores.masked_fill(&seen.logical_not(), f64::NEG_INFINITY).softmax(-1, None))
}
