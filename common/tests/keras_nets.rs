//! Nets with branches, shared layers and models within: summaries are tf.keras' text, mistakes are errors that name the
//! layer. `fixtures/summary_models.py` builds the same nets in tf.keras.

use common::keras::Activation::{Sigmoid, Softmax, Tanh};
use common::keras::*;
use std::path::Path;
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::device;

/// Keras' text of a model: rows with single spaces, without rules. It breaks rows between several inputs or outputs:
/// here they are whole.
fn keras(name: &str) -> Vec<String> {
    /// Where its columns begin.
    const COLUMNS: [usize; 4] = [0, 60, 115, 127];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/summaries.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split("Model: ").find(|section| section.starts_with(&format!("\"{name}\""))).unwrap();
    let mut rows: Vec<[String; 4]> = vec![];
    for line in section.lines().filter(|line| !line.starts_with(['_', '=']) && !line.is_empty()) {
        let is_row = line.starts_with(' ');
        let cell = |i: usize| {
            let end = COLUMNS.get(i + 1).copied().unwrap_or(usize::MAX).min(line.len());
            if is_row {
                line.get(COLUMNS[i]..end).unwrap_or("")
            } else if i == 0 {
                line
            } else {
                ""
            }
        };
        let cells = [0, 1, 2, 3].map(|i| cell(i).trim().to_string());
        match rows.last_mut() {
            Some(row) if is_row && cells[0].is_empty() => {
                row.iter_mut().zip(cells).for_each(|(row, cell)| *row = format!("{row} {cell}").trim().to_string());
            }
            _ => rows.push(cells),
        }
    }
    let rows = rows.iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(" "));
    let mut rows: Vec<String> = rows.collect();
    rows[0] = format!("Model: {}", rows[0]);
    rows
}

/// Our text in the same form.
fn ours(model: &Model) -> Vec<String> {
    let text = model.summary().to_string();
    let rows = text.lines().filter(|line| !line.starts_with(['_', '=']));
    rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn assert_keras_text(model: &Model) {
    assert_eq!(ours(model), keras(model.name()), "{}", model.name());
}

#[test]
fn a_unet_has_skips() {
    let vs = VarStore::new(device());
    let net = Net::new(&vs.root());
    let image = net.input("image", [32, 32, 3]);
    let d1 = down(&image, 4, "d1");
    let d2 = down(&d1, 8, "d2");
    let d3 = down(&d2, 16, "d3");
    let d4 = down(&d3, 32, "d4");
    let u1 = up(&d4, &d3, 16, "u1");
    let u2 = up(&u1, &d2, 8, "u2");
    let u3 = up(&u2, &d1, 4, "u3");
    let u4 = u3.up_sampling2d(2).named("u4_up").conv2d("u4_conv", Conv::new(3, 4).activation(Tanh));
    let unet = net.model("unet", &[&image], &[&u4]).unwrap();
    assert_keras_text(&unet);
    let x = Tensor::randn([2, 3, 32, 32], (Kind::Float, device()));
    assert_eq!(unet.forward_t(&x, true).size(), [2, 3, 32, 32]);
}

fn down<'a>(x: &Node<'a>, filters: i64, name: &str) -> Node<'a> {
    let x = x.conv2d(format!("{name}_conv"), Conv::new(filters, 4).strides(2));
    x.instance_norm().named(format!("{name}_norm")).relu().named(format!("{name}_relu"))
}

fn up<'a>(x: &Node<'a>, skip: &Node<'a>, filters: i64, name: &str) -> Node<'a> {
    let x = x.up_sampling2d(2).named(format!("{name}_up")).conv2d(format!("{name}_conv"), Conv::new(filters, 4));
    let x = x.instance_norm().named(format!("{name}_norm")).relu().named(format!("{name}_relu"));
    x.concatenate(&[skip]).named(name)
}

#[test]
fn two_inputs_and_two_outputs_with_attention_and_a_model_over_inner_nodes() {
    for attention in [false, true] {
        let vs = VarStore::new(device());
        let net = Net::new(&vs.root());
        let (notes, durations) = (net.input("notes", [None]), net.input("durations", [None]));
        let of_notes = notes.embedding("note_embedding", 50, 100);
        let x = of_notes.concatenate(&[&durations.embedding("duration_embedding", 20, 100)]).named("both");
        let x = x.lstm("lstm_0", Recurrent::new(256).return_sequences());
        let last = Recurrent::new(256);
        let mut x = x.lstm("lstm_1", if attention { last.return_sequences() } else { last });
        let mut alpha = None;
        if attention {
            let e = x.dense("score", Units::new(1).activation(Tanh)).reshape(&[-1]).named("scores");
            let weights = e.softmax().named("alpha");
            let repeated = weights.repeat_vector(256).named("repeated").permute(&[2, 1]).named("alpha_of_units");
            let weighted = x.multiply(&[&repeated]).named("weighted");
            x = weighted.lambda("context", &[], [256], |x, _| x[0].sum_dim_intlist(1, false, None));
            alpha = Some(weights);
        }
        let pitch = x.dense("pitch", Units::new(50).activation(Softmax));
        let duration = x.dense("duration", Units::new(20).activation(Softmax));
        let name = if attention { "composer_attention" } else { "composer" };
        let model = net.model(name, &[&notes, &durations], &[&pitch, &duration]).unwrap();
        assert_keras_text(&model);
        let tokens = Tensor::ones([2, 7], (Kind::Int64, device()));
        let [pitch, duration] = model.forward_all(&[&tokens, &tokens], false);
        assert_eq!((pitch.size(), duration.size()), (vec![2, 50], vec![2, 20]));
        if let Some(alpha) = alpha {
            let att_model = net.model("att_model", &[&notes, &durations], &[&alpha]).unwrap();
            assert_keras_text(&att_model);
            let [alpha] = att_model.forward_all(&[&tokens, &tokens], false);
            assert_eq!(alpha.size(), [2, 7]);
            let sums = alpha.sum_dim_intlist(1, false, None);
            assert!((sums - 1.0).abs().max().double_value(&[]) < 1e-5, "attention weights sum to 1");
        }
    }
}

#[test]
fn an_encoder_and_a_decoder_share_a_layer_and_hand_over_a_state() {
    let vs = VarStore::new(device());
    let net = Net::new(&vs.root());
    let (source, target) = (net.input("source", [None]), net.input("target", [None]));
    let embedding = net.shared("embedding", [None], |path, _| Embedding::masking_zero(path, 30, 12));
    let [of_source] = embedding.call(&[&source]);
    let [_, h, c] = of_source.lstm_with_state("encoder", Recurrent::new(16), &[]);
    let [of_target] = embedding.call(&[&target]);
    let config = Recurrent::new(16).return_sequences();
    let [words] =
        of_target.layers(Some("decoder".to_string()), &[&h, &c], |path, shapes| Lstm::new(path, &shapes[0], config));
    let word = words.dense("word", Units::new(30).activation(Softmax));
    let translator = net.model("translator", &[&source, &target], &[&word]).unwrap();
    assert_keras_text(&translator);
    assert_eq!(translator.trainable().len(), 1 + 3 + 3 + 2, "shared weights count once");
    let tokens = Tensor::from_slice(&[3i64, 5, 0, 0, 7, 2, 9, 1]).view([2, 4]).to_device(device());
    let [y] = translator.forward_all(&[&tokens, &tokens], false);
    assert_eq!(y.size(), [2, 4, 30]);
    // Padding after a source does not change what is said of it.
    let longer = Tensor::cat(&[&tokens, &tokens.zeros_like()], 1);
    let [same] = translator.forward_all(&[&longer, &tokens], false);
    assert!((same - y).abs().max().double_value(&[]) < 1e-6);
}

#[test]
fn models_are_layers_of_models() {
    let vs = VarStore::new(device());
    let net = Net::new(&vs.root());
    let image = net.input("encoder_input", [8, 8, 1]);
    let x = image.conv2d("encoder_conv", Conv::new(4, 3).strides(2)).flatten().named("encoder_flatten");
    let (mu, log_var) = (x.dense("mu", 2), x.dense("log_var", 2));
    let encoder = net.model("encoder", &[&image], &[&mu, &log_var]).unwrap();
    let z = net.input("decoder_input", [2]);
    let x = z.dense("decoder_dense", Units::new(64).activation(Sigmoid)).reshape(&[8, 8, 1]).named("decoder_reshape");
    let decoder = net.model("decoder", &[&z], &[&x]).unwrap();

    let outer = Net::new(&vs.root());
    let image = outer.input("vae_input", [8, 8, 1]);
    let heads = image.call_with(&encoder, &[]);
    let z = heads[0].lambda("z", &[&heads[1]], [2], |x, _| &x[0] + (&x[1] / 2.0).exp() * x[0].randn_like());
    let vae = outer.model("vae", &[&image], &[&z.call(&decoder)]).unwrap();
    let image = outer.input("plain_input", [8, 8, 1]);
    let z = image.flatten().named("plain_flatten").dense("plain_z", 2);
    let plain = outer.model("plain", &[&image], &[&z.call(&decoder)]).unwrap();
    for model in [&encoder, &decoder, &vae, &plain] {
        assert_keras_text(model);
    }
    let x = Tensor::randn([3, 1, 8, 8], (Kind::Float, device()));
    assert_eq!(vae.forward_t(&x, true).size(), [3, 1, 8, 8]);
    // Both hold the decoder's weights, and a step on one changes the other.
    let before = plain.forward_t(&x, false);
    Optimizer::new(decoder.trainable(), RmsProp::new(0.1)).minimize(&vae.forward_t(&x, true).sum(None));
    assert!((plain.forward_t(&x, false) - before).abs().max().double_value(&[]) > 1e-4);
}

/// The message of what is refused.
fn refused(build: impl for<'a> Fn(&Net<'a>) -> anyhow::Result<Model>) -> String {
    let vs = VarStore::new(device());
    format!("{:#}", build(&Net::new(&vs.root())).unwrap_err())
}

#[test]
fn mistakes_are_errors_that_name_the_layer() {
    for (words, build) in [
        (
            ["layer conv", "takes tensors with 3 axes"],
            (|net: &Net| net.input("x", [4]).conv2d("conv", Conv::new(2, 3)).model("net"))
                as fn(&Net) -> anyhow::Result<Model>,
        ),
        (["layer dense", "there are two layers of this name"], |net| {
            net.input("x", [4]).dense("dense", 2).dense("dense", 2).model("net")
        }),
        (["layer concatenate", "only the last axis may differ"], |net| {
            let (a, b) = (net.input("a", [4, 4, 1]), net.input("b", [5, 4, 1]));
            net.model("net", &[&a, &b], &[&a.concatenate(&[&b])])
        }),
        (["layer add", "tensors of one shape"], |net| {
            let (a, b) = (net.input("a", [4]), net.input("b", [5]));
            net.model("net", &[&a, &b], &[&a.add(&[&b])])
        }),
        (["layer reshape", "the numbers of values differ"], |net| net.input("x", [4]).reshape(&[3, 2]).model("net")),
        (["layer conv", "between 1 and 4096"], |net| {
            net.input("x", [4, 4, 1]).conv2d("conv", Conv::new(0, 3)).model("net")
        }),
        (["layer big", "100 million"], |net| net.input("x", [100_000]).dense("big", 100_000).model("net")),
        (["layer conv", "does not fit"], |net| {
            net.input("x", [4, 4, 1]).conv2d("conv", Conv::new(2, 5).padding(Padding::Valid)).model("net")
        }),
        (["layer lstm", "sequences"], |net| net.input("x", [4]).lstm("lstm", Recurrent::new(3)).model("net")),
        (["layer decoder", "takes [(None, 3)]"], |net| {
            let z = net.input("z", [3]);
            let decoder = net.model("decoder", &[&z], &[&z.dense("a", 2)])?;
            let x = net.input("x", [4]);
            net.model("net", &[&x], &[&x.call(&decoder)])
        }),
        (["layer other", "takes 4 features or channels, not 5"], |net| {
            let shared = net.shared("other", [4], |path, shape| Dense::new(path, shape, 3));
            let (a, b) = (net.input("a", [4]), net.input("b", [5]));
            let ([a2], [b2]) = (shared.call(&[&a]), shared.call(&[&b]));
            net.model("net", &[&a, &b], &[&a2.add(&[&b2])])
        }),
        (["layer generator", "there are two layers of this name"], |net| {
            let (z, y) = (net.input("z", [3]), net.input("y", [3]));
            let first = net.model("generator", &[&z], &[&z.dense("a", 2)])?;
            let second = net.model("generator", &[&y], &[&y.dense("b", 2)])?;
            let x = net.input("x", [3]);
            net.model("net", &[&x], &[&x.call(&first).add(&[&x.call(&second)])])
        }),
        (["layer conv", "does not fit"], |net| {
            let conv = Conv::new(2, 3).strides(2).padding(Padding::Valid);
            net.input("x", [2, 2, 1]).conv2d("conv", conv).model("net")
        }),
        (["takes another tensor", "first"], |net| {
            let x = net.input("x", [None, Some(4)]);
            let [sequence, h, _] = x.lstm_with_state("first", Recurrent::new(3), &[]);
            net.model("net", &[&h], &[&sequence.dense("first_dense", 2)])
        }),
        (["layer a.b", "neither"], |net| net.input("x", [4]).dense("a.b", 2).model("net")),
        (["layer reshape", "one of them may be -1"], |net| net.input("x", [6]).reshape(&[-1, -1]).model("net")),
        (["layer second", "without weights"], |net| net.input("x", [4]).dense("first", 2).named("second").model("net")),
        (["depend on x", "not among its inputs"], |net| {
            let (x, y) = (net.input("x", [4]), net.input("y", [4]));
            net.model("net", &[&y], &[&x.add(&[&y])])
        }),
    ] {
        let message = refused(build);
        assert!(words.iter().all(|word| message.contains(word)), "{words:?}: {message}");
    }
    // What comes after a mistake does not hide it.
    let message = refused(|net| {
        let [a, _, _] = net.input("x", [4]).lstm_with_state("first", Recurrent::new(3), &[]);
        a.dense("second", 3).softmax().model("net")
    });
    assert!(message.contains("layer first"), "{message}");
    // Nor does a second try make it good.
    let message = refused(|net| {
        let x = net.input("x", [4]).dense("dense", 0);
        assert!(x.model("net").is_err());
        x.softmax().model("net")
    });
    assert!(message.contains("layer dense"), "{message}");
}

#[test]
fn a_model_over_inner_nodes_holds_what_it_computes_with() {
    let vs = VarStore::new(device());
    let net = Net::new(&vs.root());
    let x = net.input("x", [4]);
    let hidden = x.dense("hidden", 3).relu();
    let y = hidden.dense("output", 2);
    let tail = net.model("tail", &[&hidden], &[&y]).unwrap();
    assert_eq!((tail.summary().parameters(), tail.trainable().len()), (8, 2));
    let whole = y.model("whole").unwrap();
    let input = Tensor::randn([5, 4], (Kind::Float, device()));
    let head = net.model("head", &[&x], &[&hidden]).unwrap();
    let both = tail.forward_t(&head.forward_t(&input, false), false);
    assert!((both - whole.forward_t(&input, false)).abs().max().double_value(&[]) < 1e-6);
    // A net of two chains: each end knows its own inputs.
    let other = net.input("other", [2]).dense("other_dense", 1);
    assert_eq!(other.model("other").unwrap().input_shapes().len(), 1);
}

#[test]
fn logits_are_what_goes_into_a_softmax_or_a_sigmoid() {
    let vs = VarStore::new(device());
    let x = Tensor::randn([5, 4], (Kind::Float, device()));
    let net = Sequential::input(&vs.root(), [4]).dense("apart", 3).softmax().model("apart").unwrap();
    let logits = net.logits().unwrap().forward_t(&x, false);
    assert_eq!(logits.softmax(-1, None), net.forward_t(&x, false));
    let inside = Sequential::input(&vs.root(), [4]).dense("inside", Units::new(1).activation(Sigmoid));
    let inside = inside.model("inside").unwrap();
    assert_eq!(inside.logits().unwrap().forward_t(&x, false).sigmoid(), inside.forward_t(&x, false));
    let tanh = Sequential::input(&vs.root(), [4]).dense("dense", 3).tanh().model("tanh").unwrap();
    assert_eq!(tanh.logits().unwrap().forward_t(&x, false), tanh.forward_t(&x, false));
}
