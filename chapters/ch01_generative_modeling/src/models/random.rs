//! Random numbers of an experiment.

use common::device::mix;
use common::training::Run;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The random number generator of a step of a run; steps are independent of each other.
pub fn generator<C>(run: &Run<C>, step: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(mix(&[run.params.seed, step]))
}
