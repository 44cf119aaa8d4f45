//! `cargo book bench`: milliseconds per training step, alone or against PyTorch and Keras.
//!
//! Every chapter's binary answers `bench --list` with its models, one per line, and `bench --precision f32 --model NAME
//! --steps N` with one line of JSON, a [`sample::Sample`]. So do the peers' scripts in the chapter's folder `peers` for
//! `--model NAME --steps N`; they share the command line and the clock of `common/python/peer.py`. Rounds alternate (ours,
//! PyTorch, Keras, ours, ...), so a machine that slows down affects all of them. Steps before the clock runs compile what a
//! framework compiles; the first of them is reported apart.

pub mod judge;
pub mod peers;
pub mod report;
pub mod sample;
pub mod stats;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use catalog::Precision;
use clap::Args;
use data::{note, say};

use crate::Usage;
use crate::cargo::Cargo;
use crate::experiments::{Chapter, Experiments};
use crate::process::begin;
use peers::{Kind, Peer};
use report::{Report, Row};
use sample::Sample;

#[derive(Args)]
pub struct Arguments {
    /// Chapter, such as 03 [default: all]
    chapter: Option<String>,
    /// Also time the same models in other frameworks (installs them the first time: several GB): those of a list such as
    /// eager,jax, or all
    #[arg(long, value_name = "LIST", value_enum, value_delimiter = ',', num_args = 0..=1)]
    #[arg(default_missing_value = "eager,compile,keras,jax")]
    peers: Vec<Kind>,
    /// Precision of our own steps, in convolutions and large matrix products; peers always compute in f32
    #[arg(long, value_name = "PRECISION", value_enum, default_value_t)]
    precision: Precision,
    /// Training steps per round
    #[arg(long, default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Number of rounds
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// For chapter 08: let Gymnasium play N episodes of CarRacing, and compare them with ours, instead of timing (installs
    /// Gymnasium the first time)
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "100")]
    #[arg(conflicts_with_all = ["peers", "precision", "steps", "rounds", "json"])]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    judge: Option<u32>,
    /// JSON file for the results [default: run/bench-03.json, run/bench-all.json]
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Times all models of the chapters, prints a table and writes the numbers as JSON.
///
/// # Errors
/// [`Usage`] for an unknown chapter; a chapter's binary fails, or the peers cannot be installed. A peer that fails is
/// reported below the table.
pub fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let experiments = Experiments::load(root)?;
    let (chapters, name): (Vec<&Chapter>, _) = match &arguments.chapter {
        Some(word) => {
            let chapter = experiments.chapter(word)?;
            (vec![chapter], chapter.table.number())
        }
        None => (experiments.chapters.iter().collect(), "all".into()),
    };
    if let Some(episodes) = arguments.judge {
        if name != "08" {
            return Err(Usage("--judge is for chapter 8: cargo book bench 08 --judge".to_string()).into());
        }
        return judge::run(root, episodes);
    }
    let json = arguments.json.clone().unwrap_or_else(|| root.join(format!("run/bench-{name}.json")));
    if json.is_dir() {
        return Err(Usage(format!("--json {}: this is a folder; name a file", json.display())).into());
    }
    report::check_replaceable(&json)?;
    let cargo = Cargo::ready(root)?;
    let peers = peers::ready(root, &arguments.peers)?;
    let kinds = peers.iter().map(|peer| peer.kind).collect();
    let mut report = Report::new(arguments.steps, arguments.rounds, kinds).in_precision(arguments.precision);
    for chapter in chapters {
        let executable = cargo.build(&chapter.table.package, &chapter.table.package)?;
        for model in sample::models(cargo.start(&executable))? {
            let job = Job {
                cargo: &cargo,
                executable: &executable,
                folder: root.join("chapters").join(&chapter.folder),
                model,
            };
            report.rows.push(job.time(chapter, arguments, &peers)?);
        }
    }
    ensure!(!report.rows.is_empty(), "no chapter has a model to time");
    say!("{}", report.table().trim_end());
    report.write(&json).with_context(|| format!("writing {}", json.display()))?;
    say!("Results: {}", json.display());
    Ok(ExitCode::SUCCESS)
}

/// A model to time.
struct Job<'a> {
    cargo: &'a Cargo,
    executable: &'a Path,
    /// The chapter's folder.
    folder: PathBuf,
    model: String,
}

impl Job<'_> {
    fn time(&self, chapter: &Chapter, arguments: &Arguments, peers: &[Peer]) -> Result<Row> {
        let mut row = Row::new(chapter.table.chapter, &self.model, peers.len());
        for round in 1..=arguments.rounds {
            begin(format_args!("{}: round {round} of {}", self.model, arguments.rounds));
            let mut ours = self.cargo.start(self.executable);
            ours.args(["bench", "--precision", &arguments.precision.to_string()]);
            let ours = sample::take(&mut ours, &self.model, arguments.steps);
            let ours = ours.with_context(|| format!("timing {}", self.model))?;
            begin(format_args!(", ours {:.2} ms", stats::median(&ours.ms)));
            row.batch = ours.batch;
            row.ours.push(ours.ms);
            for (peer, results) in peers.iter().zip(&mut row.peers) {
                let Ok(rounds) = results else { continue }; // it failed in an earlier round
                match self.time_peer(peer, arguments.steps, row.batch) {
                    Ok(sample) => {
                        begin(format_args!(", {} {:.2} ms", peer.kind.title(), stats::median(&sample.ms)));
                        rounds.add(sample);
                    }
                    Err(error) => *results = Err(format!("{error:#}")),
                }
            }
            note!("");
        }
        Ok(row)
    }

    fn time_peer(&self, peer: &Peer, steps: u32, batch: u64) -> Result<Sample> {
        let sample = sample::take(&mut peer.command(&self.folder)?, &self.model, steps)?;
        ensure!(sample.batch == batch, "it used batches of {}, ours are {batch}: not comparable", sample.batch);
        Ok(sample)
    }
}
