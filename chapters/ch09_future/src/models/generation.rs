//! Texts that a decoder-only transformer writes, token by token (p. 325).

use super::attention::AttentionForm;
use super::gpt::Gpt;
use anyhow::{Result, ensure};
use common::samples::random;
use common::training::ensure_not_stopped;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind, Tensor};

/// How tokens are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Divides the logits: below 1 the likeliest tokens become likelier. At 0 the likeliest one is taken.
    pub temperature: f64,
    /// Only so many of the likeliest tokens are drawn from (Fan et al., 2018); 0 for all.
    pub top_k: usize,
    /// Only the likeliest tokens that together have this probability are drawn from (Holtzman et al., 2020); 1 for all.
    pub top_p: f64,
}

impl Sampling {
    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        let Sampling { temperature, top_p, .. } = *self;
        ensure!((0.0..=100.0).contains(&temperature), "sampling.temperature must lie between 0 and 100");
        ensure!(top_p > 0.0 && top_p <= 1.0, "sampling.top_p must lie above 0 and be at most 1, not {top_p}");
        Ok(())
    }

    /// The tokens that may be drawn, likeliest first, with their probabilities, which sum to 1.
    pub fn candidates(&self, logits: &[f32]) -> Vec<(i64, f64)> {
        let mut order: Vec<usize> = (0..logits.len()).collect();
        let likelier = |a: &usize, b: &usize| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b));
        let k = match (self.top_k, self.temperature) {
            (_, 0.0) => 1,
            (0, _) => logits.len(),
            (k, _) => k.min(logits.len()),
        };
        if k < order.len() {
            order.select_nth_unstable_by(k - 1, likelier);
            order.truncate(k);
        }
        order.sort_unstable_by(likelier);
        let temperature = if self.temperature == 0.0 { 1.0 } else { self.temperature };
        let largest = f64::from(logits[order[0]]);
        let weights = order.iter().map(|&token| ((f64::from(logits[token]) - largest) / temperature).exp());
        let mut candidates: Vec<(i64, f64)> = order.iter().map(|&token| token as i64).zip(weights).collect();
        let total: f64 = candidates.iter().map(|(_, weight)| weight).sum();
        // As many as together reach top_p: the first one always.
        let mut sum = 0.0;
        let kept = candidates.iter().position(|(_, weight)| {
            sum += weight / total;
            sum >= self.top_p
        });
        candidates.truncate(kept.map_or(candidates.len(), |last| last + 1));
        let total: f64 = candidates.iter().map(|(_, weight)| weight).sum();
        candidates.iter_mut().for_each(|(_, weight)| *weight /= total);
        candidates
    }

    /// Draws a token with a number of [0, 1).
    pub fn draw(&self, logits: &[f32], uniform: f64) -> i64 {
        let candidates = self.candidates(logits);
        let mut rest = uniform;
        let drawn = candidates.iter().find(|(_, p)| {
            rest -= p;
            rest < 0.0
        });
        drawn.or(candidates.last()).map_or(0, |(token, _)| *token)
    }
}

/// A text in the making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Most tokens after the beginning.
    pub tokens: usize,
    /// The token that ends a text.
    pub end: Option<i64>,
}

impl Gpt {
    /// Continues tokens, and returns what follows them, without the end token. The same seed gives the same text.
    ///
    /// Once the net's positions are full, it goes on with the second half of what it sees.
    ///
    /// # Errors
    /// The beginning is empty or too long; the logits are no numbers; or Ctrl-C.
    pub fn generate(&self, beginning: &[i64], length: Length, sampling: &Sampling, seed: u64) -> Result<Vec<i64>> {
        let mut cache = self.cache(1);
        self.generate_with(beginning, length, sampling, seed, |gpt, seen, fresh| {
            if fresh == seen.len() {
                cache.clear();
            }
            gpt.next_logits(&row(&seen[seen.len() - fresh..], gpt), &mut cache)
        })
    }

    /// The same without a cache: all tokens are read again for each new one.
    ///
    /// # Errors
    /// As [`Gpt::generate`].
    pub fn generate_without_cache(
        &self,
        beginning: &[i64],
        length: Length,
        sampling: &Sampling,
        seed: u64,
    ) -> Result<Vec<i64>> {
        self.generate_with(beginning, length, sampling, seed, |gpt, seen, _| {
            let logits = tch::no_grad(|| gpt.logits(&row(seen, gpt), AttentionForm::Fused, false));
            logits.select(1, seen.len() as i64 - 1) // [1, time, vocab] -> [1, vocab]
        })
    }

    /// `logits` gives those of the next token from all tokens that the net sees, of which the last `fresh` are new to it.
    fn generate_with(
        &self,
        beginning: &[i64],
        length: Length,
        sampling: &Sampling,
        seed: u64,
        mut logits: impl FnMut(&Gpt, &[i64], usize) -> Tensor,
    ) -> Result<Vec<i64>> {
        self.check_tokens(beginning)?;
        let room = self.config.n_positions as usize;
        let mut random = random(&[seed]);
        let mut tokens = beginning.to_vec();
        let (mut start, mut fresh) = (0, tokens.len());
        for _ in 0..length.tokens {
            ensure_not_stopped()?;
            if tokens.len() - start > room {
                start = tokens.len() - (room / 2).max(1);
                fresh = tokens.len() - start;
            }
            let logits = logits(self, &tokens[start..], fresh).reshape(-1).to_kind(Kind::Float);
            let logits = Vec::<f32>::try_from(logits.to_device(Device::Cpu))?;
            ensure!(
                logits.iter().all(|logit| logit.is_finite()),
                "the net's weights give no numbers (NaN): train it again"
            );
            let token = sampling.draw(&logits, random.random());
            if length.end == Some(token) {
                break;
            }
            tokens.push(token);
            fresh = 1;
        }
        Ok(tokens.split_off(beginning.len()))
    }
}

/// Tokens as `[1, time]` where the net is.
fn row(tokens: &[i64], gpt: &Gpt) -> Tensor {
    Tensor::from_slice(tokens).unsqueeze(0).to_device(gpt.device())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 4] = [0.0, 2.0, 1.0, -1.0];

    fn tokens(sampling: Sampling) -> Vec<i64> {
        sampling.candidates(&LOGITS).iter().map(|(token, _)| *token).collect()
    }

    #[test]
    fn only_the_likeliest_are_candidates() {
        let all = Sampling { temperature: 1.0, top_k: 0, top_p: 1.0 };
        assert_eq!(tokens(all), [1, 2, 0, 3]);
        assert_eq!(tokens(Sampling { top_k: 2, ..all }), [1, 2]);
        assert_eq!(tokens(Sampling { temperature: 0.0, ..all }), [1]);
        // Probabilities: 0.644, 0.237, 0.087, 0.032.
        assert_eq!(tokens(Sampling { top_p: 0.6, ..all }), [1]);
        assert_eq!(tokens(Sampling { top_p: 0.7, ..all }), [1, 2]);
        assert_eq!(tokens(Sampling { top_p: 0.9, ..all }), [1, 2, 0]);
        let sum: f64 = Sampling { top_p: 0.9, ..all }.candidates(&LOGITS).iter().map(|(_, p)| p).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn tokens_are_drawn_as_often_as_they_are_likely() {
        let sampling = Sampling { temperature: 0.5, top_k: 3, top_p: 1.0 };
        let candidates = sampling.candidates(&LOGITS);
        let weights = [4.0f64, 2.0, 0.0].map(f64::exp);
        for ((_, p), weight) in candidates.iter().zip(weights) {
            assert!((p - weight / weights.iter().sum::<f64>()).abs() < 1e-9);
        }
        let drawn = |uniform| sampling.draw(&LOGITS, uniform);
        assert_eq!([drawn(0.0), drawn(candidates[0].1 + 1e-9), drawn(0.999_999_999)], [1, 2, 0]);
    }
}
