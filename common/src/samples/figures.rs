use super::sheet::{SIDE, Sheet};
use crate::arrays::array4;
use crate::cli::Figures;
use crate::datasets::image_batches::ImageSource;
use crate::images;
use crate::metrics::NearestSearch;
use crate::plot::{Chart, Color, Figure, ImageGrid, Line};
use anyhow::{Context, Result};
use ndarray::Array3;
use tch::{Kind, Tensor};

/// Number of latent points (rows) in a strip.
const FOLLOWED: usize = 6;
/// Number of iterations (columns) in a strip.
const MOMENTS: usize = 10;
/// Largest number of real images that samples are compared with.
const COMPARED: i64 = 20_000;

/// Metrics by iteration, each in its colour; metrics that the run does not have are skipped.
///
/// # Errors
/// The history cannot be read, or a file cannot be written.
pub fn history(figures: &Figures, what: &str, y_label: &str, caption: &str, curves: &[(&str, Color)]) -> Result<()> {
    let history = figures.run().history()?;
    let mut chart = Chart::new().x_label("iteration").y_label(y_label);
    let mut all = vec![];
    for (metric, color) in curves {
        if let Some(values) = history.metric(metric) {
            all.extend(&values);
            chart = chart.with(Line::new(&metric.replace('_', " "), values).color(*color).width(0.6));
        }
    }
    let (low, high) = without_spikes(all);
    chart = chart.y_range(low, high);
    figures.save(what, caption, Figure::of(&chart, (7.5, 5.0))?)
}

/// The range of all values but the outermost hundredth on either side, with a margin: large losses of the first
/// iterations would flatten the rest.
fn without_spikes(mut values: Vec<f64>) -> (f64, f64) {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return (0.0, 1.0) };
    let (low, high) = (values[last / 100], values[last - last / 100]);
    let margin = (0.1 * (high - low)).max(1e-6);
    (low - margin, high + margin)
}

/// Sheets of samples after these iterations and after the last one.
///
/// # Errors
/// No sheet was saved, or one cannot be read.
pub fn samples(figures: &Figures, iterations: &[u64], caption: &str) -> Result<()> {
    let sheets = Sheet::all(figures.run());
    let last = sheets.last().context("no samples were saved during training")?.iteration;
    let shown = |sheet: &&Sheet| iterations.contains(&sheet.iteration) || sheet.iteration == last;
    let shown: Vec<&Sheet> = sheets.iter().filter(shown).collect();
    let loaded = shown.iter().map(|sheet| sheet.load()).collect::<Result<Vec<_>>>()?;
    let grid = ImageGrid::new(images::stacked(&loaded)?.view())
        .columns(shown.len().div_ceil(2))
        .gap(10.0)
        .captions(shown.iter().map(|sheet| format!("iteration {}", sheet.iteration)));
    figures.save("samples", caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

/// Six latent points during training: a row for each point, a column for each iteration.
///
/// # Errors
/// As [`samples`].
pub fn strip(figures: &Figures) -> Result<()> {
    let sheets = Sheet::all(figures.run());
    let moments = images::evenly(sheets.len(), MOMENTS);
    let loaded = moments.iter().map(|&i| sheets[i].load()).collect::<Result<Vec<_>>>()?;
    let rows: Vec<Array3<f32>> =
        (0..FOLLOWED).flat_map(|point| loaded.iter().map(move |sheet| Sheet::cut(sheet, point))).collect();
    let grid = ImageGrid::new(images::stacked(&rows)?.view())
        .columns(moments.len())
        .column_names(moments.iter().map(|&i| sheets[i].iteration.to_string()));
    let caption = "Six latent points (rows) during training (columns: iterations).";
    figures.save("strip", caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

/// Interpolations between latent points, `columns` images in a row: `way` is `[n · columns, height, width, channels]`
/// in [0, 1]; see [`great_circle`](super::great_circle).
///
/// # Errors
/// `way` has other axes.
pub fn interpolation(figures: &Figures, way: &Tensor, columns: usize) -> Result<()> {
    let grid = ImageGrid::new(array4(way)?.view()).columns(columns);
    let caption = "Interpolation from one latent point (left) to another (right) in ten steps: five pairs.";
    figures.save("interpolation", caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

/// Real images, samples `[25, height, width, channels]` in [0, 1], and the real image nearest to each sample (p. 152):
/// does the generator memorize?
///
/// # Errors
/// Images cannot be read or have another size.
pub fn nearest(figures: &Figures, samples: &Tensor, real: &ImageSource) -> Result<()> {
    let mut search = NearestSearch::new(samples)?;
    real.chunks(COMPARED, |images| search.compare(&images.to_device(samples.device())))?;
    let nearest = search.finish()?;
    let some = real.images(&(0..samples.size()[0]).collect::<Vec<_>>())?;
    let closest = real.images(&Vec::<i64>::try_from(nearest.rows.to_kind(Kind::Int64))?)?;
    let grid = |title, images: &Tensor| -> Result<ImageGrid> {
        Ok(ImageGrid::new(array4(images)?.view()).columns(SIDE as usize).title(title))
    };
    let (some, generated, closest) =
        (grid("real", &some)?, grid("generated", samples)?, grid("nearest real images", &closest)?);
    let mean = nearest.distances.mean(None).double_value(&[]);
    let caption = format!(
        "Real images, generated images, and for each generated image the nearest of {} real ones by mean absolute pixel \
         difference ({mean:.3} on average; pixels are in [0, 1]).",
        real.len().min(COMPARED)
    );
    figures.save("nearest", &caption, Figure::fitted(&[&[&some, &generated, &closest]], 12.0)?)
}
