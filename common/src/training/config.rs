use anyhow::{Context, Result, bail};
use catalog::Preset;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The numbers of an experiment, as `params.json` keeps them.
pub trait ExperimentConfig: Serialize + DeserializeOwned {
    /// The numbers of a preset.
    fn preset(preset: Preset) -> Self;

    /// Refuses numbers that no net or training can be made of.
    fn check(&self) -> Result<()>;
}

/// A preset with some values changed: pairs as `--set` takes them, `epochs=3` or `net.z_dim=4`.
///
/// # Errors
/// Unknown keys, values of the wrong type, and numbers that [`ExperimentConfig::check`] refuses.
pub fn configure<C: ExperimentConfig>(preset: Preset, settings: &[(String, String)]) -> Result<C> {
    let mut config = serde_json::to_value(C::preset(preset)).context("cannot write the preset as JSON")?;
    for (key, text) in settings {
        *find(&mut config, key)? = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()));
        // Each value by itself, so that the message names the one that is wrong.
        serde_json::from_value::<C>(config.clone()).with_context(|| format!("--set {key}={text} does not fit"))?;
    }
    let config: C = serde_json::from_value(config).context("cannot read the configuration back")?;
    config.check()?;
    Ok(config)
}

/// The value at a dotted key.
fn find<'a>(config: &'a mut Value, key: &str) -> Result<&'a mut Value> {
    let known = leaves(config, "").into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(", ");
    let mut value = config;
    for part in key.split('.') {
        let inner = match value {
            Value::Object(map) => map.get_mut(part),
            Value::Array(list) => part.parse().ok().and_then(|i: usize| list.get_mut(i)),
            _ => None,
        };
        match inner {
            Some(inner) => value = inner,
            None => bail!("--set: there is no key '{key}'; there are {known}"),
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

/// A configuration in the form that `--set` takes, a `key=value` a line.
pub fn settings<C: ExperimentConfig>(config: &C) -> String {
    let config = serde_json::to_value(config).unwrap_or_default();
    leaves(&config, "").into_iter().map(|(key, value)| format!("{key}={value}\n")).collect()
}
