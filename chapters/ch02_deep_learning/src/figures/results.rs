//! Figures of data, training and predictions for both classifiers (pp. 61 and 70-73).

use crate::models::Evaluation;
use anyhow::Result;
use common::arrays::array4;
use common::cli::Figures;
use common::datasets::cifar10::LabeledImages;
use common::plot::{Chart, Color, ColorMap, Figure, HeatMap, ImageGrid, Line};
use ndarray::Array2;
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

/// Ten images of each class, a class in a row.
pub fn examples(figures: &Figures, set: &LabeledImages, names: &[String]) -> Result<()> {
    let labels = classes(&set.labels)?;
    let mut rows = vec![];
    let mut shown = vec![];
    for (class, name) in names.iter().enumerate() {
        let of_class = labels.iter().enumerate().filter(|(_, label)| **label == class as i64);
        let ten: Vec<i64> = of_class.map(|(row, _)| row as i64).take(10).collect();
        // A small set (preset smoke) may lack some classes.
        if ten.len() == 10 {
            rows.extend(ten);
            shown.push(name);
        }
    }
    if shown.is_empty() {
        rows = (0..set.len().min(50)).collect();
    }
    let chosen = set.rows(&Tensor::from_slice(&rows).to_device(set.images.device()));
    let grid = ImageGrid::new(array4(&chosen.images)?.view()).columns(10).row_names(shown);
    let caption = "Training images of each class, 32 x 32 pixels.";
    figures.save("data", caption, Figure::fitted(&[&[&grid]], 8.0)?)
}

/// Loss and accuracy by epoch, on the training set and, if recorded, on the test set.
pub fn history(figures: &Figures, evaluation: &Evaluation, model: &str) -> Result<()> {
    let history = figures.run().history()?;
    let chart = |metric: &str| {
        let mut chart = Chart::new().x_label("epoch").y_label(metric).grid();
        for (label, name) in [("training", metric.to_string()), ("test", format!("val_{metric}"))] {
            if let Some(values) = history.metric(&name) {
                chart = chart.with(Line::new(label, values).width(1.8));
            }
        }
        chart
    };
    let caption = format!(
        "Loss and accuracy of {model} by epoch. Final test loss {:.4}, test accuracy {:.4}.",
        evaluation.loss, evaluation.accuracy
    );
    let (loss, accuracy) = (chart("loss"), chart("accuracy"));
    figures.save("training", &caption, Figure::panels(&[&[&loss, &accuracy]], (10.0, 4.0))?)
}

/// The confusion matrix.
pub fn confusion(figures: &Figures, test: &LabeledImages, evaluation: &Evaluation, names: &[String]) -> Result<()> {
    let mut counts = Array2::<f32>::zeros((names.len(), names.len()));
    for (actual, predicted) in classes(&test.labels)?.into_iter().zip(classes(&evaluation.predicted)?) {
        counts[[actual as usize, predicted as usize]] += 1.0;
    }
    let map = HeatMap::new(counts.view()).map(ColorMap::Viridis).numbers(0);
    let map = map.x_names(names).y_names(names).x_label("predicted").y_label("actual");
    let caption = format!(
        "Test images by actual class (rows) and predicted class (columns): {:.1}% of {} are on the diagonal.",
        100.0 * evaluation.accuracy,
        test.len()
    );
    figures.save("confusion", &caption, Figure::of(&map, (8.6, 7.6))?)
}

/// Ten random test images, with predicted and actual class below (p. 72).
pub fn predictions(figures: &Figures, test: &LabeledImages, evaluation: &Evaluation, names: &[String]) -> Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(figures.seed());
    let rows: Vec<i64> = sample(&mut random, test.len() as usize, 10).iter().map(|row| row as i64).collect();
    let rows = Tensor::from_slice(&rows);
    let chosen = test.rows(&rows.to_device(test.images.device()));
    let actual = classes(&chosen.labels)?;
    let predicted = classes(&evaluation.predicted.index_select(0, &rows))?;
    let name = |class: &i64| &names[*class as usize];
    let captions = actual.iter().zip(&predicted).map(|(actual, predicted)| {
        let mark = if actual == predicted { "✓" } else { "✗" };
        format!("pred = {}\nact = {}\n{mark}", name(predicted), name(actual))
    });
    let grid = ImageGrid::new(array4(&chosen.images)?.view()).columns(10).captions(captions).gap(12.0);
    let right = actual.iter().zip(&predicted).filter(|(a, b)| a == b).count();
    let caption = format!("Ten random test images with predicted and actual class: {right} are correct.");
    figures.save("predictions", &caption, Figure::fitted(&[&[&grid]], 12.0)?)
}

/// Class numbers on the CPU.
fn classes(labels: &Tensor) -> Result<Vec<i64>> {
    Ok(Vec::<i64>::try_from(&labels.to_device(Device::Cpu))?)
}

/// Two colours that the explanatory figures share: before and after.
pub const BEFORE_AND_AFTER: [Color; 2] = [Color::tab10(0), Color::tab10(1)];
