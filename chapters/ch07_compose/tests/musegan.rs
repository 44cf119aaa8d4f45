//! MuseGAN against the book's parameter counts and tf.keras' training steps; see `fixtures/README.md`.

use ch04::models::CriticLosses;
use ch07::models::bars::{first_bars, one_hot, steps, to_score};
use ch07::models::musegan::{MuseGan, NetConfig, Noise};
use common::datasets::jsb_chorales::Step;
use common::keras::weights::{assign, named_variables, to_keras};
use common::keras::{Adam, Optimizer, to_channels_first, to_channels_last};
use common::music::Quarters;
use proptest::prelude::*;
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::{Fixture, assert_near, device};

/// What rounding may make of a step in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;

#[test]
fn parameters_are_the_books() {
    let config = NetConfig::book();
    let vs = VarStore::new(device());
    let temporal = config.temporal_network("temporal_network", &vs.root().sub("temporal")).unwrap().summary();
    let layers = [("conv_t_0", 66_560), ("batch_norm_0", 4_096), ("conv_t_1", 32_800), ("batch_norm_1", 128)];
    assert_eq!(temporal.parameters_by_layer(), layers);
    assert_eq!(temporal.parameters(), 103_584);

    let bar = config.bar_generator("bar_generator", &vs.root().sub("bar")).unwrap().summary();
    let layers = [
        ("dense", 132_096),
        ("batch_norm", 4_096),
        ("conv_t_0", 524_800),
        ("batch_norm_0", 2_048),
        ("conv_t_1", 262_400),
        ("batch_norm_1", 1_024),
        ("conv_t_2", 131_328),
        ("batch_norm_2", 1_024),
        ("conv_t_3", 459_008),
        ("batch_norm_3", 1_024),
        ("conv_t_4", 3_073),
    ];
    assert_eq!(bar.parameters_by_layer(), layers);
    assert_eq!(bar.parameters(), 1_521_921);

    let gan = MuseGan::new(&config, 5, 10.0, device()).unwrap();
    let generator = gan.generator.summary();
    let trainable: i64 = generator.layers.iter().map(|layer| layer.trainable).sum();
    assert_eq!([generator.parameters(), trainable], [6_605_604, 6_576_612]);
    assert_eq!(gan.generator.output_shapes(), gan.critic.input_shapes());
    assert_eq!(gan.generator.output_shapes()[0], [2, 16, 84, 4]);

    let critic = gan.critic.summary();
    let layers = [
        ("conv_0", 1_152),
        ("conv_1", 16_512),
        ("conv_2", 196_736),
        ("conv_3", 114_816),
        ("conv_4", 32_896),
        ("conv_5", 32_896),
        ("conv_6", 131_328),
        ("conv_7", 393_728),
        ("dense_0", 525_312),
        ("dense_1", 1_025),
    ];
    assert_eq!(critic.parameters_by_layer(), layers);
    assert_eq!(critic.parameters(), 1_446_401);
}

/// The fixture's nets.
fn small() -> NetConfig {
    NetConfig {
        n_bars: 3,
        n_pitches: 24,
        z_dim: 3,
        temporal_filters: 4,
        bar_units: 8,
        bar_filters: [4, 3, 3, 3],
        critic_filters: [3, 3, 3, 3, 3, 3, 4, 4],
        critic_units: 5,
    }
}

/// An array at a place of an array of steps.
fn at(fixture: &Fixture, name: &str, place: &[i64]) -> Tensor {
    place.iter().fold(fixture.tensor(name), |tensor, &i| tensor.get(i))
}

fn noise(fixture: &Fixture, net: &str, place: &[i64]) -> Noise {
    let [chords, style, melody, groove] =
        ["chords", "style", "melody", "groove"].map(|name| at(fixture, &format!("noise/{net}/{name}"), place));
    Noise { chords, style, melody, groove }
}

/// Scores of one pitch a voice and step, in f64.
fn real(fixture: &Fixture, place: &[i64]) -> Tensor {
    let pitches = at(fixture, "pitches", place);
    let pieces = pitches.flatten(1, 2).to_kind(Kind::Int64);
    let pieces: Vec<Vec<Step>> = (0..pieces.size()[0])
        .map(|piece| {
            let values = Vec::<i64>::try_from(pieces.get(piece).reshape(-1)).unwrap();
            values.as_chunks::<4>().0.iter().map(|step| step.map(|pitch| Some(pitch as u8))).collect()
        })
        .collect();
    one_hot(&pieces, 24).unwrap().to_kind(Kind::Double).to_device(device())
}

#[test]
fn iterations_are_those_of_keras() {
    let fixture = Fixture::open("tests/fixtures/musegan.npz");
    let mut gan = MuseGan::new(&small(), 2, 10.0, device()).unwrap();
    gan.variables.double();
    assign(&gan.variables, fixture.below("w/")).unwrap();
    let scores = gan.scores(&noise(&fixture, "generator", &[0]));
    assert_near("scores", &scores, &fixture.tensor("scores"), TOLERANCE);
    let output = gan.critic.forward_t(&to_channels_first(&real(&fixture, &[0, 0])), true);
    assert_near("output", &output, &fixture.tensor("output"), TOLERANCE);

    let adam = |learning_rate| Adam { beta_1: 0.5, beta_2: 0.9, ..Adam::new(learning_rate) };
    let mut critic = Optimizer::new(gan.critic.trainable(), adam(1e-3));
    let mut generator = Optimizer::new(gan.generator.trainable(), adam(2e-3));
    for i in 0..2 {
        for j in 0..2 {
            let place = [i, j];
            let (noise, alpha) = (noise(&fixture, "critic", &place), at(&fixture, "alpha", &place));
            let CriticLosses { loss, loss_real, loss_fake, gradient_penalty } =
                gan.train_critic(&real(&fixture, &place), &noise, &alpha, &mut critic);
            for (name, actual) in [
                ("d_loss", loss),
                ("d_loss_real", loss_real),
                ("d_loss_fake", loss_fake),
                ("gradient_penalty", gradient_penalty),
            ] {
                let expected = at(&fixture, &format!("history/{name}"), &place);
                assert_near(&format!("step {i}, {j}: {name}"), &actual, &expected, TOLERANCE);
            }
        }
        let loss = gan.train_generator(&noise(&fixture, "generator", &[i]), &mut generator);
        assert_near(&format!("step {i}: g_loss"), &loss, &at(&fixture, "history/g_loss", &[i]), TOLERANCE);
    }
    let (variables, expected) = (named_variables(&gan.variables), fixture.below("end/"));
    assert_eq!(variables.len(), expected.len());
    for (name, expected) in expected {
        assert_near(&name, &to_keras(&variables[&name]), &expected, TOLERANCE);
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    for (config, words) in [
        (NetConfig { n_bars: 1, ..small() }, "net.n_bars"),
        (NetConfig { n_pitches: 80, ..small() }, "multiple of 12"),
        (NetConfig { n_pitches: 132, ..small() }, "net.n_pitches"),
        (NetConfig { bar_units: 7, ..small() }, "net.bar_units"),
        (NetConfig { z_dim: 0, ..small() }, "temporal_network"),
        (NetConfig { critic_units: -1, ..small() }, "dense_0"),
    ] {
        let said = format!("{:#}", MuseGan::new(&config, 5, 10.0, device()).unwrap_err());
        assert!(said.contains(words), "no '{words}' in: {said}");
    }
}

/// A step in which all voices have the same pitch.
fn all(pitch: u8) -> Step {
    [Some(pitch); 4]
}

#[test]
fn bars_begin_where_no_voice_is_silent() {
    let silent = [Some(60), None, Some(60), Some(60)];
    let numbered = |n: u8| (0..n).map(all).collect::<Vec<Step>>();
    // A silent step in the first quarter note, and one in the second, which is no matter.
    let mut late = numbered(40);
    late[3] = silent;
    let mut within = numbered(40);
    within[5] = silent;
    let pieces = [numbered(33), numbered(32), late, within.clone(), vec![silent; 40], vec![]];
    let cut = first_bars(&pieces, 2);
    // The second one is not longer than two bars; the last two have no place to begin.
    assert_eq!(cut.len(), 3);
    assert!(cut.iter().all(|bars| bars.len() == 32));
    assert_eq!([cut[0][0], cut[1][0], cut[2][0]], [all(0), all(4), all(0)]);
    assert_eq!(cut[2], within[..32]);
    // Moved by a quarter note, this one is too short.
    let mut short = numbered(33);
    short[0] = silent;
    assert!(first_bars(&[short], 2).is_empty());
}

#[test]
fn one_hot_scores_are_1_at_the_pitch_and_minus_1_elsewhere() {
    let mut piece = vec![[Some(3), None, Some(0), Some(23)]; 16];
    piece[1][0] = Some(5);
    let scores = one_hot(&[piece], 24).unwrap();
    assert_eq!(scores.size(), [1, 1, 16, 24, 4]);
    let value = |step: i64, pitch: i64, track: i64| scores.double_value(&[0, 0, step, pitch, track]);
    assert_eq!(
        [value(0, 3, 0), value(1, 3, 0), value(1, 5, 0), value(0, 0, 2), value(15, 23, 3)],
        [1.0, -1.0, 1.0, 1.0, 1.0]
    );
    // Three voices of sixteen steps sound; the alto is -1 everywhere.
    assert_eq!(scores.sum(Kind::Double).double_value(&[]), 2.0 * 48.0 - 16.0 * 24.0 * 4.0);
    assert_eq!(scores.select(4, 1).max().double_value(&[]), -1.0);
    let error = one_hot(&[vec![all(24); 16]], 24).unwrap_err().to_string();
    assert!(error.contains("pitch 24"), "{error}");
    assert!(one_hot(&[], 24).is_err() && one_hot(&[vec![all(1); 16], vec![all(1); 32]], 24).is_err());
}

#[test]
fn notes_end_with_their_pitch_and_with_each_quarter() {
    // Soprano: a half note, which becomes two quarters. Alto: eighths. Tenor: a rest, then a sixteenth. Bass: silent.
    let steps: Vec<Step> =
        (0..8).map(|i| [Some(72), Some(if i % 4 < 2 { 65 } else { 67 }), (i == 7).then_some(60), None]).collect();
    let score = to_score(&steps).unwrap();
    let notes = |part: usize| {
        let notes = score.parts[part].notes.iter();
        notes.map(|note| (note.start, note.pitch.midi(), note.length)).collect::<Vec<_>>()
    };
    let q = |numer: i64, denom: i64| Quarters::new(numer, denom);
    assert_eq!(notes(0), [(q(0, 1), 72, q(1, 1)), (q(1, 1), 72, q(1, 1))]);
    let eighths = [(0, 65), (1, 67), (2, 65), (3, 67)].map(|(i, pitch)| (q(i, 2), pitch, q(1, 2)));
    assert_eq!(notes(1), eighths);
    assert_eq!(notes(2), [(q(7, 4), 60, q(1, 4))]);
    assert_eq!(notes(3), []);
    assert_eq!(
        score.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(),
        ["Soprano", "Alto", "Tenor", "Bass"]
    );
    assert_eq!(score.tempos[0].value, 66.0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Bars of one pitch a voice become the same bars, whatever their axes' order in memory.
    #[test]
    fn steps_undo_one_hot(piece in prop::collection::vec(prop::array::uniform4(prop::option::of(0u8..36)), 32)) {
        let pieces = [piece.clone(), piece];
        let scores = one_hot(&pieces, 36).unwrap();
        prop_assert_eq!(&steps(&scores).unwrap()[..], &pieces);
        prop_assert_eq!(&steps(&to_channels_last(&to_channels_first(&scores))).unwrap()[..], &pieces);
        // Values that are less sure say the same.
        prop_assert_eq!(&steps(&(&scores * 0.1 - 0.9)).unwrap()[..], &pieces);
    }
}
