//! The words that BERT has to find (Devlin et al., 2019, section 3.1): 15 % of the tokens are chosen. Of these, 80 % are
//! hidden behind `[MASK]`, 10 % become another token, and 10 % stay, since there is no `[MASK]` in the texts that the net
//! sees later.

use super::word_pieces::SpecialTokens;
use common::transfer::upload;
use tch::{Device, Kind, Tensor};

/// Of the chosen tokens, the share behind `[MASK]`, and the share of those that are hidden or become another token.
const HIDDEN: f64 = 0.8;
const CHANGED: f64 = 0.9;

/// Random numbers for a batch, `[batch, time]` each.
#[derive(Debug)]
pub struct Draws {
    /// Of [0, 1): a token is chosen below the share.
    pub choose: Tensor,
    /// Of [0, 1): what becomes of it.
    pub change: Tensor,
    /// Any tokens.
    pub others: Tensor,
}

impl Draws {
    /// Draws with libtorch's generator.
    pub fn new(size: &[i64], vocab_size: i64, device: Device) -> Draws {
        let uniform = || Tensor::rand(size, (Kind::Float, device));
        Draws { choose: uniform(), change: uniform(), others: Tensor::randint(vocab_size, size, (Kind::Int64, device)) }
    }
}

/// A batch in which tokens are hidden.
#[derive(Debug)]
pub struct MaskedBatch {
    /// What the net sees, `[batch, time]`.
    pub tokens: Tensor,
    /// The places of the chosen tokens in the flat batch, `[chosen]`.
    pub places: Tensor,
    /// The tokens that stood there, `[chosen]`.
    pub targets: Tensor,
}

impl MaskedBatch {
    /// Hides this share of the tokens `[batch, time]`; those that are no words are never chosen.
    pub fn new(tokens: &Tensor, share: f64, special: &SpecialTokens, draws: &Draws) -> MaskedBatch {
        let chosen = [special.pad, special.cls, special.sep]
            .iter()
            .fold(draws.choose.lt(share), |chosen, token| chosen.logical_and(&tokens.ne(*token)));
        let hidden = chosen.logical_and(&draws.change.lt(HIDDEN));
        let replaced = chosen.logical_and(&draws.change.ge(HIDDEN)).logical_and(&draws.change.lt(CHANGED));
        let seen = draws.others.where_self(&replaced, &tokens.masked_fill(&hidden, special.mask));
        let places = chosen.reshape(-1).nonzero().squeeze_dim(1); // [batch · time] -> [chosen]
        MaskedBatch { tokens: seen, targets: tokens.reshape(-1).index_select(0, &places), places }
    }

    /// The same on a device.
    pub fn upload(&self, device: Device) -> MaskedBatch {
        let [tokens, places, targets] = [&self.tokens, &self.places, &self.targets].map(|part| upload(part, device));
        MaskedBatch { tokens, places, targets }
    }

    /// Hides the tokens at these places of a row `[1, time]`, for figures.
    pub fn hiding(tokens: &Tensor, places: &[i64], special: &SpecialTokens) -> MaskedBatch {
        let places = Tensor::from_slice(places).to_device(tokens.device());
        let flat = tokens.reshape(-1); // [1, time] -> [time]
        let targets = flat.index_select(0, &places);
        let seen = flat.index_fill(0, &places, special.mask).view_as(tokens);
        MaskedBatch { tokens: seen, places, targets }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECIAL: SpecialTokens = SpecialTokens { pad: 0, cls: 2, sep: 3, mask: 4 };

    #[test]
    fn chosen_tokens_are_hidden_replaced_or_stay() {
        let tokens = Tensor::from_slice(&[2i64, 10, 11, 12, 13, 3, 0]).unsqueeze(0);
        let draws = Draws {
            choose: Tensor::from_slice(&[0.0f32, 0.1, 0.1, 0.1, 0.15, 0.0, 0.0]).unsqueeze(0),
            change: Tensor::from_slice(&[0.0f32, 0.79, 0.85, 0.95, 0.0, 0.0, 0.0]).unsqueeze(0),
            others: Tensor::from_slice(&[20i64, 21, 22, 23, 24, 25, 26]).unsqueeze(0),
        };
        let batch = MaskedBatch::new(&tokens, 0.15, &SPECIAL, &draws);
        assert_eq!(batch.tokens, Tensor::from_slice(&[2i64, 4, 22, 12, 13, 3, 0]).unsqueeze(0));
        assert_eq!(batch.places, Tensor::from_slice(&[1i64, 2, 3]));
        assert_eq!(batch.targets, Tensor::from_slice(&[10i64, 11, 12]));
        let batch = MaskedBatch::hiding(&tokens, &[2, 4], &SPECIAL);
        assert_eq!(batch.tokens, Tensor::from_slice(&[2i64, 10, 4, 12, 4, 3, 0]).unsqueeze(0));
        assert_eq!(batch.targets, Tensor::from_slice(&[11i64, 13]));
    }

    #[test]
    fn the_shares_are_the_papers() {
        tch::manual_seed(1);
        let size = [200i64, 500];
        let tokens = Tensor::full(size, 10i64, (Kind::Int64, Device::Cpu));
        let batch = MaskedBatch::new(&tokens, 0.15, &SPECIAL, &Draws::new(&size, 1000, Device::Cpu));
        let chosen = batch.places.size()[0] as f64;
        assert!((chosen / 1e5 - 0.15).abs() < 0.005, "{chosen}");
        let seen = batch.tokens.reshape(-1).index_select(0, &batch.places);
        let share = |of: &Tensor| of.sum(Kind::Double).double_value(&[]) / chosen;
        assert!((share(&seen.eq(4)) - 0.8).abs() < 0.02);
        assert!((share(&seen.eq(10)) - 0.1).abs() < 0.02);
    }
}
