//! Texts as one row of tokens, and windows over it.

use super::byte_pairs::BytePairs;
use anyhow::{Result, ensure};
use common::transfer::upload;
use tch::{Device, Kind, Tensor};

/// A row of tokens, in windows of one size.
#[derive(Debug)]
pub struct TokenWindows {
    /// `[tokens]`
    tokens: Tensor,
    /// Tokens of a window.
    time: i64,
}

impl TokenWindows {
    /// The texts one after the other, each after an end token.
    ///
    /// # Errors
    /// They are too short for two windows of `time` tokens.
    pub fn new(texts: &[String], tokens: &BytePairs, time: i64, device: Device) -> Result<TokenWindows> {
        let end = tokens.end_of_text()?;
        let mut row = vec![];
        for text in texts {
            row.push(end);
            row.extend(tokens.encode(text)?);
        }
        row.push(end);
        TokenWindows::from_row(&row, time, device)
    }

    /// A row of tokens.
    ///
    /// # Errors
    /// It is too short for two windows of `time` tokens.
    pub fn from_row(row: &[i64], time: i64, device: Device) -> Result<TokenWindows> {
        let least = 2 * time + 1;
        ensure!(row.len() as i64 >= least, "there are {} tokens: windows of {time} need at least {least}", row.len());
        Ok(TokenWindows { tokens: Tensor::from_slice(row).to_device(device), time })
    }

    /// The number of tokens.
    pub fn tokens(&self) -> i64 {
        self.tokens.size()[0]
    }

    /// The number of windows that lie side by side, wherever the first one begins.
    pub fn per_epoch(&self) -> i64 {
        (self.tokens() - self.time) / self.time
    }

    /// Windows of `time + 1` tokens by their numbers `[batch]`: `[batch, time + 1]`. The last token of one is the first of
    /// the next. The first one begins at one of the first `time` tokens, which `shift` chooses: 0 is the first.
    pub fn rows(&self, numbers: &Tensor, shift: u64) -> Tensor {
        let first = (shift % self.time as u64) as i64;
        let device = self.tokens.device();
        let starts = upload(numbers, device) * self.time + first; // [batch]
        let places = Tensor::arange(self.time + 1, (Kind::Int64, device));
        let at = starts.unsqueeze(1) + places.unsqueeze(0); // [batch, time + 1]
        self.tokens.index_select(0, &at.reshape(-1)).view_as(&at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_lie_side_by_side() {
        let tokens = TokenWindows { tokens: Tensor::arange(14, (Kind::Int64, Device::Cpu)), time: 4 };
        assert_eq!(tokens.per_epoch(), 2);
        let rows = |shift| Vec::<Vec<i64>>::try_from(tokens.rows(&Tensor::from_slice(&[1i64, 0]), shift)).unwrap();
        assert_eq!(rows(0), [[4, 5, 6, 7, 8], [0, 1, 2, 3, 4]]);
        assert_eq!(rows(7), [[7, 8, 9, 10, 11], [3, 4, 5, 6, 7]]);
    }

    #[test]
    fn texts_stand_between_end_tokens() {
        let bytes = BytePairs::train("a", 257).unwrap();
        let texts = ["ab".to_string(), "c".to_string()];
        let windows = TokenWindows::new(&texts, &bytes, 2, Device::Cpu).unwrap();
        let row = Vec::<i64>::try_from(&windows.tokens).unwrap();
        assert_eq!(bytes.decode(&row), "<|endoftext|>ab<|endoftext|>c<|endoftext|>");
        let error = TokenWindows::new(&texts, &bytes, 3, Device::Cpu).unwrap_err().to_string();
        assert!(error.contains("6 tokens") && error.contains("at least 7"), "{error}");
    }
}
