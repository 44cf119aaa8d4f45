//! The figures of 09_02: what a transformer writes, and what it attends to.

use crate::experiments::gpt::{Writer, passage};
use crate::models::generation::Sampling;
use anyhow::{Context, Result};
use ch06::figures::text::stacked;
use common::cli::Figures;
use common::images;
use common::plot::{Chart, Color, ColorMap, Figure, HeatMap, ImageGrid, Line, Prose};
use ndarray::{Array2, Array4, s};
use std::fs;
use tch::{Device, Kind, Tensor};

/// Tokens that are drawn from in one of the texts.
const TOP_K: usize = 40;
/// Most blocks and heads of the overview: those of larger nets are chosen evenly.
const MOST_SHOWN: usize = 12;

/// Losses by epoch.
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let line = |name: &str, metric: &str, color| {
        let values = history.metric(metric).unwrap_or_default();
        Line::xy(name, (1..=values.len()).map(|epoch| epoch as f64), values).color(Color::tab10(color))
    };
    let chart = Chart::new()
        .with(line("learned fables", "loss", 0))
        .with(line("held-out fables", "val_loss", 1))
        .x_label("epoch")
        .y_label("cross-entropy of the next token");
    let lowest = history.metric("val_loss").unwrap_or_default().into_iter().fold(f64::INFINITY, f64::min);
    let caption = format!(
        "Cross-entropy of the next token by epoch, in nats, while training (with dropout) and on every tenth fable, which is held \
         out; there it comes down to {lowest:.2}."
    );
    figures.save("loss", &caption, Figure::of(&chart, (6.4, 4.8))?)
}

/// Texts drawn in several ways.
pub fn passages(figures: &Figures, writer: &Writer, prompt: &str) -> Result<()> {
    let own = writer.run.params.config.sampling;
    let forms = [
        ("the likeliest token", Sampling { temperature: 0.0, ..own }),
        ("temperature 0.8, of the 40 likeliest tokens", Sampling { temperature: 0.8, top_k: TOP_K, top_p: 1.0 }),
        ("temperature 1, of the tokens that have 90 % together", Sampling { temperature: 1.0, top_k: 0, top_p: 0.9 }),
        ("temperature 1, of all tokens", Sampling { temperature: 1.0, top_k: 0, top_p: 1.0 }),
    ];
    let mut panels = vec![];
    for (name, sampling) in forms {
        let text = writer.write(prompt, &sampling, figures.seed())?;
        panels.push(Prose::new(&format!("{prompt}{text}")).title(name));
    }
    let caption = format!(
        "What the net writes after \"{prompt}\" (p. 325). Always the likeliest token ends in circles; with all tokens unlikely ones \
         slip in; between lie the {TOP_K} likeliest (top-k), and those that together have a probability (top-p)."
    );
    figures.save("passages", &caption, stacked(&panels, 9.0)?)
}

/// Texts after some epochs.
pub fn through_training(figures: &Figures) -> Result<()> {
    let epochs = figures.run().history()?.rows.len();
    let mut panels = vec![];
    for place in images::evenly(epochs, 4) {
        let epoch = place as u64 + 1;
        let path = passage(&figures.run().path, epoch);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        panels.push(Prose::new(&text).title(&format!("epoch {epoch}")));
    }
    let caption = "What the net writes through training, drawn as the configuration says.";
    figures.save("through_training", caption, stacked(&panels, 9.0)?)
}

/// Attention of every head and block, and of one head in large (p. 321).
pub fn attention(figures: &Figures, writer: &Writer, prompt: &str) -> Result<()> {
    let greedy = Sampling { temperature: 0.0, top_k: 0, top_p: 1.0 };
    let text = format!("{prompt}{}", writer.write(prompt, &greedy, figures.seed())?);
    let mut tokens = writer.tokens.encode(&text)?;
    tokens.truncate(24.min(writer.gpt.config.n_positions as usize));
    let row = Tensor::from_slice(&tokens).unsqueeze(0).to_device(writer.gpt.device());
    let weights = writer.gpt.attention_weights(&row).to_kind(Kind::Float).to_device(Device::Cpu); // [blocks, heads, t, t]
    let names: Vec<String> = writer.tokens.pieces(&tokens).iter().map(|piece| shown(piece)).collect();
    let count = |axis: usize| images::evenly(weights.size()[axis] as usize, MOST_SHOWN);
    let (blocks, heads) = (count(0), count(1));

    let t = tokens.len();
    let all: Vec<f32> = weights.reshape(-1).try_into()?;
    let of_heads = weights.size()[1] as usize;
    let at = |block: usize, head: usize| &all[(block * of_heads + head) * t * t..][..t * t];
    let mut grid = Array4::<f32>::zeros((blocks.len() * heads.len(), t, t, 1));
    for (i, (block, head)) in blocks.iter().flat_map(|b| heads.iter().map(move |h| (*b, *h))).enumerate() {
        let map =
            Array2::from_shape_vec((t, t), at(block, head).to_vec()).context("internal error: attention weights")?;
        grid.slice_mut(s![i, .., .., 0]).assign(&map);
    }
    let overview = ImageGrid::new(grid.view())
        .columns(heads.len())
        .row_names(blocks.iter().map(|block| format!("block {}", block + 1)))
        .column_names(heads.iter().map(|head| format!("head {}", head + 1)))
        .map(ColorMap::Viridis)
        .range(0.0, 1.0);
    let caption = "Attention weights of every head in every block, over the same tokens: each row is a token, bright where it looks. \
                   A token sees itself and those before it.";
    figures.save(
        "attention",
        caption,
        Figure::of(&overview, (1.2 * heads.len() as f32 + 1.0, 1.2 * blocks.len() as f32 + 0.6))?,
    )?;

    // One head of the first, the middle and the last block.
    let mut large = vec![];
    for block in images::evenly(weights.size()[0] as usize, 3) {
        let head = sharpest(of_heads, |head| at(block, head), t);
        let map =
            Array2::from_shape_vec((t, t), at(block, head).to_vec()).context("internal error: attention weights")?;
        let title = format!("block {}, head {}", block + 1, head + 1);
        let map = HeatMap::new(map.view()).map(ColorMap::Viridis).range(0.0, 1.0).title(&title).no_bar();
        large.push(map.x_names(&names).y_names(&names));
    }
    let caption = "Attention weights of one head in the first, a middle and the last block: the head of the block that is surest. Each \
                   row is a token, and its weights tell which tokens it takes values from; blanks are drawn as a dot.";
    figures.save("heads", caption, Figure::grid(&large, large.len(), (6.0 * large.len() as f32, 6.0))?)
}

/// The head whose weights, without those of the first token, are largest at their largest.
fn sharpest<'a>(heads: usize, at: impl Fn(usize) -> &'a [f32], t: usize) -> usize {
    let sureness =
        |head: usize| -> f32 { at(head).chunks_exact(t).map(|row| row[1..].iter().copied().fold(0.0, f32::max)).sum() };
    (0..heads).max_by(|&a, &b| sureness(a).total_cmp(&sureness(b))).unwrap_or_default()
}

/// A token with its blanks and line ends in view.
fn shown(piece: &str) -> String {
    piece.replace(' ', "·").replace('\n', "¶")
}
