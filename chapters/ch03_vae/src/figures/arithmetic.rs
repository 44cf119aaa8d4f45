//! Latent arithmetic (p. 121): the vector that leads from faces without an attribute to faces with it.

use super::latent_space::encode;
use crate::models::LatentModel;
use anyhow::{Context as _, Result, ensure};
use common::cli::Figures;
use common::datasets::batches::Batches;
use common::datasets::celeba::CelebA;
use common::datasets::image_files::ImageFiles;
use common::files;
use common::plot::{Chart, Figure, Line};
use common::say;
use common::training::RunFolder;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};

/// The attributes of the book's notebook.
pub const BOOK_ATTRIBUTES: [&str; 8] = [
    "Attractive",
    "Mouth_Slightly_Open",
    "Smiling",
    "Wearing_Lipstick",
    "High_Cheekbones",
    "Male",
    "Eyeglasses",
    "Blond_Hair",
];

/// Batch size.
const BATCH: i64 = 500;
/// The means have converged when both together move less than this in a batch.
const STILL: f64 = 0.08;
/// Number of faces with the attribute that suffices.
const ENOUGH: i64 = 10_000;
/// Largest number of passes over all faces: only small sets need more than one.
const PASSES: u64 = 4;

/// An attribute's vector, and its computation by batch.
#[derive(Debug)]
pub struct AttributeVector {
    /// Its name in the table: `Smiling`.
    pub name: String,
    /// `[z]`, of length 1.
    pub vector: Tensor,
    /// One line per batch.
    pub lines: Vec<Progress>,
}

/// Changes by a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Number of faces with the attribute so far.
    pub positives: i64,
    /// Movement of their mean.
    pub positive_move: f64,
    /// Movement of the mean of the other faces.
    pub negative_move: f64,
    /// Distance of both means.
    pub distance: f64,
    /// Change of the distance.
    pub change: f64,
}

/// Computes attribute vectors: encodes batches of 500 faces and updates the mean latent points with and without each
/// attribute until they converge. The vector is the difference of the means, divided by its length.
///
/// The book streams the faces once for each attribute; here one stream serves all of them.
///
/// # Errors
/// An attribute is unknown, or all faces have it, or none has it.
pub fn attribute_vectors(
    model: &impl LatentModel,
    set: &CelebA,
    faces: &Arc<ImageFiles>,
    names: &[&str],
    seed: u64,
    device: Device,
) -> Result<Vec<AttributeVector>> {
    let labels = names.iter().map(|name| set.attribute(name)).collect::<Result<Vec<_>>>()?;
    let mut means: Vec<Means> = names.iter().map(|_| Means::new(model.noise(1).size()[1], device)).collect();
    for batch in faces.stream(Batches::new(faces.len() as i64, BATCH, seed), 0, PASSES, device) {
        let batch = batch?;
        let z = encode(model, &batch.images(device));
        for (means, labels) in means.iter_mut().zip(&labels).filter(|(means, _)| !means.done()) {
            let has: Vec<f32> = batch.rows.iter().map(|&row| f32::from(u8::from(labels[row]))).collect();
            means.add(&z, &Tensor::from_slice(&has).to_device(device));
        }
        if means.iter().all(Means::done) {
            break;
        }
    }
    means.into_iter().zip(names).map(|(means, name)| means.vector(name)).collect()
}

/// Sums of the points with and without an attribute.
#[derive(Debug)]
struct Means {
    /// Row 0: with it; row 1: without. `[2, z]`
    sums: Tensor,
    counts: [f64; 2],
    means: Tensor,
    lines: Vec<Progress>,
}

impl Means {
    fn new(z_dim: i64, device: Device) -> Means {
        let zeros = || Tensor::zeros([2, z_dim], (Kind::Float, device));
        Means { sums: zeros(), counts: [0.0; 2], means: zeros(), lines: vec![] }
    }

    fn add(&mut self, z: &Tensor, has: &Tensor) {
        let sides = Tensor::stack(&[has.shallow_clone(), 1.0 - has], 0);
        self.sums += sides.matmul(z);
        for side in 0..2 {
            self.counts[side] += sides.get(side as i64).sum(Kind::Double).double_value(&[]);
        }
        let counts = Tensor::from_slice(&self.counts.map(|n| n.max(1.0) as f32)).to_device(z.device());
        let means = &self.sums / counts.unsqueeze(1);
        let length = |v: Tensor| v.norm().double_value(&[]);
        let before = self.lines.last().map_or(0.0, |line| line.distance);
        let moved = &means - &self.means;
        let distance = length(means.get(0) - means.get(1));
        self.lines.push(Progress {
            positives: self.counts[0] as i64,
            positive_move: length(moved.get(0)),
            negative_move: length(moved.get(1)),
            distance,
            change: distance - before,
        });
        self.means = means;
    }

    fn done(&self) -> bool {
        let still = |line: &Progress| line.positive_move + line.negative_move < STILL || line.positives >= ENOUGH;
        self.lines.last().is_some_and(still)
    }

    fn vector(self, name: &str) -> Result<AttributeVector> {
        ensure!(self.counts.iter().all(|&n| n > 0.0), "{name}: all faces have this attribute, or none has it");
        let difference = self.means.get(0) - self.means.get(1);
        let length = difference.norm();
        ensure!(length.double_value(&[]) > 0.0, "{name}: faces with and without this attribute have the same mean");
        Ok(AttributeVector { name: name.to_string(), vector: difference / length, lines: self.lines })
    }
}

/// Prints the book's table for each attribute and writes `attribute_vectors.csv` to the run folder.
pub fn report(vectors: &[AttributeVector], folder: &RunFolder) -> Result<()> {
    let mut csv = csv::Writer::from_writer(vec![]);
    csv.write_record(["attribute", "positives", "positive_move", "negative_move", "distance", "distance_change"])?;
    for AttributeVector { name, lines, .. } in vectors {
        say!("\n{name}\n  images : POS move : NEG move : distance : change");
        for line in lines {
            let numbers = [line.positive_move, line.negative_move, line.distance, line.change];
            let [a, b, c, d] = numbers.map(|number| format!("{number:.3}"));
            say!("{:>8} : {a:>8} : {b:>8} : {c:>8} : {d:>6}", line.positives);
            csv.write_record([name, &line.positives.to_string(), &a, &b, &c, &d])?;
        }
    }
    let bytes = csv.into_inner().context("cannot write the table of attribute vectors")?;
    let path = folder.path.join("attribute_vectors.csv");
    files::write(&path, &bytes)?;
    say!("\ntable: {}", path.display());
    Ok(())
}

/// The distance of the means as more faces are seen.
pub fn convergence(figures: &Figures, vectors: &[AttributeVector]) -> Result<()> {
    let mut chart = Chart::new().x_label("faces with the attribute").y_label("distance of the means");
    for AttributeVector { name, lines, .. } in vectors {
        let (x, y): (Vec<f64>, Vec<f64>) = lines.iter().map(|line| (line.positives as f64, line.distance)).unzip();
        chart = chart.with(Line::xy(&name.replace('_', " "), x, y));
    }
    let caption = "Distance between the mean latent points of faces with and without an attribute, as more faces are \
                   seen. A line ends when both means together move less than 0.08 in a batch.";
    figures.save("attribute_vectors", caption, Figure::of(&chart, (8.0, 5.0))?)
}
