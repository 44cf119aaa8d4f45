//! Measurements of samples during training.

use anyhow::{Context as _, Result};
use common::features::FeatureNet;
use common::features::drawings::DrawingClassifier;
use common::files;
use common::metrics::{Modes, frechet_distance, mean_pairwise_distance};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::Tensor;

/// A measurement of samples: a row of `measures.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Number of iterations before the measurement.
    pub iteration: u64,
    /// Fréchet distance to real drawings, by the classifier's features; 0 is best.
    pub frechet_distance: f64,
    /// Mean pairwise distance of samples, relative to real drawings.
    pub pairwise_distance: f64,
    /// Effective number of predicted categories, exp(entropy): from 1 to 10.
    pub effective_categories: f64,
}

/// Evaluates samples against real drawings.
#[derive(Debug)]
pub struct Evaluator {
    classifier: DrawingClassifier,
    features: Tensor,
    pairwise_distance: f64,
}

impl Evaluator {
    /// An evaluator with these real drawings, `[n, 28, 28, 1]` in [0, 1].
    ///
    /// # Errors
    /// There are fewer than two, or they have another shape.
    pub fn new(classifier: DrawingClassifier, real: &Tensor) -> Result<Evaluator> {
        let (features, pairwise_distance) = (classifier.features(real)?, mean_pairwise_distance(real)?);
        Ok(Evaluator { classifier, features, pairwise_distance })
    }

    /// Evaluates samples `[n, 28, 28, 1]` in [0, 1], as many as real drawings.
    ///
    /// # Errors
    /// They have another shape, or contain NaN or infinity.
    pub fn measure(&self, iteration: u64, samples: &Tensor) -> Result<Measure> {
        Ok(Measure {
            iteration,
            frechet_distance: frechet_distance(&self.features, &self.classifier.features(samples)?)?,
            pairwise_distance: mean_pairwise_distance(samples)? / self.pairwise_distance,
            effective_categories: self.modes(samples)?.effective(),
        })
    }

    /// The predicted categories of samples.
    ///
    /// # Errors
    /// As [`measure`](Evaluator::measure).
    pub fn modes(&self, samples: &Tensor) -> Result<Modes> {
        Modes::of(&self.classifier.probabilities(samples)?)
    }

    /// Names of the categories, in the order of [`Modes::counts`].
    pub fn categories(&self) -> &[String] {
        self.classifier.categories()
    }
}

/// `measures.csv` in the folder of a run: it grows while the run trains.
#[derive(Debug)]
pub struct Measures {
    path: PathBuf,
    /// The rows, by iteration.
    pub rows: Vec<Measure>,
}

impl Measures {
    /// The measurements of a run so far.
    ///
    /// # Errors
    /// The file is damaged.
    pub fn of(folder: &Path) -> Result<Measures> {
        let path = folder.join("measures.csv");
        let damaged = || format!("{} is damaged: move it away and train again", path.display());
        let rows = match path.exists() {
            true => csv::Reader::from_path(&path)
                .and_then(|mut csv| csv.deserialize().collect::<Result<Vec<_>, _>>())
                .with_context(damaged)?,
            false => vec![],
        };
        Ok(Measures { path, rows })
    }

    /// Adds a measurement. A resumed run may repeat iterations: it replaces their old rows.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add(&mut self, measure: Measure) -> Result<()> {
        self.rows.retain(|row| row.iteration < measure.iteration);
        self.rows.push(measure);
        let mut csv = csv::Writer::from_writer(vec![]);
        self.rows.iter().try_for_each(|row| csv.serialize(row))?;
        files::write(&self.path, &csv.into_inner().context("cannot write the measures")?)
    }

    /// One quantity by iteration.
    pub fn column(&self, of: impl Fn(&Measure) -> f64) -> Vec<f64> {
        self.rows.iter().map(of).collect()
    }
}
