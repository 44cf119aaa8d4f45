//! The figures of 01_04 (figures 1.13 to 1.15 of the book).

use crate::models::autoencoder::Autoencoder;
use crate::models::linear::LinearMap;
use crate::models::tins::{self, Tin, features};
use anyhow::Result;
use common::arrays::{array2, array4};
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, ImageGrid, Line, Points};
use tch::{Kind, Tensor};

/// Number of images in a walk through latent space.
const STEPS: usize = 9;

/// The exact generator over a grid of heights and widths, and the walk that makes a tin taller.
pub fn latent_space_of_tins(figures: &Figures) -> Result<()> {
    let at = |i: usize, n: usize| i as f32 / (n - 1) as f32;
    let (rows, columns) = (5, 9);
    let grid: Vec<Tin> =
        (0..rows * columns).map(|i| Tin::at(1.0 - at(i / columns, rows), at(i % columns, columns))).collect();
    let widths = grid.iter().take(columns).map(|tin| format!("w {:.0}", tin.width));
    let heights = grid.iter().step_by(columns).map(|tin| format!("h {:.0}", tin.height));
    let images = tins::images(&grid)?;
    let plot = ImageGrid::new(images.view()).columns(columns).column_names(widths).row_names(heights);
    let caption = "Biscuit tins drawn by the exact generator f(height, width): two numbers determine all 2,304 pixels \
                   of an image. A step upwards in this latent space makes any tin taller.";
    figures.save("tins", caption, Figure::fitted(&[&[&plot]], 10.0)?)
}

/// The loss by epoch.
pub fn loss(figures: &Figures) -> Result<()> {
    let losses = figures.run().history()?.metric("reconstruction_loss").unwrap_or_default();
    let chart = Chart::new().with(Line::new("", losses)).log_y().x_label("epoch").y_label("mean squared error");
    let caption = "Mean squared error of the autoencoder on tins, by epoch.";
    figures.save("loss", caption, Figure::of(&chart, (6.4, 4.8))?)
}

/// The codes of test tins, coloured by the true height and width.
pub fn latent_space(figures: &Figures, codes: &Tensor, test: &[Tin], (height, width): (f64, f64)) -> Result<()> {
    let points = array2(codes)?;
    let chart = |name: &str, r_squared: f64, value: fn(&Tin) -> f32| {
        let values: Vec<f32> = test.iter().map(value).collect();
        let points = Points::new(points.view()).values(&values).size(9.0).bar_label(&format!("{name} in pixels"));
        let title = format!("by {name} (linear R² = {r_squared:.3})");
        Chart::new().with(points).title(&title).x_label("code 1").y_label("code 2").square()
    };
    let by_height = chart("height", height, |tin| tin.height);
    let by_width = chart("width", width, |tin| tin.width);
    let caption = format!(
        "The two codes of {} unseen tins, coloured by true height and true width. The autoencoder is given neither, yet \
         a linear map from its codes recovers both (R² {height:.3} and {width:.3}).",
        test.len()
    );
    figures.save("latent_space", &caption, Figure::fitted(&[&[&by_height, &by_width]], 11.0)?)
}

/// Ten test tins above their reconstructions.
pub fn reconstructions(figures: &Figures, model: &Autoencoder, images: &Tensor, test: &[Tin]) -> Result<()> {
    let x = images.narrow(0, 0, 10);
    let (originals, decoded) = (array4(&x)?, array4(&model.decode(&model.encode(&x)))?);
    let captions = test.iter().take(10).map(|tin| format!("h {:.0}, w {:.0}", tin.height, tin.width));
    let grid = ImageGrid::new(originals.view()).then(decoded.view()).captions(captions);
    let grid = grid.row_names(["test tin", "reconstruction"]);
    let caption = "Ten test tins with their heights and widths, and their reconstructions from two codes.";
    figures.save("reconstructions", caption, Figure::fitted(&[&[&grid]], 11.0)?)
}

/// A tin that grows taller: by the exact generator, and by the decoder on a walk in its latent space.
///
/// `codes` are the codes of test tins `[n, 2]`; `map` is the linear map from height and width to codes.
pub fn walk(figures: &Figures, model: &Autoencoder, codes: &Tensor, map: &LinearMap) -> Result<()> {
    let steps: Vec<Tin> = (0..STEPS).map(|i| Tin::at(0.1 + 0.8 * i as f32 / (STEPS - 1) as f32, 0.5)).collect();
    let z = map.apply(&features(&steps)).to_kind(Kind::Float);
    let (exact, decoded) = (tins::images(&steps)?, array4(&model.decode(&z.to_device(figures.device())))?);
    let captions: Vec<String> = steps.iter().map(|tin| format!("height {:.0}", tin.height)).collect();
    let places = array2(&z)?;
    let coordinates = places.outer_iter().map(|z| format!("[{:.1}, {:.1}]", z[0], z[1]));
    let captions = captions.into_iter().chain(coordinates);
    let grid = ImageGrid::new(exact.view()).then(decoded.view()).columns(STEPS).captions(captions);
    let grid = grid.row_names(["f(height, width)", "decoder(codes)"]);
    let caption = "A tin grows taller: the exact generator with growing height and fixed width, and the decoder along the \
                   straight line in latent space that a linear map assigns to the same heights.";
    figures.save("walk", caption, Figure::fitted(&[&[&grid]], 10.5)?)?;

    let cloud = array2(codes)?;
    let column = |axis: usize| -> Vec<f32> { places.column(axis).to_vec() };
    let chart = Chart::new()
        .with(Points::new(cloud.view()).color(Color::LIGHT_GREY).size(9.0).label("test tins"))
        .with(Line::xy("the walk: taller", column(0), column(1)).color(Color::RED))
        .with(Points::new(places.view()).color(Color::RED))
        .x_label("code 1")
        .y_label("code 2")
        .square();
    let caption = "The walk in latent space, among the codes of test tins.";
    figures.save("walk_in_latent_space", caption, Figure::of(&chart, (6.0, 6.0))?)
}
