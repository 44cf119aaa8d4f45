//! Shuffled batches, the same for the same seed and epoch wherever training stopped.

use crate::device::mix;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

/// Draws batches of row numbers, as Keras' `fit(shuffle=True)`: each row once in an epoch, the last batch smaller.
#[derive(Debug)]
pub struct Batches {
    rows: i64,
    batch_size: i64,
    seed: u64,
    shuffled: Option<(u64, Vec<i64>)>,
}

impl Batches {
    /// Batches of `rows` samples. The order depends on the seed and the epoch alone.
    ///
    /// # Panics
    /// If there are no rows or no batch size.
    pub fn new(rows: i64, batch_size: i64, seed: u64) -> Batches {
        assert!(rows > 0 && batch_size > 0, "batches need rows and a size");
        Batches { rows, batch_size, seed, shuffled: None }
    }

    /// Batches in an epoch.
    pub fn per_epoch(&self) -> u64 {
        ((self.rows + self.batch_size - 1) / self.batch_size) as u64
    }

    /// Row numbers of a batch (both from 0) as int64, `[batch]`.
    pub fn rows(&mut self, epoch: u64, batch: u64) -> Tensor {
        Tensor::from_slice(self.slice(epoch, batch))
    }

    /// The same as numbers, for rows that are not in a tensor.
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
