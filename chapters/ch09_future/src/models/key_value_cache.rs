//! Keys and values of the tokens that a transformer has read: with them, the next token costs one step and not all.

use tch::{Device, Kind, Tensor};

/// Room for the keys and values of each block.
#[derive(Debug)]
pub struct KeyValueCache {
    /// Keys and values of each block, `[batch, heads, room, dim]`; the first [`KeyValueCache::len`] are filled.
    blocks: Vec<[Tensor; 2]>,
    len: i64,
}

impl KeyValueCache {
    /// An empty cache for so many blocks, `[batch, heads, room, dim]` each.
    pub fn new(blocks: usize, size: [i64; 4], options: (Kind, Device)) -> KeyValueCache {
        let empty = || Tensor::empty(size, options);
        KeyValueCache { blocks: (0..blocks).map(|_| [empty(), empty()]).collect(), len: 0 }
    }

    /// Tokens that are in it.
    pub fn len(&self) -> i64 {
        self.len
    }

    /// Whether no token is in it.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets all tokens; the memory is kept.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds keys and values `[batch, heads, time, dim]` of new tokens to a block, and returns those of all tokens.
    pub(super) fn append(&mut self, block: usize, keys: &Tensor, values: &Tensor) -> (Tensor, Tensor) {
        let time = keys.size()[2];
        let [all_keys, all_values] = &self.blocks[block];
        for (all, new) in [(all_keys, keys), (all_values, values)] {
            all.narrow(2, self.len, time).copy_(new);
        }
        let filled = self.len + time;
        (all_keys.narrow(2, 0, filled), all_values.narrow(2, 0, filled))
    }

    /// Counts tokens that all blocks have now.
    pub(super) fn advance(&mut self, tokens: i64) {
        self.len += tokens;
    }
}
