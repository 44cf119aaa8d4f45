//! The table and the JSON file.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use catalog::versions::LIBTORCH;
use serde_json::{Map, Value, json};

use super::peers::{self, Peer};
use super::stats::{Summary, summary};

/// Checks that `path` is free, or holds an earlier report, which may be replaced.
///
/// # Errors
/// It holds something else.
pub fn check_replaceable(path: &Path) -> Result<()> {
    let Ok(there) = fs::read(path) else { return Ok(()) };
    let report: Option<Value> = serde_json::from_slice(&there).ok();
    ensure!(
        report.is_some_and(|report| report.get("steps_per_round").is_some()),
        "{} is there, and is no report of this command: name another file with --json",
        path.display()
    );
    Ok(())
}

/// All measurements.
pub struct Report {
    steps: u32,
    rounds: u32,
    cores: usize,
    /// Title and JSON name of each peer.
    peers: Vec<(&'static str, &'static str)>,
    pub rows: Vec<Row>,
}

/// The times of one model.
pub struct Row {
    chapter: u32,
    model: String,
    pub batch: u64,
    /// Milliseconds, round by round.
    pub ours: Vec<Vec<f64>>,
    /// Those of each peer, or the reason why there are none.
    pub peers: Vec<Result<Vec<Vec<f64>>, String>>,
}

impl Row {
    pub fn new(chapter: u32, model: &str, peers: usize) -> Row {
        Row { chapter, model: model.into(), batch: 0, ours: Vec::new(), peers: vec![Ok(Vec::new()); peers] }
    }
}

impl Report {
    pub fn new(steps: u32, rounds: u32, peers: &[Peer]) -> Report {
        let cores = std::thread::available_parallelism().map_or(1, |count| count.get());
        Report {
            steps,
            rounds,
            cores,
            peers: peers.iter().map(|peer| (peer.title, peer.key)).collect(),
            rows: Vec::new(),
        }
    }

    /// The table for the terminal: medians in milliseconds, and ours divided by each peer's. Below it, the failures.
    pub fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.model.len()).max().unwrap_or(0).max(5);
        let mut text = format!("\nMilliseconds per training step, median of {} x {} steps", self.rounds, self.steps);
        let _ = write!(text, " on {} processor cores\n\n{:width$}  batch      ours", self.cores, "model");
        for (title, _) in &self.peers {
            let _ = write!(text, "  {title:>8}  ours/{title}");
        }
        text.push('\n');
        let mut failures = String::new();
        for row in &self.rows {
            let ours = summary(&row.ours).median_ms;
            let _ = write!(text, "{:width$}  {:5}  {ours:8.2}", row.model, row.batch);
            for ((title, _), times) in self.peers.iter().zip(&row.peers) {
                let ratio_width = "ours/".len() + title.len();
                match times {
                    Ok(times) => {
                        let theirs = summary(times).median_ms;
                        let _ = write!(text, "  {theirs:8.2}  {:>ratio_width$.2}", ours / theirs);
                    }
                    Err(error) => {
                        let _ = write!(text, "  {:>8}  {:>ratio_width$}", "-", "-");
                        let _ = writeln!(failures, "{title}, {}: {error}", row.model);
                    }
                }
            }
            text.push('\n');
        }
        if !self.peers.is_empty() {
            text += "\nBelow 1, ours is faster.\n";
        }
        text + &failures
    }

    /// Everything as JSON.
    pub fn json(&self) -> Value {
        json!({
            "libtorch": LIBTORCH,
            "peers": if self.peers.is_empty() { Vec::new() } else { peers::packages() },
            "machine": { "cores": self.cores, "os": std::env::consts::OS, "arch": std::env::consts::ARCH },
            "rounds": self.rounds,
            "steps_per_round": self.steps,
            "models": self.rows.iter().map(|row| self.row(row)).collect::<Vec<_>>(),
        })
    }

    fn row(&self, row: &Row) -> Value {
        let ours = summary(&row.ours);
        let mut object = Map::new();
        object.insert("chapter".into(), json!(row.chapter));
        object.insert("model".into(), json!(row.model));
        object.insert("batch".into(), json!(row.batch));
        object.insert("ours".into(), json!(ours));
        for ((_, key), times) in self.peers.iter().zip(&row.peers) {
            let times: Result<Summary, _> = times.as_ref().map(|times| summary(times));
            match times {
                Ok(times) => {
                    object.insert(format!("ours_over_{key}"), json!(ours.median_ms / times.median_ms));
                    object.insert((*key).into(), json!(times));
                }
                Err(error) => {
                    object.insert((*key).into(), json!({ "error": error }));
                }
            }
        }
        Value::Object(object)
    }

    /// Writes the JSON file atomically: to a temporary file, which is then renamed.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
        let part = dir.join(format!(".{}.part", path.file_name().unwrap_or_default().to_string_lossy()));
        let written = fs::write(&part, serde_json::to_string_pretty(&self.json())? + "\n");
        written.and_then(|()| fs::rename(&part, path)).inspect_err(|_| drop(fs::remove_file(&part)))?;
        Ok(())
    }
}
