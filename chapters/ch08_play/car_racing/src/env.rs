use crate::car::Car;
use crate::config::{Config, LapRule};
use crate::contacts::Contacts;
use crate::render::{Canvas, Scene};
use crate::rng::NumpyRng;
use crate::track::Track;
use crate::wheel::TIME_STEP;
use anyhow::{Context, Result, ensure};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Steering from -1 (left) to 1 (right), gas from 0 to 1, brake from 0 to 1.
///
/// As in Gymnasium, only the gas is clipped; a controller in single precision gives its numbers widened.
pub type Action = [f64; 3];

/// What Gymnasium's five discrete actions do: nothing, steer right, steer left, gas, brake.
pub const DISCRETE_ACTIONS: [Action; 5] =
    [[0.0, 0.0, 0.0], [0.6, 0.0, 0.0], [-0.6, 0.0, 0.0], [0.0, 0.2, 0.0], [0.0, 0.0, 0.8]];

/// What to do about a missing episode.
const NO_EPISODE: &str = "there is no episode yet: reset the environment first";

/// The reward of a step in which the car is outside of the playfield.
const OUTSIDE: f64 = -100.0;

/// What a step gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The image after the step: height x width x RGB, from the top.
    pub observation: Vec<u8>,
    /// What the step was worth.
    pub reward: f64,
    /// Whether the episode has ended: the lap is finished, or the car has left the field.
    pub terminated: bool,
    /// Whether the episode is cut off because it has had all its steps.
    pub truncated: bool,
    /// What else is known.
    pub info: Info,
}

/// What a step gives besides the image.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Outcome {
    /// What the step was worth: 1000 / N for each of the N tiles visited for the first time, and -0.1.
    pub reward: f64,
    /// Whether the episode has ended.
    pub terminated: bool,
    /// Whether the episode is cut off.
    pub truncated: bool,
    /// What else is known.
    pub info: Info,
}

impl Outcome {
    /// Whether the episode is over, for one reason or another.
    pub fn is_over(&self) -> bool {
        self.terminated || self.truncated
    }
}

/// What is known about an episode besides its image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Info {
    /// In the step that ends the episode: whether the lap was finished. False if the car left the field.
    pub lap_finished: Option<bool>,
    /// The number of tiles visited so far.
    pub tiles_visited: usize,
    /// The number of tiles of the track.
    pub tiles: usize,
    /// The number of steps since the reset.
    pub steps: u32,
}

/// Gymnasium's CarRacing.
///
/// A clone is a snapshot: it goes on exactly as the original would. The track is shared, so a clone is small.
///
/// ```
/// use car_racing::{CarRacing, Config};
/// # fn main() -> anyhow::Result<()> {
/// let mut env = CarRacing::new(Config::gymnasium())?;
/// let observation = env.reset(Some(42));
/// assert_eq!(observation.len(), 96 * 96 * 3);
/// let step = env.step([0.0, 0.5, 0.0])?;
/// assert!(step.reward > 0.0 && !step.terminated);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct CarRacing {
    config: Arc<Config>,
    rng: Option<NumpyRng>,
    episode: Option<Episode>,
    canvas: Canvas,
}

/// An episode between two steps.
#[derive(Debug, Clone)]
struct Episode {
    track: Arc<Track>,
    car: Car,
    contacts: Contacts,
    /// Seconds since the start; the step of the reset counts.
    time: f64,
    steps: u32,
    tiles_visited: usize,
    lap_complete: bool,
    /// The sum of rewards, which steps are the differences of.
    reward: f64,
    reward_before: f64,
    /// The sum that the image shows: without the cost of the last step.
    shown_reward: f64,
}

impl CarRacing {
    /// An environment without an episode: [`CarRacing::reset`] begins one.
    ///
    /// # Errors
    /// A number of the configuration is out of its range.
    pub fn new(config: Config) -> Result<CarRacing> {
        CarRacing::with_shared(Arc::new(config))
    }

    /// The same for a configuration that many environments share.
    pub(crate) fn with_shared(config: Arc<Config>) -> Result<CarRacing> {
        config.check()?;
        Ok(CarRacing { config, rng: None, episode: None, canvas: Canvas::default() })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Begins an episode on a new track, and returns its first image: height x width x RGB.
    ///
    /// A seed gives the track that Gymnasium makes of it. Without a seed the random numbers go on where they were; the
    /// first time, they begin anywhere.
    pub fn reset(&mut self, seed: Option<u64>) -> Vec<u8> {
        self.begin(seed);
        self.image()
    }

    /// [`CarRacing::reset`] without an image.
    pub fn begin(&mut self, seed: Option<u64>) {
        if let Some(seed) = seed {
            self.rng = Some(NumpyRng::new(seed));
        }
        let rng = self.rng.get_or_insert_with(|| NumpyRng::new(RandomState::new().hash_one(0)));
        let mut episode = Episode::new(Arc::new(Track::generate(rng)));
        // Gymnasium's reset takes a step without an action: its visits are paid by the first real step.
        episode.advance(self.config.lap);
        self.episode = Some(episode);
    }

    /// Takes a step of a fiftieth of a second. After the end of an episode the car can drive on, as in Gymnasium.
    ///
    /// # Errors
    /// There is no episode, or a number of the action is not finite.
    pub fn step(&mut self, action: Action) -> Result<Step> {
        let Outcome { reward, terminated, truncated, info } = self.advance(action)?;
        Ok(Step { observation: self.image(), reward, terminated, truncated, info })
    }

    /// [`CarRacing::step`] without an image.
    ///
    /// # Errors
    /// There is no episode, or a number of the action is not finite.
    pub fn advance(&mut self, action: Action) -> Result<Outcome> {
        ensure!(action.iter().all(|number| number.is_finite()), "the action {action:?} contains NaN or infinity");
        let episode = self.episode.as_mut().context(NO_EPISODE)?;
        episode.car.control(action);
        episode.advance(self.config.lap);
        Ok(episode.account(&self.config))
    }

    /// Draws the observation into a buffer: height x width x RGB, from the top. Black without an episode.
    ///
    /// # Errors
    /// The buffer's length is not [`Config::image_len`].
    pub fn observe(&mut self, image: &mut [u8]) -> Result<()> {
        let (expected, found) = (self.config.image_len(), image.len());
        ensure!(found == expected, "the image needs a buffer of {expected} bytes, not {found}");
        match &self.episode {
            None => image.fill(0),
            Some(episode) => {
                let size = self.config.image_size;
                self.canvas.draw(&episode.scene(&self.config), [size, size], self.config.darken, image);
            }
        }
        Ok(())
    }

    /// Draws the scene in another size, for people: height x width x RGB, from the top, in full colors. The whole window is
    /// seen, whatever the size: Gymnasium's is 5 wide and 4 high.
    ///
    /// # Errors
    /// There is no episode, or width or height is not between 1 and 4,096.
    pub fn render(&self, width: usize, height: usize) -> Result<Vec<u8>> {
        let sizes = 1..=4096;
        ensure!(
            sizes.contains(&width) && sizes.contains(&height),
            "an image must be 1 to 4096 pixels wide and high, not {width} x {height}"
        );
        let episode = self.episode.as_ref().context(NO_EPISODE)?;
        let mut image = vec![0; 3 * width * height];
        Canvas::default().draw(&episode.scene(&self.config), [width, height], false, &mut image);
        Ok(image)
    }

    /// The car; none without an episode.
    pub fn car(&self) -> Option<&Car> {
        self.episode.as_ref().map(|episode| &episode.car)
    }

    /// The track; none without an episode.
    pub fn track(&self) -> Option<&Track> {
        self.episode.as_ref().map(|episode| &*episode.track)
    }

    /// What is known about the episode; none without one.
    pub fn info(&self) -> Option<Info> {
        self.episode.as_ref().map(|episode| episode.info(None))
    }

    fn image(&mut self) -> Vec<u8> {
        let mut image = vec![0; self.config.image_len()];
        self.observe(&mut image).expect("the buffer has the right length");
        image
    }
}

impl Episode {
    fn new(track: Arc<Track>) -> Episode {
        let start = track.points()[0];
        Episode {
            car: Car::new(start.beta, start.x, start.y),
            contacts: Contacts::new(&track),
            track,
            time: 0.0,
            steps: 0,
            tiles_visited: 0,
            lap_complete: false,
            reward: 0.0,
            reward_before: 0.0,
            shown_reward: 0.0,
        }
    }

    /// Moves everything by a step. The wheels push with what they knew of the road before; Box2D finds the contacts at the
    /// start of a step, with the positions that the last one left.
    fn advance(&mut self, lap: LapRule) {
        let changes = self.contacts.update(&self.track, &self.car);
        self.car.step();
        self.car.feel_road(changes.on_road);
        self.time += TIME_STEP;
        let tiles = self.track.tiles() as f64;
        self.tiles_visited += changes.visits;
        for _ in 0..changes.visits {
            self.reward += 1000.0 / tiles;
        }
        let visited = self.tiles_visited as f64 / tiles;
        self.lap_complete |= match lap {
            LapRule::AsGymnasium { complete } => changes.start_visited && visited > complete,
            LapRule::AsDocumented { complete } => changes.start_entered && visited > complete,
            LapRule::AllTiles => false,
        };
        self.shown_reward = self.reward;
    }

    /// What the step that was just taken is worth.
    fn account(&mut self, config: &Config) -> Outcome {
        self.steps += 1;
        self.reward -= 0.1;
        let mut reward = self.reward - self.reward_before;
        self.reward_before = self.reward;
        let mut lap_finished = (self.tiles_visited == self.track.tiles() || self.lap_complete).then_some(true);
        if self.car.position().iter().any(|&at| f64::from(at).abs() > config.playfield) {
            lap_finished = Some(false);
            reward = OUTSIDE;
        }
        Outcome {
            reward,
            terminated: lap_finished.is_some(),
            truncated: config.max_episode_steps.is_some_and(|most| self.steps >= most),
            info: self.info(lap_finished),
        }
    }

    fn info(&self, lap_finished: Option<bool>) -> Info {
        Info { lap_finished, tiles_visited: self.tiles_visited, tiles: self.track.tiles(), steps: self.steps }
    }

    fn scene<'a>(&'a self, config: &'a Config) -> Scene<'a> {
        Scene {
            config,
            track: &self.track,
            contacts: &self.contacts,
            car: &self.car,
            time: self.time,
            reward: self.shown_reward,
        }
    }
}
