//! The figures of 04_04.

use super::verdict::{loss_and_quality, telling_loss, verdict};
use super::{Evaluator, Outcome, Outcomes, detrended_std};
use anyhow::Result;
use common::arrays::array4;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, ImageGrid, Line, Plot, Points, Table};
use ndarray::{Array2, Array4};
use tch::Tensor;

/// Images in a row of a sheet.
const COLUMNS: usize = 6;

/// All figures.
pub fn draw(figures: &Figures, all: &Outcomes, evaluator: &Evaluator, real: &Tensor) -> Result<()> {
    oscillation(figures, all)?;
    collapse(figures, all, evaluator, real)?;
    variety(figures, all)?;
    loss_and_samples(figures, all)?;
    sensitivity(figures, all)?;
    changed_samples(figures, all)?;
    summary(figures, all)
}

/// Problem 1: the losses of the GAN with its own learning rates and with larger ones, on one scale.
fn oscillation(figures: &Figures, all: &Outcomes) -> Result<()> {
    let [large_rates, _] = all.changed(all.config.changes()[0]);
    let both = [all.gan(), large_rates];
    let highest = both.iter().flat_map(|run| [run.loss("d_loss"), run.loss("g_loss")].concat()).fold(1.0, f64::max);
    let chart = |run: &Outcome| {
        let line = |metric: &str, label, color| Line::new(label, run.loss(metric)).color(color).width(0.7);
        Chart::new()
            .title(&run.setup.title)
            .x_label("iteration")
            .y_label("loss")
            .log_y()
            .y_range(0.01, 2.0 * highest)
            .with(line("g_loss", "generator", Color::ORANGE))
            .with(line("d_loss", "discriminator", Color::BLACK))
    };
    let deviations = both.map(|run| ["g_loss", "d_loss"].map(|metric| detrended_std(&run.loss(metric))));
    let caption = format!(
        "Oscillating loss (p. 142): the GAN with the learning rates of 04_01 (left) and with {} times larger ones (right). \
         Detrended standard deviation over the second half: generator loss {:.2} (left) and {:.2} (right), discriminator \
         loss {:.2} and {:.2}.",
        all.config.learning_rate_factor, deviations[0][0], deviations[1][0], deviations[0][1], deviations[1][1]
    );
    let charts = both.map(chart);
    figures.save("oscillation", &caption, Figure::grid(&charts, 2, (10.0, 4.2))?)
}

/// Problem 2: samples of a collapsed generator, and their categories.
fn collapse(figures: &Figures, all: &Outcomes, evaluator: &Evaluator, real: &Tensor) -> Result<()> {
    let (extra_steps, wgangp) = (all.extra_steps(), all.wgangp());
    let shown = extra_steps.samples.len_of(ndarray::Axis(0)) as i64;
    let real_shown = array4(&super::evenly(real, shown))?;
    let real_modes = evaluator.modes(real)?;
    let sheet = |title: &str, images: &Array4<f32>| ImageGrid::new(images.view()).columns(COLUMNS).title(title);
    let sheets = [
        sheet("real", &real_shown),
        sheet(&extra_steps.setup.title, &extra_steps.samples),
        sheet(&wgangp.setup.title, &wgangp.samples),
    ];
    let counts = [&real_modes, &extra_steps.modes, &wgangp.modes];
    let highest = counts.iter().flat_map(|modes| &modes.counts).max().copied().unwrap_or(1) as f64;
    let bars = counts.map(|modes| categories(evaluator.categories(), &modes.counts, highest));
    let rows: [Vec<&dyn Plot>; 2] =
        [sheets.iter().map(|plot| plot as &dyn Plot).collect(), bars.iter().map(|plot| plot as &dyn Plot).collect()];
    let rates = all.config.extra_steps_learning_rates;
    let caption = format!(
        "Mode collapse (p. 143): real drawings, a GAN without dropout whose generator takes {} steps per discriminator \
         step, with learning rates of {:.1e} and {:.1e}, and the WGAN-GP. Below: predicted categories of {} samples. Pairwise distance relative to real drawings: \
         {:.2} (GAN) and {:.2} (WGAN-GP); effective number of categories: {:.1} and {:.1}.",
        all.config.generator_steps,
        rates.discriminator,
        rates.generator,
        all.config.measured,
        extra_steps.last.pairwise_distance,
        wgangp.last.pairwise_distance,
        extra_steps.last.effective_categories,
        wgangp.last.effective_categories,
    );
    figures.save("collapse", &caption, Figure::fitted(&[&rows[0], &rows[1]], 11.0)?)
}

/// A bar for each category.
fn categories(names: &[String], counts: &[i64], highest: f64) -> Chart {
    let mut chart = Chart::new().x_range(0.0, 1.05 * highest).y_range(names.len() as f64 - 0.4, -0.6);
    for (place, &count) in counts.iter().enumerate() {
        let (y, count) = (place as f32, count as f32);
        let bar = common::plot::Polygon::rectangle((0.0, y - 0.4), (count, y + 0.4));
        chart = chart.with(bar.fill(Color::tab10(0), 1.0));
    }
    chart.y_names((0..).map(f64::from).zip(names)).x_label("samples")
}

/// Problem 2 during training.
fn variety(figures: &Figures, all: &Outcomes) -> Result<()> {
    let runs = [(all.gan(), Color::tab10(0)), (all.extra_steps(), Color::tab10(3)), (all.wgangp(), Color::tab10(2))];
    let highest = runs.iter().flat_map(|(run, _)| run.measures.column(|m| m.pairwise_distance)).fold(1.0, f64::max);
    let mut charts = [
        Chart::new().y_label("pairwise distance, real = 1").y_range(0.0, 1.05 * highest),
        Chart::new().y_label("effective number of categories").y_range(0.0, 10.5),
    ]
    .map(|chart| chart.x_label("training progress, %"));
    for (run, color) in runs {
        let xs = progress(run);
        let columns = [run.measures.column(|m| m.pairwise_distance), run.measures.column(|m| m.effective_categories)];
        let title = &run.setup.title;
        let lines = columns.map(|column| Line::xy(title, xs.clone(), column).color(color));
        let [a, b] = lines;
        let [left, right] = charts;
        charts = [left.with(a), right.with(b)];
    }
    let caption = "Mode collapse during training: pairwise distance of samples relative to real drawings, and effective \
                   number of categories.";
    figures.save("variety", caption, Figure::grid(&charts, 2, (10.0, 4.2))?)
}

/// Progress of training at each measurement, in per cent.
fn progress(run: &Outcome) -> Vec<f64> {
    let all = run.history.rows.len() as f64;
    run.measures.column(|measure| 100.0 * measure.iteration as f64 / all)
}

/// Problem 3: loss above quality, GAN and WGAN-GP side by side.
fn loss_and_samples(figures: &Figures, all: &Outcomes) -> Result<()> {
    let runs = [all.gan(), all.wgangp()];
    let labels = ["generator loss", "negated critic loss"];
    let chart = |run: &Outcome, label: &str, values: Vec<f64>, color| {
        let xs = run.measures.column(|measure| measure.iteration as f64);
        Chart::new().x_label("iteration").y_label(label).with(Line::xy("", xs, values).color(color))
    };
    let correlations = runs.map(loss_and_quality);
    let mut charts = vec![];
    for (i, run) in runs.into_iter().enumerate() {
        let chart = chart(run, labels[i], telling_loss(run), Color::ORANGE);
        charts.push(chart.title(&format!("{}: rank correlation {:.2}", run.setup.title, correlations[i])));
    }
    for run in runs {
        let distances = run.measures.column(|measure| measure.frechet_distance);
        let highest = distances.iter().copied().fold(0.0, f64::max);
        charts.push(chart(run, "Fréchet distance", distances, Color::BLUE).y_range(0.0, 1.05 * highest));
    }
    let caption = format!(
        "Uninformative loss (p. 144): the loss (above; mean between two measurements) and the Fréchet distance of samples \
         to real drawings (below). Their rank correlation is {:.2} for the GAN's generator loss, and {:.2} for the WGAN-GP's \
         negated critic loss, its estimate of the Wasserstein distance; 1 means that the loss falls whenever samples \
         improve.",
        correlations[0], correlations[1]
    );
    figures.save("loss_and_quality", &caption, Figure::grid(&charts, 2, (10.0, 6.4))?)
}

/// Problem 4: the effect of the same change on each model.
fn sensitivity(figures: &Figures, all: &Outcomes) -> Result<()> {
    let changes = all.config.changes();
    let changed = changes.map(|change| all.changed(change).map(|run| run.last.frechet_distance));
    let base = [all.gan(), all.wgangp()].map(|run| run.last.frechet_distance);
    let mut chart =
        Chart::new().y_label("Fréchet distance at the end").log_y().x_range(-0.5, changes.len() as f64 + 0.5);
    for (model, (name, color)) in [("GAN", Color::tab10(0)), ("WGAN-GP", Color::tab10(2))].into_iter().enumerate() {
        let ys: Vec<f64> = [base[model]].into_iter().chain(changed.iter().map(|pair| pair[model])).collect();
        let shift = 0.16 * (model as f32 - 0.5);
        let xy =
            Array2::from_shape_fn((ys.len(), 2), |(i, axis)| if axis == 0 { i as f32 + shift } else { ys[i] as f32 });
        chart = chart.with(Points::new(xy.view()).color(color).size(70.0).label(name));
        let level = [-0.5, changes.len() as f64 + 0.5];
        chart = chart.with(Line::xy("", level, [base[model]; 2]).color(color).width(0.8).dashed());
    }
    let names = ["unchanged".to_string()].into_iter().chain(changes.map(|change| change.title()));
    let chart = chart.x_names((0..).map(f64::from).zip(names));
    let times = |model: usize| {
        let factors = changes
            .iter()
            .zip(&changed)
            .map(|(change, pair)| format!("{} {:.1}", change.title(), pair[model] / base[model]));
        factors.collect::<Vec<_>>().join(", ")
    };
    let caption = format!(
        "Hyper-parameters (p. 144): the same change in both models. Factor by which it multiplies the Fréchet distance to \
         real drawings: GAN {}; WGAN-GP {}. Dashed: unchanged.",
        times(0),
        times(1)
    );
    figures.save("hyperparameters", &caption, Figure::of(&chart, (7.5, 4.8))?)
}

/// Problem 4 in samples.
fn changed_samples(figures: &Figures, all: &Outcomes) -> Result<()> {
    let changed = all.config.changes().map(|change| all.changed(change));
    let rows = [0, 1].map(|model| {
        let base = [all.gan(), all.wgangp()][model];
        let runs = [base].into_iter().chain(changed.iter().map(|pair| pair[model]));
        runs.map(|run| {
            let title = format!("{}\nFréchet distance {:.0}", run.setup.title, run.last.frechet_distance);
            ImageGrid::new(run.samples.view()).columns(COLUMNS).gap(1.0).title(&title)
        })
        .collect::<Vec<_>>()
    });
    let rows: Vec<Vec<&dyn Plot>> = rows.iter().map(|row| row.iter().map(|plot| plot as &dyn Plot).collect()).collect();
    let rows: Vec<&[&dyn Plot]> = rows.iter().map(Vec::as_slice).collect();
    let caption = "Samples of both models with each change, from the same latent points.";
    figures.save("changed_samples", caption, Figure::fitted(&rows, 14.0)?)
}

/// All numbers.
fn summary(figures: &Figures, all: &Outcomes) -> Result<()> {
    let mut table = Table::new(["problem", "quantity", "run", "", "reference", ""]);
    for line in verdict(all) {
        let [value, beside] = [line.value, line.value_beside].map(|value| format!("{value:.2}"));
        table = table.row([line.problem, &line.quantity, &line.run, &value, &line.beside, &beside]);
    }
    let caption = "The four problems in numbers: each quantity in the run that should show it, and in a reference run.";
    figures.save("summary", caption, Figure::fitted(&[&[&table]], 11.0)?)
}
