//! Benchmarks of training steps, for `cargo book bench 06`.

use crate::models::question_answer::NetConfig as QaNetConfig;
use crate::models::{Batch, NetConfig, QuestionAnswer, TextModel};
use anyhow::Result;
use common::cli::time_steps;
use common::keras::{Adam, Optimizer, RmsProp};
use tch::{Device, Kind, Tensor};

/// The fables' vocabulary.
const TOTAL_WORDS: i64 = 4169;
/// The vocabulary of the book's questions.
const VOCABULARY: i64 = 9984;
/// Questions in a batch.
pub const QUESTIONS: i64 = 128;
/// Their documents; about as many questions to each as SQuAD has.
const DOCUMENTS: i64 = 26;
/// The longest document, answer and question in words; lengths go from half of that to all of it.
const DOCUMENT_WORDS: i64 = 200;
const ANSWER_WORDS: i64 = 6;
const QUESTION_WORDS: i64 = 20;

/// A step of 06_01: 32 windows of 20 words.
pub fn lstm_text(device: Device, steps: usize) -> Result<Vec<f64>> {
    let model = TextModel::new(&NetConfig::book(), TOTAL_WORDS, device)?;
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(1e-3));
    let x = Tensor::randint_low(1, TOTAL_WORDS, [32, 20], (Kind::Int64, device));
    let y = Tensor::randint_low(1, TOTAL_WORDS, [32], (Kind::Int64, device));
    time_steps(10, steps, || Ok(model.train_step(&x, &y, &mut optimizer)))
}

/// A step of 06_02: 128 questions to 26 documents; `peers/qa_batch.py` makes the same batch.
pub fn question_answer(device: Device, steps: usize) -> Result<Vec<f64>> {
    let model = QuestionAnswer::new(&QaNetConfig::book(), VOCABULARY, device)?;
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(1e-3));
    let batch = random_batch(device);
    time_steps(3, steps, || {
        let [loss, _, _] = model.train_step(&batch, &mut optimizer);
        Ok(loss)
    })
}

/// Lengths `[n, 1]` from half of the longest to the longest, evenly.
fn lengths(n: i64, longest: i64, device: Device) -> Tensor {
    let half = longest / 2;
    let steps = Tensor::arange(n, (Kind::Int64, device)) * (longest - half);
    (steps.divide_scalar_mode(n - 1, "floor") + half).unsqueeze(1)
}

/// Whether a place is within a row's length, `[n, longest]`.
fn within(lengths: &Tensor, longest: i64) -> Tensor {
    Tensor::arange(longest, (Kind::Int64, lengths.device())).lt_tensor(lengths)
}

fn random_batch(device: Device) -> Batch {
    let words = |n: i64, longest: i64| {
        let words = Tensor::randint_low(4, VOCABULARY, [n, longest], (Kind::Int64, device));
        words * within(&lengths(n, longest, device), longest)
    };
    let of_questions = Tensor::arange(QUESTIONS, (Kind::Int64, device));
    let questions = words(QUESTIONS, QUESTION_WORDS);
    let start = Tensor::full([QUESTIONS, 1], 2, (Kind::Int64, device));
    let outputs = questions.constant_pad_nd([0, 1]);
    let ends = lengths(QUESTIONS, QUESTION_WORDS, device);
    // Answers begin at words 0, 7, 14 .. 79 and lie in the shortest document.
    let first = (&of_questions * 7).remainder(80).view([QUESTIONS, 1, 1]);
    let place = Tensor::arange(DOCUMENT_WORDS, (Kind::Int64, device)).view([1, 1, DOCUMENT_WORDS]);
    let answer = Tensor::arange(ANSWER_WORDS, (Kind::Int64, device)).view([1, ANSWER_WORDS, 1]);
    let in_answer = within(&lengths(QUESTIONS, ANSWER_WORDS, device), ANSWER_WORDS).unsqueeze(-1);
    let answer_masks = (place.eq_tensor(&(first + answer)) * in_answer).to_kind(Kind::Float);
    Batch {
        documents: words(DOCUMENTS, DOCUMENT_WORDS),
        document_of: (of_questions * DOCUMENTS).divide_scalar_mode(QUESTIONS, "floor"),
        answer_labels: answer_masks.sum_dim_intlist(1, false, Kind::Int64),
        answer_masks,
        question_inputs: Tensor::cat(&[start, questions], 1),
        question_outputs: outputs.scatter_value(1, &ends, 3),
    }
}
