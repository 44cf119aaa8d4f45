//! The figures of hidden words in 09_03.

use crate::experiments::bert::Finder;
use crate::models::masked_windows::{Frequencies, evaluate};
use crate::models::masking::MaskedBatch;
use anyhow::{Context, Result};
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, Line, Table};
use common::samples::random;
use common::{files, images, say};
use rand::RngExt;
use serde::Serialize;
use tch::Tensor;

/// Hidden words in a figure, the tokens that are shown around them, and the guesses for each.
const WORDS: usize = 10;
const AROUND: usize = 9;
const GUESSES: i64 = 4;
/// Words of fewer letters are only asked for if there is no other.
const SHORTEST: usize = 4;

/// Losses and the share of hidden words that are found, by epoch.
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let chart = |metric: &str, label: &str| {
        let line = |name: &str, metric: &str, color| {
            Line::new(name, history.metric(metric).unwrap_or_default()).color(Color::tab10(color))
        };
        let lines =
            Chart::new().with(line("trained on", metric, 0)).with(line("held out", &format!("val_{metric}"), 1));
        lines.x_label("epoch").y_label(label)
    };
    let charts = [chart("loss", "cross-entropy of the hidden tokens"), chart("accuracy", "share that is found")];
    let caption = "Cross-entropy of the hidden tokens, and the share of them that the net finds, by epoch: in the fables that \
                   it learns, and in every tenth one, which is held out. Training hides other words in each epoch, and drops \
                   a part of what the net computes, so that the held-out fables may look easier at first.";
    figures.save("loss", caption, Figure::grid(&charts, 2, (10.0, 4.2))?)
}

/// How well hidden words are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Numbers {
    /// The share of hidden tokens that is found.
    accuracy: f64,
    /// The exponential of the mean of -log p.
    perplexity: f64,
}

impl Numbers {
    fn new([loss, accuracy]: [f64; 2]) -> Numbers {
        Numbers { accuracy, perplexity: loss.exp() }
    }
}

/// Accuracy and perplexity on held-out fables, beside those of the words' frequencies (`numbers.json`).
pub fn numbers(figures: &Figures, finder: &Finder) -> Result<()> {
    let Finder { run, net, pieces, tales } = finder;
    let (share, seed, windows) = (run.params.config.masked_share, run.params.seed, finder.held_out()?);
    let frequencies = Frequencies::count(&tales.learned, pieces)?;
    let all = [
        ("net", Numbers::new(evaluate(net, &windows, pieces, share, seed))),
        ("most frequent", Numbers::new(frequencies.evaluate(&windows, pieces, share, seed))),
    ];
    let mut table = Table::new(["hidden tokens of held-out fables", "found", "perplexity"]);
    let mut saved = serde_json::Map::new();
    for (name, numbers) in all {
        let Numbers { accuracy, perplexity } = numbers;
        let percent = format!("{:.1} %", 100.0 * accuracy);
        say!("{name}: {percent} of the hidden tokens found, perplexity {perplexity:.1}");
        table = table.row([name.to_string(), percent, format!("{perplexity:.1}")]);
        let json = serde_json::to_value(numbers).context("cannot encode the numbers as JSON")?;
        saved.insert(name.replace(' ', "_"), json);
    }
    let json = serde_json::to_string_pretty(&saved).context("cannot encode the numbers as JSON")?;
    files::write(&figures.run().path.join("numbers.json"), (json + "\n").as_bytes())?;
    let caption = format!(
        "The share of hidden tokens that is found, and perplexity: a net of perplexity 100 is as unsure as if it chose from \
         100 tokens. \"Most frequent\" always says {:?}; its perplexity is that of the tokens' frequencies. The same \
         {:.0} % of the tokens are hidden from both.",
        pieces.piece(frequencies.most_frequent).unwrap_or_default(),
        100.0 * share
    );
    figures.save("numbers", &caption, Figure::fitted(&[&[&table]], 7.0)?)
}

/// Words of held-out fables that are hidden, and what the net takes them for.
pub fn masked_words(figures: &Figures, finder: &Finder) -> Result<()> {
    let mut table = Table::new(["text", "hidden", "what the net takes it for, in percent"]);
    let tales = &finder.tales.held_out;
    for number in images::evenly(tales.len(), WORDS) {
        if let Some(row) = asked(finder, &tales[number], figures.seed() + number as u64)? {
            table = table.row(row);
        }
    }
    let caption = "Words of held-out fables that are hidden, and the likeliest tokens in their places, with probabilities in \
                   percent. The net reads a whole passage; some words around the hidden one are shown.";
    figures.save("masked_words", caption, Figure::fitted(&[&[&table]], 11.0)?)
}

/// A hidden word of a tale: the text around it, the word, the guesses. None if the tale has no word that is one token.
fn asked(finder: &Finder, tale: &str, seed: u64) -> Result<Option<[String; 3]>> {
    let Finder { net, pieces, .. } = finder;
    let most = net.bert.config.max_position_embeddings as usize;
    let tokens = pieces.encode_framed(tale, most)?;
    let piece = |place: usize| tokens.get(place).and_then(|token| pieces.piece(*token)).unwrap_or_default();
    let is_word = |place: &usize| {
        let word = piece(*place);
        !word.is_empty() && word.chars().all(char::is_alphabetic) && !piece(place + 1).starts_with("##")
    };
    let (long, short): (Vec<usize>, Vec<usize>) =
        (1..tokens.len() - 1).filter(is_word).partition(|place| piece(*place).chars().count() >= SHORTEST);
    let words = if long.is_empty() { short } else { long };
    if words.is_empty() {
        return Ok(None);
    }
    let place = words[random(&[seed]).random_range(0..words.len())];
    let row = Tensor::from_slice(&tokens).unsqueeze(0).to_device(net.bert.device()); // [1, time]
    let guesses = net.likeliest(&MaskedBatch::hiding(&row, &[place as i64], &pieces.special), GUESSES)?;
    let shown = |(token, p): &(i64, f64)| format!("{} {:.0}", pieces.piece(*token).unwrap_or_default(), 100.0 * p);
    let guesses: Vec<String> = guesses.iter().flatten().map(shown).collect();
    let before = pieces.decode(&tokens[place.saturating_sub(AROUND).max(1)..place])?;
    let after = pieces.decode(&tokens[place + 1..(place + AROUND).min(tokens.len())])?;
    Ok(Some([format!("{before} ___ {after}"), piece(place), guesses.join(", ")]))
}
