//! Training steps against those of tf.keras with the same weights and tokens, in f64; see `fixtures/README.md`.

use ch06::models::question_answer::NetConfig as QaNetConfig;
use ch06::models::{Batch, NetConfig, QuestionAnswer, TextModel};
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{Adam, Optimizer, RmsProp};
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device};

/// What rounding may make of a step in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;

fn open(name: &str) -> Fixture {
    Fixture::open(format!("tests/fixtures/{name}.npz"))
}

/// Gives a net the fixture's weights, in f64. Optimizers are made after this.
fn fill(variables: &mut VarStore, fixture: &Fixture) {
    variables.double();
    assign(variables, fixture.below("w/")).unwrap();
}

fn check_weights(fixture: &Fixture, step: usize, variables: &VarStore) {
    let actual = named_variables(variables);
    let expected = fixture.below(&format!("step{step}/"));
    assert_eq!(expected.len(), actual.len());
    for (name, expected) in expected {
        assert_near(&format!("step {step}: {name}"), &to_keras(&actual[&name]), &expected, TOLERANCE);
    }
}

#[test]
fn steps_of_the_text_model_are_those_of_keras() {
    let fixture = open("lstm_text");
    let config = NetConfig { embedding_size: 3, n_units: 4, ..NetConfig::book() };
    let mut model = TextModel::new(&config, 13, device()).unwrap();
    fill(&mut model.variables, &fixture);
    let [x, y] = ["x", "y"].map(|name| fixture.tensor(name));
    let probabilities = model.model.forward_t(&x.get(0), false);
    assert_near(
        "probabilities",
        &probabilities.to_kind(Kind::Float),
        &fixture.tensor("probabilities").to_kind(Kind::Float),
        1e-6,
    );
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(1e-2));
    for step in 0..3 {
        let loss = model.train_step(&x.get(step), &y.get(step), &mut optimizer);
        assert_near(&format!("loss {step}"), &loss, &fixture.tensor("loss").get(step), TOLERANCE);
        check_weights(&fixture, step as usize + 1, &model.variables);
    }
}

fn question_answer(name: &str, reset_after: bool) {
    let fixture = open(name);
    let config = QaNetConfig { embedding_size: 4, gru_units: 3, reset_after };
    let mut model = QuestionAnswer::new(&config, 11, device()).unwrap();
    fill(&mut model.variables, &fixture);
    let batch = Batch {
        documents: fixture.tensor("documents"),
        document_of: fixture.tensor("document_of"),
        answer_labels: fixture.tensor("answer_labels"),
        answer_masks: fixture.tensor("answer_masks"),
        question_inputs: fixture.tensor("question_inputs"),
        question_outputs: fixture.tensor("question_outputs"),
    };
    let near = |what: &str, actual: &Tensor| assert_near(what, actual, &fixture.tensor(what), TOLERANCE);

    // The whole model and the models for inference, on a document per question as the book has them.
    let documents = batch.documents.index_select(0, &batch.document_of);
    let is_word = |tokens: &Tensor| tokens.ne(0).unsqueeze(-1);
    let inputs = [&documents, &batch.question_inputs, &batch.answer_masks];
    let [tags, probabilities] = model.total_model.forward_all(&inputs, false);
    near("tags", &(tags * is_word(&documents)));
    near("probabilities", &(probabilities * is_word(&batch.question_inputs)));
    let [state] = model.decoder_initial_state_model.forward_all(&[&documents, &batch.answer_masks], false);
    near("state", &state);
    let start = batch.question_inputs.narrow(1, 0, 1);
    let [first_word, next_state] = model.question_model.forward_all(&[&start, &state], false);
    near("first_word", &first_word);
    near("next_state", &next_state);

    // Keras' order: the sum, the answers' loss, the questions'.
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(1e-2));
    for step in 0..3 {
        let losses = Tensor::stack(&model.train_step(&batch, &mut optimizer), 0);
        assert_near(&format!("losses {step}"), &losses, &fixture.tensor("loss").get(step), TOLERANCE);
        check_weights(&fixture, step as usize + 1, &model.variables);
    }
}

#[test]
fn steps_of_the_question_answer_model_are_those_of_keras() {
    question_answer("question_answer", true);
}

#[test]
fn so_they_are_with_the_books_form_of_the_gru() {
    question_answer("question_answer_reset_before", false);
}
