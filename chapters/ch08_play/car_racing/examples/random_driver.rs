//! The book's random driver (pp. 282-284): steps a second on one core, with images; a strip of frames and a GIF.
//!
//! ```sh
//! cargo run --release -p car_racing --example random_driver -- /tmp/drive
//! ```

use anyhow::{Context, Result};
use car_racing::{Action, Batch, CarRacing, Config, NumpyRng};
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, RgbImage, buffer::ConvertBuffer, imageops};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Instant;

const STEPS: usize = 1000;

fn main() -> Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).context("give a folder for the strip and the GIF")?);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    for (name, config) in [("96 x 96", Config::gymnasium()), ("64 x 64", Config::book())] {
        println!(
            "{name}: {:.0} steps a second with images, {:.0} without",
            speed(&config, true)?,
            speed(&config, false)?
        );
    }
    for threads in [1, 2] {
        println!("16 environments on {threads} threads: {:.0} steps a second with images", batch_speed(threads)?);
    }
    film(&folder)
}

/// Steps a second of one environment on one core, over three episodes.
fn speed(config: &Config, with_images: bool) -> Result<f64> {
    let mut env = CarRacing::new(config.clone())?;
    let mut image = vec![0; config.image_len()];
    let mut seconds = 0.0;
    for seed in 0..3 {
        let actions = random_actions(seed, STEPS);
        env.begin(Some(seed));
        let start = Instant::now();
        for &action in &actions {
            env.advance(action)?;
            if with_images {
                env.observe(&mut image)?;
            }
        }
        seconds += start.elapsed().as_secs_f64();
    }
    Ok(3.0 * STEPS as f64 / seconds)
}

/// Steps a second of all environments of a batch together.
fn batch_speed(threads: usize) -> Result<f64> {
    let seeds: Vec<u64> = (0..16).collect();
    let mut batch = Batch::new(Config::gymnasium(), seeds.len())?.with_threads(threads);
    batch.reset(&seeds)?;
    let actions: Vec<Vec<Action>> = seeds.iter().map(|&seed| random_actions(seed, STEPS)).collect();
    let start = Instant::now();
    let mut steps = 0;
    for step in 0..STEPS {
        let actions: Vec<Action> = actions.iter().map(|actions| actions[step]).collect();
        steps += batch.outcomes().iter().filter(|outcome| !outcome.is_over()).count();
        batch.step(&actions)?;
    }
    Ok(steps as f64 / start.elapsed().as_secs_f64())
}

/// A push first, then an action of one of five kinds, held for five frames.
fn random_actions(seed: u64, count: usize) -> Vec<Action> {
    let mut rng = NumpyRng::new(seed);
    let mut action = [-0.1, 1.0, 0.0];
    let mut draw = || {
        let kind = rng.uniform(0.0, 10.0) as u32;
        let strength = rng.uniform(0.0, 1.0);
        match kind {
            0 => [0.0, 0.0, 0.0],
            1..=4 => [0.0, strength, 0.0],
            5..=6 => [-strength, 0.0, 0.0],
            7..=8 => [strength, 0.0, 0.0],
            _ => [0.0, 0.0, strength],
        }
    };
    (0..count)
        .map(|i| {
            if i >= 20 && i % 5 == 0 {
                action = draw();
            }
            action
        })
        .collect()
}

/// Twenty frames as a strip, and 300 as a GIF.
fn film(folder: &Path) -> Result<()> {
    const SIZE: [usize; 2] = [250, 200];
    let [width, height] = SIZE.map(|size| size as u32);
    let mut env = CarRacing::new(Config::gymnasium())?;
    env.begin(Some(42));
    let mut strip = RgbImage::new(10 * (width + 2), 2 * (height + 2));
    let gif = folder.join("random_driver.gif");
    let mut film = GifEncoder::new_with_speed(File::create(&gif)?, 10);
    film.set_repeat(Repeat::Infinite)?;
    for (step, action) in random_actions(42, 300).into_iter().enumerate() {
        env.advance(action)?;
        let frame = env.render(SIZE[0], SIZE[1])?;
        let frame = RgbImage::from_raw(width, height, frame).context("a frame has its size")?;
        if step % 15 == 14 {
            let place = step as u32 / 15;
            let (x, y) = (place % 10 * (width + 2), place / 10 * (height + 2));
            imageops::replace(&mut strip, &frame, i64::from(x), i64::from(y));
        }
        if step % 2 == 0 {
            film.encode_frame(Frame::from_parts(frame.convert(), 0, 0, Delay::from_numer_denom_ms(40, 1)))?;
        }
    }
    let png = folder.join("random_driver.png");
    strip.save(&png)?;
    println!("wrote {} and {}", png.display(), gif.display());
    Ok(())
}
