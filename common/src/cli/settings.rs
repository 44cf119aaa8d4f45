//! What `--set` and `--epochs` change in a run's hyper-parameters.

use crate::training::{ExperimentConfig, is_measured_only};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Overrides a setting in a list of `key=value`.
pub(super) fn replace_setting(settings: &mut Vec<String>, key: &str, value: &str) {
    settings.retain(|setting| !setting.starts_with(&format!("{key}=")));
    settings.push(format!("{key}={value}"));
}

/// The hyper-parameters on which training depends.
pub(super) fn trained_with<C: ExperimentConfig>(config: &C) -> Value {
    let mut config = json(config);
    if let Value::Object(map) = &mut config {
        map.retain(|key, _| !is_measured_only(key));
    }
    config
}

pub(super) fn json<C: ExperimentConfig>(config: &C) -> Value {
    serde_json::to_value(config).unwrap_or(Value::Null)
}

pub(super) fn ensure_has_epochs(config: &Value) -> Result<()> {
    if config.get("epochs").is_some() {
        return Ok(());
    }
    let known: Vec<&str> = config.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    bail!("--epochs: this experiment has no epochs; its settings are {}", known.join(", "))
}

pub(super) fn with_epochs<C: ExperimentConfig>(config: &C, epochs: u64) -> Result<C> {
    let mut config = json(config);
    ensure_has_epochs(&config)?;
    config["epochs"] = epochs.into();
    serde_json::from_value(config).context("cannot change the number of epochs")
}
