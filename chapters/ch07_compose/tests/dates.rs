//! 07_06: the net against tf.keras in f64 (see `fixtures/README.md`), its parameters, and its runs.

use ch07::beyond::dates::experiment::{Config, SIZES};
use ch07::beyond::dates::figures::Alignment;
use ch07::beyond::dates::numbers::Score;
use ch07::beyond::dates::{Dates, EncoderDecoder, NetConfig, Sizes};
use common::keras::weights::{assign, named_variables, read_file, to_keras};
use common::keras::{Adam, Optimizer};
use common::training::{ExperimentConfig, Preset, RunFolder};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tch::Tensor;
use testing::{Chapter, assert_refused, gallery, read};
use testing_tensors::{Fixture, assert_equal, assert_near, device, take_turn};

/// What rounding may make of a step in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;

#[test]
fn steps_are_those_of_keras() {
    let _turn = take_turn();
    let fixture = Fixture::open("tests/fixtures/encoder_decoder.npz");
    let config = NetConfig { embedding_size: 3, encoder_units: 2, attention_units: 4, decoder_units: 5 };
    let sizes = Sizes { input_length: 6, input_tokens: 7, output_length: 3, output_tokens: 5 };
    let mut model = EncoderDecoder::new(&config, sizes, device()).unwrap();
    model.variables.double();
    assign(&model.variables, fixture.below("w/")).unwrap();
    let [x, y] = ["x", "y"].map(|name| fixture.tensor(name));
    let near = |what: &str, actual: &Tensor, expected: &Tensor| assert_near(what, actual, expected, TOLERANCE);
    for (what, net) in [("probabilities", &model.model), ("attention", &model.attention)] {
        near(what, &net.forward_t(&x.get(0), false), &fixture.tensor(what));
    }
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(1e-2));
    for step in 0..3 {
        let loss = model.train_step(&x.get(step), &y.get(step), &mut optimizer);
        near(&format!("loss {step}"), &loss, &fixture.tensor("loss").get(step));
        let actual = named_variables(&model.variables);
        let expected = fixture.below(&format!("step{}/", step + 1));
        assert_eq!(expected.len(), actual.len());
        for (name, expected) in expected {
            near(&format!("step {step}: {name}"), &to_keras(&actual[&name]), &expected);
        }
    }
}

#[test]
fn the_net_has_these_parameters() {
    let _turn = take_turn();
    let config = Config::preset(Preset::Book);
    assert_eq!(config.net, Config::preset(Preset::Quick).net);
    let model = EncoderDecoder::new(&config.net, SIZES, device()).unwrap();
    // 42 characters; an LSTM has 4 gates of (inputs + units + a bias) x units.
    let [embedding, encoder] = [42 * 16, 2 * 4 * 32 * (16 + 32 + 1)];
    let step = [(64 + 64 + 1) * 10, 10 + 1, 4 * 64 * (64 + 64 + 1)];
    let output = (64 + 1) * 11;
    let summary = model.model.summary();
    let expected = [embedding, encoder, step.iter().sum(), output];
    assert_eq!(summary.parameters_by_layer().iter().map(|(_, n)| *n).collect::<Vec<_>>(), expected);
    assert_eq!(summary.parameters(), 48_256);
    let summary = model.decoder_step.summary();
    assert_eq!(summary.parameters_by_layer().iter().map(|(_, n)| *n).collect::<Vec<_>>(), step);
    // The attention comes from the same weights, all but those of the output.
    assert_eq!(model.attention.summary().parameters(), 48_256 - output);
    assert_eq!(model.variables.trainable_variables().len(), 1 + 6 + 2 + 2 + 3 + 2);
}

#[test]
fn sizes_out_of_bounds_are_errors() {
    let _turn = take_turn();
    for change in [
        (|net| net.embedding_size = 0) as fn(&mut NetConfig),
        |net| net.encoder_units = -1,
        |net| net.attention_units = 0,
        |net| net.decoder_units = 1 << 40,
    ] {
        let mut config = Config::preset(Preset::Smoke).net;
        change(&mut config);
        assert!(EncoderDecoder::new(&config, SIZES, device()).is_err(), "{config:?}");
    }
    let one = Sizes { output_length: 1, ..SIZES };
    assert!(EncoderDecoder::new(&Config::preset(Preset::Smoke).net, one, device()).is_err());
}

#[test]
fn a_net_learns_few_dates_by_heart_and_looks_at_all_of_a_date() {
    let _turn = take_turn();
    let [dates, other] = Dates::split(16, 4, 1, device()).unwrap();
    tch::manual_seed(1);
    let config = NetConfig { embedding_size: 8, encoder_units: 16, attention_units: 8, decoder_units: 32 };
    let model = EncoderDecoder::new(&config, SIZES, device()).unwrap();
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(1e-2));
    let untrained = Score::new(&model, &dates).unwrap();
    assert!(untrained.date_accuracy == 0.0 && untrained.character_accuracy < 0.5, "{untrained:?}");
    for _ in 0..300 {
        let _ = model.train_step(&dates.inputs, &dates.targets, &mut optimizer);
    }
    let score = Score::new(&model, &dates).unwrap();
    assert!(score.loss < 0.05 && score.date_accuracy == 1.0, "{score:?}");
    assert_eq!(score.character_accuracy, 1.0);
    assert_eq!(score.date_accuracy_by_form.len(), 8);
    assert_eq!(Score::new(&model, &other).unwrap().date_accuracy_by_form.len(), 4);

    for example in &dates.examples {
        let alignment = Alignment::new(&model, &example.text()).unwrap();
        assert_eq!(alignment.written, example.date.to_string());
        assert_eq!(alignment.weights.dim(), (10, example.text().len() + 1));
        for row in alignment.weights.rows() {
            assert!((row.sum() - 1.0).abs() < 1e-5 && row.iter().all(|weight| *weight >= 0.0), "{row}");
        }
    }
    let error = Alignment::new(&model, "9. märz 1998").unwrap_err().to_string();
    assert!(error.contains("'ä'"), "{error}");
}

fn ch07() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch07"))
}

/// The only run.
fn folder(chapter: &Chapter) -> PathBuf {
    let runs = RunFolder::list(&chapter.path("run"), "dates", "synthetic");
    assert_eq!(runs.len(), 1);
    runs[0].path.clone()
}

/// The net and its optimizer.
fn checkpoint(chapter: &Chapter) -> BTreeMap<String, Tensor> {
    let tensors = read_file(&folder(chapter).join("weights/checkpoint.safetensors")).unwrap().0;
    for part in ["optimizer/", "decoder_step/decoder/kernel"] {
        assert!(tensors.keys().any(|name| name.starts_with(part)), "a checkpoint without {part}");
    }
    tensors
}

#[test]
fn a_resumed_run_equals_an_uninterrupted_one_bit_for_bit() {
    let (whole, parts) = (ch07(), ch07());
    whole.succeed(&["07_06", "--preset", "smoke", "--epochs", "3"]);
    parts.succeed(&["07_06", "--preset", "smoke", "--epochs", "1"]);
    parts.succeed(&["07_06", "--resume", "--epochs", "3"]);
    assert_equal(&checkpoint(&parts), &checkpoint(&whole));
    let numbers = [&whole, &parts].map(|chapter| read::json(&folder(chapter).join("numbers.json")));
    assert_eq!(numbers[0], numbers[1]);
}

#[test]
fn figures_and_numbers_are_there_and_nothing_is_trained_twice() {
    let chapter = ch07();
    let figures = ["figures", "07_06", "--preset", "smoke"];
    let said = chapter.succeed(&figures);
    said.assert_prints(&["200 dates to train on, 40 other days held out", "held out: ", "9th of may 1998"]);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch07::CHAPTER.table, &["07_06"]));
    assert!(gallery.contains("synthetic dates"), "{gallery}");
    let numbers = read::json(&folder(&chapter).join("numbers.json"));
    for part in ["trained_on", "held_out"] {
        for number in ["loss", "character_accuracy", "date_accuracy"] {
            assert!(numbers[part][number].is_number(), "{part} {number}: {numbers}");
        }
    }
    let history = std::fs::read_to_string(folder(&chapter).join("history.csv")).unwrap();
    assert!(history.starts_with("epoch,seconds,loss,val_loss,val_character_accuracy,val_date_accuracy\n"), "{history}");
    for model in ["encoder_decoder", "attention", "decoder_step"] {
        assert!(folder(&chapter).join(format!("viz/{model}.png")).exists(), "{model}");
    }
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("epoch "), "trained twice: {}", again.stdout);
}

#[test]
fn wrong_settings_exit_with_1() {
    for (setting, words) in [
        ("dates=0", &["dates"][..]),
        ("test_dates=0", &["test_dates"]),
        ("dates=36525", &["dates", "36524"]),
        ("dates=36000", &["dates", "test_dates", "36525"]),
        ("net.encoder_units=0", &["encoder", "units"]),
        ("net.heads=2", &["net.heads", "net.decoder_units"]),
        ("learning_rate=0", &["learning_rate"]),
        ("batch_size=0", &["batch_size"]),
    ] {
        assert_refused(env!("CARGO_BIN_EXE_ch07"), &["07_06", "--set", setting], 1, words);
    }
}
