//! How many characters and how many dates are right.

use super::data::Dates;
use super::forms::Form;
use super::model::{EncoderDecoder, cross_entropy};
use anyhow::{Context, Result};
use common::training::RunFolder;
use common::{files, say};
use serde::Serialize;
use std::collections::BTreeMap;
use tch::{Kind, Tensor};

/// Dates that are evaluated at once.
const BATCH: i64 = 512;

/// How well a net writes some dates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Mean cross-entropy of a character.
    pub loss: f64,
    /// Share of characters that are right.
    pub character_accuracy: f64,
    /// Share of dates all of whose characters are right.
    pub date_accuracy: f64,
    /// The same of the dates in each form, by an example of the form.
    pub date_accuracy_by_form: BTreeMap<String, f64>,
}

impl Score {
    /// Writes all dates.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn new(model: &EncoderDecoder, dates: &Dates) -> Result<Score> {
        let _no_grad = tch::no_grad_guard();
        let (mut loss, mut right) = (0.0, vec![]);
        for start in (0..dates.len()).step_by(BATCH as usize) {
            let n = BATCH.min(dates.len() - start);
            let [x, y] = [&dates.inputs, &dates.targets].map(|tokens| tokens.narrow(0, start, n));
            let logits = model.logits(&x, false);
            loss += cross_entropy(&logits, &y).double_value(&[]) * n as f64;
            right.push(logits.argmax(-1, false).eq_tensor(&y));
        }
        let right = Tensor::cat(&right, 0); // [dates, characters]
        let dates_right: Vec<bool> = right.all_dim(1, false).to_device(tch::Device::Cpu).try_into()?;
        let share = |form: Option<Form>| {
            let of_form = |i: &usize| form.is_none_or(|form| dates.examples[*i].form == form);
            let places: Vec<usize> = (0..dates_right.len()).filter(of_form).collect();
            let right = places.iter().filter(|i| dates_right[**i]).count();
            (!places.is_empty()).then(|| right as f64 / places.len() as f64)
        };
        let by_form = Form::ALL.into_iter().filter_map(|form| Some((form.example(), share(Some(form))?)));
        Ok(Score {
            loss: loss / dates.len() as f64,
            character_accuracy: right.to_kind(Kind::Double).mean(None).double_value(&[]),
            date_accuracy: share(None).unwrap_or(f64::NAN),
            date_accuracy_by_form: by_form.collect(),
        })
    }
}

/// Evaluates a net on held-out dates and on as many that it was trained on: prints the numbers and keeps them in
/// `numbers.json`.
///
/// # Errors
/// The file cannot be written.
pub fn report(folder: &RunFolder, model: &EncoderDecoder, training: &Dates, held_out: &Dates) -> Result<()> {
    let scores = [("trained_on", training), ("held_out", held_out)].map(|(name, dates)| {
        let score = Score::new(model, dates)?;
        say!(
            "{}: {:.2} % of the characters and {:.1} % of {} dates are right",
            name.replace('_', " "),
            100.0 * score.character_accuracy,
            100.0 * score.date_accuracy,
            dates.len()
        );
        Ok((name, score))
    });
    let scores = scores.into_iter().collect::<Result<BTreeMap<&str, Score>>>()?;
    for (form, share) in &scores["held_out"].date_accuracy_by_form {
        say!("  {form:<24} {:5.1} %", 100.0 * share);
    }
    let json = serde_json::to_string_pretty(&scores).context("cannot encode the numbers as JSON")?;
    files::write(&folder.path.join("numbers.json"), (json + "\n").as_bytes())
}
