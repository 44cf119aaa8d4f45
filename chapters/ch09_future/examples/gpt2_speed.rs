//! The speed of generation with a file of GPT-2, for `peers/gpt2_speed.py`: tokens, seconds, and memory, also
//! that of libtorch before the file is opened.
//!
//! ```sh
//! cargo run -p ch09 --example gpt2_speed -- FOLDER 64
//! ```

use anyhow::{Context, Result, bail};
use ch09::models::generation::{Length, Sampling};
use ch09::models::gpt2_file;
use std::path::Path;
use std::time::Instant;
use tch::{Device, Kind, Tensor};

/// Tokens that are continued: the first of GPT-2's vocabulary.
const BEGINNING: i64 = 16;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, tokens] = &args[..] else { bail!("usage: gpt2_speed FOLDER TOKENS") };
    let tokens: usize = tokens.parse().with_context(|| format!("{tokens} is no number"))?;
    let _ =
        Tensor::ones([64, 64], (Kind::Float, Device::Cpu)).matmul(&Tensor::ones([64, 64], (Kind::Float, Device::Cpu)));
    let idle = peak();
    let gpt = gpt2_file::open(Path::new(folder), Device::Cpu)?;
    let beginning: Vec<i64> = (0..BEGINNING).collect();
    let likeliest = Sampling { temperature: 0.0, top_k: 0, top_p: 1.0 };
    let write = |tokens| gpt.generate(&beginning, Length { tokens, end: None }, &likeliest, 1);
    write(4)?; // reads the file
    let start = Instant::now();
    let written = write(tokens)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{}", serde_json::json!({ "tokens": written, "seconds": seconds, "peak_kib": peak(), "idle_kib": idle }));
    Ok(())
}

/// The most memory that the process has held, in KiB, with the pages of the file; None but on Linux.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
