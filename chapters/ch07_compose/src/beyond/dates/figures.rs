//! The figures of 07_06.

use super::data::{INPUT_LENGTH, OUTPUT_LENGTH, decode, encode};
use super::experiment::Trained;
use super::forms::Form;
use super::model::EncoderDecoder;
use anyhow::{Context as _, Result};
use common::arrays::array2;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, HeatMap, Line};
use common::say;
use ndarray::{Array2, Axis, s};
use tch::{Device, Tensor};

/// The forms of the dates whose attention is shown: a long one, and two short ones below it.
const SHOWN: [Form; 3] = [Form::WeekdayMonthFirst, Form::Ordinal, Form::Dots];

/// Loss and shares of what is right by epoch.
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let line = |metric: &str, name: &str, i: usize| {
        Line::new(name, history.metric(metric).unwrap_or_default()).color(Color::tab10(i))
    };
    let loss = Chart::new()
        .title("loss")
        .with(line("loss", "training", 0))
        .with(line("val_loss", "held out", 1))
        .x_label("epoch")
        .y_label("cross-entropy of a character")
        .log_y();
    let accuracy = Chart::new()
        .title("held-out dates")
        .with(line("val_character_accuracy", "characters", 2))
        .with(line("val_date_accuracy", "whole dates", 3))
        .x_label("epoch")
        .y_label("share that is right")
        .y_range(0.0, 1.1);
    let caption = "Left: mean cross-entropy of a written character. Right: the share of characters that are right, and of dates \
                   all of whose ten characters are, among days that the net was not trained on in any form.";
    figures.save("loss", caption, Figure::panels(&[&[&loss, &accuracy]], (11.0, 4.4))?)
}

/// Where the net looks while it writes three held-out dates.
pub fn alignment(figures: &Figures, trained: &Trained) -> Result<()> {
    let mut panels = vec![];
    for form in SHOWN {
        let example = trained.held_out.examples.iter().find(|example| example.form == form);
        let text = example.context("no held-out date has this form: raise test_dates")?.text();
        panels.push(Alignment::new(&trained.model, &text)?.heat_map().stretched());
    }
    let caption = "Attention weights while the net writes three held-out dates: each row is a step of the decoder, labelled \
                   with the character that it writes, and says how much of the context comes from each character that is \
                   read. A row adds up to 1; its last cell, …, is the padding after the text. A state of the encoder knows \
                   its neighbours, so that the weight may lie beside the character itself.";
    let [long, short, shorter] = &panels[..] else { unreachable!("three forms") };
    figures.save("alignment", caption, Figure::panels(&[&[long], &[short, shorter]], (10.0, 8.0))?)
}

/// A text, what the net makes of it, and where it looked.
#[derive(Debug, Clone)]
pub struct Alignment {
    /// What is read.
    pub text: String,
    /// What is written.
    pub written: String,
    /// Attention weights `[OUTPUT_LENGTH, characters of the text + 1]`; the last column is the sum over the padding.
    pub weights: Array2<f32>,
}

impl Alignment {
    /// Rewrites a date: `9 may 1998`.
    ///
    /// # Errors
    /// As [`encode`].
    pub fn new(model: &EncoderDecoder, text: &str) -> Result<Alignment> {
        let tokens = Tensor::from_slice(&encode(text)?).unsqueeze(0).to_device(model.variables.device());
        let logits = tch::no_grad(|| model.logits(&tokens, false)).squeeze_dim(0);
        let written: Vec<i64> = logits.argmax(-1, false).to_device(Device::Cpu).try_into()?;
        let written = decode(&written);
        // [1, OUTPUT_LENGTH, INPUT_LENGTH] -> [OUTPUT_LENGTH, INPUT_LENGTH]
        let all = array2(&tch::no_grad(|| model.attention.forward_t(&tokens, false)).squeeze_dim(0))?;
        let length = text.chars().count();
        let mut weights = Array2::zeros((OUTPUT_LENGTH, length + 1));
        weights.slice_mut(s![.., ..length]).assign(&all.slice(s![.., ..length]));
        weights.column_mut(length).assign(&all.slice(s![.., length..INPUT_LENGTH]).sum_axis(Axis(1)));
        say!("{text} -> {written}");
        Ok(Alignment { text: text.to_string(), written, weights })
    }

    /// Columns are the characters that are read, rows those that are written.
    pub fn heat_map(&self) -> HeatMap {
        let visible = |character: char| if character == ' ' { '␣' } else { character };
        let columns = self.text.chars().map(|character| visible(character).to_string());
        HeatMap::new(self.weights.view())
            .range(0.0, 1.0)
            .title(&format!("{} → {}", self.text, self.written))
            .x_names(columns.chain(["…".to_string()]))
            .y_names(self.written.chars())
            .x_label("characters read")
            .y_label("characters written")
    }
}
