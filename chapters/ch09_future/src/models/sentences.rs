//! Sentence embeddings: Reimers and Gurevych, "Sentence-BERT", 2019. Texts of like meaning have embeddings in like
//! directions.

use super::attention::AttentionForm;
use super::bert::Bert;
use super::word_pieces::WordPieces;
use anyhow::{Result, ensure};
use common::training::ensure_not_stopped;
use std::iter::repeat;
use tch::{Device, Kind, Tensor};

/// Texts that are embedded at once.
const AT_ONCE: usize = 16;
/// Most tokens of a text; what follows is not read. The number is that of `sentence-transformers` for MiniLM.
const MOST_TOKENS: usize = 256;

/// Embeds texts.
#[derive(Debug, Clone, Copy)]
pub struct SentenceEncoder<'a> {
    /// The net.
    pub bert: &'a Bert,
    /// Its tokens.
    pub pieces: &'a WordPieces,
}

impl SentenceEncoder<'_> {
    /// Embeddings of length 1 on the CPU, f32 `[texts, hidden_size]`. Keeps no gradient.
    ///
    /// # Errors
    /// There is no text; or Ctrl-C.
    pub fn embed<T: AsRef<str>>(&self, texts: &[T]) -> Result<Tensor> {
        let _no_grad = tch::no_grad_guard();
        let mut all = vec![];
        for batch in texts.chunks(AT_ONCE) {
            ensure_not_stopped()?;
            all.push(self.embed_batch(batch)?);
        }
        ensure!(!all.is_empty(), "there is no text to embed");
        Ok(Tensor::cat(&all, 0).to_device(Device::Cpu))
    }

    fn embed_batch<T: AsRef<str>>(&self, texts: &[T]) -> Result<Tensor> {
        let most = MOST_TOKENS.min(self.bert.config.max_position_embeddings as usize);
        let rows =
            texts.iter().map(|text| self.pieces.encode_framed(text.as_ref(), most)).collect::<Result<Vec<_>>>()?;
        let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
        let pad = self.pieces.special.pad;
        let padded = rows.iter().flat_map(|row| row.iter().copied().chain(repeat(pad)).take(longest));
        let tokens: Vec<i64> = padded.collect();
        let shape = [rows.len() as i64, longest as i64];
        let tokens = Tensor::from_slice(&tokens).reshape(shape).to_device(self.bert.device());
        let lengths: Vec<i64> = rows.iter().map(|row| row.len() as i64).collect();
        let lengths = Tensor::from_slice(&lengths).unsqueeze(1).to_device(tokens.device()); // [batch, 1]
        let seen = Tensor::arange(longest as i64, (Kind::Int64, tokens.device())).lt_tensor(&lengths); // [batch, time]
        let x = self.bert.forward(&tokens, Some(&seen), AttentionForm::Fused, false);
        Ok(mean_direction(&x, &seen))
    }
}

/// Σ h m / Σ m over the tokens that are there, divided by its length: features `[batch, time, h]` -> `[batch, h]`.
fn mean_direction(x: &Tensor, seen: &Tensor) -> Tensor {
    let weights = seen.to_kind(x.kind()).unsqueeze(2); // [batch, time, 1]
    let mean = (x * &weights).sum_dim_intlist(1, false, None) / weights.sum_dim_intlist(1, false, None);
    &mean / mean.norm_scalaropt_dim(2, 1, true).clamp_min(1e-12)
}

/// The first principal components of points `[n, d]`, n > 1: places `[n, components]`, and the share of the variance that
/// each has. The sign of a component is such that its largest value is positive.
///
/// # Errors
/// libtorch fails.
pub fn principal_components(points: &Tensor, components: i64) -> Result<(Tensor, Vec<f64>)> {
    let points = points.to_kind(Kind::Double);
    let centred = &points - points.mean_dim(0, true, None);
    let covariance = centred.transpose(0, 1).matmul(&centred) / points.size()[0] as f64; // [d, d]
    let (values, vectors) = covariance.linalg_eigh("L"); // ascending
    let components = components.min(values.size()[0]);
    let first = |tensor: &Tensor, axis: i64| tensor.flip([axis]).narrow(axis, 0, components);
    let (values_of_first, vectors) = (first(&values, 0), first(&vectors, 1)); // [components], [d, components]
    let largest = vectors.abs().argmax(0, true); // [1, components]
    let vectors = &vectors * vectors.gather(0, &largest, false).sign();
    let shares = values_of_first / values.sum(Kind::Double).clamp_min(1e-12);
    Ok((centred.matmul(&vectors), Vec::<f64>::try_from(shares)?))
}

/// The texts nearest to one: their numbers and cosines, the nearest first. `embeddings` `[texts, d]` and `of` `[d]` have
/// length 1.
///
/// # Errors
/// libtorch fails.
pub fn nearest(embeddings: &Tensor, of: &Tensor, count: i64) -> Result<Vec<(usize, f64)>> {
    let cosines = embeddings.matmul(of); // [texts, d] · [d] -> [texts]
    let (cosines, numbers) = cosines.topk(count.min(embeddings.size()[0]), 0, true, true);
    let (cosines, numbers) = (Vec::<f64>::try_from(cosines.to_kind(Kind::Double))?, Vec::<i64>::try_from(numbers)?);
    Ok(numbers.into_iter().map(|number| number as usize).zip(cosines).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_leaves_padding_out() {
        let x = Tensor::from_slice(&[3.0f32, 0.0, 0.0, 4.0, 100.0, 100.0]).view([1, 3, 2]);
        let seen = Tensor::from_slice(&[true, true, false]).unsqueeze(0);
        let expected = Tensor::from_slice(&[0.6f32, 0.8]).unsqueeze(0);
        assert!((mean_direction(&x, &seen) - expected).abs().max().double_value(&[]) < 1e-6);
    }

    #[test]
    fn points_on_a_line_have_one_component() {
        let t = Tensor::linspace(-1.0, 2.0, 7, (Kind::Double, Device::Cpu)).unsqueeze(1);
        let direction = Tensor::from_slice(&[2.0f64, -1.0, 2.0]).unsqueeze(0) / 3.0;
        let (places, shares) = principal_components(&(&t * &direction + 5.0), 2).unwrap();
        assert!((shares[0] - 1.0).abs() < 1e-9 && shares[1].abs() < 1e-9, "{shares:?}");
        let along = places.select(1, 0).abs() - (&t - 0.5).abs().squeeze_dim(1);
        assert!(along.abs().max().double_value(&[]) < 1e-9);
    }

    #[test]
    fn the_nearest_come_first() {
        let embeddings = Tensor::eye(3, (Kind::Float, Device::Cpu));
        let of = Tensor::from_slice(&[0.0f32, 0.6, 0.8]);
        let found = nearest(&embeddings, &of, 2).unwrap();
        assert_eq!(found.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 1]);
        assert!((found[0].1 - 0.8).abs() < 1e-6);
    }
}
