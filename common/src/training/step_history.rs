use super::history::History;
use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Losses by step: `steps.csv` with the columns `step` and one for each metric. For models whose epochs are long, such as
/// the CycleGAN.
#[derive(Debug)]
pub(super) struct StepHistory {
    path: PathBuf,
    /// Rows that are not in the file yet.
    rows: String,
    steps: u64,
}

impl StepHistory {
    /// Goes on after `steps` steps: rows of later ones, from before a kill, are dropped.
    pub fn start(folder: &Path, steps: u64) -> Result<StepHistory> {
        let path = folder.join("steps.csv");
        let kept = match fs::read_to_string(&path) {
            Ok(text) => text.split_inclusive('\n').take(1 + steps as usize).collect(),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        if !kept.is_empty() {
            crate::files::write(&path, if steps == 0 { b"" } else { kept.as_bytes() })?;
        }
        Ok(StepHistory { path, rows: String::new(), steps })
    }

    /// Adds the losses of the next steps, a row each.
    pub fn add(&mut self, metrics: &[String], rows: &[Vec<f64>]) {
        if self.steps == 0 {
            self.rows = format!("step,{}\n", metrics.join(","));
        }
        for row in rows {
            self.steps += 1;
            let row: Vec<String> = row.iter().map(|loss| (*loss as f32).to_string()).collect();
            self.rows += &format!("{},{}\n", self.steps, row.join(","));
        }
    }

    /// Appends the new rows to the file, before the checkpoint that belongs to them is saved.
    pub fn save(&mut self) -> Result<()> {
        let failed = || format!("cannot write {}", self.path.display());
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path).with_context(failed)?;
        file.write_all(self.rows.as_bytes()).with_context(failed)?;
        self.rows.clear();
        Ok(())
    }
}

/// Reads the file; empty if there is none.
pub(super) fn read(folder: &Path) -> Result<History> {
    let path = folder.join("steps.csv");
    if !path.exists() {
        return Ok(History::default());
    }
    let failed = || format!("cannot read the losses by step in {}", path.display());
    let mut csv = csv::Reader::from_path(&path).with_context(failed)?;
    let metrics = csv.headers().with_context(failed)?.iter().skip(1).map(str::to_string).collect();
    let mut rows = vec![];
    for record in csv.records() {
        let record = record.with_context(failed)?;
        let numbers: Result<Vec<f64>, _> = record.iter().skip(1).map(str::parse).collect();
        rows.push((0.0, numbers.with_context(failed)?));
    }
    Ok(History { metrics, rows })
}
