//! Plays the episodes of a folder again, and compares them with what Gymnasium wrote down.
//!
//! ```sh
//! python tests/fixtures/make_fixtures.py --judge /tmp/episodes --seeds 100 --laps 10
//! cargo run --release -p car_racing --example judge -- /tmp/episodes
//! ```

use anyhow::{Context, Result, ensure};
use car_racing::trace::{Replay, Trace};
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let folder =
        std::env::args().nth(1).context("give the folder of the episodes that make_fixtures.py --judge wrote")?;
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read the folder {folder}"))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(".trace.gz"));
    paths.sort();
    ensure!(!paths.is_empty(), "{folder} has no episodes: no file ends with .trace.gz");

    let (mut states, mut equal_episodes, mut images) = (0, 0, Vec::new());
    for path in &paths {
        let replay = read(path).and_then(|trace| trace.replay()).with_context(|| path.display().to_string())?;
        states += replay.states;
        if replay.equal_states == replay.states {
            equal_episodes += 1;
        } else {
            println!("{}: {}", path.display(), first_difference(&replay));
        }
        images.extend(replay.image_differences);
    }
    println!("{equal_episodes} of {} episodes equal bit for bit, {states} states", paths.len());
    if !images.is_empty() {
        let mean = images.iter().sum::<f64>() / images.len() as f64;
        let largest = images.iter().copied().fold(0.0, f64::max);
        println!("{} images: mean difference {mean:.3} of 255, largest {largest:.3}", images.len());
    }
    ensure!(equal_episodes == paths.len(), "{} episodes differ", paths.len() - equal_episodes);
    Ok(())
}

fn read(path: &Path) -> Result<Trace> {
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(path)?).read_to_end(&mut bytes)?;
    Trace::parse(&bytes)
}

fn first_difference(replay: &Replay) -> String {
    let far = replay.errors.iter().find(|(_, error)| *error > 0.01);
    let far = far.map_or(String::new(), |(step, error)| format!(", the hull by {error} in step {step}"));
    format!("differs from step {} on{far}", replay.equal_states)
}
