//! The figures of 05_03.

use super::style_features;
use crate::experiments::style_transfer::{Transferred, saved, stages, study};
use crate::models::style_images::{deprocess, preprocess};
use crate::models::style_search::Search;
use crate::models::style_transfer::{BOOK_CONTENT, Layers, LossWeights, StyleTransfer};
use anyhow::{Context, Result};
use common::arrays::array4;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, ImageGrid, Line};
use common::{device, images, say};
use ndarray::Array3;
use tch::{Kind, Tensor};

/// Images in a strip.
const MOMENTS: usize = 10;

/// All figures; runs the studies that are missing.
pub fn draw(figures: &Figures, all: &Transferred) -> Result<()> {
    combination(figures, all)?;
    strip(figures, all)?;
    losses(figures, all)?;
    style_features::feature_maps(figures, all)?;
    style_features::gram_matrices(figures, all)?;
    reconstructions(figures, all)?;
    restarts(figures, all)
}

/// Content, style, and the combination at some iterations (pp. 187, 196).
pub fn combination(figures: &Figures, all: &Transferred) -> Result<()> {
    let config = &all.run.params.config;
    let stages = stages(config.epochs);
    let saved: Vec<_> =
        saved(&all.run.folder)?.into_iter().filter(|(iteration, _)| stages.contains(iteration)).collect();
    let inputs = array4(&Tensor::stack(&[&all.content, &all.style], 0))?;
    let shown: Vec<Array3<f32>> = saved.iter().map(|(_, image)| image.clone()).collect();
    let names = ["content".to_string(), "style".to_string()].into_iter();
    let grid = ImageGrid::new(inputs.view())
        .then(images::stacked(&shown)?.view())
        .columns(3)
        .captions(names.chain(saved.iter().map(|(iteration, _)| format!("iteration {iteration}"))));
    let LossWeights { content, style, total_variation } = config.weights_for(&all.layers);
    let colors =
        if config.preserve_color { " Only luminance is transferred: the colours are the content's." } else { "" };
    let caption = format!(
        "Style transfer (p. 187): {}, weights {content} (content), {style} (style), {total_variation} (total variation), \
         from the content image. An iteration is a little more than {} evaluations of the loss. {} {}.{colors}",
        all.inputs.describe(),
        config.evaluations,
        layers_of(all),
        all.layers,
    );
    figures.save("images", &caption, Figure::fitted(&[&[&grid]], 12.0)?)
}

/// What the net has, beside what the book's has: for captions.
fn layers_of(all: &Transferred) -> String {
    let vgg = &all.inputs.vgg;
    match vgg.has(BOOK_CONTENT) {
        true => format!("Layers of {}:", vgg.origin()),
        false => {
            let factor = all.run.params.config.shallow_content;
            format!(
                "The net is {}, so that not the book's six layers are compared, and the content weight is {factor} times \
                 the book's; layers:",
                vgg.origin()
            )
        }
    }
}

/// The way of the combination, also as an animation beside the figure.
pub fn strip(figures: &Figures, all: &Transferred) -> Result<()> {
    let saved = saved(&all.run.folder)?;
    let moments = images::evenly(saved.len(), MOMENTS);
    let shown: Vec<Array3<f32>> = moments.iter().map(|&i| saved[i].1.clone()).collect();
    let captions = moments.iter().map(|&i| format!("iteration {}", saved[i].0));
    let grid = ImageGrid::new(images::stacked(&shown)?.view()).columns(5).captions(captions);
    let path = all.run.folder.path.join("images/combination.gif");
    super::style_animation::save(&path, &saved.iter().map(|(_, image)| image.view()).collect::<Vec<_>>())?;
    say!("animation: {}", path.display());
    figures.save("strip", "The combination on its way.", Figure::fitted(&[&[&grid]], 11.0)?)
}

/// The weighted parts of the loss by iteration.
pub fn losses(figures: &Figures, all: &Transferred) -> Result<()> {
    let history = all.run.folder.history()?;
    let parts = [
        ("loss", "total", Color::BLACK),
        ("content_loss", "content", Color::GREEN),
        ("style_loss", "style", Color::BLUE),
        ("total_variation_loss", "total variation", Color::RED),
    ];
    let mut chart = Chart::new().x_label("iteration").y_label("loss").log_y();
    for (metric, label, color) in parts {
        let values = history.metric(metric).with_context(|| format!("the history has no {metric}"))?;
        let xs = (1..=values.len()).map(|iteration| iteration as f64);
        chart = chart.with(Line::xy(label, xs, values).color(color));
    }
    let caption = "The loss and its weighted parts after each iteration.";
    figures.save("loss", caption, Figure::of(&chart, (7.5, 5.0))?)
}

/// What a layer holds: images found from faint noise by the content loss of one layer, or by the style loss of the layers up to
/// one, without total variation.
pub fn reconstructions(figures: &Figures, all: &Transferred) -> Result<()> {
    let vgg = &all.inputs.vgg;
    let size = all.run.params.config.study.size;
    let images = all.inputs.images(size)?;
    let [content, style] = [0, 1].map(|i| preprocess(&images[i]));
    device::seed(&[figures.seed(), 5]);
    let noise = preprocess(&(Tensor::rand(content.size(), (Kind::Float, tch::Device::Cpu)) * 0.1 + 0.45));
    let mut rows = [vec![images[0].copy()], vec![images[1].copy()]];
    let mut names = [vec!["content".to_string()], vec!["style".to_string()]];
    let of_block = |block: usize, conv: usize| format!("block{block}_conv{conv}");
    for block in (1..=5).filter(|block| vgg.has(&of_block(*block, 2))) {
        let layer = of_block(block, 2);
        let weights = LossWeights { content: 1.0, style: 0.0, total_variation: 0.0 };
        rows[0].push(reconstruct(all, &layer, [&content, &style], &noise, Layers::content(&layer), weights)?);
        names[0].push(layer);
    }
    for block in (1..=5).filter(|block| vgg.has(&of_block(*block, 1))) {
        let layers: Vec<String> = (1..=block).map(|block| of_block(block, 1)).collect();
        let weights = LossWeights { content: 0.0, style: 1.0, total_variation: 0.0 };
        let last = of_block(block, 1);
        rows[1].push(reconstruct(all, &last, [&content, &style], &noise, Layers::style(&layers), weights)?);
        names[1].push(if block == 1 { last } else { format!("... {last}") });
    }
    let grids = [0, 1].map(|i| -> Result<ImageGrid> {
        let images = array4(&Tensor::stack(&rows[i], 0))?;
        Ok(ImageGrid::new(images.view()).columns(rows[i].len()).captions(&names[i]))
    });
    let [above, below] = grids;
    let caption = format!(
        "What the layers hold: images found from faint noise. Above: by the content loss of one layer; below: by the style loss \
         of the layers up to one. Iterations: {}, at {size} pixels. Net: {}.",
        all.run.params.config.study.epochs,
        vgg.origin()
    );
    figures.save("reconstructions", &caption, Figure::fitted(&[&[&above?], &[&below?]], 11.0)?)
}

/// The image of a reconstruction, RGB in [0, 1].
fn reconstruct(
    all: &Transferred,
    last: &str,
    [content, style]: [&Tensor; 2],
    noise: &Tensor,
    layers: Layers,
    weights: LossWeights,
) -> Result<Tensor> {
    let config = &all.run.params.config;
    let kind = if layers.style.is_empty() { "content" } else { "style" };
    say!("reconstruction of the {kind} by {last}");
    let losses = StyleTransfer::new(&all.inputs.vgg, content, style, layers, weights)?;
    let search = Search { epochs: config.study.epochs, restart: false, ..search(all) };
    let (_, image) = study(&all.run.folder, &format!("{kind}_{last}"), losses, noise, search)?;
    Ok(deprocess(&image))
}

fn search(all: &Transferred) -> Search {
    let config = &all.run.params.config;
    Search {
        epochs: config.study.restart_epochs,
        evaluations: config.evaluations,
        restart: config.restart,
        seed: all.run.params.seed,
    }
}

/// The loss by evaluations: L-BFGS starting anew in each iteration, as in the book, and continued.
pub fn restarts(figures: &Figures, all: &Transferred) -> Result<()> {
    let config = &all.run.params.config;
    let size = config.study.size;
    let [content, style] = all.inputs.images(size)?.map(|image| preprocess(&image));
    let mut chart = Chart::new().x_label("evaluations of the loss").y_label("loss").log_y();
    let mut last = vec![];
    let runs = [(true, "starts anew (book)", Color::ORANGE), (false, "continues", Color::BLUE)];
    for (restart, label, color) in runs {
        say!("loss where L-BFGS {label}");
        let losses =
            StyleTransfer::new(&all.inputs.vgg, &content, &style, all.layers.clone(), config.weights_for(&all.layers))?;
        let name = if restart { "anew" } else { "continued" };
        let search = Search { restart, ..search(all) };
        let (folder, _) = study(&all.run.folder, name, losses, &content, search)?;
        let history = folder.history()?;
        let metric = |name| history.metric(name).with_context(|| format!("the history has no {name}"));
        let values = metric("loss")?;
        let evaluations = metric("evaluations")?.into_iter().scan(0.0, |sum, n| {
            *sum += n;
            Some(*sum)
        });
        last.push(values.last().copied().unwrap_or_default());
        chart = chart.with(Line::xy(label, evaluations, values).color(color));
    }
    let caption = format!(
        "What restarts cost: the loss by evaluations at {size} pixels, when L-BFGS forgets its memory after each iteration \
         of more than {} evaluations, as in the book, and when it does not. At the end {:.4e} and {:.4e}.",
        config.evaluations, last[0], last[1]
    );
    figures.save("restarts", &caption, Figure::of(&chart, (7.5, 5.0))?)
}
