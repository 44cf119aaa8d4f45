//! The figures of 03_06 (pp. 119-124).

use super::arithmetic::AttributeVector;
use super::latent_space::{decode, encode};
use crate::models::LatentModel;
use anyhow::{Context as _, Result};
use common::arrays::{array2, array4};
use common::cli::Figures;
use common::datasets::celeba::CelebA;
use common::datasets::image_files::ImageFiles;
use common::images;
use common::plot::{Chart, Color, Figure, Histogram, ImageGrid, Line};
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

/// What the images show: faces, or anything in the reader's own.
pub fn noun(figures: &Figures) -> &'static str {
    if figures.data().is_own() { "image" } else { "face" }
}

/// Random faces; the choice depends on the seed and the purpose.
fn some(files: &ImageFiles, count: usize, seed: u64, purpose: u64, device: Device) -> Result<Tensor> {
    let mut random = ChaCha8Rng::seed_from_u64(common::device::mix(&[seed, purpose]));
    let rows = sample(&mut random, files.len(), count.min(files.len()));
    Ok(files.load(rows)?.images(device))
}

/// Ten faces above their reconstructions (p. 119).
pub fn reconstructions(figures: &Figures, model: &impl LatentModel, files: &ImageFiles) -> Result<()> {
    let faces = some(files, 10, figures.seed(), 0, figures.device())?;
    let decoded = array4(&decode(model, &encode(model, &faces)))?;
    let noun = noun(figures);
    let grid = ImageGrid::new(array4(&faces)?.view()).then(decoded.view()).row_names([noun, "reconstruction"]);
    let caption = format!("Ten {noun}s and their reconstructions.");
    figures.save("reconstructions", &caption, Figure::fitted(&[&[&grid]], 12.0)?)
}

/// Histograms of the first 50 dimensions over 200 faces, with the density of N(0, 1) (p. 120).
pub fn histograms(figures: &Figures, model: &impl LatentModel, files: &ImageFiles) -> Result<()> {
    let z = array2(&encode(model, &some(files, 200, figures.seed(), 1, figures.device())?))?;
    let chart = |i: usize| {
        let normal = Line::function("", -3.5..3.5, Histogram::normal).color(Color::RED);
        let bars = Histogram::new(z.column(i).iter().copied()).bins(20).density();
        Chart::new().title(&i.to_string()).with(bars).with(normal).x_range(-4.0, 4.0).y_range(0.0, 0.7)
    };
    let charts: Vec<Chart> = (0..z.ncols().min(50)).map(chart).collect();
    let (noun, count) = (noun(figures), z.nrows());
    let caption = format!(
        "Values of the first 50 latent dimensions over {count} {noun}s, and the standard normal density (red) from which \
         new {noun}s are sampled."
    );
    figures.save("histograms", &caption, Figure::grid(&charts, 10, (18.0, 9.0))?)
}

/// 30 faces decoded from points of N(0, I) (p. 121).
pub fn new_faces(figures: &Figures, model: &impl LatentModel) -> Result<()> {
    let z = model.noise(30);
    let faces = array4(&decode(model, &z))?;
    let grid = ImageGrid::new(faces.view()).columns(10);
    let caption = format!("30 new {}s, decoded from samples of N(0, I).", noun(figures));
    figures.save("new_faces", &caption, Figure::fitted(&[&[&grid]], 12.0)?)
}

/// Five faces, decoded after adding an attribute's vector -4 to 4 times (p. 122).
pub fn add_vector(
    figures: &Figures,
    model: &impl LatentModel,
    files: &ImageFiles,
    attribute: &AttributeVector,
) -> Result<()> {
    let faces = some(files, 5, figures.seed(), 2, figures.device())?;
    let factors: Vec<i32> = (-4..=4).collect();
    let z = encode(model, &faces);
    let mut grid: Option<ImageGrid> = None;
    for i in 0..faces.size()[0] {
        let face = faces.narrow(0, i, 1);
        let moved: Vec<Tensor> =
            factors.iter().map(|&factor| z.get(i) + &attribute.vector * f64::from(factor)).collect();
        let row = array4(&Tensor::cat(&[face, decode(model, &Tensor::stack(&moved, 0))], 0))?;
        grid = Some(match grid {
            Some(grid) => grid.then(row.view()),
            None => ImageGrid::new(row.view()),
        });
    }
    let names = factors.iter().map(|factor| format!("{factor:+}").replace("+0", "0"));
    let names = std::iter::once("face".to_string()).chain(names);
    let grid = grid.context("no faces to draw")?.columns(10).column_names(names).title(&attribute.name);
    let caption = format!(
        "Latent arithmetic with {}: five faces, decoded after adding its vector -4 to 4 times.",
        attribute.name
    );
    let what = format!("add_{}", attribute.name.to_lowercase());
    figures.save(&what, &caption, Figure::fitted(&[&[&grid]], 12.0)?)
}

/// Letters of a file's name below an image.
const LETTERS: usize = 12;

/// An image that a morph starts from or ends at.
#[derive(Debug, Clone)]
pub struct End {
    /// Its number among the files.
    pub row: usize,
    /// What stands below it.
    pub caption: String,
}

/// The book's pairs of faces.
const PAIRS: [(&str, &str); 3] =
    [("000238.jpg", "000193.jpg"), ("000112.jpg", "000258.jpg"), ("000230.jpg", "000712.jpg")];

/// Three faces that turn into three others (p. 123).
pub fn morphs(figures: &Figures, model: &impl LatentModel, set: &CelebA, files: &ImageFiles) -> Result<()> {
    let end = |name: &str| -> Result<End> {
        let row = set.position(name).with_context(|| format!("there is no image {name} to morph"))?;
        Ok(End { row, caption: name.trim_end_matches(".jpg").to_string() })
    };
    let pairs = PAIRS.iter().map(|(from, to)| Ok([end(from)?, end(to)?])).collect::<Result<Vec<_>>>()?;
    morphs_between(figures, model, files, &pairs)
}

/// Three pairs of any files, evenly spaced; fewer than six files occur more than once.
pub fn some_pairs(files: &ImageFiles) -> Vec<[End; 2]> {
    let rows = images::evenly(files.len(), 2 * PAIRS.len());
    let end = |i: usize| {
        let row = rows[i % rows.len()];
        let stem = files.path(row).file_stem().unwrap_or_default().to_string_lossy();
        End { row, caption: stem.chars().take(LETTERS).collect() }
    };
    (0..PAIRS.len()).map(|i| [end(i), end(i + PAIRS.len())]).collect()
}

/// Images that turn into others: points on the line between both, the originals at the ends.
pub fn morphs_between(
    figures: &Figures,
    model: &impl LatentModel,
    files: &ImageFiles,
    pairs: &[[End; 2]],
) -> Result<()> {
    let mut rows = vec![];
    for [from, to] in pairs {
        let pair = files.load([from.row, to.row])?.images(figures.device());
        let z = encode(model, &pair);
        let between = |step: i32| {
            let a = f64::from(step) / 10.0;
            z.get(0) * (1.0 - a) + z.get(-1) * a
        };
        let way = decode(model, &Tensor::stack(&(0..10).map(between).collect::<Vec<_>>(), 0));
        rows.push(Tensor::cat(&[pair.narrow(0, 0, 1), way, pair.narrow(0, -1, 1)], 0));
    }
    let images = array4(&Tensor::cat(&rows, 0))?;
    let names = (0..10).map(|step| format!("{:.1}", f64::from(step) / 10.0));
    let captions = pairs.iter().flat_map(|[from, to]| {
        std::iter::once(from.caption.clone()).chain(vec![String::new(); 10]).chain([to.caption.clone()])
    });
    let grid = ImageGrid::new(images.view()).columns(12).captions(captions);
    let noun = noun(figures);
    let grid = grid.column_names(std::iter::once(noun.to_string()).chain(names).chain([noun.to_string()]));
    let caption =
        format!("Morphing: {noun}s decoded at equal steps on the line between the latent points of two {noun}s.");
    figures.save("morphs", &caption, Figure::fitted(&[&[&grid]], 13.0)?)
}
