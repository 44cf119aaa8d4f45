use super::Action;
use common::samples::random;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Frames at the start of an episode in which the driver pushes.
const PUSH_FRAMES: usize = 20;
/// Full gas, slightly to the left, as tracks begin.
const PUSH: Action = [-0.1, 1.0, 0.0];

/// The book's random driver (p. 283): it pushes for 20 frames, then draws an action every few frames.
///
/// Of ten draws one does nothing, four give gas, two steer to the left, two to the right, and one brakes; how much is
/// uniform between 0 and 1.
#[derive(Debug, Clone)]
pub struct RandomDriver {
    random: ChaCha8Rng,
    repeat_action: usize,
    action: Action,
    frame: usize,
}

impl RandomDriver {
    /// The driver of an episode. The same seed and episode give the same actions.
    ///
    /// An action is held for `repeat_action` frames; 0 counts as 1.
    pub fn new(seed: u64, episode: usize, repeat_action: usize) -> RandomDriver {
        let random = random(&[seed, episode as u64]);
        RandomDriver { random, repeat_action: repeat_action.max(1), action: PUSH, frame: 0 }
    }

    /// The action of the next frame.
    pub fn next_action(&mut self) -> Action {
        if self.frame >= PUSH_FRAMES && self.frame.is_multiple_of(self.repeat_action) {
            self.action = draw(&mut self.random);
        }
        self.frame += 1;
        self.action
    }
}

/// A new action.
fn draw(random: &mut ChaCha8Rng) -> Action {
    let kind = random.random_range(0..10);
    let strength = random.random::<f32>();
    match kind {
        0 => [0.0, 0.0, 0.0],
        1..=4 => [0.0, strength, 0.0],
        5..=6 => [-strength, 0.0, 0.0],
        7..=8 => [strength, 0.0, 0.0],
        _ => [0.0, 0.0, strength],
    }
}
