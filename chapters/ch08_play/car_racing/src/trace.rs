//! Episodes that Gymnasium played, to be played again and compared.
//!
//! `tests/fixtures/make_fixtures.py` writes them; `tests/fixtures/README.md` has the format.

use crate::{CarRacing, Config, Outcome};
use anyhow::{Context, Result, ensure};

/// The first bytes of a trace.
const MAGIC: &[u8; 8] = b"CRTRACE1";

/// An action is stored as three numbers of a byte, in units of a 64th.
const ACTION_UNIT: f64 = 64.0;

/// More resets than this are no trace: each draws a track.
const MAX_RESETS: u32 = 1000;

/// The bytes of a state.
const STATE_LEN: usize = 85;

/// An image of Gymnasium, and the step after which it shows the scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The number of steps before it; 0 is the reset.
    pub step: u32,
    /// 96 x 96 x RGB.
    pub rgb: Vec<u8>,
}

/// An episode.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The seed of its reset.
    pub seed: u64,
    /// The number of resets without a seed that follow: the episode is the one after the last.
    pub resets: u32,
    /// The number of tiles of its track.
    pub tiles: u32,
    /// What was done in each step.
    pub actions: Vec<[f64; 3]>,
    /// Images of some of the steps.
    pub images: Vec<Image>,
    /// A checksum of the state after the reset and after each step.
    checksums: Vec<u32>,
    /// Whole states, with their steps.
    states: Vec<(u32, Vec<u8>)>,
}

/// How an episode went here, compared with its trace.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replay {
    /// The number of states in the trace: one for the reset and one a step.
    pub states: usize,
    /// How many states, from the first on, have the bits of Gymnasium's.
    pub equal_states: usize,
    /// For the steps whose whole state is known: the largest difference of a position, an angle or a velocity of the hull.
    pub errors: Vec<(u32, f32)>,
    /// For each image of the trace: the mean difference, of 255.
    pub image_differences: Vec<f64>,
    /// The sum of rewards.
    pub reward: f64,
}

impl Trace {
    /// Reads a trace, unpacked.
    ///
    /// # Errors
    /// The bytes are not a whole trace.
    pub fn parse(bytes: &[u8]) -> Result<Trace> {
        let mut reader = Reader { rest: bytes };
        ensure!(reader.take(MAGIC.len())? == MAGIC, "this is not a trace: it does not begin with CRTRACE1");
        let seed = u64::from_le_bytes(reader.array()?);
        let (resets, tiles) = (reader.u32()?, reader.u32()?);
        ensure!(resets <= MAX_RESETS, "the trace has {resets} resets, more than {MAX_RESETS}");
        let steps = reader.u32()? as usize;
        let too_many = "the trace has too many steps";
        let codes = reader.take(steps.checked_mul(3).context(too_many)?)?;
        let actions =
            codes.as_chunks::<3>().0.iter().map(|codes| codes.map(|code| f64::from(code as i8) / ACTION_UNIT));
        let actions = actions.collect();
        let checksums =
            reader.take(steps.checked_add(1).and_then(|states| states.checked_mul(4)).context(too_many)?)?;
        let checksums = checksums.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
        let states = reader.records(STATE_LEN)?;
        let images = reader.records(Config::gymnasium().image_len())?;
        ensure!(reader.rest.is_empty(), "the trace has {} bytes after its end", reader.rest.len());
        let images = images.into_iter().map(|(step, rgb)| Image { step, rgb }).collect();
        Ok(Trace { seed, resets, tiles, actions, images, checksums, states })
    }

    /// Plays the episode.
    ///
    /// # Errors
    /// The track is another one.
    pub fn replay(&self) -> Result<Replay> {
        let mut env = CarRacing::new(Config::gymnasium())?;
        env.begin(Some(self.seed));
        for _ in 0..self.resets {
            env.begin(None);
        }
        let tiles = env.track().map_or(0, crate::Track::tiles);
        ensure!(tiles == self.tiles as usize, "the track of seed {} has {tiles} tiles, not {}", self.seed, self.tiles);
        let mut replay = Replay { states: self.checksums.len(), ..Replay::default() };
        self.compare(0, &mut env, &Outcome::default(), &mut replay)?;
        for (step, &action) in self.actions.iter().enumerate() {
            let outcome = env.advance(action)?;
            replay.reward += outcome.reward;
            self.compare(step + 1, &mut env, &outcome, &mut replay)?;
        }
        Ok(replay)
    }

    fn compare(&self, step: usize, env: &mut CarRacing, outcome: &Outcome, replay: &mut Replay) -> Result<()> {
        let state = state(env, outcome);
        if replay.equal_states == step && self.checksums[step] == crc32(&state) {
            replay.equal_states += 1;
        }
        for (_, expected) in self.states.iter().filter(|(at, _)| *at as usize == step) {
            replay.errors.push((step as u32, hull_error(&state, expected)));
        }
        for image in self.images.iter().filter(|image| image.step as usize == step) {
            let mut found = vec![0; image.rgb.len()];
            env.observe(&mut found)?;
            replay.image_differences.push(mean_difference(&found, &image.rgb));
        }
        Ok(())
    }
}

/// The mean difference of two images of the same size, of 255.
pub fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    let sum: u64 = a.iter().zip(b).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
    sum as f64 / a.len() as f64
}

/// A state as the trace has it.
fn state(env: &CarRacing, outcome: &Outcome) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(STATE_LEN);
    if let Some((car, info)) = env.car().zip(env.info()) {
        let ([x, y], [velocity_x, velocity_y]) = (car.position(), car.velocity());
        for number in [x, y, car.angle(), velocity_x, velocity_y, car.angular_velocity()] {
            bytes.extend(number.to_le_bytes());
        }
        for wheel in car.wheels() {
            bytes.extend(wheel.omega.to_le_bytes());
        }
        for wheel in 0..4 {
            bytes.extend(car.wheel_angle(wheel).to_le_bytes());
        }
        bytes.extend(outcome.reward.to_le_bytes());
        bytes.extend((info.tiles_visited as u32).to_le_bytes());
        bytes.push(u8::from(outcome.terminated));
    }
    bytes
}

/// The largest difference of the hull's numbers, which a state begins with.
fn hull_error(a: &[u8], b: &[u8]) -> f32 {
    let numbers = |bytes: &[u8]| -> Vec<f32> {
        bytes.as_chunks::<4>().0.iter().take(6).map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    numbers(a).iter().zip(numbers(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// The checksum of zlib.
fn crc32(bytes: &[u8]) -> u32 {
    let shift = |value: u32| if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
    !bytes.iter().fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), |value, _| shift(value)))
}

/// What is left of the bytes.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let missing = || format!("the trace is cut off: {length} more bytes expected, {} found", self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(length).with_context(missing)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into()?)
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// A number of records, then for each its step and its bytes.
    fn records(&mut self, length: usize) -> Result<Vec<(u32, Vec<u8>)>> {
        (0..self.u32()?).map(|_| Ok((self.u32()?, self.take(length)?.to_vec()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_zlib() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn broken_traces_are_refused() {
        let mut whole = MAGIC.to_vec();
        whole.extend(7_u64.to_le_bytes());
        whole.extend(2_u32.to_le_bytes());
        whole.extend(300_u32.to_le_bytes());
        whole.extend(1_u32.to_le_bytes());
        whole.extend([0xc0, 64, 0]);
        whole.extend([0; 8]);
        whole.extend(1_u32.to_le_bytes());
        whole.extend([0; 4 + STATE_LEN]);
        whole.extend(0_u32.to_le_bytes());
        let trace = Trace::parse(&whole).unwrap();
        assert_eq!((trace.seed, trace.resets, trace.tiles, &trace.actions[..]), (7, 2, 300, &[[-1.0, 1.0, 0.0]][..]));
        for length in 0..whole.len() {
            assert!(Trace::parse(&whole[..length]).is_err(), "{length}");
        }
        let longer = [&whole[..], &[0]].concat();
        assert!(Trace::parse(&longer).unwrap_err().to_string().contains("after its end"));
        let mut huge = whole.clone();
        huge[24..28].fill(0xff);
        assert!(Trace::parse(&huge).unwrap_err().to_string().contains("cut off"));
        huge[16..20].fill(0xff);
        assert!(Trace::parse(&huge).unwrap_err().to_string().contains("resets"));
        // Any bytes give a trace or an error.
        let mut rng = crate::NumpyRng::new(0);
        for _ in 0..10_000 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                let place = rng.uniform(8.0, bytes.len() as f64) as usize;
                bytes[place] = rng.next_u64() as u8;
            }
            if let Ok(trace) = Trace::parse(&bytes) {
                assert_eq!(trace.checksums.len(), trace.actions.len() + 1);
            }
        }
    }
}
