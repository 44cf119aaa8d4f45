//! Documents with the probability of each word to belong to an answer, and the questions to the answers.

use super::qa_numbers::gold;
use super::text::stacked;
use crate::models::qa_inference::spans;
use crate::models::{Document, Examples, Inference};
use anyhow::Result;
use common::cli::Figures;
use common::plot::{Area, Canvas, Chart, Color, Figure, Plot, Polygon, Prose};
use common::{images, say};
use std::ops::Range;

/// Questions followed side by side in the beam search.
pub const BEAMS: usize = 4;
/// Most spans with a question below a document.
const MOST_SPANS: usize = 8;
/// Held-out documents that are shown.
const SHOWN: usize = 2;

/// One document: bars of probabilities over its words, the words themselves, and a question to each span (p. 233).
pub fn document(
    figures: &Figures,
    inference: &Inference,
    document: &Document,
    threshold: f64,
    what: &str,
) -> Result<()> {
    let probabilities = inference.answer_probabilities(document)?;
    let spans = likeliest(spans(&probabilities, threshold), &probabilities);
    let bars = bars(&probabilities, &spans, threshold);
    let prose = shaded(&document.words, &probabilities).title("the words, darker where an answer is likelier");
    let questions = Prose::new(&questions(inference, document, &spans)?).title("questions to the spans (greedy)");
    let caption = format!(
        "The probability of each word to belong to an answer (p. 233). Spans of at least {threshold:.2}, the threshold with \
         the best F1 on training documents, are orange; below, the question that the model asks for each of them ({what})."
    );
    figures.save("answers", &caption, Figure::fitted(&[&[&Low(bars) as &dyn Plot], &[&prose], &[&questions]], 10.0)?)
}

/// Held-out documents with the answers that people gave and the spans that the model finds, and questions of both.
pub fn held_out(figures: &Figures, inference: &Inference, examples: &Examples, threshold: f64) -> Result<()> {
    let documents = examples.with_questions();
    let mut panels = vec![];
    for place in images::evenly(documents.len(), SHOWN) {
        let (words, examples) = &documents[place];
        let document = inference.document(&words.join(" "))?;
        let probabilities = inference.answer_probabilities(&document)?;
        panels.push(shaded(words, &probabilities).title("a held-out document, darker where an answer is likelier"));
        let asked = examples.iter().take(4).map(|example| {
            let answer: Vec<&str> = example.answer.iter().map(|&i| words[i].as_str()).collect();
            let greedy = inference.question(&document, &example.answer, 1)?;
            let beam = inference.question(&document, &example.answer, BEAMS)?;
            Ok(format!(
                "{}: {}\ngreedy: {greedy}\nbeam of {BEAMS}: {beam}",
                answer.join(" "),
                example.question.join(" ")
            ))
        });
        let asked: Vec<String> = asked.collect::<Result<_>>()?;
        let gold = gold(words.len(), examples);
        let found = spans(&probabilities, threshold);
        let right = found.iter().filter(|span| gold[span.start..span.end].contains(&true)).count();
        let title = format!(
            "answers and questions of people, and the model's; {right} of {} spans touch an answer",
            found.len()
        );
        panels.push(Prose::new(&asked.join("\n")).title(&title));
    }
    let caption = "Documents that the model was not trained on. To each answer that people gave stand their question and the \
                   model's, word by word (greedy) and the likeliest of several that are followed side by side (beam search).";
    figures.save("held_out", caption, stacked(&panels, 10.0)?)
}

/// The spans with the likeliest words, in the document's order.
fn likeliest(mut spans: Vec<Range<usize>>, probabilities: &[f64]) -> Vec<Range<usize>> {
    let best = |span: &Range<usize>| probabilities[span.clone()].iter().copied().fold(0.0, f64::max);
    spans.sort_by(|a, b| best(b).total_cmp(&best(a)));
    spans.truncate(MOST_SPANS);
    spans.sort_by_key(|span| span.start);
    spans
}

fn questions(inference: &Inference, document: &Document, spans: &[Range<usize>]) -> Result<String> {
    let mut lines = vec![];
    for span in spans {
        let answer = document.words[span.clone()].join(" ");
        let question = inference.question(document, &span.clone().collect::<Vec<_>>(), 1)?;
        say!("{answer}: {question}");
        lines.push(format!("{answer}: {question}"));
    }
    Ok(if lines.is_empty() { "(no word is likely enough)".to_string() } else { lines.join("\n") })
}

fn bars(probabilities: &[f64], spans: &[Range<usize>], threshold: f64) -> Chart {
    let mut chart = Chart::new().x_label("word").y_label("probability of an answer").y_range(0.0, 1.0);
    for (i, &p) in probabilities.iter().enumerate() {
        let color = if spans.iter().any(|span| span.contains(&i)) { Color::ORANGE } else { Color::tab10(0) };
        chart = chart.with(Polygon::rectangle((i as f32, 0.0), (i as f32 + 0.9, p as f32)).fill(color, 1.0));
    }
    let (end, at) = (probabilities.len() as f32, threshold as f32);
    chart.with(Polygon::rectangle((0.0, at - 0.002), (end, at + 0.002)).fill(Color::GREY, 1.0))
}

/// A chart a third as high as it is wide.
struct Low(Chart);

impl Plot for Low {
    fn draw(&self, canvas: &mut Canvas, area: Area) -> Result<()> {
        self.0.draw(canvas, area)
    }

    fn size_within(&self, width: f32) -> (f32, f32) {
        (width, width / 3.0)
    }
}

/// Words on grounds as dark as they are likely to be an answer.
fn shaded(words: &[String], probabilities: &[f64]) -> Prose {
    Prose::shaded(words.iter().zip(probabilities).map(|(word, p)| (word, Color::ORANGE, *p as f32)))
}
