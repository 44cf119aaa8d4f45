//! The net in MuseNet's form: counts, steps against PyTorch (see `fixtures/make_musenet_fixtures.py`), learning by heart.

use ch09::models::blocks::Weights;
use ch09::models::event_windows::EventWindows;
use ch09::models::generation::Sampling;
use ch09::models::musenet::{Composing, EventBatch, MuseNet, MuseNetConfig};
use ch09::models::music_events::EventVocabulary;
use ch09::models::pieces::{Instrument, Piece, PieceNote};
use ch09::models::sparse_attention::{Pattern, Sparse};
use ch09::models::voices::{HeldKeys, Voices};
use common::keras::weights::{assign, named_variables};
use common::keras::{Adam, Optimizer};
use std::collections::BTreeMap;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device, take_turn};

/// What rounding may make of a step in f64.
const TOLERANCE: f64 = 1e-9;

/// The net of the fixture.
fn small() -> MuseNetConfig {
    MuseNetConfig {
        n_positions: 10,
        n_embd: 8,
        n_layer: 2,
        n_head: 2,
        dropout: 0.0,
        attention: Sparse { pattern: Pattern::Fixed, block: 4, summary: 1 },
    }
}

fn with_slashes(tensors: BTreeMap<String, Tensor>) -> BTreeMap<String, Tensor> {
    tensors.into_iter().map(|(name, tensor)| (name.replace('.', "/"), tensor)).collect()
}

#[test]
fn parameters_are_counted() {
    let _turn = take_turn();
    let variables = VarStore::new(Device::Cpu);
    MuseNet::new(Weights::New(&variables), &small(), 29).unwrap();
    let counted: i64 = variables.variables().values().map(|tensor| tensor.numel() as i64).sum();
    assert_eq!((counted, small().parameters(29)), (2200, 2200));
}

#[test]
fn steps_are_those_of_the_written_formulas() {
    let _turn = take_turn();
    let fixture = Fixture::open("tests/fixtures/musenet.npz");
    let mut variables = VarStore::new(device());
    let net = MuseNet::new(Weights::New(&variables), &small(), 29).unwrap();
    variables.double();
    assign(&variables, with_slashes(fixture.below("w/"))).unwrap();
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(1e-2));
    let [tokens, places] = ["tokens", "places"].map(|name| fixture.tensor(name));
    let before = |x: &Tensor| x.narrow(1, 0, 10);
    for step in 1..=2 {
        let seen = EventBatch { tokens: before(&tokens), places: before(&places) };
        // Adam makes more of rounding where a gradient is nearly 0.
        let tolerance = if step == 1 { TOLERANCE } else { 1e-7 };
        assert_near("logits", &net.logits(&seen, false), &fixture.tensor(&format!("logits{step}")), tolerance);
        let batch = EventBatch { tokens: tokens.shallow_clone(), places: places.shallow_clone() };
        let loss = net.train_step(&batch, &mut optimizer);
        assert_near("loss", &loss, &fixture.tensor(&format!("loss{step}")), tolerance);
    }
    let named = named_variables(&variables);
    let expected = with_slashes(fixture.below("step2/"));
    assert!(expected.keys().eq(named.keys()), "other names");
    for (name, expected) in expected {
        assert_near(&name, &named[&name], &expected, 1e-7);
    }
}

#[test]
fn a_net_learns_a_short_piece_by_heart_and_plays_it() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let instrument = |program, name: &str| Instrument { program, name: name.to_string() };
    let vocabulary = EventVocabulary {
        instruments: vec![instrument(68, "Oboe"), instrument(70, "Bassoon")],
        velocities: vec![90],
        lowest: 48,
        highest: 67,
    };
    // A scale up, with a long low note at each bar.
    let scale = (0..16u8).map(|i| (u32::from(i) * 2, 0, 60 + i % 8, 2));
    let low = (0..2u8).map(|i| (u32::from(i) * 16, 1, 48 + 7 * i, 16));
    let note = |(start, instrument, pitch, length)| PieceNote { start, instrument, pitch, length, loudness: 0 };
    let piece = Piece::new(scale.chain(low).map(note).collect());
    let attention = Sparse { block: 8, ..small().attention };
    let config = MuseNetConfig { n_positions: 48, n_embd: 32, attention, ..small() };
    let variables = VarStore::new(Device::Cpu);
    let net = MuseNet::new(Weights::New(&variables), &config, vocabulary.len()).unwrap();
    let pieces = vec![piece.clone(); 4];
    let windows = EventWindows::new(&pieces, &vocabulary, 48, Device::Cpu).unwrap();
    let mut optimizer = Optimizer::for_variables(&variables, Adam::new(3e-3));
    let numbers = Tensor::arange(windows.len(), (Kind::Int64, Device::Cpu));
    let mut loss = f64::NAN;
    for step in 0..400 {
        // Windows from everywhere, and from where pieces begin.
        let shift = if step % 2 == 0 { 0 } else { step };
        loss = net.train_step(&windows.rows(&numbers, shift), &mut optimizer).double_value(&[]);
    }
    assert!(loss < 0.5, "cross-entropy {loss}");
    let sampling = Sampling { temperature: 0.0, top_k: 0, top_p: 1.0 };
    let events = vocabulary.encode(&piece).unwrap();
    let beginning = vocabulary.beginning(&events, 8);
    let composing = Composing { events: events.len() - beginning.len(), sampling, seed: 1 };
    let voices = Voices::of(std::slice::from_ref(&piece), 2);
    let compose =
        |beginning, composing| net.compose(beginning, composing, HeldKeys::new(&vocabulary, &voices)).unwrap();
    let composed = compose(beginning, &composing);
    let equal = composed.iter().zip(&events).take_while(|(a, b)| a == b).count();
    assert!(equal >= 40, "{equal} of {} events are right", events.len());
    // Much longer than the net's positions, from nothing.
    let long = Composing { events: 150, sampling: Sampling { temperature: 1.0, ..sampling }, seed: 2 };
    let composed = compose(&[], &long);
    assert!(composed.len() <= 2 * 150); // a key may be let go for each that is struck
    assert_eq!(composed, compose(&[], &long));
    assert!(vocabulary.score(&vocabulary.decode(&composed)).is_ok());
}
