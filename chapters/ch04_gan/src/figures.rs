//! The figures of every training run.

use crate::fit::{Model, SAMPLE_SIDE, SHOWN, Trained};
use crate::quality;
use anyhow::{Context as _, Result};
use common::arrays::array4;
use common::cli::Context;
use common::device;
use common::images;
use common::metrics::{NearestSearch, Quality};
use common::plot::{Chart, Color, Figure, ImageGrid, Line};
use common::training::{Run, RunFolder};
use ndarray::{Array3, s};
use std::path::PathBuf;
use tch::{Kind, Tensor};

/// Points that a strip follows through the training.
const FOLLOWED: usize = 6;
/// Moments of the training that a strip shows.
const MOMENTS: usize = 10;
/// Real images that samples are compared with, at most.
const COMPARED: i64 = 20_000;

/// Losses by iteration, in the book's colours (p. 140): the critic's in black, on real images in green, on fake ones in
/// red, the generator's in orange, the gradient penalty in blue.
pub fn loss_curves<C, M>(context: &Context, trained: &Trained<C, M>) -> Result<()> {
    let curves = [
        ("d_loss", Color::BLACK),
        ("d_loss_real", Color::GREEN),
        ("d_loss_fake", Color::RED),
        ("gradient_penalty", Color::BLUE),
        ("g_loss", Color::ORANGE),
    ];
    let caption = "Losses at each iteration: of discriminator or critic (black), its part on real images (green) and on \
                   fake ones (red), and of the generator (orange).";
    history(context, &trained.run, "loss", "loss", caption, &curves)
}

/// Accuracies by iteration, in the book's colours (p. 141).
pub fn accuracy_curves<C, M>(context: &Context, trained: &Trained<C, M>) -> Result<()> {
    let curves =
        [("d_acc", Color::BLACK), ("d_acc_real", Color::GREEN), ("d_acc_fake", Color::RED), ("g_acc", Color::ORANGE)];
    let caption = "Share of images that the discriminator takes for what they are (black; real ones green, fake ones \
                   red), and of those that the generator gets past it (orange).";
    history(context, &trained.run, "accuracy", "accuracy", caption, &curves)
}

fn history<C>(
    context: &Context,
    run: &Run<C>,
    what: &str,
    y_label: &str,
    caption: &str,
    curves: &[(&str, Color)],
) -> Result<()> {
    let history = run.folder.history()?;
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
    context.figure(run, what, caption, Figure::of(&chart, (7.5, 5.0))?)
}

/// The range that all values lie in but the outermost hundredth on either side, and a little more: the first iterations
/// may have losses that would make everything else flat.
fn without_spikes(mut values: Vec<f64>) -> (f64, f64) {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return (0.0, 1.0) };
    let (low, high) = (values[last / 100], values[last - last / 100]);
    let margin = (0.1 * (high - low)).max(1e-6);
    (low - margin, high + margin)
}

/// Real images, samples at the book's iterations, the same points through the training, the way from point to point,
/// and what is nearest to the samples among the real images.
pub fn after_training<C, M: Model>(context: &Context, trained: &Trained<C, M>) -> Result<()> {
    samples(context, trained)?;
    strip(context, trained)?;
    interpolation(context, trained)?;
    nearest(context, trained)
}

/// 25 points of latent space, the same at each call.
fn noise<C, M: Model>(trained: &Trained<C, M>) -> Tensor {
    device::seed(&[trained.run.params.seed, 2]);
    trained.model.nets().noise(SAMPLE_SIDE * SAMPLE_SIDE)
}

/// 5 x 5 samples after 20, 200, 400, 1000 and 2000 iterations, and at the end (p. 141); how good the last ones are is
/// measured.
pub fn samples<C, M: Model>(context: &Context, trained: &Trained<C, M>) -> Result<()> {
    let Trained { run, model, real, features } = trained;
    let quality = features.as_deref().map(|net| quality::measure(run, model, real, net)).transpose()?;
    let samples = Sample::all(&run.folder);
    let last = samples.last().context("no samples were saved while training")?.iteration;
    let shown: Vec<&Sample> =
        samples.iter().filter(|sample| SHOWN.contains(&sample.iteration) || sample.iteration == last).collect();
    let sheets = shown.iter().map(|sample| sample.sheet()).collect::<Result<Vec<_>>>()?;
    let grid = ImageGrid::new(images::stacked(&sheets)?.view())
        .columns(shown.len().div_ceil(2))
        .gap(10.0)
        .captions(shown.iter().map(|sample| format!("iteration {}", sample.iteration)));
    let mut caption = "What the generator makes of the same 25 points of latent space, as it learns.".to_string();
    if let Some(Quality { frechet_distance, precision, recall, samples, .. }) = quality {
        caption += &format!(
            " At the end, {samples} samples beside as many real images: Fréchet distance {frechet_distance:.1}, \
             precision {precision:.2}, recall {recall:.2}."
        );
    }
    context.figure(run, "samples", &caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

/// Some points of latent space through the training: a row for each, a column for each moment.
pub fn strip<C, M>(context: &Context, trained: &Trained<C, M>) -> Result<()> {
    let samples = Sample::all(&trained.run.folder);
    let moments = images::evenly(samples.len(), MOMENTS);
    let sheets = moments.iter().map(|&i| samples[i].sheet()).collect::<Result<Vec<_>>>()?;
    let mut rows: Vec<Array3<f32>> = vec![];
    for point in 0..FOLLOWED {
        rows.extend(sheets.iter().map(|sheet| cut(sheet, point)));
    }
    let grid = ImageGrid::new(images::stacked(&rows)?.view())
        .columns(moments.len())
        .column_names(moments.iter().map(|&i| samples[i].iteration.to_string()));
    let caption = "Six points of latent space (rows) through the training (columns: iterations).";
    context.figure(&trained.run, "strip", caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

/// From one point of latent space to another along a great circle, on which all points are about as far from the origin
/// as points of N(0, I) are.
pub fn interpolation<C, M: Model>(context: &Context, trained: &Trained<C, M>) -> Result<()> {
    let noise = noise(trained);
    let (from, to) = (noise.narrow(0, 0, 5), noise.narrow(0, 5, 5));
    let cosine = (&from * &to).sum_dim_intlist(1, true, None) / (norm(&from) * norm(&to));
    let angle = cosine.clamp(-1.0, 1.0).acos();
    let steps: Vec<Tensor> = (0..10)
        .map(|step| {
            let t = f64::from(step) / 9.0;
            (&from * (&angle * (1.0 - t)).sin() + &to * (&angle * t).sin()) / angle.sin()
        })
        .collect();
    let points = Tensor::stack(&steps, 1).flatten(0, 1);
    let grid = ImageGrid::new(array4(&trained.model.nets().images(&points))?.view()).columns(10);
    let caption = "From one point of latent space (left) to another (right) in ten steps: five pairs.";
    context.figure(&trained.run, "interpolation", caption, Figure::fitted(&[&[&grid]], 9.0)?)
}

fn norm(points: &Tensor) -> Tensor {
    points.square().sum_dim_intlist(1, true, None).sqrt()
}

/// Real images, samples, and for each sample the real image that is most like it (p. 152): is it new?
pub fn nearest<C, M: Model>(context: &Context, trained: &Trained<C, M>) -> Result<()> {
    let (samples, source) = (trained.model.nets().images(&noise(trained)), &trained.real);
    let mut search = NearestSearch::new(&samples)?;
    source.chunks(COMPARED, |images| search.compare(&images.to_device(samples.device())))?;
    let nearest = search.finish()?;
    let real = source.images(&(0..SAMPLE_SIDE * SAMPLE_SIDE).collect::<Vec<_>>())?;
    let closest = source.images(&Vec::<i64>::try_from(nearest.rows.to_kind(Kind::Int64))?)?;
    let grid = |title, images: &Tensor| -> Result<ImageGrid> {
        Ok(ImageGrid::new(array4(images)?.view()).columns(SAMPLE_SIDE as usize).title(title))
    };
    let (real, generated, closest) =
        (grid("real", &real)?, grid("generated", &samples)?, grid("the nearest real ones", &closest)?);
    let mean = nearest.distances.mean(None).double_value(&[]);
    let caption = format!(
        "Real images, generated ones, and for each generated one the nearest of {} real ones by mean absolute \
         difference of the pixels ({mean:.3} on average, of a range of 1).",
        source.len().min(COMPARED)
    );
    context.figure(&trained.run, "nearest", &caption, Figure::fitted(&[&[&real, &generated, &closest]], 12.0)?)
}

/// A sheet of samples that was saved while training.
struct Sample {
    path: PathBuf,
    iteration: u64,
}

impl Sample {
    fn all(folder: &RunFolder) -> Vec<Sample> {
        let paths = folder.images().into_iter();
        paths
            .filter_map(|path| {
                let iteration = path.file_stem()?.to_str()?.strip_prefix("sample_")?.parse().ok()?;
                Some(Sample { path, iteration })
            })
            .collect()
    }

    fn sheet(&self) -> Result<Array3<f32>> {
        images::load(&self.path)
    }
}

/// One image of a sheet.
fn cut(sheet: &Array3<f32>, number: usize) -> Array3<f32> {
    let side = SAMPLE_SIDE as usize;
    let (height, width) = (sheet.dim().0 / side, sheet.dim().1 / side);
    let (top, left) = (number / side * height, number % side * width);
    sheet.slice(s![top..top + height, left..left + width, ..]).to_owned()
}
