//! The models against the book's parameter counts and against tf.keras with the same weights.

use ch03::models::{Autoencoder, Conv, LatentModel, NetConfig, VariationalAutoencoder};
use common::keras::{Adam, Optimizer, Summary, nhwc_to_nchw, weights};
use std::path::PathBuf;
use tch::{Kind, Tensor};
use testing_tensors::{Fixture, assert_near, assert_near_absolute, device, take_turn};

fn fixture(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../common/tests/fixtures").join(file)
}

fn summaries(model: &impl LatentModel) -> [Summary; 3] {
    model.nets().map(|net| net.summary())
}

/// So many steps on the same images with Adam: the losses of each.
fn train(model: &impl LatentModel, images: &Tensor, learning_rate: f64, steps: usize) -> Vec<Vec<f64>> {
    let mut optimizer = Optimizer::for_variables(model.variables(), Adam::new(learning_rate));
    let x = nhwc_to_nchw(images);
    let mut step = || model.train_step(&x, &mut optimizer).iter().map(|(_, loss)| loss.double_value(&[])).collect();
    (0..steps).map(|_| step()).collect()
}

/// The digit net with other filters and strides.
fn small(input_dim: [i64; 3], strides: [i64; 4], last: i64) -> NetConfig {
    let conv = |filters, stride| Conv { filters, kernel: 3, stride };
    let [a, b, c, d] = strides;
    NetConfig {
        input_dim,
        encoder: vec![conv(4, a), conv(8, b), conv(8, c), conv(8, d)],
        decoder: vec![conv(8, a), conv(8, b), conv(4, c), conv(last, d)],
        ..NetConfig::digits()
    }
}

#[test]
fn parameters_per_layer_are_the_books() {
    let _turn = take_turn();
    let model = Autoencoder::new(&NetConfig::digits(), device()).unwrap();
    let [encoder, decoder, joined] = summaries(&model);
    let expected = [
        ("encoder_conv_0", 320),
        ("encoder_conv_1", 18_496),
        ("encoder_conv_2", 36_928),
        ("encoder_conv_3", 36_928),
        ("encoder_output", 6_274),
    ];
    assert_eq!(encoder.parameters_by_layer(), expected);
    let expected = [
        ("decoder_dense", 9_408),
        ("decoder_conv_t_0", 36_928),
        ("decoder_conv_t_1", 36_928),
        ("decoder_conv_t_2", 18_464),
        ("decoder_conv_t_3", 289),
    ];
    assert_eq!(decoder.parameters_by_layer(), expected);
    assert_eq!((encoder.parameters(), decoder.parameters(), joined.parameters()), (98_946, 102_017, 200_963));

    let model = VariationalAutoencoder::new(&NetConfig::digits(), 1000.0, device()).unwrap();
    let [encoder, decoder, joined] = summaries(&model);
    assert_eq!((encoder.parameters(), decoder.parameters(), joined.parameters()), (105_220, 102_017, 207_237));
    assert_eq!(encoder.parameters_by_layer()[4..], [("mu", 6_274), ("log_var", 6_274)]);
}

#[test]
fn parameters_per_layer_of_the_faces_are_the_books() {
    let _turn = take_turn();
    let model = VariationalAutoencoder::new(&NetConfig::faces(), 10_000.0, device()).unwrap();
    let [encoder, decoder, joined] = summaries(&model);
    let expected = [
        ("encoder_conv_0", 896),
        ("encoder_batch_norm_0", 128),
        ("encoder_conv_1", 18_496),
        ("encoder_batch_norm_1", 256),
        ("encoder_conv_2", 36_928),
        ("encoder_batch_norm_2", 256),
        ("encoder_conv_3", 36_928),
        ("encoder_batch_norm_3", 256),
        ("mu", 819_400),
        ("log_var", 819_400),
    ];
    assert_eq!(encoder.parameters_by_layer(), expected);
    let expected = [
        ("decoder_dense", 823_296),
        ("decoder_conv_t_0", 36_928),
        ("decoder_batch_norm_0", 256),
        ("decoder_conv_t_1", 36_928),
        ("decoder_batch_norm_1", 256),
        ("decoder_conv_t_2", 18_464),
        ("decoder_batch_norm_2", 128),
        ("decoder_conv_t_3", 867),
    ];
    assert_eq!(decoder.parameters_by_layer(), expected);
    assert_eq!((encoder.parameters(), decoder.parameters(), joined.parameters()), (1_732_944, 917_123, 2_650_067));
    assert_eq!((encoder.trainable(), decoder.trainable()), (1_732_496, 916_803));
}

#[test]
fn summaries_say_what_keras_says() {
    let _turn = take_turn();
    let model = Autoencoder::new(&NetConfig::digits(), device()).unwrap();
    let ours: String = summaries(&model).iter().take(2).map(|summary| format!("{summary}\n")).collect();
    let keras = std::fs::read_to_string(fixture("summary.txt")).unwrap();
    // Name, shape and parameters of each layer that has a name in the book; Keras breaks long class names.
    let rows = |text: &str| -> Vec<(String, String, String)> {
        let shape = |row: &str| row[row.find("(None")?..].split(')').next().map(|shape| format!("{shape})"));
        let row = |row: &str| {
            let words: Vec<&str> = row.split_whitespace().collect();
            let number = words.last()?.replace(',', "");
            Some((words[0].to_string(), shape(row)?, number))
        };
        text.lines().filter(|line| line.trim().starts_with(['e', 'd'])).filter_map(row).collect()
    };
    assert_eq!(rows(&ours), rows(&keras));
    assert_eq!(rows(&ours).len(), 12);
}

/// What rounding may make of a value in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;

#[test]
fn autoencoder_equals_tf_keras() {
    let _turn = take_turn();
    let npz = Fixture::open(fixture("autoencoder_small.npz"));
    let small = small([28, 28, 1], [1, 2, 2, 1], 1);
    let mut model = Autoencoder::new(&small, device()).unwrap();
    weights::load(&model.variables, &fixture("autoencoder_small.safetensors")).unwrap();
    let x = npz.tensor("x");
    // In f32, as nets are trained: the forward passes.
    let [single_x, single_z] = [&x, &npz.tensor("z")].map(|tensor| tensor.to_kind(Kind::Float));
    assert_near_absolute("z", &model.encode(&single_x), &npz.tensor("z"), 1e-5);
    assert_near_absolute("y", &model.decode(&single_z), &npz.tensor("y"), 1e-5);

    model.variables.double();
    assert_near_absolute("z", &model.encode(&x), &npz.tensor("z"), TOLERANCE);
    assert_near_absolute("y", &model.decode(&npz.tensor("z")), &npz.tensor("y"), TOLERANCE);
    let losses: Vec<f64> = train(&model, &x, 5e-4, 5).iter().map(|losses| losses[0]).collect();
    assert_near_absolute("losses", &Tensor::from_slice(&losses), &npz.tensor("train/loss"), TOLERANCE);
    let y = model.decode(&model.encode(&x));
    assert_near_absolute("y after five steps", &y, &npz.tensor("train/y"), TOLERANCE);
}

#[test]
fn vae_equals_tf_keras() {
    let _turn = take_turn();
    let npz = Fixture::open(fixture("vae_small.npz"));
    let config = NetConfig { use_batch_norm: true, use_dropout: true, ..small([16, 16, 3], [2, 2, 2, 2], 3) };
    let mut model = VariationalAutoencoder::new(&config, 1000.0, device()).unwrap();
    weights::load(&model.variables, &fixture("vae_small.safetensors")).unwrap();
    let single = |name: &str| npz.tensor(name).to_kind(Kind::Float);
    let [mu, log_var] = model.distribution(&single("x"));
    assert_near_absolute("mu", &mu, &npz.tensor("mu"), 1e-5);
    assert_near_absolute("log_var", &log_var, &npz.tensor("log_var"), 1e-5);
    assert_near_absolute("y", &model.decode(&single("z")), &npz.tensor("y"), 1e-5);

    model.variables.double();
    let [mu, log_var] = model.distribution(&npz.tensor("x"));
    assert_near_absolute("mu", &mu, &npz.tensor("mu"), TOLERANCE);
    assert_near_absolute("log_var", &log_var, &npz.tensor("log_var"), TOLERANCE);
    let z = mu + (log_var / 2.0).exp() * npz.tensor("eps");
    assert_near_absolute("z", &z, &npz.tensor("z"), TOLERANCE);
    assert_near_absolute("y", &model.decode(&z), &npz.tensor("y"), TOLERANCE);
}

#[test]
fn training_steps_of_the_vae_are_those_of_tf_keras() {
    let _turn = take_turn();
    let npz = Fixture::open(fixture("vae_steps.npz"));
    let conv = |filters, stride| Conv { filters, kernel: 3, stride };
    let config = NetConfig {
        input_dim: [8, 8, 3],
        encoder: vec![conv(4, 2), conv(6, 2), conv(6, 1), conv(6, 1)],
        decoder: vec![conv(6, 2), conv(6, 2), conv(4, 1), conv(3, 1)],
        z_dim: 2,
        use_batch_norm: true,
        use_dropout: false,
    };
    let mut model = VariationalAutoencoder::new(&config, 1000.0, device()).unwrap();
    model.variables.double();
    weights::assign(&model.variables, npz.below("w/")).unwrap();
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(5e-4));
    for step in 0..3 {
        let x = nhwc_to_nchw(&npz.tensor("x").get(step));
        // As `train_step` does it, but with the fixture's point in place of a random one.
        let [mu, log_var] = model.encoder_mu_log_var.forward_all(&[&x], true);
        let z = &mu + (&log_var / 2.0).exp() * npz.tensor("eps").get(step);
        let x_hat = model.decoder.forward_t(&z, true);
        let losses = model.losses(&x, &x_hat, &mu, &log_var);
        optimizer.minimize(&losses[0].1);
        for (name, loss) in &losses {
            assert_near(&format!("step {step}: {name}"), loss, &npz.tensor(name).get(step), TOLERANCE);
        }
        let variables = weights::named_variables(&model.variables);
        let expected = npz.below(&format!("step{}/", step + 1));
        assert_eq!(expected.len(), variables.len());
        for (name, expected) in expected {
            let actual = weights::to_keras(&variables[&name]);
            assert_near(&format!("step {step}: {name}"), &actual, &expected, TOLERANCE);
        }
    }
}

#[test]
fn exported_weights_come_back() {
    let _turn = take_turn();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.safetensors");
    let (first, second) = (
        Autoencoder::new(&NetConfig::digits(), device()).unwrap(),
        Autoencoder::new(&NetConfig::digits(), device()).unwrap(),
    );
    weights::save(&first.variables, &path).unwrap();
    weights::load(&second.variables, &path).unwrap();
    for (name, tensor) in weights::named_variables(&first.variables) {
        assert_eq!(tensor, weights::named_variables(&second.variables)[&name], "{name}");
    }
    let other = VariationalAutoencoder::new(&NetConfig::digits(), 1000.0, device()).unwrap();
    let before = other.decode(&Tensor::zeros([1, 2], (Kind::Float, device())));
    let error = format!("{:#}", weights::load(&other.variables, &path).unwrap_err());
    assert!(error.contains("does not fit this model") && error.contains("log_var/bias"), "{error}");
    assert_eq!(before, other.decode(&Tensor::zeros([1, 2], (Kind::Float, device()))), "a refused file changes nothing");
}

#[test]
fn files_of_tf_keras_come_out_as_they_went_in() {
    let _turn = take_turn();
    let folder = tempfile::tempdir().unwrap();
    let (keras, ours) = (fixture("autoencoder_small.safetensors"), folder.path().join("ours.safetensors"));
    let model = Autoencoder::new(&small([28, 28, 1], [1, 2, 2, 1], 1), device()).unwrap();
    weights::load(&model.variables, &keras).unwrap();
    weights::save(&model.variables, &ours).unwrap();
    let [keras, ours] = [keras, ours].map(|path| weights::read_file(&path).unwrap().0);
    assert_eq!(keras.keys().collect::<Vec<_>>(), ours.keys().collect::<Vec<_>>());
    for (name, tensor) in &keras {
        assert_eq!(tensor, &ours[name], "{name}");
    }
}

/// A few digits that the models must be able to learn by heart.
fn few_digits() -> Tensor {
    let folder = tempfile::tempdir().unwrap();
    let config = synthetic::digits::Config { seed: 1, train: 8, test: 1 };
    synthetic::digits::write(folder.path(), &config).unwrap();
    common::datasets::mnist::train(folder.path()).unwrap().images
}

#[test]
fn autoencoder_learns_few_digits_by_heart() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let x = few_digits().to_device(device());
    let model = Autoencoder::new(&NetConfig::digits(), device()).unwrap();
    let losses: Vec<f64> = train(&model, &x, 2e-3, 400).iter().map(|losses| losses[0]).collect();
    assert!(losses[0] > 0.1 && losses[399] < 0.02, "mean squared error from {} to {}", losses[0], losses[399]);
}

#[test]
fn vae_learns_few_digits() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let x = few_digits().to_device(device());
    let model = VariationalAutoencoder::new(&NetConfig::digits(), 1000.0, device()).unwrap();
    let losses = train(&model, &x, 2e-3, 300);
    for parts in &losses {
        assert!((parts[0] - parts[1] - parts[2]).abs() < 1e-3 * parts[0], "the loss is the sum of its parts");
    }
    let reconstruction = losses[299][1];
    assert!(reconstruction < 40.0, "reconstruction loss {reconstruction}");
}
