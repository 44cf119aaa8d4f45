//! Layers, losses and optimizers against arrays that tf.keras made; see `fixtures/README.md`.

#[path = "support/layers.rs"]
mod layers;
mod support;

use common::keras::recurrent::{GruCell, LstmCell};
use common::keras::weights::{self, named_variables, trainable_variables};
use common::keras::*;
use layers::{check_layer, check_net, open};
use support::assert_close;
use tch::nn::VarStore;
use tch::{Kind, Tensor};
use testing_tensors::device;

#[test]
fn dense() {
    check_layer("dense", |path, shape| Dense::new(path, shape, 4));
}

#[test]
fn convolutions() {
    for (case, kernel, stride, padding) in [
        ("conv2d_k3_s1_same_5x6", 3, 1, Padding::Same),
        ("conv2d_k3_s2_same_6x7", 3, 2, Padding::Same),
        ("conv2d_k3_s2_same_7x6", 3, 2, Padding::Same),
        ("conv2d_k5_s2_same_7x6", 5, 2, Padding::Same),
        ("conv2d_k5_s2_same_8x5", 5, 2, Padding::Same),
        ("conv2d_k4_s2_same_7x6", 4, 2, Padding::Same),
        ("conv2d_k3_s1_valid_5x6", 3, 1, Padding::Valid),
        ("conv2d_k3_s2_valid_7x6", 3, 2, Padding::Valid),
    ] {
        let config = Conv::new(3, kernel).strides(stride).padding(padding);
        check_layer(case, |path, shape| Conv2d::new(path, shape, config));
    }
}

#[test]
fn transposed_convolutions() {
    for (case, kernel, stride, padding) in [
        ("conv2d_transpose_k3_s1_same", 3, 1, Padding::Same),
        ("conv2d_transpose_k3_s2_same", 3, 2, Padding::Same),
        ("conv2d_transpose_k5_s1_same", 5, 1, Padding::Same),
        ("conv2d_transpose_k5_s2_same", 5, 2, Padding::Same),
        ("conv2d_transpose_k4_s2_same", 4, 2, Padding::Same),
        ("conv2d_transpose_k3_s2_valid", 3, 2, Padding::Valid),
    ] {
        let config = Conv::new(3, kernel).strides(stride).padding(padding);
        check_layer(case, |path, shape| Conv2dTranspose::new(path, shape, config));
    }
}

#[test]
fn transposed_convolution_is_the_gradient_of_the_convolution() {
    tch::manual_seed(1);
    for (kernel, stride) in (1..=5).flat_map(|k| (1..=3).map(move |s| (k, s))) {
        let vs = VarStore::new(device());
        let input = Shape::from([4, 3, 2]);
        let transposed =
            Conv2dTranspose::new(&(vs.root() / "a"), &input, Conv::new(5, kernel).strides(stride)).unwrap();
        let shape = transposed.output_shape(&input).unwrap();
        let config = Conv::new(2, kernel).strides(stride).without_bias();
        let conv = Conv2d::new(&(vs.root() / "b"), &shape, config).unwrap();
        let shape = shape.sizes().unwrap();
        tch::no_grad(|| named_variables(&vs)["b/kernel"].shallow_clone().copy_(&named_variables(&vs)["a/kernel"]));
        let y = Tensor::randn([2, 2, 4, 3], (Kind::Float, device()));
        let x = Tensor::zeros([2, 5, shape[0], shape[1]], (Kind::Float, device())).set_requires_grad(true);
        let gradient = Tensor::run_backward(&[(conv.forward(&x, true) * &y).sum(None)], &[x], false, false);
        assert_close(&format!("kernel {kernel}, stride {stride}"), &transposed.forward(&y, true), &gradient[0]);
    }
}

#[test]
fn normalization() {
    let slow = BatchNormConfig::default();
    let quick = BatchNormConfig { momentum: 0.8, ..slow };
    let between = BatchNormConfig { momentum: 0.9, ..slow };
    for (case, config) in [
        ("batch_norm_2d", slow),
        ("batch_norm_2d_momentum_08", quick),
        ("batch_norm_2d_momentum_09", between),
        ("batch_norm_4d", slow),
        ("batch_norm_4d_momentum_08", quick),
        ("batch_norm_4d_momentum_09", between),
    ] {
        check_layer(case, |path, shape| BatchNorm::new(path, shape, config));
    }
    for (case, affine) in [("instance_norm", false), ("instance_norm_scale_shift", true)] {
        let config = InstanceNormConfig { affine, ..InstanceNormConfig::default() };
        check_layer(case, |path, shape| InstanceNorm::new(path, shape, config));
    }
}

#[test]
fn activations() {
    let npz = open("activations");
    for (name, function) in [
        ("relu", Activation::Relu),
        ("leaky_relu", Activation::LeakyRelu(0.3)),
        ("leaky_relu_02", Activation::LeakyRelu(0.2)),
        ("sigmoid", Activation::Sigmoid),
        ("tanh", Activation::Tanh),
        ("softmax", Activation::Softmax),
        ("elu", Activation::Elu),
        ("selu", Activation::Selu),
        ("softplus", Activation::Softplus),
    ] {
        let x = npz.tensor("x").set_requires_grad(true);
        let y = function.apply_to(&x);
        assert_close(name, &y, &npz.tensor(&format!("y/{name}")));
        let gradient = Tensor::run_backward(&[(y * npz.tensor("dy")).sum(None)], &[&x], false, false);
        assert_close(&format!("{name}: gradient"), &gradient[0], &npz.tensor(&format!("grad/{name}")));
    }
}

#[test]
fn dropout_drops_its_share_and_scales_the_rest() {
    tch::manual_seed(1);
    let layer = Dropout::new(0.25).unwrap();
    let x = Tensor::ones([100, 1000], (Kind::Float, device())).set_requires_grad(true);
    assert_eq!(layer.forward(&x, false), x, "inference changes nothing");
    let y = layer.forward(&x, true);
    let dropped = y.eq(0.0).to_kind(Kind::Float).mean(None).double_value(&[]);
    assert!((dropped - 0.25).abs() < 0.01, "{dropped} dropped");
    assert_close("kept values", &y.max(), &Tensor::from(1.0f32 / 0.75));
    let gradient = Tensor::run_backward(&[y.sum(None)], &[&x], false, false);
    assert_close("gradient", &gradient[0], &y.detach());

    // A rate that no byte decides.
    let y = Dropout::new(0.4).unwrap().forward(&x, true);
    let dropped = y.eq(0.0).to_kind(Kind::Float).mean(None).double_value(&[]);
    assert!((dropped - 0.4).abs() < 0.01, "{dropped} dropped");
    assert_close("kept values", &y.max(), &Tensor::from(1.0f32 / 0.6));

    // Images keep the order of their memory; channels, rows and images are dropped independently; another rate.
    let ones = Tensor::ones([8, 32, 32, 16], (Kind::Float, device())).permute([0, 3, 1, 2]);
    for rate in [0.25, 0.5, 0.4] {
        let y = Dropout::new(rate).unwrap().forward(&ones, true);
        assert_eq!(y.stride(), ones.stride());
        let dropped = y.eq(0.0).to_kind(Kind::Double);
        assert!((dropped.mean(None).double_value(&[]) - rate).abs() < 0.01, "rate {rate}");
        for axis in 0..4 {
            let n = dropped.size()[axis as usize];
            let (a, b) = (dropped.narrow(axis, 0, n - 1), dropped.narrow(axis, 1, n - 1));
            let both = (a * b).mean(None).double_value(&[]);
            assert!((both - rate * rate).abs() < 0.01, "rate {rate}: neighbours along axis {axis} are tied: {both}");
        }
    }
}

#[test]
fn shapes() {
    check_layer("flatten", |_, _| Ok(Flatten));
    check_layer("reshape", |_, _| Ok(Reshape::new(&[2, 3, 4])));
    check_layer("up_sampling", |_, _| Ok(UpSampling2d::new(2)));
    check_net("conv_flatten_dense", |net| net.conv2d("conv", Conv::new(3, 3)).flatten().dense("dense", 4));
    check_net("dense_reshape_conv", |net| net.dense("dense", 24).reshape(&[3, 4, 2]).conv2d("conv", Conv::new(3, 3)));
    check_net("upsample_conv", |net| net.up_sampling2d(2).conv2d("conv", Conv::new(3, 5)));
    for (kernel, size) in [
        (1, "2x3x2"),
        (2, "1x3x4"),
        (3, "1x5x3"),
        (3, "2x4x4"),
        (4, "2x4x3"),
        (4, "1x5x5"),
        (5, "1x5x4"),
        (5, "2x1x2"),
        (7, "1x3x3"),
    ] {
        let case = format!("upsample_conv_k{kernel}_{size}");
        check_net(&case, |net| net.up_sampling2d(2).conv2d("conv", Conv::new(3, kernel)));
    }
}

#[test]
fn sequences() {
    check_layer("embedding", |path, _| Embedding::new(path, 7, 3));
    let (last, sequences) = (Recurrent::new(4), Recurrent::new(4).return_sequences());
    check_layer("lstm_sequences", |path, shape| Lstm::new(path, shape, sequences));
    check_layer("lstm_last", |path, shape| Lstm::new(path, shape, last));
    check_layer("gru_sequences", |path, shape| Gru::new(path, shape, sequences));
    check_layer("gru_last", |path, shape| Gru::new(path, shape, last));
    check_layer("gru_reset_before", |path, shape| Gru::new(path, shape, sequences.reset_before()));
    let (last, sequences) = (Recurrent::new(3), Recurrent::new(3).return_sequences());
    for (case, config) in [("bidirectional_lstm_sequences", sequences), ("bidirectional_lstm_last", last)] {
        check_layer(case, |path, shape| Bidirectional::<LstmCell>::new(path, shape, config));
    }
    for (case, config) in [("bidirectional_gru_sequences", sequences), ("bidirectional_gru_last", last)] {
        check_layer(case, |path, shape| Bidirectional::<GruCell>::new(path, shape, config));
    }
}

#[test]
fn loss_functions() {
    let npz = open("losses");
    type Loss = fn(&Tensor, &Tensor) -> Tensor;
    let all: [(&str, Loss); 6] = [
        ("mse", losses::mean_squared_error),
        ("mae", losses::mean_absolute_error),
        ("binary_crossentropy", losses::binary_crossentropy),
        ("categorical_crossentropy", losses::categorical_crossentropy),
        ("sparse_categorical_crossentropy", losses::sparse_categorical_crossentropy),
        ("wasserstein", losses::wasserstein),
    ];
    for (name, loss) in all {
        let y_pred = npz.tensor(&format!("{name}/y_pred")).set_requires_grad(true);
        let value = loss(&npz.tensor(&format!("{name}/y_true")), &y_pred);
        assert_close(name, &value, &npz.tensor(&format!("{name}/value")));
        let gradient = Tensor::run_backward(&[value], &[&y_pred], false, false);
        assert_close(&format!("{name}: gradient"), &gradient[0], &npz.tensor(&format!("{name}/grad")));
    }
    let get = |name: &str| npz.tensor(&format!("binary_accuracy/{name}"));
    assert_close("binary_accuracy", &losses::binary_accuracy(&get("y_true"), &get("y_pred")), &get("value"));

    let get = |name: &str| npz.tensor(&format!("vae/{name}"));
    let [x_hat, mu, log_var] = ["x_hat", "mu", "log_var"].map(|name| get(name).set_requires_grad(true));
    let kl = losses::kl_divergence(&mu, &log_var);
    let reconstruction = losses::mean_squared_error(&get("x"), &x_hat) * get("r_loss_factor");
    assert_close("kl", &kl, &get("kl"));
    assert_close("reconstruction", &reconstruction, &get("reconstruction"));
    let gradients = Tensor::run_backward(&[kl + reconstruction], &[x_hat, mu, log_var], false, false);
    for (name, gradient) in ["x_hat", "mu", "log_var"].iter().zip(gradients) {
        assert_close(name, &gradient, &get(&format!("grad/{name}")));
    }
}

#[test]
fn optimizers() {
    let npz = open("optimizers");
    for (case, rule) in [
        ("adam_5e-4", Rule::Adam(Adam::new(5e-4))),
        ("adam_2e-4_beta05", Rule::Adam(Adam { beta_1: 0.5, ..Adam::new(2e-4) })),
        ("adam_5e-4_decay", Rule::Adam(Adam { decay: 0.1, ..Adam::new(5e-4) })),
        ("rmsprop_1e-3", Rule::RmsProp(RmsProp::new(1e-3))),
        ("rmsprop_5e-5", Rule::RmsProp(RmsProp::new(5e-5))),
        ("rmsprop_1e-3_decay", Rule::RmsProp(RmsProp { decay: 0.1, ..RmsProp::new(1e-3) })),
        ("rmsprop_8e-4_decay", Rule::RmsProp(RmsProp { decay: 6e-8, ..RmsProp::new(8e-4) })),
    ] {
        let vs = VarStore::new(device());
        for name in ["kernel", "bias"] {
            let _ = vs.root().add(name, npz.tensor(&format!("w/{name}")), true);
        }
        let variables = trainable_variables(&vs);
        let mut optimizer = Optimizer::new(variables.iter().map(|(_, variable)| variable.shallow_clone()), rule);
        for step in 1..=3 {
            let gradient = |(name, _): &(String, Tensor)| npz.tensor(&format!("grad{step}/{name}"));
            optimizer.apply(&variables.iter().map(gradient).collect::<Vec<_>>());
            for (name, variable) in &variables {
                // A step is a small part of a weight: compare the change, not the weight.
                let start = npz.tensor(&format!("w/{name}"));
                let expected = npz.tensor(&format!("{case}/step{step}/{name}")) - &start;
                let error = (variable - start - &expected).abs().max().double_value(&[]);
                assert!(error <= 2e-7, "{case}: {name} after step {step}: error {error:.1e}");
            }
        }
    }
}

#[test]
fn initializers() {
    let npz = open("initializers");
    tch::manual_seed(1);
    for case in ["dense", "conv2d", "conv2d_transpose", "lstm_kernel"] {
        let shape = Vec::<i64>::try_from(npz.tensor(&format!("glorot/{case}/shape"))).unwrap();
        let kernel = init::glorot_uniform(&shape, device());
        let limit = npz.tensor(&format!("glorot/{case}/limit")).double_value(&[]);
        let largest = kernel.abs().max().double_value(&[]);
        assert!(largest <= limit * (1.0 + 1e-6) && largest > 0.99 * limit, "{case}: {largest} for {limit}");
        let deviation = kernel.std(true).double_value(&[]);
        assert!((deviation / (limit / 3f64.sqrt()) - 1.0).abs() < 0.05, "{case}: deviation {deviation}");
    }
    for (rows, columns) in [(4, 16), (6, 6), (5, 3)] {
        let q = init::orthogonal(rows, columns, device());
        assert_eq!(q.size(), [rows, columns]);
        let product = if rows < columns { q.matmul(&q.tr()) } else { q.tr().matmul(&q) };
        assert_close("orthogonal", &product, &Tensor::eye(rows.min(columns), (Kind::Float, device())));
    }
    let vs = VarStore::new(device());
    Lstm::new(&vs.root(), &Shape::from([5, 3]), Recurrent::new(3)).unwrap();
    assert_close("LSTM's bias", &named_variables(&vs)["bias"], &npz.tensor("lstm/bias"));
    let embedding = init::uniform(&[1000, 10], -0.05, 0.05, device());
    let largest = embedding.abs().max().double_value(&[]);
    assert!((0.0499..=0.05).contains(&largest), "embedding: {largest}");
    let kernel = Initializer::Normal(0.02).make(&[100, 100], device());
    assert!((kernel.std(true).double_value(&[]) / 0.02 - 1.0).abs() < 0.05);
}

#[test]
fn weights_in_half_precision_become_single() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("half.safetensors");
    let start = || VarStore::new(device());
    let (from, to) = (start(), start());
    for store in [&from, &to] {
        let _ = weights::add(&store.root(), "kernel", &[3, 3, 2, 4], Initializer::Normal(1.0)).unwrap();
    }
    for (kind, tolerance) in [(Kind::Half, 1e-3), (Kind::BFloat16, 1e-2)] {
        let named = named_variables(&from).into_iter();
        let halves = named.map(|(name, variable)| (name, weights::to_keras(&variable).to_kind(kind)));
        weights::write_file(&file, halves, [].into()).unwrap();
        let bytes = std::fs::read(&file).unwrap();
        assert!(bytes.len() < 72 * 2 + 200, "{kind:?}: {} bytes", bytes.len());
        weights::load_bytes(&to, "half.safetensors", &bytes).unwrap();
        let [due, loaded] = [&from, &to].map(|store| named_variables(store)["kernel"].detach());
        assert_eq!(loaded.kind(), Kind::Float);
        let error = ((&loaded - &due) / due.abs()).abs().max().double_value(&[]);
        assert!(error > 0.0 && error < tolerance, "{kind:?}: {error}");
    }
    let error = weights::load_bytes(&to, "half.safetensors", b"{").unwrap_err().to_string();
    assert!(error.starts_with("half.safetensors is damaged"), "{error}");
}

#[test]
fn padding_sizes() {
    // Output sizes and the odd zero at the end, from TensorFlow's definition of `same`.
    assert_eq!(Padding::Same.conv_output(28, 3, 2), 14);
    assert_eq!(Padding::Same.conv_output(7, 3, 2), 4);
    assert_eq!(Padding::Same.zeros(28, 3, 2), (0, 1));
    assert_eq!(Padding::Same.zeros(7, 3, 2), (1, 1));
    assert_eq!(Padding::Same.zeros(7, 4, 2), (1, 2));
    assert_eq!(Padding::Valid.conv_output(7, 3, 2), 3);
    assert_eq!(Padding::Same.transposed_output(7, 3, 2), 14);
    assert_eq!(Padding::Valid.transposed_output(7, 3, 2), 15);
}

#[test]
fn large_variables_change_as_small_ones_do() {
    tch::manual_seed(1);
    // Each large one is changed by itself, those between them together; one variable of all values is the measure.
    let sizes = [3i64, 70_000, 5, 7, 70_001, 65_536, 2];
    let total = sizes.iter().sum::<i64>();
    let values = Tensor::randn([total], (Kind::Float, device()));
    for rule in [Rule::from(Adam::new(1e-2)), Rule::from(RmsProp::new(1e-2))] {
        let start = |length: i64, at: i64| values.narrow(0, at, length).copy().set_requires_grad(true);
        let whole = start(total, 0);
        let mut at = 0;
        let parts = sizes.map(|length| {
            at += length;
            start(length, at - length)
        });
        let mut of_whole = Optimizer::new([whole.shallow_clone()], rule);
        let mut of_parts = Optimizer::new(parts.iter().map(Tensor::shallow_clone), rule);
        for _ in 0..3 {
            let gradient = Tensor::randn([total], (Kind::Float, device()));
            of_whole.apply(&[gradient.shallow_clone()]);
            of_parts.apply(&gradient.split_with_sizes(sizes, 0));
        }
        assert_eq!(whole.detach(), Tensor::cat(&parts, 0).detach(), "{rule:?}");
        for (name, state) in of_whole.state() {
            assert_eq!(state, of_parts.state()[&name], "{rule:?}: {name}");
        }
    }
}
