//! Shuffled batches that depend only on seed and epoch, so that a resumed run sees the same ones.

use crate::device::mix;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

/// Batches of row numbers as in Keras' `fit(shuffle=True)`: each row once per epoch; the last batch may be smaller.
#[derive(Debug)]
pub struct Batches {
    rows: i64,
    batch_size: i64,
    seed: u64,
    shuffled: Option<(u64, Vec<i64>)>,
}

impl Batches {
    /// Batches over `rows` samples. The order depends only on seed and epoch.
    ///
    /// # Panics
    /// `rows` or `batch_size` is not above 0.
    pub fn new(rows: i64, batch_size: i64, seed: u64) -> Batches {
        assert!(rows > 0 && batch_size > 0, "batches need rows and a size");
        Batches { rows, batch_size, seed, shuffled: None }
    }

    /// Batches in an epoch.
    pub fn per_epoch(&self) -> u64 {
        ((self.rows + self.batch_size - 1) / self.batch_size) as u64
    }

    /// Row numbers of a batch as int64 `[batch]`; epoch and batch count from 0.
    pub fn rows(&mut self, epoch: u64, batch: u64) -> Tensor {
        Tensor::from_slice(self.slice(epoch, batch))
    }

    /// The same as a vector, for rows that are not in a tensor.
    pub fn row_numbers(&mut self, epoch: u64, batch: u64) -> Vec<usize> {
        self.slice(epoch, batch).iter().map(|&row| row as usize).collect()
    }

    fn slice(&mut self, epoch: u64, batch: u64) -> &[i64] {
        let current = self.shuffled.take().filter(|(of, _)| *of == epoch);
        let order = current.map(|(_, order)| order).unwrap_or_else(|| self.shuffle(epoch));
        let start = batch as i64 * self.batch_size;
        let end = (start + self.batch_size).min(self.rows);
        &self.shuffled.insert((epoch, order)).1[start as usize..end as usize]
    }

    fn shuffle(&self, epoch: u64) -> Vec<i64> {
        let mut order: Vec<i64> = (0..self.rows).collect();
        order.shuffle(&mut ChaCha8Rng::seed_from_u64(mix(&[self.seed, epoch])));
        order
    }
}
