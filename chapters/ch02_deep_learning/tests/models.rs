//! The models against the book's parameter counts and against tf.keras; convolutions against a plain loop.

use ch02::models::filters::{
    HORIZONTAL_EDGES, VERTICAL_EDGES, convolve, convolve_by_hand, convolve_checked, grey_levels,
};
use ch02::models::{Classifier, convolutional_network, multilayer_perceptron, two_convolutions};
use common::arrays::array2;
use common::datasets::cifar10::{self, LabeledImages};
use common::keras::{Adam, Model, Optimizer, losses, weights};
use std::collections::BTreeMap;
use tch::{Device, Kind, Tensor, nn};
use testing_tensors::{Fixture, assert_near_absolute, device, take_turn};

fn fixtures() -> Fixture {
    Fixture::open("tests/fixtures/classifiers.npz")
}

/// What rounding may make of a value in f64, whatever the processor.
const TOLERANCE: f64 = 1e-9;

/// The fixtures' formula; see `make_fixtures.py`.
fn wave(shape: &[i64], k: usize, base: f64, scale: f64) -> Tensor {
    let n: i64 = shape.iter().product();
    let i = Tensor::arange(n, (Kind::Double, device()));
    ((i * 0.37 + k as f64).sin() * scale + base).reshape(shape)
}

/// A classifier with the fixtures' weights, in f64.
fn filled(net: impl Fn(&nn::Path) -> anyhow::Result<Model>) -> Classifier {
    let mut model = Classifier::new(net, device()).unwrap();
    model.variables.double();
    let mut values = BTreeMap::new();
    for (k, (name, variable)) in weights::named_variables(&model.variables).into_iter().enumerate() {
        let shape = weights::to_keras(&variable).size();
        let inputs: i64 = shape[..shape.len() - 1].iter().product();
        let (base, scale) = match name.rsplit('/').next().unwrap() {
            "kernel" => (0.0, 1.0 / (inputs as f64).sqrt()),
            "gamma" => (1.0, 0.1),
            "moving_variance" => (1.0, 0.5),
            _ => (0.0, 0.05),
        };
        values.insert(name, wave(&shape, k, base, scale));
    }
    weights::assign(&model.variables, values).unwrap();
    model
}

fn images() -> LabeledImages {
    let labels = Tensor::arange(12, (Kind::Int64, device())).remainder(10);
    LabeledImages { images: wave(&[12, 32, 32, 3], 0, 0.5, 0.5), labels }
}

#[test]
fn parameters_per_layer_are_the_books() {
    let _turn = take_turn();
    let summary = Classifier::new(multilayer_perceptron, device()).unwrap().model.summary();
    assert_eq!(summary.parameters_by_layer(), [("dense", 614_600), ("dense_1", 30_150), ("dense_2", 1_510)]);
    assert_eq!((summary.parameters(), summary.trainable()), (646_260, 646_260));

    let summary = Classifier::new(two_convolutions, device()).unwrap().model.summary();
    assert_eq!(summary.parameters_by_layer(), [("conv2d", 490), ("conv2d_1", 1_820), ("dense", 12_810)]);
    assert_eq!(summary.parameters(), 15_120);

    let summary = Classifier::new(convolutional_network, device()).unwrap().model.summary();
    let expected = [
        ("conv2d", 896),
        ("batch_normalization", 128),
        ("conv2d_1", 9_248),
        ("batch_normalization_1", 128),
        ("conv2d_2", 18_496),
        ("batch_normalization_2", 256),
        ("conv2d_3", 36_928),
        ("batch_normalization_3", 256),
        ("dense", 524_416),
        ("batch_normalization_4", 512),
        ("dense_1", 1_290),
    ];
    assert_eq!(summary.parameters_by_layer(), expected);
    assert_eq!((summary.parameters(), summary.trainable()), (592_554, 591_914));
}

#[test]
fn perceptron_equals_tf_keras() {
    let _turn = take_turn();
    let npz = fixtures();
    let model = filled(multilayer_perceptron);
    let set = images();
    assert_near_absolute("probabilities", &model.predict(&set.images), &npz.tensor("mlp/probabilities"), TOLERANCE);
    let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(5e-4));
    let mut step = || {
        Tensor::stack(&model.train_step(&set.images, &set.labels, &mut optimizer).map(|x| x.to_kind(Kind::Double)), 0)
    };
    let steps: Vec<Tensor> = (0..5).map(|_| step()).collect();
    assert_near_absolute(
        "loss and accuracy of five steps",
        &Tensor::stack(&steps, 0).detach(),
        &npz.tensor("mlp/steps"),
        TOLERANCE,
    );
    assert_near_absolute("probabilities then", &model.predict(&set.images), &npz.tensor("mlp/trained"), TOLERANCE);
}

#[test]
fn convolutional_network_equals_tf_keras() {
    let _turn = take_turn();
    let npz = fixtures();
    let model = filled(convolutional_network);
    let set = images();
    assert_near_absolute("probabilities", &model.predict(&set.images), &npz.tensor("cnn/probabilities"), TOLERANCE);
    // Batches of another size, the last one smaller, give the same means.
    for batch_size in [12, 5] {
        let evaluation = model.evaluate(&set, batch_size);
        let both = Tensor::from_slice(&[evaluation.loss, evaluation.accuracy]);
        assert_near_absolute("evaluation", &both, &npz.tensor("cnn/evaluation"), TOLERANCE);
    }
}

#[test]
fn cross_entropy_of_logits_is_that_of_probabilities() {
    let _turn = take_turn();
    let set = images();
    let model = Classifier::new(multilayer_perceptron, device()).unwrap();
    let logits = Tensor::randn([12, 10], (Kind::Float, device())) * 3.0;
    let by_logits = losses::sparse_categorical_crossentropy_from_logits(&set.labels, &logits);
    let one_hot = set.labels.one_hot(10).to_kind(Kind::Float);
    assert_near_absolute(
        "loss",
        &by_logits,
        &losses::categorical_crossentropy(&one_hot, &logits.softmax(-1, None)),
        1e-5,
    );
    let sums = model.predict(&set.images.to_kind(Kind::Float)).sum_dim_intlist(-1, false, None);
    assert_near_absolute("sums", &sums, &Tensor::ones([12], (Kind::Float, device())), 1e-5);
}

#[test]
fn filters_of_fractions_agree_but_for_rounding() {
    let image = Tensor::arange(64 * 64, (Kind::Float, Device::Cpu)).remainder(251).view([64, 64]);
    let blurred = convolve_checked(&image, &[[1.0 / 9.0; 3]; 3], 1).unwrap();
    let mean = image.narrow(0, 9, 3).narrow(1, 19, 3).mean(None).double_value(&[]);
    assert!((f64::from(blurred[[10, 20]]) - mean).abs() < 1e-3, "{} {mean}", blurred[[10, 20]]);
}

#[test]
fn convolutions_equal_a_plain_loop_exactly() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let folder = tempfile::tempdir().unwrap();
    synthetic::coffee::write(folder.path()).unwrap();
    let drawn = common::images::load(&folder.path().join("coffee.png")).unwrap();
    let mut images = vec![grey_levels(drawn.view(), 64).unwrap()];
    for (height, width) in [(64, 64), (7, 12), (33, 20), (1, 1), (2, 5)] {
        images.push(Tensor::randint(256, [height, width], (Kind::Float, device())));
    }
    for image in &images {
        for filter in [&HORIZONTAL_EDGES, &VERTICAL_EDGES] {
            for stride in [1, 2] {
                let fast = array2(&convolve(image, filter, stride)).unwrap();
                let slow = convolve_by_hand(array2(image).unwrap().view(), filter, stride as usize);
                assert_eq!(fast, slow, "{:?} at stride {stride}", image.size());
            }
        }
    }
    let sizes = [1, 2].map(|stride| convolve(&images[0], &VERTICAL_EDGES, stride).size());
    assert_eq!(sizes, [[64, 64], [32, 32]]);
}

#[test]
fn the_plain_loop_finds_an_edge_where_it_is() {
    // Dark columns 0 to 2, light ones from 3 on.
    let image = ndarray::Array2::from_shape_fn((6, 6), |(_, column)| if column < 3 { 0.0 } else { 10.0 });
    let edges = convolve_by_hand(image.view(), &VERTICAL_EDGES, 1);
    assert_eq!(edges.row(2).to_vec(), [0.0, 0.0, 30.0, 30.0, 0.0, -30.0]);
    let every_other = convolve_by_hand(image.view(), &VERTICAL_EDGES, 2);
    assert_eq!(every_other.row(1).to_vec(), [0.0, 30.0, 0.0]);
    let flat = convolve_by_hand(image.view(), &HORIZONTAL_EDGES, 1);
    assert!(flat.row(2).iter().all(|&v| v == 0.0));
}

/// A few images that the models must be able to learn by heart.
fn few_images() -> LabeledImages {
    let folder = tempfile::tempdir().unwrap();
    synthetic::shapes::write(folder.path(), &synthetic::shapes::Config { seed: 1, images: 16 }).unwrap();
    cifar10::train(folder.path(), 16).unwrap()
}

#[test]
fn models_learn_few_images_by_heart() {
    let _turn = take_turn();
    tch::set_num_threads(1); // beside other tests, threads wait for each other
    let set = few_images().to_device(device());
    for net in [multilayer_perceptron, convolutional_network] {
        tch::manual_seed(1);
        let model = Classifier::new(net, device()).unwrap();
        let mut optimizer = Optimizer::for_variables(&model.variables, Adam::new(2e-3));
        let mut metrics = vec![];
        for _ in 0..150 {
            let step = model.train_step(&set.images, &set.labels, &mut optimizer);
            metrics = step.iter().map(|metric| metric.double_value(&[])).collect();
        }
        assert!(metrics[0] < 0.3 && metrics[1] > 0.9, "loss and accuracy {metrics:?}");
        let evaluation = model.evaluate(&set, 16);
        let right = evaluation
            .predicted
            .eq_tensor(&set.labels.to_device(Device::Cpu))
            .to_kind(Kind::Double)
            .mean(None)
            .double_value(&[]);
        assert_eq!(evaluation.accuracy, right);
    }
}
