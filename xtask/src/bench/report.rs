//! The table and the JSON file.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use catalog::Precision;
use catalog::versions::LIBTORCH;
use serde_json::{Map, Value, json};

use super::peers::{Home, Kind};
use super::sample::Sample;
use super::stats::summary;

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
    /// Of our own steps.
    precision: Precision,
    cores: usize,
    peers: Vec<Kind>,
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
    pub peers: Vec<Result<Rounds, String>>,
}

/// What a peer's rounds gave.
#[derive(Clone, Default)]
pub struct Rounds {
    /// Milliseconds, round by round.
    ms: Vec<Vec<f64>>,
    /// Seconds of the longest first step; later rounds may find on disk what the first one compiled.
    first_step_s: Option<f64>,
}

impl Rounds {
    pub fn add(&mut self, sample: Sample) {
        self.ms.push(sample.ms);
        // `None` is below all numbers.
        let longer = sample.first_step_s > self.first_step_s;
        self.first_step_s = if longer { sample.first_step_s } else { self.first_step_s };
    }
}

impl Row {
    pub fn new(chapter: u32, model: &str, peers: usize) -> Row {
        Row { chapter, model: model.into(), batch: 0, ours: Vec::new(), peers: vec![Ok(Rounds::default()); peers] }
    }
}

impl Report {
    pub fn new(steps: u32, rounds: u32, peers: Vec<Kind>) -> Report {
        let cores = std::thread::available_parallelism().map_or(1, |count| count.get());
        Report { steps, rounds, precision: Precision::F32, cores, peers, rows: Vec::new() }
    }

    /// The same with our own steps in this precision.
    pub fn in_precision(self, precision: Precision) -> Report {
        Report { precision, ..self }
    }

    /// The table for the terminal: medians in milliseconds, and ours divided by each peer's. Below it, the failures, the
    /// slow peers that took fewer steps, and the peers' first steps.
    pub fn table(&self) -> String {
        let width = self.model_width();
        let mut text = format!("\nMilliseconds per training step, median of {} x {} steps", self.rounds, self.steps);
        let precision = match self.precision {
            Precision::F32 => "",
            Precision::Bf16 => ", ours in bf16",
        };
        let _ = write!(text, " on {} processor cores{precision}\n\n{:width$}  batch      ours", self.cores, "model");
        for title in self.titles() {
            let _ = write!(text, "  {title:>8}  ours/{title}");
        }
        text.push('\n');
        let mut notes = String::new();
        let wanted = (self.rounds * self.steps) as usize;
        for row in &self.rows {
            let ours = summary(&row.ours).median_ms;
            let _ = write!(text, "{:width$}  {:5}  {ours:8.2}", row.model, row.batch);
            for (title, rounds) in self.titles().zip(&row.peers) {
                let ratio_width = "ours/".len() + title.len();
                match rounds {
                    Ok(rounds) => {
                        let theirs = summary(&rounds.ms);
                        let ratio = ours / theirs.median_ms;
                        let _ = write!(text, "  {:8.2}  {ratio:>ratio_width$.2}", theirs.median_ms);
                        if theirs.steps < wanted {
                            let _ = writeln!(
                                notes,
                                "{title}, {}: too slow for more than {} steps",
                                row.model, theirs.steps
                            );
                        }
                    }
                    Err(error) => {
                        let _ = write!(text, "  {:>8}  {:>ratio_width$}", "-", "-");
                        let _ = writeln!(notes, "{title}, {}: {error}", row.model);
                    }
                }
            }
            text.push('\n');
        }
        if !self.peers.is_empty() {
            text += "\nBelow 1, ours is faster.\n";
        }
        text + &notes + &self.first_steps()
    }

    /// The table of the peers' first steps; empty if no peer told its own.
    fn first_steps(&self) -> String {
        let seconds = |rounds: &Result<Rounds, String>| rounds.as_ref().ok().and_then(|rounds| rounds.first_step_s);
        if self.rows.iter().flat_map(|row| &row.peers).filter_map(seconds).next().is_none() {
            return String::new();
        }
        let width = self.model_width();
        let mut text =
            format!("\nSeconds of the first step, compilation included, not in the times above\n\n{:width$}", "model");
        for title in self.titles() {
            let _ = write!(text, "  {title:>8}");
        }
        text.push('\n');
        for row in &self.rows {
            let _ = write!(text, "{:width$}", row.model);
            for rounds in &row.peers {
                let seconds = seconds(rounds).map_or("-".into(), |seconds| format!("{seconds:.2}"));
                let _ = write!(text, "  {seconds:>8}");
            }
            text.push('\n');
        }
        text
    }

    fn titles(&self) -> impl Iterator<Item = &'static str> {
        self.peers.iter().map(|peer| peer.title())
    }

    /// The width of the first column.
    fn model_width(&self) -> usize {
        self.rows.iter().map(|row| row.model.len()).max().unwrap_or(0).max("model".len())
    }

    /// Everything as JSON.
    pub fn json(&self) -> Value {
        json!({
            "libtorch": LIBTORCH,
            "peers": self.packages(),
            "machine": { "cores": self.cores, "os": std::env::consts::OS, "arch": std::env::consts::ARCH },
            "precision": self.precision,
            "rounds": self.rounds,
            "steps_per_round": self.steps,
            "models": self.rows.iter().map(|row| self.row(row)).collect::<Vec<_>>(),
        })
    }

    /// The packages of the peers' environments.
    fn packages(&self) -> Vec<String> {
        let used = |home: &Home| self.peers.iter().any(|peer| peer.home() == *home);
        Home::ALL.into_iter().filter(used).flat_map(Home::packages).collect()
    }

    fn row(&self, row: &Row) -> Value {
        let ours = summary(&row.ours);
        let mut object = Map::new();
        object.insert("chapter".into(), json!(row.chapter));
        object.insert("model".into(), json!(row.model));
        object.insert("batch".into(), json!(row.batch));
        object.insert("ours".into(), json!(ours));
        for (peer, rounds) in self.peers.iter().zip(&row.peers) {
            let key = peer.key();
            let value = match rounds {
                Ok(rounds) => {
                    let theirs = summary(&rounds.ms);
                    object.insert(format!("ours_over_{key}"), json!(ours.median_ms / theirs.median_ms));
                    let mut value = json!(theirs);
                    value["first_step_s"] = json!(rounds.first_step_s);
                    value
                }
                Err(error) => json!({ "error": error }),
            };
            object.insert(key.into(), value);
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
