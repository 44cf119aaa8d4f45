//! The figures of 06_01.

use crate::experiments::lstm_text::{TEMPERATURES, Trained, saved_passages};
use crate::models::Text;
use crate::models::fables::STORY_MARKER;
use crate::models::generation::random;
use anyhow::Result;
use common::cli::Figures;
use common::images;
use common::plot::{Chart, Color, Figure, Label, Line, Plot, Polygon, Prose};

/// Words of a passage in a figure.
const PASSAGE_WORDS: usize = 60;
/// Likeliest words per context.
const LIKELIEST: usize = 10;

/// Seven beginnings of stories, of the book's kind.
pub const CONTEXTS: [&str; 7] = [
    "the lion",
    "the lion said ,",
    "the lion said , and",
    "there was once a",
    "the fox and the",
    "he was very",
    "one day , when the",
];

/// The beginnings whose words the text has; if there is none, the first three words of some of its stories.
fn contexts(text: &Text) -> Vec<String> {
    let known = |context: &&&str| context.split(' ').all(|word| text.tokenizer.token(word).is_some());
    let ours: Vec<String> = CONTEXTS.iter().filter(known).map(|context| context.to_string()).collect();
    if !ours.is_empty() {
        return ours;
    }
    let stories: Vec<&str> = text.text.split(STORY_MARKER).map(str::trim).filter(|story| !story.is_empty()).collect();
    let first_words = |i: usize| stories[i].split(' ').take(3).collect::<Vec<_>>().join(" ");
    images::evenly(stories.len(), CONTEXTS.len()).into_iter().map(first_words).collect()
}

/// Loss by epoch (p. 212).
pub fn loss(figures: &Figures) -> Result<()> {
    let history = figures.run().history()?;
    let chart = Chart::new()
        .with(Line::new("", history.metric("loss").unwrap_or_default()).color(Color::tab10(0)))
        .x_label("epoch")
        .y_label("cross-entropy of the next word");
    let caption = "Training loss by epoch: the mean of -log p of the word that comes next. A model that knows nothing has \
                   the logarithm of the vocabulary's size, 8.3 for 4,169 words.";
    figures.save("loss", caption, Figure::of(&chart, (6.4, 4.8))?)
}

/// A passage at each of the book's temperatures (p. 214).
pub fn passages(figures: &Figures, trained: &Trained) -> Result<()> {
    let is_known = |words: &&str| words.split(' ').all(|word| trained.text.tokenizer.token(word).is_some());
    let beginning = ["the frog", "the"].into_iter().find(is_known).unwrap_or("");
    let mut panels = vec![];
    for (i, temperature) in TEMPERATURES.into_iter().enumerate() {
        let mut random = random(&[figures.seed(), i as u64]);
        let text = trained.generator().generate_text(beginning, PASSAGE_WORDS, temperature, &mut random)?;
        panels.push(passage(&text).title(&format!("temperature {temperature}")));
    }
    let caption = format!(
        "Generated passages that begin with \"{beginning}\" (p. 214): the lower the temperature, the likelier the words. A \
         passage ends with its story, or after {PASSAGE_WORDS} words."
    );
    figures.save("passages", &caption, stacked(&panels, 8.0)?)
}

/// A passage at temperature 0.2 after some epochs.
pub fn through_training(figures: &Figures) -> Result<()> {
    let epochs = figures.run().history()?.rows.len();
    let mut panels = vec![];
    for place in images::evenly(epochs, 5) {
        let epoch = place as u64 + 1;
        let passages = saved_passages(figures.run(), epoch)?;
        let text = passages.into_iter().next().map(|(_, text)| text).unwrap_or_default();
        panels.push(passage(&text).title(&format!("epoch {epoch}")));
    }
    let caption = "Stories at temperature 0.2 through training, each from its first word on.";
    figures.save("through_training", caption, stacked(&panels, 8.0)?)
}

/// The ten likeliest next words of several contexts (p. 216).
pub fn next_words(figures: &Figures, trained: &Trained) -> Result<()> {
    let bars = |context: &String| Ok(bars(context, &trained.generator().likeliest(context, LIKELIEST)?));
    let charts = contexts(&trained.text).iter().map(bars).collect::<Result<Vec<Chart>>>()?;
    let caption = "The ten likeliest words after some beginnings of a story, with their probabilities in percent. The \
                   beginnings are ours, of the book's kind.";
    figures.save("next_words", caption, Figure::grid(&charts, 4, (13.0, 6.4))?)
}

/// Bars of words and their probabilities, the likeliest on top.
pub fn bars(context: &str, words: &[(String, f64)]) -> Chart {
    let most = words.first().map_or(1.0, |(_, p)| 100.0 * p);
    let mut chart = Chart::new().title(&format!("{context} ..")).x_label("%").x_range(0.0, 1.3 * most);
    for (i, (_, p)) in words.iter().enumerate() {
        let (percent, y) = (100.0 * *p, i as f64);
        let bar = Polygon::rectangle((0.0, i as f32 - 0.4), (percent as f32, i as f32 + 0.4));
        let label = Label::new(&format!("{percent:.1}"), (percent, y + 0.35)).size(7.0);
        chart = chart.with(bar.fill(Color::tab10(0), 1.0)).with(label);
    }
    let names = words.iter().enumerate().map(|(i, (word, _))| (i as f64, word.clone()));
    chart.y_names(names).y_range(words.len() as f64 - 0.5, -0.5)
}

/// A passage, which may have ended before its first word.
fn passage(text: &str) -> Prose {
    Prose::new(if text.is_empty() { "(the end of the story at once)" } else { text })
}

/// Texts one below the other, in a figure of a width in inches.
pub fn stacked(panels: &[Prose], width: f32) -> Result<Figure> {
    let rows: Vec<[&dyn Plot; 1]> = panels.iter().map(|panel| [panel as &dyn Plot]).collect();
    let rows: Vec<&[&dyn Plot]> = rows.iter().map(|row| &row[..]).collect();
    Figure::fitted(&rows, width)
}
