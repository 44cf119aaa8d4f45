//! The protocol: asking a program for its models and for its times.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::process::last_lines;

/// A program's measurements: its line of JSON.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Sample {
    pub model: String,
    pub batch: u64,
    /// Milliseconds of each step.
    pub ms: Vec<f64>,
    /// Seconds of the first step, before the clock runs; peers compile in it.
    pub first_step_s: Option<f64>,
}

/// A peer's line of JSON where its framework cannot train the model.
#[derive(Deserialize)]
struct Refusal {
    /// The reason.
    not_possible: String,
}

/// The models that a chapter's `binary` can time.
///
/// # Errors
/// It fails.
pub fn models(mut binary: Command) -> Result<Vec<String>> {
    let text = output(binary.args(["bench", "--list"]))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(String::from).collect())
}

/// Times `steps` steps of `model` with a command that takes `--model` and `--steps`.
///
/// # Errors
/// It fails (the message has the last lines of its standard error), or answers no sample of that model.
pub fn take(command: &mut Command, model: &str, steps: u32) -> Result<Sample> {
    let text = output(command.args(["--model", model, "--steps", &steps.to_string()]))?;
    parse(&text, model)
}

/// Reads the sample, the last line of `text` that is an object.
///
/// # Errors
/// There is none, it is of another model, or its times are empty or not above 0; or the program says why it is not
/// possible.
pub fn parse(text: &str, model: &str) -> Result<Sample> {
    let line = text.lines().rev().find(|line| line.starts_with('{')).context("it printed no line of JSON")?;
    if let Ok(Refusal { not_possible }) = serde_json::from_str(line) {
        bail!("not possible: {not_possible}");
    }
    let sample: Sample = serde_json::from_str(line).with_context(|| format!("reading its answer {line}"))?;
    ensure!(sample.model == model, "it timed {}, not {model}", sample.model);
    let times = !sample.ms.is_empty() && sample.ms.iter().all(|ms| ms.is_finite() && *ms > 0.0);
    ensure!(times, "its times are none, or not above 0 ms");
    Ok(sample)
}

fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("starting {program}"))?;
    let said = last_lines(&String::from_utf8_lossy(&output.stderr), 4);
    ensure!(output.status.success(), "{program} failed ({}): {said}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
