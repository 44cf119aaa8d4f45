//! The driver's seat: CarRacing in the terminal, `cargo book 08_01 --drive`.
//!
//! Arrows or WASD drive, space brakes, q quits. What was driven is kept as an episode like those of the random driver, in
//! `run/rollouts/driven_book/` or `run/rollouts/driven_gymnasium/`. `cargo book 08_01 --set driven=FOLDER` adds them to those of
//! the random driver.

mod controls;
mod half_blocks;
mod screen;

pub use controls::{Control, Controls};
pub use half_blocks::half_blocks;
pub use screen::Screen;

use crate::models::rollouts::{Environment, MAX_FRAMES, Recording, Rollouts, track_seed};
use anyhow::Result;
use car_racing::Config;
use common::cli::Context;
use common::say;
use common::training::ensure_not_stopped;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The time of a step.
pub const STEP: Duration = Duration::from_millis(20);
/// Steps from one image on the screen to the next.
const SHOWN_EVERY: usize = 2;
/// Shorter drives, in frames, are not kept.
const LEAST_FRAMES: usize = 20;
/// Track numbers of drives begin here, so that none is a track of the random driver.
const FIRST_TRACK: usize = 1_000_000;

/// The folder of what was driven by hand: `run/rollouts/driven_book`.
pub fn folder(context: &Context, environment: Environment) -> PathBuf {
    context.runs().join("rollouts").join(format!("driven_{}", environment.name()))
}

/// Lets the reader drive on a new track, and keeps the episode.
///
/// # Errors
/// As [`Screen::open`] and [`Screen::show`], or the episode cannot be saved.
pub fn drive(context: &Context, environment: Environment) -> Result<()> {
    let folder = folder(context, environment);
    let number = (0..).find(|&number| !Rollouts::file(&folder, number).exists()).unwrap_or_default();
    // A lap may take longer than the environment's 1,000 steps.
    let config = Config { max_episode_steps: None, ..environment.config() };
    let mut recording = Recording::begin(config, track_seed(context.seed(), FIRST_TRACK + number))?;
    say!("{}", drive_on_screen(&mut recording)?);
    if recording.frames() < LEAST_FRAMES {
        say!("fewer than {LEAST_FRAMES} frames are not kept");
        return Ok(());
    }
    let file = Rollouts::file(&folder, number);
    recording.finish()?.save(&file)?;
    say!("saved: {}", file.display());
    Ok(())
}

/// Drives until the end; says how it ended, and the score.
fn drive_on_screen(recording: &mut Recording) -> Result<String> {
    let mut screen = Screen::open()?;
    let mut controls = Controls::default();
    let (mut reward, mut next) = (0.0, Instant::now());
    let how = loop {
        if recording.frames().is_multiple_of(SHOWN_EVERY) {
            let keys = "arrows or WASD drive, space brakes, q quits";
            screen.show(recording.env(), &format!("{}   {keys}", score(reward, recording)))?;
        }
        // A slow terminal makes the car slower.
        next = (next + STEP).max(Instant::now());
        screen.keys_until(next)?.iter().for_each(|key| controls.key(key));
        if controls.quits() || ensure_not_stopped().is_err() {
            break "you stopped";
        }
        if recording.frames() == MAX_FRAMES {
            break "time is up";
        }
        let outcome = recording.step(controls.next_action())?;
        reward += outcome.reward;
        match outcome.info.lap_finished {
            Some(true) => break "you finished the lap",
            Some(false) => break "you left the field",
            None => {}
        }
    };
    Ok(format!("{how}: {}", score(reward, recording)))
}

/// The score in words.
fn score(reward: f64, recording: &Recording) -> String {
    let info = recording.env().info().unwrap_or_default();
    let seconds = f64::from(info.steps) * STEP.as_secs_f64();
    format!("reward {reward:.1}, {} of {} tiles, {seconds:.1} s", info.tiles_visited, info.tiles)
}
