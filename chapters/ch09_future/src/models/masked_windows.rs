//! Texts as BERT reads them, in windows `[CLS] .. [SEP]`, and how well a net finds the words that are hidden there.

use super::attention::AttentionForm;
use super::bert::MaskedBert;
use super::masking::{Draws, MaskedBatch};
use super::token_windows::TokenWindows;
use super::word_pieces::WordPieces;
use anyhow::{Context, Result};
use common::device;
use tch::{Device, Kind, Tensor};

/// Windows that are evaluated at once, and how often all of them are masked.
const EVALUATION_BATCH: i64 = 64;
const MASKINGS: u64 = 4;

/// The texts as windows `[CLS] .. [SEP]`.
#[derive(Debug)]
pub struct Windows {
    rows: TokenWindows,
    frame: [i64; 2],
}

impl Windows {
    /// Windows of `time` tokens in all. Texts follow one another, with `[SEP]` between them.
    ///
    /// # Errors
    /// The texts are too short.
    pub fn new(texts: &[String], pieces: &WordPieces, time: i64, device: Device) -> Result<Windows> {
        let mut row = vec![];
        for text in texts {
            row.extend(pieces.encode(text)?);
            row.push(pieces.special.sep);
        }
        // A row of windows has one token more than their length, the first one of the next window.
        Ok(Windows {
            rows: TokenWindows::from_row(&row, time - 3, device)?,
            frame: [pieces.special.cls, pieces.special.sep],
        })
    }

    /// Number of windows.
    pub fn len(&self) -> i64 {
        self.rows.per_epoch()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Windows by their numbers `[batch]`, `[batch, time]`; `shift` as in [`TokenWindows::rows`].
    pub fn rows(&self, numbers: &Tensor, shift: u64) -> Tensor {
        let rows = self.rows.rows(numbers, shift); // [batch, time - 2]
        let [cls, sep] = self.frame.map(|token| Tensor::full([rows.size()[0], 1], token, (Kind::Int64, rows.device())));
        Tensor::cat(&[cls, rows, sep], 1)
    }
}

/// Mean of -log p of the chosen tokens of all windows, and the share that is found. The same tokens are chosen for each net
/// with this vocabulary.
pub fn evaluate(net: &MaskedBert, windows: &Windows, pieces: &WordPieces, share: f64, seed: u64) -> [f64; 2] {
    let _no_grad = tch::no_grad_guard();
    let (mut sums, mut chosen) = ([0.0; 2], 0.0);
    each_masked(windows, pieces, share, seed, |batch| {
        let n = batch.targets.size()[0] as f64;
        let losses = net.loss(batch, AttentionForm::Fused, false);
        sums[0] += losses.loss.double_value(&[]) * n;
        sums[1] += losses.accuracy.double_value(&[]) * n;
        chosen += n;
    });
    sums.map(|sum| sum / f64::max(chosen, 1.0))
}

/// All windows in batches, masked several times, always in the same way.
pub fn each_masked(windows: &Windows, pieces: &WordPieces, share: f64, seed: u64, mut with: impl FnMut(&MaskedBatch)) {
    device::seed(&[seed, u64::MAX]); // training seeds again before its next step
    for _ in 0..MASKINGS {
        for first in (0..windows.len()).step_by(EVALUATION_BATCH as usize) {
            let last = windows.len().min(first + EVALUATION_BATCH);
            let x = windows.rows(&Tensor::arange_start(first, last, (Kind::Int64, Device::Cpu)), 0);
            let draws = Draws::new(&x.size(), pieces.len() as i64, x.device());
            with(&MaskedBatch::new(&x, share, &pieces.special, &draws));
        }
    }
}

/// What finds a hidden word without looking at its neighbours: the frequencies of the tokens in some texts.
#[derive(Debug)]
pub struct Frequencies {
    /// The most frequent token.
    pub most_frequent: i64,
    /// -log p of each token, `[vocab_size]`; each token counts once more than it occurs.
    surprise: Tensor,
}

impl Frequencies {
    /// Counts the tokens of texts.
    ///
    /// # Errors
    /// The texts have no token.
    pub fn count(texts: &[String], pieces: &WordPieces) -> Result<Frequencies> {
        let mut counts = vec![0i64; pieces.len()];
        for text in texts {
            pieces.encode(text)?.into_iter().for_each(|token| counts[token as usize] += 1);
        }
        let most_frequent = (0..counts.len()).max_by_key(|token| counts[*token]).filter(|token| counts[*token] > 0);
        let most_frequent = most_frequent.context("the texts have no words")? as i64;
        let counts = (Tensor::from_slice(&counts) + 1).to_kind(Kind::Double);
        Ok(Frequencies { most_frequent, surprise: -(&counts / counts.sum(Kind::Double)).log() })
    }

    /// As [`evaluate`], for always the most frequent token, and for its probabilities.
    pub fn evaluate(&self, windows: &Windows, pieces: &WordPieces, share: f64, seed: u64) -> [f64; 2] {
        let (mut sums, mut chosen) = ([0.0; 2], 0.0);
        each_masked(windows, pieces, share, seed, |batch| {
            let targets = batch.targets.to_device(Device::Cpu);
            sums[0] += self.surprise.index_select(0, &targets).sum(Kind::Double).double_value(&[]);
            sums[1] += targets.eq(self.most_frequent).sum(Kind::Double).double_value(&[]);
            chosen += targets.size()[0] as f64;
        });
        sums.map(|sum| sum / f64::max(chosen, 1.0))
    }
}
