//! 05_03: neural style transfer (pp. 185-196).

use super::style_inputs::Inputs;
use crate::figures::style;
use crate::models::style_images::{deprocess, grey, luminance, matched, preprocess, with_colors_of};
use crate::models::style_search::Search;
use crate::models::style_transfer::{BOOK_CONTENT, Layers, LossWeights, StyleTransfer};
use anyhow::{Result, ensure};
use common::arrays::array4;
use common::cli::Context;
use common::images;
use common::training::{ExperimentConfig, Preset, Run, RunFolder};
use ndarray::Axis;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::rc::Rc;
use tch::{Device, Tensor};

/// The section of the run folder.
const SECTION: &str = "style";

/// Hyper-parameters of 05_03.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The content image: `coffee`, or a file.
    pub content: String,
    /// The style image: `starry_night`, `the_scream`, `shipwreck`, or a file.
    pub style: String,
    /// Weights of VGG19 or VGG16: a `.pth`, `.safetensors` or `model.json` file, or `vgg16-edges`; empty for the data set
    /// `vgg19`, or `vgg16-edges` if that is not to be had.
    pub vgg: String,
    /// Longer side of the images, in pixels.
    pub size: i64,
    /// Weights of the losses.
    pub weights: LossWeights,
    /// Factor of the content weight where the net lacks block5_conv2: the content loss of the shallower layer that takes
    /// its place is much larger, and would leave no room for the style. 0.01 as in the book's listing.
    pub shallow_content: f64,
    /// Whether the colours of the content image are kept: only luminance is transferred.
    pub preserve_color: bool,
    /// Whether L-BFGS starts anew in each iteration, as in the book.
    pub restart: bool,
    /// An iteration ends after more evaluations of the loss than this.
    pub evaluations: u64,
    /// Number of iterations.
    pub epochs: u64,
    /// Number of iterations between two saved images.
    pub save_every: u64,
    /// The smaller runs that show what each layer holds, and what restarts cost.
    pub study: Study,
}

/// Size and length of the smaller runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Longer side of the images, in pixels.
    pub size: i64,
    /// Number of iterations of a reconstruction.
    pub epochs: u64,
    /// Number of iterations with and without restarts.
    pub restart_epochs: u64,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let book = Config {
            content: "coffee".to_string(),
            style: "starry_night".to_string(),
            vgg: String::new(),
            size: 800,
            weights: LossWeights::FIGURE,
            shallow_content: 0.01,
            preserve_color: false,
            restart: true,
            evaluations: 20,
            epochs: 1000,
            save_every: 10,
            study: Study { size: 400, epochs: 20, restart_epochs: 50 },
        };
        match preset {
            Preset::Book => book,
            Preset::Quick => Config {
                size: 256,
                restart: false,
                epochs: 30,
                save_every: 1,
                study: Study { size: 128, epochs: 5, restart_epochs: 15 },
                ..book
            },
            Preset::Smoke => Config {
                size: 40,
                restart: false,
                evaluations: 3,
                epochs: 3,
                save_every: 1,
                study: Study { size: 32, epochs: 1, restart_epochs: 2 },
                ..book
            },
        }
    }

    fn check(&self) -> Result<()> {
        for (name, size) in [("size", self.size), ("study.size", self.study.size)] {
            ensure!((16..=2048).contains(&size), "{name} must lie between 16 and 2048");
        }
        let LossWeights { content, style, total_variation } = self.weights;
        for (name, weight) in [("content", content), ("style", style), ("total_variation", total_variation)] {
            ensure!(weight.is_finite() && weight >= 0.0, "weights.{name} must be 0 or more");
        }
        let factor = self.shallow_content;
        ensure!(factor.is_finite() && factor >= 0.0, "shallow_content must be 0 or more");
        ensure!(content + style + total_variation > 0.0, "one of the weights must be above 0");
        ensure!((1..=1000).contains(&self.evaluations), "evaluations must lie between 1 and 1000");
        let Study { epochs, restart_epochs, .. } = self.study;
        for (name, epochs) in
            [("epochs", self.epochs), ("study.epochs", epochs), ("study.restart_epochs", restart_epochs)]
        {
            ensure!((1..=100_000).contains(&epochs), "{name} must lie between 1 and 100000");
        }
        ensure!(self.save_every > 0, "save_every must be above 0");
        Ok(())
    }
}

impl Config {
    /// The weights for these layers.
    pub fn weights_for(&self, layers: &Layers) -> LossWeights {
        let LossWeights { content, .. } = self.weights;
        let shallow = layers.content.as_deref() != Some(BOOK_CONTENT);
        LossWeights { content: if shallow { content * self.shallow_content } else { content }, ..self.weights }
    }

    /// The end of the run folder's name, of the images' names without endings: `coffee_starry_night`.
    fn short(&self) -> String {
        let stem = |image: &str| Path::new(image).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let plain = |c: char| if c.is_alphanumeric() || c == '-' { c.to_ascii_lowercase() } else { '_' };
        format!("{}_{}", stem(&self.content), stem(&self.style)).chars().map(plain).collect()
    }
}

/// A finished run.
#[derive(Debug)]
pub struct Transferred {
    /// The run.
    pub run: Run<Config>,
    /// Where images and net come from.
    pub inputs: Inputs,
    /// The content image, `[height, width, 3]`, RGB in [0, 1].
    pub content: Tensor,
    /// The style image, of the same size.
    pub style: Tensor,
    /// The combination, of the same size.
    pub combination: Tensor,
    /// The layers that were compared.
    pub layers: Layers,
}

/// 05_03: transfers the style and draws the figures.
pub fn train(context: &Context) -> Result<()> {
    let transferred = transferred(context)?;
    style::draw(&context.figures(&transferred.run), &transferred)
}

/// The finished run.
pub fn transferred(context: &Context) -> Result<Transferred> {
    let wanted = context.run_config_in::<Config>(SECTION, Config::short)?;
    ensure!(context.device() != Device::Mps, "MPS has no f64, which the sums of the losses need: use --device cpu");
    let inputs = Inputs::new(context, &wanted)?;
    // Before a run is created: an image may be missing, damaged or too small.
    [wanted.size, wanted.study.size].into_iter().try_for_each(|size| inputs.images(size).map(|_| ()))?;
    let run = context.training_run::<Config>(SECTION, &wanted.short(), inputs.info.clone())?;
    let config = &run.params.config;
    run.folder.plot_model(&[inputs.vgg.model()])?;
    let [content, style] = inputs.images(config.size)?;
    let layers = Layers::book(&inputs.vgg);

    let targets = match config.preserve_color {
        true => {
            let content = luminance(&content);
            [grey(&content), grey(&matched(&luminance(&style), &content))]
        }
        false => [content.copy(), style.copy()],
    };
    let [content_target, style_target] = targets.map(|rgb| preprocess(&rgb));
    let losses =
        StyleTransfer::new(&inputs.vgg, &content_target, &style_target, layers.clone(), config.weights_for(&layers))?;
    let shown = |image: &Tensor| match config.preserve_color {
        true => with_colors_of(&deprocess(image), &content),
        false => deprocess(image),
    };
    let Config { epochs, evaluations, restart, save_every, .. } = *config;
    let search = Search { epochs, evaluations, restart, seed: run.params.seed };
    // The search starts from the content image (p. 194).
    let image = search.run(&Rc::new(losses), &content_target, &run.folder, |iteration, image| {
        if iteration.is_multiple_of(save_every) || stages(epochs).contains(&iteration) {
            save(&run.folder, iteration, &shown(image))?;
        }
        Ok(())
    })?;
    let combination = shown(&image);
    Ok(Transferred { combination, inputs, content, style, layers, run })
}

/// The iterations whose images are shown: 1, 200, 400 and the last one; in shorter runs the first one, those after a
/// quarter and a half, and the last one.
pub fn stages(epochs: u64) -> Vec<u64> {
    let mut stages = match epochs {
        401.. => vec![1, 200, 400, epochs],
        _ => vec![1, epochs.div_ceil(4), epochs.div_ceil(2), epochs],
    };
    stages.dedup();
    stages
}

fn save(folder: &RunFolder, iteration: u64, rgb: &Tensor) -> Result<()> {
    let (image, name) = (array4(&rgb.unsqueeze(0))?, format!("combination_{iteration:05}.png"));
    folder.save_sample(&name, "combination", iteration, image.index_axis(Axis(0), 0))
}

/// The saved images of a run with their iterations, in order.
///
/// # Errors
/// An image cannot be read.
pub fn saved(folder: &RunFolder) -> Result<Vec<(u64, ndarray::Array3<f32>)>> {
    let numbered = folder.images().into_iter().filter_map(|path| {
        let iteration = path.file_stem()?.to_str()?.strip_prefix("combination_")?.parse().ok()?;
        Some((iteration, path))
    });
    numbered.map(|(iteration, path)| Ok((iteration, images::load(&path)?))).collect()
}

/// A smaller run beside the experiment's own, in its folder: searches for the image of the least loss from a start.
///
/// # Errors
/// As [`Search::run`].
pub fn study(
    run: &RunFolder,
    name: &str,
    losses: StyleTransfer,
    start: &Tensor,
    search: Search,
) -> Result<(RunFolder, Tensor)> {
    let folder = run.beside(&format!("studies/{name}"))?;
    let image = search.run(&Rc::new(losses), start, &folder, |_, _| Ok(()))?;
    Ok((folder, image))
}
