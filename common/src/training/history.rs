use crate::files;
use anyhow::{Context, Result};
use std::path::Path;

/// Losses by epoch: `history.csv` with the columns `epoch`, `seconds` and one for each metric.
///
/// Seconds count until the device has finished an epoch. If its losses are read together with those of later epochs, as
/// those of epochs below half a second are, they count until the program has given the device the epoch's last step: a
/// GPU finishes it a little later, but before they are read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Names of the metrics.
    pub metrics: Vec<String>,
    /// One row per epoch: seconds of training so far, then the metrics.
    pub rows: Vec<(f64, Vec<f64>)>,
}

impl History {
    /// One metric over the epochs.
    pub fn metric(&self, name: &str) -> Option<Vec<f64>> {
        let column = self.metrics.iter().position(|metric| metric == name)?;
        Some(self.rows.iter().map(|(_, values)| values[column]).collect())
    }

    /// The last epoch's metrics by name.
    pub fn last(&self) -> Vec<(String, f64)> {
        let values = self.rows.last().map(|(_, values)| values.as_slice()).unwrap_or_default();
        self.metrics.iter().cloned().zip(values.iter().copied()).collect()
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut csv = csv::Writer::from_writer(vec![]);
        csv.write_record(["epoch", "seconds"].into_iter().chain(self.metrics.iter().map(String::as_str)))?;
        for (epoch, (seconds, values)) in self.rows.iter().enumerate() {
            let numbers = values.iter().map(f64::to_string);
            csv.write_record([(epoch + 1).to_string(), format!("{seconds:.1}")].into_iter().chain(numbers))?;
        }
        files::write(path, &csv.into_inner().context("cannot write the history")?)
    }

    /// Reads the file.
    pub fn read(path: &Path) -> Result<History> {
        let failed = || format!("cannot read the training history {}", path.display());
        let mut csv = csv::Reader::from_path(path).with_context(failed)?;
        let metrics = csv.headers().with_context(failed)?.iter().skip(2).map(str::to_string).collect();
        let mut rows = vec![];
        for record in csv.records() {
            let record = record.with_context(failed)?;
            let numbers: Result<Vec<f64>, _> = record.iter().skip(1).map(str::parse).collect();
            let numbers = numbers.with_context(failed)?;
            let (seconds, values) = numbers.split_first().with_context(failed)?;
            rows.push((*seconds, values.to_vec()));
        }
        Ok(History { metrics, rows })
    }
}
