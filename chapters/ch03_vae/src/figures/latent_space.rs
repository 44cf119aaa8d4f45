//! The figures of both digit models' latent spaces (pp. 101-104 and 114-115).

use crate::models::{LatentModel, NetConfig};
use anyhow::{Result, ensure};
use common::arrays::{array2, array4};
use common::cli::Figures;
use common::datasets::mnist::{self, Digits};
use common::plot::{Chart, Color, Figure, ImageGrid, Points};
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use tch::{Device, Kind, Tensor};

/// Number of digits whose latent points are drawn.
const SCATTER: i64 = 5000;

/// The caption of both training strips.
pub const STRIP: &str = "Random points of latent space, decoded during training (p. 111).";

/// Latent points of test digits, with the digits.
pub struct Latent {
    /// `[n, 28, 28, 1]` in [0, 1], and the classes.
    pub digits: Digits,
    /// `[n, 2]` on the model's device.
    pub z: Tensor,
}

impl Latent {
    /// The points on the CPU.
    pub fn points(&self) -> Result<Array2<f32>> {
        array2(&self.z)
    }

    /// The digits' classes, one for each point.
    pub fn classes(&self) -> Result<Vec<i64>> {
        Ok(Vec::<i64>::try_from(&self.digits.labels)?)
    }
}

/// Checks that latent space has 2 dimensions, as the figures need.
pub fn ensure_plane(net: &NetConfig) -> Result<()> {
    ensure!(net.z_dim == 2, "the latent space has {} dimensions: the figures of this section need 2", net.z_dim);
    Ok(())
}

/// Encodes up to 5,000 test digits of MNIST in a folder.
pub fn encode_test_digits(folder: &Path, device: Device, model: &impl LatentModel) -> Result<Latent> {
    let digits = mnist::test(folder)?.first(SCATTER);
    let z = encode(model, &digits.images.to_device(device));
    Ok(Latent { z, digits })
}

/// Ten test digits above their reconstructions, z below each digit.
pub fn reconstructions(figures: &Figures, model: &impl LatentModel, latent: &Latent) -> Result<()> {
    let count = latent.digits.images.size()[0] as usize;
    let mut random = ChaCha8Rng::seed_from_u64(figures.seed());
    let rows: Vec<i64> = sample(&mut random, count, 10.min(count)).iter().map(|row| row as i64).collect();
    let rows = Tensor::from_slice(&rows);
    let z = latent.z.index_select(0, &rows.to_device(latent.z.device()));
    let originals = array4(&latent.digits.images.index_select(0, &rows))?;
    let decoded = array4(&model.decode(&z))?;
    let captions = coordinates(array2(&z)?.view());
    let grid = ImageGrid::new(originals.view()).then(decoded.view()).captions(captions);
    let grid = grid.row_names(["test digit", "reconstruction"]);
    let caption = "Ten test digits with their latent points, and their reconstructions.";
    figures.save("reconstructions", caption, Figure::fitted(&[&[&grid]], 10.0)?)
}

/// The points in black.
pub fn points(figures: &Figures, latent: &Latent) -> Result<()> {
    let points = latent.points()?;
    let chart = scatter().with(black(&points));
    let caption = format!("Latent points of {} test digits.", points.nrows());
    figures.save("latent_space", &caption, Figure::of(&chart, (7.0, 7.0))?)
}

/// New points in red over the black ones, and their decoded digits, `columns` in a row.
pub fn new_digits(
    figures: &Figures,
    model: &impl LatentModel,
    latent: &Latent,
    new: &Tensor,
    columns: usize,
    caption: &str,
) -> Result<()> {
    let (points, red) = (latent.points()?, array2(new)?);
    let chart = scatter().with(black(&points)).with(Points::new(red.view()).color(Color::RED).size(20.0));
    let decoded = array4(&model.decode(new))?;
    let grid = ImageGrid::new(decoded.view()).columns(columns).captions(coordinates(red.view()));
    figures.save("new_digits", caption, Figure::fitted(&[&[&chart], &[&grid]], 10.0)?)
}

/// The points coloured by digit.
pub fn by_digit(figures: &Figures, latent: &Latent) -> Result<()> {
    let points = latent.points()?;
    let chart = scatter().with(colored(&points, &latent.classes()?));
    let caption = "The same points, coloured by digit: each digit has its own region.";
    figures.save("latent_space_by_digit", caption, Figure::of(&chart, (7.6, 7.0))?)
}

/// A 20 x 20 grid of points over the coloured ones, and the 400 decoded digits.
///
/// `xs` run from left to right, `ys` from top to bottom, as the decoded digits do.
pub fn grid(
    figures: &Figures,
    model: &impl LatentModel,
    latent: &Latent,
    xs: &Tensor,
    ys: &Tensor,
    caption: &str,
) -> Result<()> {
    let axes = Tensor::meshgrid_indexing(&[ys, xs], "ij");
    let z = Tensor::stack(&[axes[1].flatten(0, -1), axes[0].flatten(0, -1)], 1).to_device(figures.device());
    let (points, grid) = (latent.points()?, array2(&z)?);
    let chart = scatter().with(colored(&points, &latent.classes()?));
    let chart = chart.with(Points::new(grid.view()).color(Color::BLACK).size(5.0));
    figures.save("grid", caption, Figure::of(&chart, (7.6, 7.0))?)?;
    let decoded = array4(&model.decode(&z))?;
    let images = ImageGrid::new(decoded.view()).columns(xs.size()[0] as usize).gap(0.0);
    let caption = "The 400 images decoded from the grid, in the same order.";
    figures.save("grid_decoded", caption, Figure::fitted(&[&[&images]], 8.0)?)
}

/// Batch size of the encoder: its first layer alone needs half a megabyte per image.
const AT_ONCE: i64 = 100;

/// Images `[n, height, width, channels]` -> points in latent space, without gradients.
pub fn encode(model: &impl LatentModel, images: &Tensor) -> Tensor {
    let z: Vec<Tensor> = tch::no_grad(|| images.split(AT_ONCE, 0).iter().map(|x| model.encode(x)).collect());
    Tensor::cat(&z, 0)
}

/// Points in latent space -> faces, without gradients.
pub fn decode(model: &impl LatentModel, z: &Tensor) -> Tensor {
    let faces: Vec<Tensor> = tch::no_grad(|| z.split(AT_ONCE, 0).iter().map(|z| model.decode(z)).collect());
    Tensor::cat(&faces, 0)
}

/// A square chart of latent space.
pub fn scatter() -> Chart {
    Chart::new().square()
}

/// Points coloured by class, matplotlib's rainbow.
pub fn colored(points: &Array2<f32>, classes: &[i64]) -> Points {
    Points::new(points.view()).classes(classes, 0..10).size(3.0).alpha(0.6)
}

fn black(points: &Array2<f32>) -> Points {
    Points::new(points.view()).color(Color::BLACK).size(3.0).alpha(0.5)
}

/// `n` evenly spaced numbers from `from` to `to`.
pub fn linspace(from: f64, to: f64, n: i64) -> Tensor {
    Tensor::linspace(from, to, n, (Kind::Float, Device::Cpu))
}

fn coordinates(z: ArrayView2<f32>) -> Vec<String> {
    let text =
        |row: ndarray::ArrayView1<f32>| row.iter().map(|value| format!("{value:.1}")).collect::<Vec<_>>().join(", ");
    z.outer_iter().map(|row| format!("[{}]", text(row))).collect()
}
