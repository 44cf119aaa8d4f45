use anyhow::{Context, Result, bail, ensure};
use catalog::Preset;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::RangeInclusive;

/// The hyper-parameters of an experiment, as saved in `params.json`.
pub trait ExperimentConfig: Serialize + DeserializeOwned {
    /// The hyper-parameters of a preset.
    fn preset(preset: Preset) -> Self;

    /// Validates the hyper-parameters before anything is fetched or written.
    ///
    /// # Errors
    /// A value is invalid; the message names the key.
    fn check(&self) -> Result<()>;
}

/// How a model is fitted: a part of every experiment's configuration (`#[serde(flatten)]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FitConfig {
    /// Samples in a batch.
    pub batch_size: i64,
    /// Number of epochs; for a GAN, number of iterations, which the book also calls epochs.
    pub epochs: u64,
    /// Number of batches between two sample images, if any are saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub print_every_n_batches: Option<u64>,
}

impl FitConfig {
    /// The book's arguments of `train`.
    pub fn new(batch_size: i64, epochs: u64) -> FitConfig {
        FitConfig { batch_size, epochs, print_every_n_batches: None }
    }

    /// Saves sample images every `n` batches.
    pub fn print_every_n_batches(self, n: u64) -> FitConfig {
        FitConfig { print_every_n_batches: Some(n), ..self }
    }

    /// Whether sample images are due at this batch or iteration.
    pub fn samples_due(&self, batch: u64) -> bool {
        self.print_every_n_batches.is_some_and(|n| batch.is_multiple_of(n))
    }

    /// Validates the values; `batch_sizes` is the range of valid batch sizes.
    ///
    /// # Errors
    /// A value is out of bounds.
    pub fn check(&self, batch_sizes: RangeInclusive<i64>) -> Result<()> {
        let (least, most) = (batch_sizes.start(), batch_sizes.end());
        ensure!(batch_sizes.contains(&self.batch_size), "batch_size must lie between {least} and {most}");
        ensure!((1..=1_000_000).contains(&self.epochs), "epochs must lie between 1 and 1000000");
        ensure!(self.print_every_n_batches != Some(0), "print_every_n_batches must be above 0");
        Ok(())
    }
}

/// Validates a learning rate or another factor.
///
/// # Errors
/// It is 0, negative or not finite.
pub fn ensure_positive(name: &str, value: f64) -> Result<()> {
    ensure!(value.is_finite() && value > 0.0, "{name} must be above 0");
    Ok(())
}

/// Old and present names of renamed keys: old runs still open, and `--set` still accepts the old names.
const RENAMED: [(&str, &str); 5] = [
    ("pictures", "images"),
    ("test_pictures", "test_images"),
    ("judge_faces", "classifier_faces"),
    ("step_factor", "learning_rate_factor"),
    ("hurried_learning_rates", "extra_steps_learning_rates"),
];

/// The present name of a key.
fn present_name(key: &str) -> &str {
    RENAMED.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| new)
}

/// A configuration of an earlier version, with its keys renamed.
pub(super) fn with_present_names(config: Value) -> Value {
    match config {
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| (present_name(&key).to_string(), with_present_names(value))).collect()
        }
        other => other,
    }
}

/// Whether a key of `--set` only changes what is measured after training: a trained run is the same with any value of
/// it.
pub fn is_measured_only(key: &str) -> bool {
    key == "fid_samples"
}

/// A preset with overridden values, in pairs as in `--set`: `epochs=3`, `net.z_dim=4`.
///
/// # Errors
/// As [`overridden`].
pub fn configure<C: ExperimentConfig>(preset: Preset, settings: &[(String, String)]) -> Result<C> {
    overridden(&C::preset(preset), settings)
}

/// A configuration with overridden values, as in [`configure`].
///
/// # Errors
/// A key is unknown, a value has the wrong type, or [`ExperimentConfig::check`] rejects it.
pub fn overridden<'a, C: ExperimentConfig>(
    config: &C,
    settings: impl IntoIterator<Item = &'a (String, String)>,
) -> Result<C> {
    let mut config = serde_json::to_value(config).context("cannot encode the hyper-parameters as JSON")?;
    for (key, text) in settings {
        *find(&mut config, key)? = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
        // One value at a time, so that the message names the wrong one.
        serde_json::from_value::<C>(config.clone()).with_context(|| format!("invalid value in --set {key}={text}"))?;
    }
    let config: C = serde_json::from_value(config).context("cannot read the configuration back")?;
    config.check()?;
    Ok(config)
}

/// The value at a dotted key.
fn find<'a>(config: &'a mut Value, key: &str) -> Result<&'a mut Value> {
    let known = leaves(config, "").into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(", ");
    let mut value = config;
    for part in key.split('.').map(present_name) {
        let inner = match value {
            Value::Object(map) => map.get_mut(part),
            Value::Array(list) => part.parse().ok().and_then(|i: usize| list.get_mut(i)),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => bail!("--set: unknown key '{key}'; valid keys are {known}"),
        }
    }
    Ok(value)
}

/// All values with their dotted keys.
fn leaves<'a>(value: &'a Value, prefix: &str) -> Vec<(String, &'a Value)> {
    match value {
        Value::Object(map) => map.iter().flat_map(|(key, value)| leaves(value, &format!("{prefix}.{key}"))).collect(),
        _ => vec![(prefix.trim_start_matches('.').to_string(), value)],
    }
}

/// A configuration in the syntax of `--set`, one `key=value` per line.
pub fn settings<C: ExperimentConfig>(config: &C) -> String {
    let config = serde_json::to_value(config).unwrap_or_default();
    leaves(&config, "").into_iter().map(|(key, value)| format!("{key}={value}\n")).collect()
}
