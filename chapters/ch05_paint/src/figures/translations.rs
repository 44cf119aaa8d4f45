//! Losses, panels through training, and the whole test set translated.

use super::panels::{COLUMNS, Pair, Panel, to_images};
use crate::data::{Domain, Domains};
use crate::experiments::cyclegan::Trained;
use crate::models::CycleGan;
use anyhow::{Context as _, Result};
use common::arrays::array4;
use common::cli::{Context, Figures};
use common::features::FeatureNet;
use common::keras::{Model, losses};
use common::metrics::{fid_title, frechet_distance};
use common::plot::{Chart, Color, Figure, ImageGrid, Line, Plot, Table};
use common::{files, images, say};
use serde_json::json;
use std::path::Path;
use tch::{Device, Tensor};

/// Most points of a curve; more are averaged.
const POINTS: usize = 2000;
/// Side of an image on a contact sheet, in pixels.
const THUMBNAIL: i64 = 64;
/// Images in a row of a contact sheet.
const SHEET_COLUMNS: usize = 16;
/// Images that a generator translates at once.
const AT_ONCE: usize = 8;

/// The generators' losses by batch, in the book's colours (p. 179).
pub fn loss_curves(figures: &Figures) -> Result<()> {
    let history = figures.run().step_history()?;
    let curves = [
        ("g_loss", "total", Color::BLACK),
        ("adv_A", "validity", Color::GREEN),
        ("recon_A", "reconstruction", Color::BLUE),
        ("id_A", "identity", Color::RED),
    ];
    let mut chart = Chart::new().x_label("batch").y_label("loss").y_range(0.0, 5.0);
    for (metric, name, color) in curves {
        let values = history.metric(metric).with_context(|| format!("the run has no losses {metric}"))?;
        let block = values.len().div_ceil(POINTS).max(1);
        let means = values.chunks(block).map(|block| block.iter().sum::<f64>() / block.len() as f64);
        let batches = (0..).map(|i| (i * block) as f64);
        let (xs, ys): (Vec<f64>, Vec<f64>) = batches.zip(means).unzip();
        chart = chart.with(Line::xy(name, xs, ys).color(color).width(0.6));
    }
    let caption = "Losses of the generators by batch: their weighted sum (black; it begins above the chart), and for domain \
                   A the mean squared error of validity (green) and the mean absolute errors of reconstruction (blue) and \
                   identity (red).";
    figures.save("loss", caption, Figure::of(&chart, (7.5, 5.0))?)
}

/// The fixed pair of test images at four moments of training (p. 178).
pub fn panels(figures: &Figures, names: [&str; 2]) -> Result<()> {
    let [a, b] = names;
    let caption = format!(
        "The same two test images during training. In each panel the upper row starts from {a}, the lower one from {b}: \
         the image, its translation, the translation back, and what the generator that makes its own domain makes of it."
    );
    draw_panels(figures, "panels", Pair::Fixed, &caption)
}

/// Random pairs of test images at four moments of training (p. 178).
pub fn random_panels(figures: &Figures, names: [&str; 2]) -> Result<()> {
    let [a, b] = names;
    let caption =
        format!("Random pairs of test images during training: {a} above, {b} below, as in the panels before.");
    draw_panels(figures, "random_panels", Pair::Random, &caption)
}

fn draw_panels(figures: &Figures, what: &str, pair: Pair, caption: &str) -> Result<()> {
    let panels = Panel::all(figures.run(), pair);
    let grids = images::evenly(panels.len(), 4).into_iter().map(|i| {
        let grid = ImageGrid::new(panels[i].load(figures.run())?.view()).columns(4);
        Ok(grid.column_names(COLUMNS).title(&panels[i].when()))
    });
    let grids = grids.collect::<Result<Vec<_>>>()?;
    let plots: Vec<&dyn Plot> = grids.iter().map(|grid| grid as &dyn Plot).collect();
    let rows: Vec<&[&dyn Plot]> = plots.chunks(2).collect();
    figures.save(what, caption, Figure::fitted(&rows, 12.0)?)
}

/// What both generators make of the fixed pair at several moments of training (p. 184).
pub fn stages(figures: &Figures, names: [&str; 2]) -> Result<()> {
    let panels = Panel::all(figures.run(), Pair::Fixed);
    let moments = images::evenly(panels.len(), 6);
    let mut rows = [vec![], vec![]];
    for (row, (original, translated)) in rows.iter_mut().zip([(0, 1), (4, 5)]) {
        for (column, &i) in moments.iter().enumerate() {
            let panel = panels[i].load(figures.run())?;
            let image = |number| panel.index_axis(ndarray::Axis(0), number).to_owned();
            if column == 0 {
                row.push(image(original));
            }
            row.push(image(translated));
        }
    }
    let all = images::stacked(&rows.concat())?;
    let when = moments.iter().map(|&i| panels[i].when());
    let grid = ImageGrid::new(all.view())
        .columns(moments.len() + 1)
        .column_names(std::iter::once("original".to_string()).chain(when))
        .row_names(names);
    let [a, b] = names;
    let caption = format!("Both generators during training: {a} translated to {b} (above), {b} to {a} (below).");
    figures.save("stages", &caption, Figure::fitted(&[&[&grid]], 12.0)?)
}

/// All test images of both domains over their translations.
pub fn test_set(figures: &Figures, gan: &CycleGan, domains: &Domains, names: [&str; 2]) -> Result<()> {
    let [a, b] = names;
    for (what, domain, generator, from, to) in
        [("test_a_to_b", &domains.a, &gan.g_ab, a, b), ("test_b_to_a", &domains.b, &gan.g_ba, b, a)]
    {
        let (originals, translated) = translate_all(domain, generator, figures.device())?;
        let small = |x: &Tensor| to_images(&shrunk(x));
        let (originals, translated) = (small(&originals), small(&translated));
        let mut rows = vec![];
        for first in (0..originals.size()[0]).step_by(SHEET_COLUMNS) {
            let count = (SHEET_COLUMNS as i64).min(originals.size()[0] - first);
            if count < SHEET_COLUMNS as i64 && first > 0 {
                break; // whole rows only, so that each translation stands below its original
            }
            rows.extend([originals.narrow(0, first, count), translated.narrow(0, first, count)]);
        }
        let columns = rows[0].size()[0] as usize;
        let shown: i64 = rows.iter().map(|row| row.size()[0]).sum::<i64>() / 2;
        let all = array4(&Tensor::cat(&rows, 0))?;
        let grid = ImageGrid::new(all.view()).columns(columns).gap(2.0);
        let total = domain.test.len();
        let caption = format!("{shown} of {total} test images: {from} (odd rows), translated to {to} (even rows).");
        figures.save(what, &caption, Figure::fitted(&[&[&grid]], 14.0)?)?;
    }
    Ok(())
}

/// All test images of a domain and their translations, `[n, channels, height, width]` in [-1, 1], on the CPU.
pub fn translate_all(domain: &Domain, generator: &Model, device: Device) -> Result<(Tensor, Tensor)> {
    let _no_grad = tch::no_grad_guard();
    let rows: Vec<usize> = (0..domain.test.len()).collect();
    let (mut originals, mut translated) = (vec![], vec![]);
    for rows in rows.chunks(AT_ONCE) {
        let x = domain.test_images(rows.iter().copied(), device)?;
        translated.push(generator.forward_t(&x, false).to_device(Device::Cpu));
        originals.push(x.to_device(Device::Cpu));
    }
    Ok((Tensor::cat(&originals, 0), Tensor::cat(&translated, 0)))
}

/// Images as thumbnails.
fn shrunk(x: &Tensor) -> Tensor {
    let side = x.size()[2];
    let factor = side / THUMBNAIL;
    if factor <= 1 {
        x.shallow_clone()
    } else {
        x.avg_pool2d([factor, factor], [factor, factor], [0, 0], false, true, None)
    }
}

/// Numbers on the test set: errors of cycle and identity, and the Fréchet distance to the other domain's images, before and
/// after translation; the FID, too, if there is a net for it, of `fid_samples` translations and as many images, or of
/// all. They are printed, drawn as a table, and saved as `translation.json`.
pub fn measure<P>(context: &Context, figures: &Figures, trained: &Trained<P>, names: [&str; 2]) -> Result<()> {
    let Trained { gan, domains, run } = trained;
    let features = context.image_features()?;
    let device = figures.device();
    let [a, b] = names;
    let n = domains.a.test.len().min(domains.b.test.len()) as i64;
    let net = features.as_ref().filter(|_| n > 1).map(|net| net as &dyn FeatureNet);
    let fid_net = net.and_then(|net| net.fid_net());
    let of_fid = run.params.config.fid_samples.unwrap_or(n).min(n);
    let fid = fid_title(of_fid, of_fid);
    let head = ["", "cycle error", "identity error", "Fréchet distance before", "after"];
    let mut head = Vec::from(head.map(String::from));
    if fid_net.is_some() {
        head.extend([format!("{fid} before"), "after".to_string()]);
    }
    let mut table = Table::new(head);
    let mut saved = vec![];
    for (from, to, source, target, there, back) in
        [(a, b, &domains.a, &domains.b, &gan.g_ab, &gan.g_ba), (b, a, &domains.b, &domains.a, &gan.g_ba, &gan.g_ab)]
    {
        let (x, translated) = translate_all(source, there, device)?;
        let cycle = mean_absolute_error(&x, &apply(back, &translated, device));
        let identity = mean_absolute_error(&x, &apply(back, &x, device));
        let (real, _) = translate_all(target, there, device)?;
        let first = [&real, &x, &translated].map(|images| to_images(&images.narrow(0, 0, n)));
        let distances = net.map(|net| before_and_after(net, &first)).transpose()?;
        let first = first.map(|images| images.narrow(0, 0, of_fid));
        let fids = fid_net.map(|net| before_and_after(net, &first)).transpose()?;
        let cell = |i: usize| distances.map_or("-".to_string(), |distances| format!("{:.1}", distances[i]));
        let title = format!("{from} to {to}");
        let mut line = format!(
            "{title}: cycle error {cycle:.3}, identity error {identity:.3}, Fréchet distance {} -> {}",
            cell(0),
            cell(1)
        );
        let mut row = vec![title.clone(), format!("{cycle:.3}"), format!("{identity:.3}"), cell(0), cell(1)];
        let mut numbers = json!({ "translation": title, "cycle_error": cycle, "identity_error": identity,
            "frechet_distance_before": distances.map(|d| d[0]), "frechet_distance_after": distances.map(|d| d[1]) });
        if let Some([before, after]) = fids {
            line += &format!(", {fid} {before:.1} -> {after:.1}");
            row.extend([before, after].map(|fid| format!("{fid:.1}")));
            numbers["fid_before"] = json!(before);
            numbers["fid_after"] = json!(after);
            numbers["fid_images"] = json!(of_fid);
        }
        say!("{line}");
        table = table.row(row);
        saved.push(numbers);
    }
    write_json(&figures.run().path.join("translation.json"), &json!(saved))?;
    let mut caption = "Numbers on the test images. Cycle error: mean absolute difference between an image and its \
                       translation there and back. Identity error: the same between an image and what the generator of \
                       its own domain makes of it. Pixels are in [-1, 1]. Fréchet distance: between the features of the \
                       images and those of the other domain's test images, before and after translation; 0 is best."
        .to_string();
    if fid_net.is_some() {
        caption += " FID: the same by features of Inception-v3, as papers have it.";
    }
    figures.save("numbers", &caption, Figure::fitted(&[&[&table]], 9.0)?)
}

/// The Fréchet distance from real images to the images of another domain and to their translations, by a net's features.
fn before_and_after(net: &dyn FeatureNet, [real, x, translated]: &[Tensor; 3]) -> Result<[f64; 2]> {
    let real = net.features(real)?;
    let to = |images: &Tensor| frechet_distance(&real, &net.features(images)?);
    Ok([to(x)?, to(translated)?])
}

/// A generator on many images.
fn apply(generator: &Model, x: &Tensor, device: Device) -> Tensor {
    let _no_grad = tch::no_grad_guard();
    let parts = x.split(AT_ONCE as i64, 0);
    let made: Vec<Tensor> =
        parts.iter().map(|x| generator.forward_t(&x.to_device(device), false).to_device(Device::Cpu)).collect();
    Tensor::cat(&made, 0)
}

fn mean_absolute_error(a: &Tensor, b: &Tensor) -> f64 {
    losses::mean_absolute_error(a, b).double_value(&[])
}

fn write_json(path: &Path, value: &serde_json::Value) -> Result<()> {
    files::write(path, (serde_json::to_string_pretty(value)? + "\n").as_bytes())
}
