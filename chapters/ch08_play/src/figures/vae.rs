//! The figures of 08_02.

use crate::models::rollouts::{Plan, play};
use crate::models::vae::{Vae, vae_input};
use anyhow::{Context, Result};
use common::arrays::array4;
use common::cli::Figures;
use common::keras::{losses, nchw_to_nhwc};
use common::plot::{Chart, Color, Figure, ImageGrid, Line};
use common::{device, files, images, say};
use ndarray::Axis;
use serde_json::json;
use tch::{Device, Kind, Tensor};

/// Frames that are reconstructed.
const RECONSTRUCTED: usize = 10;
/// The values that each latent dimension takes.
const VARIED: [f64; 7] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0];
/// An episode of this number is played for figures: no run and no drive has it.
const HELD_OUT: usize = 2_000_000;

/// Losses by batch (p. 289).
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().step_history()?;
    let chart = |title: &str, metric: &str, color| {
        let values = history.metric(metric).unwrap_or_default();
        Chart::new()
            .with(Line::new("", values).color(Color::tab10(color)).width(0.8))
            .title(title)
            .x_label("batch")
            .y_label("loss")
            .log_y()
    };
    let charts = [
        chart("both", "loss", 0),
        chart("reconstruction", "reconstruction_loss", 1),
        chart("KL divergence", "kl_loss", 2),
    ];
    let caption = "Losses of the VAE by batch: their sum, the weighted mean squared error, and the KL divergence.";
    figures.save("loss", caption, Figure::grid(&charts, 3, (13.0, 4.2))?)
}

/// The frames of an episode that nobody learned from, as V takes them.
fn held_out(plan: &Plan, device: Device) -> Result<Tensor> {
    Ok(vae_input(&play(plan, HELD_OUT)?.image_tensor(), device))
}

/// Frames of another episode, and what V makes of them (p. 290). Keeps the mean error in `numbers.json`.
pub fn reconstructions(figures: &Figures, vae: &Vae, plan: &Plan) -> Result<()> {
    let _no_grad = tch::no_grad_guard();
    let frames = held_out(plan, figures.device())?;
    let [mu, log_var] = vae.distribution(&frames);
    let decoded = vae.decode(&mu);
    let frames = nchw_to_nhwc(&frames);
    let error = 255.0 * (&frames - &decoded).abs().mean(Kind::Double).double_value(&[]);
    let kl = losses::kl_divergence(&mu, &log_var).double_value(&[]);
    say!("an episode that was not learned: mean error {error:.2} of 255, KL divergence {kl:.1}");
    let json = serde_json::to_string_pretty(&json!({ "mean_error_of_255": error, "kl_divergence": kl }));
    let json = json.context("cannot encode the numbers as JSON")? + "\n";
    files::write(&figures.run().path.join("numbers.json"), json.as_bytes())?;

    let shown = images::evenly(frames.size()[0] as usize, RECONSTRUCTED);
    let pick = |images: &Tensor| Ok::<_, anyhow::Error>(array4(images)?.select(Axis(0), &shown));
    let grid = ImageGrid::new(pick(&frames)?.view()).then(pick(&decoded)?.view());
    let grid = grid.columns(shown.len()).row_names(["seen", "reconstructed"]);
    let caption = format!(
        "Frames of an episode that was not learned, and their reconstructions. Over the whole episode the mean error is \
         {error:.2} of 255."
    );
    figures.save("reconstructions", &caption, Figure::fitted(&[&[&grid]], 13.0)?)
}

/// Decoded random points of latent space.
pub fn samples(figures: &Figures, vae: &Vae, z_dim: i64) -> Result<()> {
    device::seed(&[figures.seed(), 7]);
    let z = Tensor::randn([20, z_dim], (Kind::Float, figures.device()));
    let images = array4(&tch::no_grad(|| vae.decode(&z)))?;
    let grid = ImageGrid::new(images.view()).columns(10);
    let caption = "Random points of latent space, decoded: what V believes that the world looks like.";
    figures.save("samples", caption, Figure::fitted(&[&[&grid]], 13.0)?)
}

/// A frame whose latent dimensions are varied one at a time (p. 290), the most used first.
pub fn latents(figures: &Figures, vae: &Vae, plan: &Plan) -> Result<()> {
    let _no_grad = tch::no_grad_guard();
    let frames = held_out(plan, figures.device())?;
    let [mu, log_var] = vae.distribution(&frames);
    // KL divergence of each dimension, the mean over the episode.
    let kl: Vec<f64> = ((mu.square() + log_var.exp() - &log_var - 1.0) * 0.5)
        .mean_dim(0, false, Kind::Double)
        .to_device(Device::Cpu)
        .try_into()?;
    let mut order: Vec<usize> = (0..kl.len()).collect();
    order.sort_by(|&a, &b| kl[b].total_cmp(&kl[a]));
    let start = mu.get(mu.size()[0] / 2); // a frame in the middle of the episode
    let rows: Vec<Tensor> = { order.iter() }
        .flat_map(|&dimension| {
            let start = start.shallow_clone();
            VARIED.map(move |value| {
                let z = start.copy();
                let _ = z.narrow(0, dimension as i64, 1).fill_(value);
                z
            })
        })
        .collect();
    let decoded = array4(&vae.decode(&Tensor::stack(&rows, 0)))?;
    // Two dimensions in a row.
    let names: Vec<String> = { order.chunks(2) }
        .map(|pair| pair.iter().map(|&d| format!("z{d} {:.1}", kl[d])).collect::<Vec<_>>().join(", "))
        .collect();
    let grid = ImageGrid::new(decoded.view()).columns(2 * VARIED.len()).row_names(names).gap(2.0);
    let grid = grid.column_names(VARIED.iter().chain(&VARIED));
    let caption = "One frame whose latent dimensions are set to -3 to 3, one at a time, two dimensions in each row. The most \
                   used come first: beside each pair stand their mean KL divergences from N(0, 1).";
    figures.save("latents", caption, Figure::fitted(&[&[&grid]], 13.0)?)
}
