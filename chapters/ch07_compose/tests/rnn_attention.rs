//! The attention model: counts, training steps against those of tf.keras in f64 (see `fixtures/README.md`), windows,
//! composing.

use ch07::models::composer::{remembered, score};
use ch07::models::corpus::START;
use ch07::models::{Batch, Composer, Corpus, NetConfig, RnnAttention, Sampling};
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{Optimizer, RmsProp};
use common::music::{Pitch, Quarters, Slice};
use common::samples::random;
use tch::{Device, Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device, take_turn};

/// What rounding may make of a step in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;

#[test]
fn parameters_are_the_books() {
    let _turn = take_turn();
    let model = RnnAttention::new(&NetConfig::book(), 387, 18, Device::Cpu).unwrap();
    let summary = model.model.summary();
    assert_eq!(summary.parameters(), 1_138_122);
    let expected = [
        ("embedding", 38_700),
        ("embedding_1", 1_800),
        ("lstm", 467_968),
        ("lstm_1", 525_312),
        ("dense", 257),
        ("pitch", 99_459),
        ("duration", 4_626),
    ];
    let counts: Vec<(&str, i64)> = expected.to_vec();
    let variables = named_variables(&model.variables);
    for (layer, count) in counts {
        let of_layer = variables.iter().filter(|(name, _)| name.starts_with(&format!("{layer}/")));
        assert_eq!(of_layer.map(|(_, tensor)| tensor.numel() as i64).sum::<i64>(), count, "{layer}");
    }
}

fn steps(name: &str, use_attention: bool) {
    let fixture = Fixture::open(format!("tests/fixtures/{name}.npz"));
    let config = NetConfig { embed_size: 3, rnn_units: 4, use_attention };
    let mut model = RnnAttention::new(&config, 11, 5, device()).unwrap();
    model.variables.double();
    assign(&model.variables, fixture.below("w/")).unwrap();
    let names = ["notes", "durations", "next_note", "next_duration"];
    let [notes, durations, next_note, next_duration] = names.map(|name| fixture.tensor(name));
    let batch = |step: i64| Batch {
        notes: notes.get(step),
        durations: durations.get(step),
        next_note: next_note.get(step),
        next_duration: next_duration.get(step),
    };
    let first = batch(0);
    let [pitch, duration] = model.model.forward_all(&[&first.notes, &first.durations], false);
    assert_near("pitch", &pitch, &fixture.tensor("pitch"), TOLERANCE);
    assert_near("duration", &duration, &fixture.tensor("duration"), TOLERANCE);
    assert_eq!(model.att_model.is_some(), use_attention);
    if let Some(att_model) = &model.att_model {
        let [attention] = att_model.forward_all(&[&first.notes, &first.durations], false);
        assert_near("attention", &attention, &fixture.tensor("attention"), TOLERANCE);
    }
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(1e-2));
    for step in 0..3 {
        let losses = Tensor::stack(&model.train_step(&batch(step), &mut optimizer), 0);
        assert_near(&format!("losses {step}"), &losses, &fixture.tensor("loss").get(step), TOLERANCE);
        let actual = named_variables(&model.variables);
        let expected = fixture.below(&format!("step{}/", step + 1));
        assert_eq!(expected.len(), actual.len());
        for (name, expected) in expected {
            assert_near(&format!("step {step}: {name}"), &to_keras(&actual[&name]), &expected, TOLERANCE);
        }
    }
}

#[test]
fn steps_are_those_of_keras() {
    let _turn = take_turn();
    steps("rnn_attention", true);
}

#[test]
fn steps_without_attention_are_those_of_keras() {
    let _turn = take_turn();
    steps("rnn_without_attention", false);
}

/// A piece of single notes and eighths, up and down.
fn piece(n: u8) -> Vec<Slice> {
    let slice = |i: u8| Slice {
        start: Quarters::new(i64::from(i), 2),
        pitches: vec![Pitch::from_midi(48 + if i % 8 < 4 { i % 8 } else { 8 - i % 8 }).unwrap()],
        length: Quarters::new(1, 2),
    };
    (0..n).map(slice).collect()
}

#[test]
fn pieces_stand_behind_markers_and_are_cut_into_windows() {
    let corpus = Corpus::new(&[piece(12), piece(9)], &[0, 2], 4).unwrap();
    assert_eq!((corpus.pieces, corpus.events.len()), (4, 2 * (12 + 9) + 4 * 4));
    assert_eq!(corpus.events.iter().filter(|(pitch, _)| pitch == START).count(), 16);
    // C3 to E3, and two semitones higher, with the marker; eighths and the marker's 0.
    assert_eq!(corpus.vocabulary.pitches(), ["C#3", "C3", "D3", "E-3", "E3", "F#3", "F3", START]);
    assert_eq!(corpus.vocabulary.durations(), [Quarters::new(0, 1), Quarters::new(1, 2)]);
    let windows = corpus.windows(Device::Cpu).unwrap();
    assert_eq!(windows.len(), corpus.events.len() as i64 - 4);
    let first = windows.range(0, 1);
    assert_eq!(Vec::<i64>::try_from(first.notes.view(-1)).unwrap(), [7; 4]);
    assert_eq!(first.next_note.int64_value(&[0]), 1);
    let [training, held_out] = windows.split(0.2).unwrap();
    assert_eq!(training.len() + held_out.len(), windows.len());
    assert!(windows.split(0.0).is_err() && windows.split(1.0).is_err());
    assert!(Corpus::new(&[piece(3)], &[0], 4).is_err());
}

#[test]
fn a_net_learns_a_short_piece_by_heart_and_plays_it() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let corpus = Corpus::new(&[piece(24)], &[0], 8).unwrap();
    let vocabulary = &corpus.vocabulary;
    let config = NetConfig { embed_size: 8, rnn_units: 24, use_attention: true };
    let model = RnnAttention::new(&config, vocabulary.n_notes(), vocabulary.n_durations(), Device::Cpu).unwrap();
    let windows = corpus.windows(Device::Cpu).unwrap();
    let mut optimizer = Optimizer::for_variables(&model.variables, RmsProp::new(1e-2));
    let batch = windows.range(0, windows.len());
    let learned = (0..1000).any(|_| {
        let _ = model.train_step(&batch, &mut optimizer);
        model.evaluate(&windows)[0] < 0.02
    });
    assert!(learned, "{:?}", model.evaluate(&windows));
    let composer = Composer { model: &model, vocabulary, seq_len: 8 };
    let sampling = Sampling { notes_temp: 0.0, duration_temp: 0.0, max_extra_notes: 20 };
    let composed = composer.compose(sampling, &mut random(&[1])).unwrap();
    assert_eq!(composed.events, corpus.events[8..28]);
    assert_eq!(remembered(&composed.events, &corpus.events, 8), Some(1.0));
    for (probabilities, attention) in composed.pitch_probabilities.iter().zip(&composed.attention) {
        assert_eq!((probabilities.len(), attention.len()), (128, 8));
        assert!((attention.iter().sum::<f64>() - 1.0).abs() < 1e-5);
    }
    let score = score(&composed.events).unwrap();
    assert_eq!((score.parts[0].notes.len(), score.end()), (20, Quarters::from_integer(10)));
    // An event that is in no piece is told.
    let unknown = [("A9".to_string(), Quarters::new(1, 2))];
    let error = composer.continue_from(&unknown, sampling, &mut random(&[1])).unwrap_err().to_string();
    assert!(error.contains("A9"), "{error}");
}

#[test]
fn single_precision_is_near_double() {
    let _turn = take_turn();
    tch::manual_seed(3);
    let mut model = RnnAttention::new(&NetConfig { embed_size: 4, rnn_units: 5, use_attention: true }, 7, 3, device());
    let model = model.as_mut().unwrap();
    let tokens = |below| Tensor::randint(below, [3, 9], (Kind::Int64, device()));
    let batch = Batch::new(&tokens(7), &tokens(3));
    let single = model.model.forward_vec(&[&batch.notes, &batch.durations], false);
    model.variables.double();
    let double = model.model.forward_vec(&[&batch.notes, &batch.durations], false);
    for (single, double) in single.iter().zip(&double) {
        assert_near("probabilities", &single.to_kind(Kind::Double), double, 1e-6);
    }
}
