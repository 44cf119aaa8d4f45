//! Makes and scores the weights in `pretrained/`.
//!
//! ```sh
//! cargo run -p ch08 --example pretrained -- write VAE MDN_RNN CONTROLLER   # run folders -> pretrained/*.safetensors
//! cargo run -p ch08 --example pretrained -- score 100                      # episodes on the tracks 0 to 99
//! ```

use anyhow::{Context, Result, bail};
use ch08::experiments::worlds::Worlds;
use ch08::models::evaluation::Evaluation;
use ch08::models::players::{Job, Rules};
use ch08::models::pretrained;
use common::keras::weights;
use std::collections::HashMap;
use std::path::Path;
use tch::{Device, Kind};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["write", vae, mdn_rnn, controller] => {
            write("vae", vae)?;
            write("mdn_rnn", mdn_rnn)?;
            write("controller", controller)
        }
        ["score", episodes] => score(episodes.parse().with_context(|| format!("{episodes} is no number"))?),
        _ => bail!("usage: pretrained write VAE MDN_RNN CONTROLLER | pretrained score EPISODES"),
    }
}

/// The weights of a run, in half precision.
fn write(name: &str, run: &str) -> Result<()> {
    let (tensors, _) = weights::read_file(&Path::new(run).join("weights/weights.safetensors"))?;
    let halves = tensors.into_iter().map(|(name, tensor)| (name, tensor.to_kind(Kind::Half)));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("pretrained/{name}.safetensors"));
    weights::write_file(&file, halves, HashMap::new())?;
    println!("{}: {} bytes", file.display(), std::fs::metadata(&file)?.len());
    Ok(())
}

/// Drives on the tracks of the seeds from 0 on.
fn score(episodes: u64) -> Result<()> {
    let controller = pretrained::controller()?;
    let rules = Rules { max_steps: 1000, hopeless_after: None };
    let jobs = (0..episodes).map(|seed| Job::new(&controller, seed, rules)).collect::<Result<Vec<_>>>()?;
    let played = Worlds::pretrained(Device::Cpu).drivers().play(&jobs)?;
    let scores = played.iter().map(|played| played.score).collect();
    let evaluation = Evaluation { generations: 0, max_steps: rules.max_steps, scores };
    for (track, score) in evaluation.scores.iter().enumerate() {
        println!("track {track}: {score:.1}");
    }
    let (mean, std) = evaluation.mean_and_std();
    println!("{mean:.0} ± {std:.0} over {episodes} episodes");
    Ok(())
}
