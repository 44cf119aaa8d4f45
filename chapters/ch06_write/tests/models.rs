//! Parameter counts as in the book, and the text of its fables.

use ch06::models::question_answer::NetConfig as QaNetConfig;
use ch06::models::{Cell, NetConfig, QuestionAnswer, Text, TextModel};
use common::keras::Model;
use testing_tensors::device;

/// The fables' vocabulary.
const TOTAL_WORDS: i64 = 4169;

fn counts(model: &Model) -> Vec<i64> {
    model.summary().parameters_by_layer().into_iter().map(|(_, parameters)| parameters).collect()
}

fn text_model(change: impl Fn(&mut NetConfig)) -> Model {
    let mut config = NetConfig::book();
    change(&mut config);
    TextModel::new(&config, TOTAL_WORDS, device()).unwrap().model
}

#[test]
fn text_models_have_the_books_parameters() {
    assert_eq!(counts(&text_model(|_| ())), [416_900, 365_568, 1_071_433]);
    let total = |model: Model| model.summary().parameters();
    assert_eq!(total(text_model(|net| net.dropout_rate = 0.2)), 1_853_901);
    assert_eq!(total(text_model(|net| net.layers = 2)), 2_379_213);
    // 3 gates of (100 + 256 + 2 or 1 biases) x 256.
    assert_eq!(counts(&text_model(|net| net.cell = Cell::Gru))[1], 3 * 256 * (100 + 256 + 2));
    assert_eq!(counts(&text_model(|net| net.cell = Cell::GruResetBefore))[1], 3 * 256 * (100 + 256 + 1));
    assert_eq!(counts(&text_model(|net| net.bidirectional = true))[1..], [2 * 365_568, 4169 * 513]);
}

#[test]
fn question_answer_models_have_the_books_parameters() {
    // The vocabulary of the book's data.
    let parameters = |reset_after| {
        let config = QaNetConfig { reset_after, ..QaNetConfig::book() };
        let model = QuestionAnswer::new(&config, 9984, device()).unwrap();
        assert_eq!(model.variables.trainable_variables().len(), 1 + 6 + 2 + 3 + 3 + 1);
        model.total_model.summary().parameters()
    };
    assert_eq!(parameters(false), 3_537_402);
    assert_eq!(parameters(true), 3_539_202);
}

#[test]
fn sizes_out_of_bounds_are_errors() {
    for change in [
        (|net| net.layers = 0) as fn(&mut NetConfig),
        |net| net.n_units = 0,
        |net| net.embedding_size = -1,
        |net| net.dropout_rate = 1.5,
    ] {
        let mut config = NetConfig::book();
        change(&mut config);
        assert!(TextModel::new(&config, TOTAL_WORDS, device()).is_err(), "{config:?}");
    }
}

#[test]
#[ignore = "needs the real fables: GDL_MIRROR names a folder with aesop/11339.txt"]
fn the_fables_are_those_of_the_book() {
    let mirror = std::env::var("GDL_MIRROR").expect("GDL_MIRROR names a folder");
    let file = std::path::Path::new(&mirror).join("aesop/11339.txt");
    let text = Text::new(&common::datasets::text::read(&file).unwrap(), 20).unwrap();
    let windows = text.windows(device()).len();
    let counts = (text.text.chars().count(), text.tokenizer.total_words(), windows);
    // What Python's regular expressions make of the same file.
    assert_eq!(counts, (213_719, TOTAL_WORDS, 50_416));
    assert!(text.text.starts_with(" | | |") && text.text.contains("| the fox and the grapes . a hungry fox saw some"));
}
