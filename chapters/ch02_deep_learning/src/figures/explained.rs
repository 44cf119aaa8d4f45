//! Figures for the book's explanations: activation functions (p. 65), batch normalization (p. 79), dropout (p. 82).

use super::results::BEFORE_AND_AFTER;
use crate::models::Classifier;
use anyhow::{Context as _, Result};
use common::arrays::array2;
use common::cli::Figures;
use common::datasets::cifar10::LabeledImages;
use common::device;
use common::keras::{Activation, Dropout, Layer, nhwc_to_nchw};
use common::plot::{Chart, Color, ColorMap, Figure, HeatMap, Histogram, Line};
use tch::{Device, Kind, Tensor};

/// Number of test images whose activations are shown.
const LOOKED_AT: i64 = 256;
/// Number of values in a histogram.
const VALUES: i64 = 20_000;

/// ReLU, LeakyReLU and sigmoid.
pub fn activation_functions(figures: &Figures) -> Result<()> {
    let x = Tensor::linspace(-6.0, 6.0, 481, (Kind::Double, Device::Cpu));
    let xs = Vec::<f64>::try_from(&x)?;
    let curve = |name: &str, function: Activation, (low, high): (f64, f64)| -> Result<Chart> {
        let ys = Vec::<f64>::try_from(&function.apply_to(&x))?;
        let zero = |across: [f64; 2], up: [f64; 2]| Line::xy("", across, up).color(Color::LIGHT_GREY).width(0.8);
        let chart = Chart::new().title(name).x_label("input").y_range(low, high).x_range(-6.0, 6.0);
        let chart = chart.with(zero([-6.0, 6.0], [0.0, 0.0])).with(zero([0.0, 0.0], [low, high]));
        Ok(chart.with(Line::xy("", xs.iter().copied(), ys).color(Color::tab10(0)).width(2.0)))
    };
    let relu = curve("ReLU", Activation::Relu, (-2.5, 6.0))?.y_label("output");
    let leaky = curve("LeakyReLU, slope 0.3", Activation::LeakyRelu(0.3), (-2.5, 6.0))?;
    let sigmoid = curve("sigmoid", Activation::Sigmoid, (-0.1, 1.1))?;
    let caption = "Three activation functions. ReLU is zero below zero. LeakyReLU keeps a small slope there, so a unit \
                   never stops learning. The sigmoid maps all inputs to values between 0 and 1.";
    figures.save("activation_functions", caption, Figure::panels(&[&[&relu, &leaky, &sigmoid]], (11.0, 3.6))?)
}

/// Inputs and outputs of the batch normalization after each convolution.
pub fn batch_normalization(figures: &Figures, model: &Classifier, test: &LabeledImages) -> Result<()> {
    let outputs = look_inside(model, test);
    let output = |name: &str| -> Result<&Tensor> {
        let found = outputs.iter().find(|(layer, _)| layer == name);
        found.map(|(_, tensor)| tensor).with_context(|| format!("the net has no layer {name}"))
    };
    let mut overlays = vec![];
    for number in ["", "_1", "_2", "_3"] {
        let before = values(output(&format!("conv2d{number}"))?)?;
        let after = values(output(&format!("batch_normalization{number}"))?)?;
        let mut chart = Chart::new().title(&format!("conv2d{number}")).x_range(-4.0, 4.0).x_label("activation");
        for ((label, values), color) in [("before", before), ("after", after)].into_iter().zip(BEFORE_AND_AFTER) {
            let bars = Histogram::new(values).bins(80).range(-4.0, 4.0).density();
            chart = chart.with(bars.color(color).alpha(0.55).label(label));
        }
        overlays.push(chart);
    }
    let caption = "Activations of 256 test images after each convolution, before and after batch normalization: \
                   whatever the scale of the convolution, the normalized values have a similar spread.";
    let [a, b, c, d] = &overlays[..] else { unreachable!("four convolutions") };
    figures.save("batch_norm", caption, Figure::panels(&[&[a, b], &[c, d]], (9.0, 6.4))?)?;

    let by_channel = |title: &str, layer: &str| -> Result<Chart> {
        let mut chart = Chart::new().title(title).x_label("activation").y_label("density").x_range(-4.0, 4.0);
        for channel in 0..8 {
            let (xs, ys) = density(&values(&output(layer)?.narrow(1, channel, 1))?);
            chart = chart.with(Line::xy("", xs, ys).color(ColorMap::Viridis.class(channel as usize, 9)).width(1.3));
        }
        Ok(chart)
    };
    let before = by_channel("before batch normalization", "conv2d_1")?;
    let after = by_channel("after batch normalization", "batch_normalization_1")?;
    let caption = "The first eight channels of the second convolution: each has its own mean and spread; batch \
                   normalization makes them alike.";
    figures.save("batch_norm_channels", caption, Figure::panels(&[&[&before, &after]], (10.0, 4.0))?)
}

/// The units of the dense layer for one image before dropout, at two training steps, and in prediction.
pub fn dropout(figures: &Figures, model: &Classifier, test: &LabeledImages) -> Result<()> {
    let outputs = look_inside(model, test);
    let units = outputs.iter().find(|(name, _)| name == "leaky_re_lu_4").map(|(_, tensor)| tensor.narrow(0, 0, 1));
    let units = units.context("the net has no layer leaky_re_lu_4")?;
    let count = units.numel() as i64;
    let rows = if count % 8 == 0 { 8 } else { 1 };
    let layer = Dropout::new(0.5)?;
    let most = (units.abs().max().double_value(&[]) * 2.0) as f32;
    let panel = |title: &str, values: Tensor| -> Result<HeatMap> {
        let array = array2(&values.view([rows, count / rows]))?;
        let map = HeatMap::new(array.view()).map(ColorMap::Coolwarm).range(-most, most).no_bar();
        Ok(map.title(title).bare())
    };
    let step = |number: u64| {
        device::seed(&[figures.seed(), number]);
        let kept = layer.forward(&units, true);
        // NaN stays white.
        kept.where_self(&kept.ne(0.0), &Tensor::from(f32::NAN).to_device(kept.device()))
    };
    let before = panel("the units", units.shallow_clone())?;
    let one = panel("dropout, one training step", step(1))?;
    let two = panel("dropout, the next step", step(2))?;
    let predicting = panel("dropout, when predicting", layer.forward(&units, false))?;
    let caption = format!(
        "The {count} units of the dense layer for one test image (blue: negative, red: positive). In training, dropout \
         zeroes half of them (white), different ones at each step, and doubles the others; in prediction, it does nothing."
    );
    figures.save("dropout", &caption, Figure::fitted(&[&[&before, &one], &[&two, &predicting]], 9.0)?)
}

/// Each layer's output for some test images, in inference mode.
fn look_inside(model: &Classifier, test: &LabeledImages) -> Vec<(String, Tensor)> {
    let images = test.images.narrow(0, 0, LOOKED_AT.min(test.len()));
    tch::no_grad(|| model.model.layer_outputs(&nhwc_to_nchw(&images), false))
}

/// Evenly spaced values of a tensor.
fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    let flat = tensor.to_device(Device::Cpu).contiguous().view(-1);
    let step = (flat.numel() as i64 / VALUES).max(1);
    Ok(Vec::<f32>::try_from(&flat.slice(0, None, None, step))?)
}

/// A smoothed histogram as a curve.
fn density(values: &[f32]) -> (Vec<f64>, Vec<f64>) {
    const BINS: usize = 160;
    let mut counts = [0.0; BINS];
    for value in values {
        let bin = (f64::from(*value) + 4.0) / 8.0 * BINS as f64;
        if (0.0..BINS as f64).contains(&bin) {
            counts[bin as usize] += 1.0;
        }
    }
    let unit = values.len() as f64 * 8.0 / BINS as f64;
    let near = |bin: usize| {
        let window = bin.saturating_sub(2)..(bin + 3).min(BINS);
        let n = window.len() as f64;
        window.map(|i| counts[i]).sum::<f64>() / n / unit
    };
    let middle = |bin: usize| -4.0 + 8.0 * (bin as f64 + 0.5) / BINS as f64;
    ((0..BINS).map(middle).collect(), (0..BINS).map(near).collect())
}
