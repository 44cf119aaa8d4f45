use super::{Action, Episode, IMAGE_SIZE, MAX_FRAMES};
use anyhow::{Context, Result, ensure};
use car_racing::{CarRacing, Config, Outcome};
use ndarray::{Array1, Array2, Array4};

/// The first frame's reward: nothing was done yet, and a frame costs that much.
const FIRST_REWARD: f32 = -0.1;

/// An episode while it is played.
#[derive(Debug, Clone)]
pub struct Recording {
    env: CarRacing,
    images: Vec<u8>,
    actions: Vec<f32>,
    rewards: Vec<f32>,
    dones: Vec<bool>,
    /// What the last action gave.
    reward: f32,
    /// Whether the episode is over.
    done: bool,
}

impl Recording {
    /// Begins an episode on the track of a seed.
    ///
    /// # Errors
    /// The configuration is invalid, or its images are not 64 x 64.
    pub fn begin(config: Config, track_seed: u64) -> Result<Recording> {
        let size = config.image_size;
        ensure!(size == IMAGE_SIZE, "episodes have images of {IMAGE_SIZE} x {IMAGE_SIZE}, not {size} x {size}");
        let mut env = CarRacing::new(config)?;
        env.begin(Some(track_seed));
        let (images, actions, rewards, dones) = (vec![], vec![], vec![], vec![]);
        Ok(Recording { env, images, actions, rewards, dones, reward: FIRST_REWARD, done: false })
    }

    /// Records a frame: what is seen now and the action, which is taken. After the end of the episode the car drives on, as in
    /// the book (p. 284).
    ///
    /// # Errors
    /// The action contains NaN or infinity, or there are [`MAX_FRAMES`] frames already.
    pub fn step(&mut self, action: Action) -> Result<Outcome> {
        ensure!(self.frames() < MAX_FRAMES, "an episode has at most {MAX_FRAMES} frames");
        let (seen, image_len) = (self.images.len(), self.env.config().image_len());
        self.images.resize(seen + image_len, 0);
        self.env.observe(&mut self.images[seen..])?;
        let outcome = self.env.advance(action.map(f64::from)).inspect_err(|_| self.images.truncate(seen))?;
        self.actions.extend(action);
        self.rewards.push(self.reward);
        self.dones.push(self.done);
        self.reward = outcome.reward as f32;
        self.done |= outcome.is_over();
        Ok(outcome)
    }

    /// The number of frames so far.
    pub fn frames(&self) -> usize {
        self.rewards.len()
    }

    /// The environment, to look at.
    pub fn env(&self) -> &CarRacing {
        &self.env
    }

    /// The whole episode.
    ///
    /// # Errors
    /// There is no frame.
    pub fn finish(self) -> Result<Episode> {
        let frames = self.frames();
        ensure!(frames > 0, "nothing was recorded");
        let wrong = "internal error: the recorded arrays have wrong lengths";
        Ok(Episode {
            images: Array4::from_shape_vec((frames, IMAGE_SIZE, IMAGE_SIZE, 3), self.images).context(wrong)?,
            actions: Array2::from_shape_vec((frames, 3), self.actions).context(wrong)?,
            rewards: Array1::from(self.rewards),
            dones: Array1::from(self.dones),
        })
    }
}
