//! How good answers and questions are: F1 and BLEU-4.

use super::answers::BEAMS;
use crate::experiments::qa_data::QaData;
use crate::models::{Example, Examples, Inference};
use anyhow::{Context, Result};
use common::cli::Figures;
use common::metrics::bleu4;
use common::plot::{Figure, Table};
use common::{files, images, say};

/// Documents that a threshold is chosen on, and questions that are asked, at most.
const DOCUMENTS: usize = 100;
const QUESTIONS: usize = 120;

/// Words of documents with their probability and whether they belong to an answer.
type Marked = Vec<(f64, bool)>;

/// Whether each word of a document belongs to an answer of one of its questions.
pub fn gold(words: usize, examples: &[&Example]) -> Vec<bool> {
    let mut gold = vec![false; words];
    examples.iter().flat_map(|example| &example.answer).for_each(|&i| gold[i] = true);
    gold
}

/// The threshold with the best F1 on training documents.
///
/// # Errors
/// libtorch fails.
pub fn best_threshold(inference: &Inference, training: &Examples) -> Result<f64> {
    let marked = marked(inference, training)?;
    let thresholds = [0.01, 0.02].into_iter().chain((1..20).map(|i| f64::from(i) / 20.0));
    let best = thresholds.max_by(|a, b| f1(&marked, *a).total_cmp(&f1(&marked, *b)));
    Ok(best.filter(|best| f1(&marked, *best) > 0.0).unwrap_or(0.5))
}

/// F1 of answer words, and BLEU-4 of questions, on training and on held-out documents (`numbers.json`).
pub fn table(figures: &Figures, inference: &Inference, data: &QaData, threshold: f64) -> Result<()> {
    let head =
        ["documents", "F1", "F1, all words", "BLEU-4 greedy", &format!("BLEU-4 beam {BEAMS}"), "BLEU-4, others'"];
    let mut table = Table::new(head);
    let mut saved = serde_json::Map::new();
    for (name, examples) in [("trained on", &data.training), ("held out", &data.held_out)] {
        let marked = marked(inference, examples)?;
        let [greedy, others] = bleu(inference, examples, 1)?;
        let [beam, _] = bleu(inference, examples, BEAMS)?;
        let numbers = [f1(&marked, threshold), f1(&marked, 0.0), greedy, beam, others];
        say!(
            "{name}: F1 {:.3} (of all words {:.3}), BLEU-4 {greedy:.3}, beam {beam:.3} (of others' questions {others:.3})",
            numbers[0],
            numbers[1]
        );
        let cells = std::iter::once(name.to_string()).chain(numbers.iter().map(|number| format!("{number:.3}")));
        table = table.row(cells);
        let keys = ["f1", "f1_all_words", "bleu4_greedy", "bleu4_beam", "bleu4_others"];
        let numbers: serde_json::Map<_, _> = keys.map(String::from).into_iter().zip(numbers.map(Into::into)).collect();
        saved.insert(name.replace(' ', "_"), numbers.into());
    }
    saved.insert("threshold".to_string(), threshold.into());
    let json = serde_json::to_string_pretty(&saved).context("cannot encode the numbers as JSON")?;
    files::write(&figures.run().path.join("numbers.json"), (json + "\n").as_bytes())?;
    let caption = format!(
        "F1 of words that belong to an answer (probability at least {threshold:.2}), beside that of marking all words; BLEU-4 \
         of the questions to the answers that people gave, beside that of the questions that the model asks for other \
         answers. From at most {DOCUMENTS} documents and {QUESTIONS} questions."
    );
    figures.save("numbers", &caption, Figure::fitted(&[&[&table]], 8.0)?)
}

/// The words of some documents.
fn marked(inference: &Inference, examples: &Examples) -> Result<Marked> {
    let documents = examples.with_questions();
    let mut all = vec![];
    for place in images::evenly(documents.len(), DOCUMENTS) {
        let (words, examples) = &documents[place];
        let probabilities = inference.answer_probabilities(&inference.document(&words.join(" "))?)?;
        all.extend(probabilities.into_iter().zip(gold(words.len(), examples)));
    }
    Ok(all)
}

/// 2 · precision · recall / (precision + recall) of words with at least this probability.
fn f1(words: &Marked, threshold: f64) -> f64 {
    let count =
        |is: &dyn Fn(bool, bool) -> bool| words.iter().filter(|(p, gold)| is(*p >= threshold, *gold)).count() as f64;
    let [right, found, all] = [count(&|found, gold| found && gold), count(&|found, _| found), count(&|_, gold| gold)];
    if right == 0.0 { 0.0 } else { 2.0 * right / (found + all) }
}

/// BLEU-4 of the questions to some answers, and of the question to the answer before each of them in its place.
fn bleu(inference: &Inference, examples: &Examples, beams: usize) -> Result<[f64; 2]> {
    let mut pairs: Vec<(Vec<String>, &[String])> = vec![];
    for place in images::evenly(examples.examples.len(), QUESTIONS) {
        let example = &examples.examples[place];
        let document = inference.document(&examples.documents[example.document].join(" "))?;
        let question = inference.question(&document, &example.answer, beams)?;
        pairs.push((question.split_whitespace().map(str::to_string).collect(), &example.question));
    }
    let own = pairs.iter().map(|(question, reference)| (&question[..], *reference));
    let others =
        pairs.iter().zip(pairs.iter().cycle().skip(1)).map(|((question, _), (_, other))| (&question[..], *other));
    Ok([bleu4(own), bleu4(others)])
}
