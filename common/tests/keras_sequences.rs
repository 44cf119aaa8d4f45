//! Layers of several tensors, with masks and states, beside tf.keras; see `fixtures/README.md`.

#[path = "support/layers.rs"]
mod layers;

use anyhow::Result;
use common::keras::recurrent::{Bidirectional, Cell, GruCell, LstmCell, RecurrentLayer};
use common::keras::*;
use layers::{check, check_layer, open};
use tch::{Kind, Tensor, nn};
use testing_tensors::{assert_near, device, take_turn};

fn merged(case: &str, merge: Merge) {
    check(case, "", |inputs| vec![inputs[0].merge(merge, &inputs[1..].iter().collect::<Vec<_>>())]);
}

#[test]
fn merges() {
    let _turn = take_turn();
    merged("concatenate", Merge::Concatenate);
    merged("concatenate_images", Merge::Concatenate);
    merged("add", Merge::Add);
    merged("multiply", Merge::Multiply);
    merged("average", Merge::Average);
    merged("dot_11", Merge::Dot { axes: [1, 1], normalize: false });
    merged("dot_21", Merge::Dot { axes: [2, 1], normalize: false });
    merged("dot_normalized", Merge::Dot { axes: [1, 1], normalize: true });
}

#[test]
fn axes() {
    let _turn = take_turn();
    check_layer("repeat_vector", |_, _| Ok(RepeatVector::new(3)));
    check_layer("permute_21", |_, _| Ok(Permute::new(&[2, 1])));
    check_layer("permute_312", |_, _| Ok(Permute::new(&[3, 1, 2])));
    for pixels in [1, 3] {
        check_layer(&format!("reflection_padding_{pixels}"), |_, _| Ok(Pad2d::new(Border::Reflection, [pixels; 4])));
    }
    check_layer("zero_padding", |_, _| Ok(Pad2d::new(Border::Zeros, [1, 0, 0, 2])));
}

#[test]
fn rectangular_convolutions() {
    let _turn = take_turn();
    let paddings = [("same", Padding::Same), ("valid", Padding::Valid)];
    for (kernel, strides) in [([2, 3], [1, 2]), ([3, 1], [2, 1])] {
        for (name, padding) in paddings {
            let case = format!("k{}x{}_s{}x{}_{name}", kernel[0], kernel[1], strides[0], strides[1]);
            let config = Conv::new(3, kernel).strides(strides).padding(padding);
            check_layer(&format!("conv2d_{case}"), |path, shape| Conv2d::new(path, shape, config));
            check_layer(&format!("conv2d_transpose_{case}"), |path, shape| Conv2dTranspose::new(path, shape, config));
        }
    }
    for (case, kernel, padding) in [
        ("k1x7_s1x7_valid", [1, 7], Padding::Valid),
        ("k1x7_s1x7_same", [1, 7], Padding::Same),
        ("k2x1_s2x1_same", [2, 1], Padding::Same),
        ("k1x12_s1x12_same", [1, 12], Padding::Same),
    ] {
        let config = Conv::new(3, kernel).strides(kernel).padding(padding);
        check_layer(&format!("conv2d_transpose_{case}"), |path, shape| Conv2dTranspose::new(path, shape, config));
    }
    for (case, kernel, strides, padding) in [
        ("conv3d_k2x1x1_s1x1x1_valid", [2, 1, 1], [1, 1, 1], Padding::Valid),
        ("conv3d_k1x1x4_s1x1x4_same", [1, 1, 4], [1, 1, 4], Padding::Same),
        ("conv3d_k1x4x1_s1x2x1_same", [1, 4, 1], [1, 2, 1], Padding::Same),
        ("conv3d_k3x3x3_s2x2x2_same", [3, 3, 3], [2, 2, 2], Padding::Same),
    ] {
        let config = Conv::new(3, kernel).strides(strides).padding(padding);
        check_layer(case, |path, shape| Conv3d::new(path, shape, config));
    }
}

#[test]
fn layer_normalization() {
    let _turn = take_turn();
    check_layer("layer_norm", LayerNorm::new);
    check_layer("layer_norm_images", LayerNorm::new);
}

/// Gives a sequence a mask, as a layer in front of it would.
#[derive(Debug)]
struct WithMask(Tensor);

impl Operation for WithMask {
    fn class(&self) -> &'static str {
        "WithMask"
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(inputs.to_vec())
    }

    fn apply(&self, inputs: &[&Value], _train: bool) -> Vec<Value> {
        vec![Value { tensor: inputs[0].tensor.shallow_clone(), mask: Some(self.0.shallow_clone()) }]
    }
}

/// A sequence with the fixture's mask, where it has one.
fn masked<'a>(case: &str, sequence: &Node<'a>) -> Node<'a> {
    let fixture = open(case);
    match fixture.names().any(|name| name == "mask") {
        true => sequence.unnamed(|_| Ok(WithMask(fixture.tensor("mask").to_kind(Kind::Bool)))),
        false => sequence.clone(),
    }
}

fn recurrent<C: Cell>(case: &str, config: Recurrent, states: bool) {
    check(case, "layer/", |inputs| {
        let sequence = masked(case, &inputs[0]);
        let given: Vec<&Node> = inputs[1..].iter().collect();
        let make = |path: &nn::Path, shapes: &[Shape]| RecurrentLayer::<C>::new(path, &shapes[0], config);
        let name = Some("layer".to_string());
        match if states { 1 + C::STATES } else { 1 } {
            1 => sequence.layers::<_, 1>(name, &given, make).into(),
            2 => sequence.layers::<_, 2>(name, &given, make).into(),
            _ => sequence.layers::<_, 3>(name, &given, make).into(),
        }
    });
}

#[test]
fn recurrent_layers_with_states_and_masks() {
    let _turn = take_turn();
    let (last, sequences) = (Recurrent::new(4), Recurrent::new(4).return_sequences());
    fn both(name: &str, config: Recurrent, states: bool) {
        recurrent::<LstmCell>(&format!("lstm_{name}"), config, states);
        recurrent::<GruCell>(&format!("gru_{name}"), config, states);
    }
    both("initial_state", last, false);
    both("states", sequences.return_state(), true);
    both("masked", last, false);
    both("masked_holes", sequences, false);
    both("masked_states", sequences.return_state(), true);
    both("hard_sigmoid", sequences.hard_sigmoid(), false);
    recurrent::<GruCell>("gru_reset_before_hard_sigmoid", sequences.reset_before().hard_sigmoid(), false);
    let case = "bidirectional_lstm_masked";
    check(case, "layer/", |inputs| {
        let config = Recurrent::new(3).return_sequences();
        let make = |path: &nn::Path, shape: &Shape| Bidirectional::<LstmCell>::new(path, shape, config);
        vec![masked(case, &inputs[0]).layer("layer", make)]
    });
}

#[test]
fn masks_flow_where_keras_lets_them() {
    let _turn = take_turn();
    let fixture = open("masking");
    let (x, expected) = (fixture.tensor("x"), fixture.tensor("mask_out"));
    let mask = Masking::new(0.0).output_mask(&x, None).unwrap();
    assert_near("masking", &mask.to_kind(Kind::Int64), &expected, 0.0);
    check_layer("masking", |_, _| Ok(Masking::new(0.0)));
    check_layer("embedding_mask_zero", |path, _| Embedding::masking_zero(path, 7, 3));
    let fixture = open("embedding_mask_zero");
    let vs = nn::VarStore::new(device());
    let embedding = Embedding::masking_zero(&vs.root(), 7, 3).unwrap();
    let mask = embedding.output_mask(&fixture.tensor("x"), None).unwrap();
    assert_near("embedding", &mask.to_kind(Kind::Int64), &fixture.tensor("mask_out"), 0.0);

    let features = Tensor::ones([2, 3, 4], (Kind::Float, device()));
    let mask = Tensor::ones([2, 3], (Kind::Bool, device()));
    let lets_through = |layer: &dyn Layer| layer.output_mask(&features, Some(&mask)).is_some();
    assert!(lets_through(&Activation::Tanh) && lets_through(&Dropout::new(0.5).unwrap()));
    assert!(!lets_through(&Flatten) && !lets_through(&Permute::new(&[2, 1])));
}

#[test]
fn attention() {
    let _turn = take_turn();
    let config = Attention::new(2, 3);
    for (case, config) in [
        ("multi_head_attention", config),
        ("multi_head_attention_causal", config.causal()),
        ("multi_head_attention_masked", config),
        ("multi_head_attention_cross", config),
        ("multi_head_attention_value_dim", config.value_dim(5)),
    ] {
        let fixture = open(case);
        let given = |kind| fixture.names().any(|name| name == "mask").then(|| fixture.tensor("mask").to_kind(kind));
        check(case, "layer/", |inputs| {
            let query = &inputs[0];
            let value = inputs.get(1).unwrap_or(query);
            // A mask of attention comes as a tensor of its own.
            let mask = given(Kind::Float).map(|mask| {
                let size = Shape::from(&mask.size()[1..]);
                query.lambda("mask", &[], size, move |_, _| mask.shallow_clone())
            });
            let others: Vec<&Node> = std::iter::once(value).chain(&mask).collect();
            let make =
                |path: &nn::Path, shapes: &[Shape]| MultiHeadAttention::new(path, &shapes[0], &shapes[1], config);
            query.layers::<_, 1>(Some("layer".to_string()), &others, make).into()
        });

        // With the scores the result is computed in another way.
        let mut vs = nn::VarStore::new(device());
        vs.set_kind(Kind::Double);
        let xs = match fixture.below("x/") {
            none if none.is_empty() => vec![fixture.tensor("x")],
            some => some.into_values().collect(),
        };
        let (query, value) = (&xs[0], xs.last().unwrap());
        let shapes = [query, value].map(|x| Shape::from(&x.size()[1..]));
        let layer = MultiHeadAttention::new(&vs.root(), &shapes[0], &shapes[1], config.return_scores()).unwrap();
        weights::assign(&vs, fixture.below("w/")).unwrap();
        let mut inputs: Vec<Value> = [query, value].map(|x| x.shallow_clone().into()).into();
        inputs.extend(given(Kind::Double).map(Value::from));
        let outputs = layer.apply(&inputs.iter().collect::<Vec<_>>(), false);
        assert_near(case, &outputs[0].tensor, &fixture.tensor("y"), 1e-9);
        assert_near(case, &to_channels_last(&outputs[1].tensor), &fixture.tensor("scores"), 1e-9);
    }
}

#[test]
fn noise_is_added_while_training_only() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let ones = Tensor::ones([64, 16, 20, 20], (Kind::Float, device()));
    let noisy = GaussianNoise::new(0.5).unwrap();
    assert_eq!(noisy.forward(&ones, false), ones);
    let noise = noisy.forward(&ones, true) - &ones;
    assert!((noise.std(true).double_value(&[]) - 0.5).abs() < 0.01 && noise.mean(None).double_value(&[]).abs() < 0.01);

    let spatial = SpatialDropout::new(&Shape::from([20, 20, 16]), 0.25).unwrap();
    assert_eq!(spatial.forward(&ones, false), ones);
    let y = spatial.forward(&ones, true);
    let by_channel = y.flatten(2, 3);
    assert_eq!(by_channel.amax([2], false), by_channel.amin([2], false), "channels are dropped whole");
    let dropped = y.eq(0.0).to_kind(Kind::Float).mean(None).double_value(&[]);
    assert!((dropped - 0.25).abs() < 0.05, "{dropped} dropped");
    let sequence = Tensor::ones([64, 10, 16], (Kind::Float, device()));
    let y = SpatialDropout::new(&Shape::from([10, 16]), 0.25).unwrap().forward(&sequence, true);
    assert_eq!(y.amax([1], false), y.amin([1], false), "features are dropped at all steps");
}
