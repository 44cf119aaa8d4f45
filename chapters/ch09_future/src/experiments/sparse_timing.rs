//! What sparse attention costs beside dense attention, for sequences of several lengths: a part of 09_04.

use crate::models::attention::{AttentionForm, Mask, attention};
use crate::models::sparse_attention::{Pattern, Sparse};
use anyhow::{Context, Result, ensure};
use common::cli::time_steps;
use common::files;
use common::training::{Preset, RunFolder, ensure_not_stopped};
use serde::{Deserialize, Serialize};
use std::fs;
use tch::{Device, Kind, Tensor};

/// In the run folder: what was measured.
const FILE: &str = "timing.json";
/// Tokens of a block that later blocks see, in the fixed pattern.
const SUMMARY: i64 = 4;
/// Bytes of an attention weight.
const WEIGHT: i64 = 4;

/// What is timed: a step forward and back of attention alone, of one sequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimingConfig {
    /// Lengths of sequences.
    pub lengths: Vec<i64>,
    /// Steps at each length, of which the median counts.
    pub repeats: usize,
    /// Attention heads.
    pub heads: i64,
    /// Features of a head.
    pub features: i64,
}

impl TimingConfig {
    /// The lengths of a preset.
    pub fn preset(preset: Preset) -> TimingConfig {
        let (lengths, repeats) = match preset {
            Preset::Book => (vec![256, 512, 1024, 2048, 4096], 7),
            Preset::Quick => (vec![256, 512, 1024, 2048, 4096], 3),
            Preset::Smoke => (vec![16, 64], 1),
        };
        TimingConfig { lengths, repeats, heads: 2, features: 32 }
    }

    /// Validates the values.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self) -> Result<()> {
        let is_valid = self.lengths.iter().all(|length| (1..=65_536).contains(length));
        ensure!(is_valid && !self.lengths.is_empty(), "timing.lengths must have numbers between 1 and 65536");
        ensure!(self.lengths.len() <= 20, "timing.lengths must have at most 20 numbers");
        ensure!((1..=100).contains(&self.repeats), "timing.repeats must lie between 1 and 100");
        ensure!((1..=512).contains(&self.heads), "timing.heads must lie between 1 and 512");
        ensure!((1..=1024).contains(&self.features), "timing.features must lie between 1 and 1024");
        Ok(())
    }
}

/// A form of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timed {
    /// As it is written: all weights are made.
    Written,
    /// In libtorch's call, which makes all weights, but not at once.
    Fused,
    /// The strided pattern.
    Strided,
    /// The fixed pattern.
    Fixed,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The form.
    pub form: Timed,
    /// The length of the sequence.
    pub length: i64,
    /// The median of the milliseconds of a step.
    pub ms: f64,
    /// Megabytes of the attention weights that are kept for the way back; none for [`Timed::Fused`], which keeps none.
    pub megabytes: Option<f64>,
}

/// Measures all forms at all lengths, or reads what was measured for this run before.
///
/// # Errors
/// The file cannot be written, or is damaged; or Ctrl-C.
pub fn measured(folder: &RunFolder, config: &TimingConfig, device: Device) -> Result<Vec<Timing>> {
    let path = folder.path.join(FILE);
    if path.exists() {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is damaged: remove it, to measure again", path.display()));
    }
    let mut all = vec![];
    for form in [Timed::Written, Timed::Fused, Timed::Strided, Timed::Fixed] {
        for length in &config.lengths {
            ensure_not_stopped()?;
            all.push(measure(form, *length, config, device)?);
        }
    }
    let json = serde_json::to_string_pretty(&all).context("cannot encode the times as JSON")?;
    files::write(&path, (json + "\n").as_bytes())?;
    Ok(all)
}

fn measure(form: Timed, length: i64, config: &TimingConfig, device: Device) -> Result<Timing> {
    let pattern = match form {
        Timed::Written | Timed::Fused => Pattern::Dense,
        Timed::Strided => Pattern::Strided,
        Timed::Fixed => Pattern::Fixed,
    };
    let sparse = Sparse { pattern, block: 1, summary: SUMMARY }.for_length(length);
    let shape = [1, config.heads, length, config.features];
    let input = || Tensor::randn(shape, (Kind::Float, device)).set_requires_grad(true);
    let [q, k, v] = [input(), input(), input()];
    let step = || -> Result<Tensor> {
        let attended = match form {
            Timed::Written => attention(&q, &k, &v, &Mask::Causal, AttentionForm::Written).values,
            _ => sparse.attend(&q, &k, &v),
        };
        let gradients = Tensor::run_backward(&[attended.sum(Kind::Float)], &[&q, &k, &v], false, false);
        Ok(gradients[0].sum(Kind::Float))
    };
    let mut ms = time_steps(1, config.repeats, step)?;
    ms.sort_by(f64::total_cmp);
    let weights = config.heads * sparse.computed(length) * WEIGHT;
    let megabytes = (form != Timed::Fused).then_some(weights as f64 / 1e6);
    Ok(Timing { form, length, ms: ms[ms.len() / 2], megabytes })
}
