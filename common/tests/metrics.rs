//! Metrics against SciPy's values (see `fixtures/README.md`), what they must not depend on, and odd input.

mod support;

use anyhow::Result;
use common::features::FeatureNet;
use common::metrics::*;
use support::{assert_close, open, tensor};
use tch::{Device, Kind, Tensor};
use testing_tensors::take_turn;

const F32: (Kind, Device) = (Kind::Float, Device::Cpu);

fn normal(n: i64, values: i64) -> Tensor {
    Tensor::randn([n, values], F32)
}

fn assert_near(what: &str, actual: f64, expected: f64) {
    assert!((actual - expected).abs() <= 1e-5 * expected.abs().max(1.0), "{what}: {actual}, not {expected}");
}

fn refused(what: &str, result: Result<impl Sized>, words: &str) {
    let message = format!("{:#}", result.err().unwrap_or_else(|| panic!("{what} was taken")));
    assert!(message.contains(words), "{what}: {message}");
}

#[test]
fn the_frechet_distance_is_scipys() {
    let npz = open("metrics");
    for prefix in ["", "few_"] {
        let get = |name: &str| tensor(&npz, &format!("{prefix}{name}"));
        let distance = frechet_distance(&get("real"), &get("generated")).unwrap();
        assert_near(prefix, distance, get("frechet").double_value(&[]));
        let swapped = frechet_distance(&get("generated"), &get("real")).unwrap();
        assert_near("swapped", swapped, distance);
    }
}

#[test]
fn the_frechet_distance_does_not_mind_rotations_order_and_singular_covariances() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let (real, generated) = (normal(50, 8), normal(40, 8) * 1.5 + 1.0);
    let distance = frechet_distance(&real, &generated).unwrap();
    let (rotation, _) = Tensor::linalg_qr(&normal(8, 8), "reduced");
    let turned = frechet_distance(&real.matmul(&rotation), &generated.matmul(&rotation)).unwrap();
    assert!((turned - distance).abs() < 1e-4 * distance, "{turned}, not {distance}");
    let shuffled = generated.index_select(0, &Tensor::randperm(40, (Kind::Int64, Device::Cpu)));
    assert_near("order", frechet_distance(&real, &shuffled).unwrap(), distance);
    // Values that never change and values that are copies of others make both covariances singular.
    let padded = |x: &Tensor| Tensor::cat(&[x.shallow_clone(), x.narrow(1, 0, 2) * 0.0 + 7.0], 1);
    assert_near("constants", frechet_distance(&padded(&real), &padded(&generated)).unwrap(), distance);

    let shift = frechet_distance(&real, &(&real + 2.0)).unwrap();
    assert_near("a shift by 2 along 8 axes", shift, 32.0);
    for (n, values) in [(2, 300), (10, 300), (300, 10)] {
        let same = normal(n, values) * 100.0;
        let zero = frechet_distance(&same, &same).unwrap();
        assert!((0.0..1e-6).contains(&zero), "{n} samples of {values} values: {zero}");
        // All samples alike: what remains is the distance of the means and the variance of the real ones.
        let collapsed = Tensor::zeros([n, values], F32);
        let variance = same.to_kind(Kind::Double).var_dim(0, true, false).sum(None).double_value(&[]);
        let mean = same.to_kind(Kind::Double).mean_dim(0, false, None).square().sum(None).double_value(&[]);
        assert_near("collapsed", frechet_distance(&same, &collapsed).unwrap(), mean + variance);
    }
}

#[test]
fn precision_and_recall_are_those_of_the_definition() {
    let npz = open("metrics");
    for k in [1, 3, 5] {
        let found = precision_and_recall(&tensor(&npz, "real"), &tensor(&npz, "generated"), k).unwrap();
        let expected = |name: &str| tensor(&npz, &format!("{name}_{k}")).double_value(&[]);
        assert_near("precision", found.precision, expected("precision"));
        assert_near("recall", found.recall, expected("recall"));
    }
}

#[test]
fn precision_sees_quality_and_recall_variety() {
    let _turn = take_turn();
    tch::manual_seed(2);
    let of = |real: &Tensor, generated: &Tensor| {
        let PrecisionRecall { precision, recall } = precision_and_recall(real, generated, NEIGHBOURS).unwrap();
        (precision, recall)
    };
    let real = normal(1203, 4); // more than are compared at once
    assert_eq!(of(&real, &real), (1.0, 1.0));
    assert_eq!(of(&real, &(normal(50, 4) + 100.0)), (0.0, 0.0));
    // A collapsed generator that always makes the same real image, exactly.
    assert_eq!(of(&real, &real.get(7).expand([20, 4], false)), (1.0, 1.0 / 1203.0));
    let (narrow, wide) = (of(&real, &(normal(1203, 4) * 0.3)), of(&real, &(normal(1203, 4) * 3.0)));
    assert!(narrow.0 > 0.95 && narrow.1 < 0.6, "{narrow:?}");
    assert!(wide.0 < 0.6 && wide.1 > 0.95, "{wide:?}");
}

#[test]
fn the_pairwise_distance_is_scipys_and_sees_collapse() {
    let _turn = take_turn();
    let npz = open("metrics");
    let images = tensor(&npz, "training");
    assert_near("pairs", mean_pairwise_distance(&images).unwrap(), tensor(&npz, "pairwise").double_value(&[]));
    let upside_down = mean_pairwise_distance(&images.flip([0, 1])).unwrap();
    assert_near("order", upside_down, tensor(&npz, "pairwise").double_value(&[]));
    assert_eq!(mean_pairwise_distance(&Tensor::full([500, 28, 28, 1], 0.3, F32)).unwrap(), 0.0);
    assert_near("two", mean_pairwise_distance(&Tensor::from_slice2(&[[0.0f32, 1.0], [1.0, 1.0]])).unwrap(), 0.5);
    tch::manual_seed(3);
    let uniform = mean_pairwise_distance(&Tensor::rand([2000, 700], F32)).unwrap();
    assert!((uniform - 1.0 / 3.0).abs() < 1e-3, "{uniform}");
}

#[test]
fn modes_are_counted() {
    let npz = open("metrics");
    let modes = Modes::of(&tensor(&npz, "scores")).unwrap();
    assert_eq!(Tensor::from_slice(&modes.counts), tensor(&npz, "counts"));
    assert_eq!(modes.found(), 4);
    assert_near("entropy", modes.entropy(), tensor(&npz, "entropy").double_value(&[]));
    let even = Modes::of(&Tensor::eye(6, F32).repeat([5, 1])).unwrap();
    assert_near("six even classes", even.effective(), 6.0);
    let one = Modes { counts: vec![0, 12, 0] };
    assert_eq!((one.found(), one.entropy().to_string()), (1, "0".to_string()));
}

#[test]
fn the_nearest_training_image_is_found() {
    let npz = open("metrics");
    let (samples, training) = (tensor(&npz, "samples"), tensor(&npz, "training"));
    let found = NearestSearch::among(&samples, &training).unwrap();
    assert_eq!(found.rows, tensor(&npz, "nearest_rows"));
    assert_close("distances", &found.distances, &tensor(&npz, "nearest_distances"));
    let mut search = NearestSearch::new(&samples).unwrap();
    for some in training.split(2, 0) {
        search.compare(&some).unwrap();
    }
    let in_batches = search.finish().unwrap();
    assert_eq!((in_batches.rows, in_batches.distances), (found.rows, found.distances));
}

#[test]
fn copies_are_at_distance_zero_wherever_they_are() {
    let _turn = take_turn();
    tch::manual_seed(4);
    let training = Tensor::rand([2500, 8, 8, 3], F32); // more than are compared at once
    let rows = Tensor::from_slice(&[2499i64, 0, 1000, 999]);
    let found = NearestSearch::among(&training.index_select(0, &rows), &training).unwrap();
    assert_eq!(found.rows, rows);
    assert_eq!(found.distances.max().double_value(&[]), 0.0);
    // The first of equals, also across chunks.
    let alike = Tensor::zeros([2500, 8, 8, 3], F32);
    assert_eq!(NearestSearch::among(&alike.narrow(0, 0, 1), &alike).unwrap().rows.int64_value(&[0]), 0);
}

/// Pixels as they are: enough to test with.
struct Pixels;

impl FeatureNet for Pixels {
    fn features(&self, images: &Tensor) -> Result<Tensor> {
        Ok(images.reshape([images.size()[0], -1]))
    }

    fn name(&self) -> String {
        "pixels".to_string()
    }
}

#[test]
fn quality_gathers_all_of_it() {
    let _turn = take_turn();
    tch::manual_seed(5);
    let real = Tensor::rand([60, 4, 4, 1], F32);
    let reference = Reference::new(&Pixels, &real).unwrap();
    let perfect = reference.quality(&real).unwrap();
    assert_eq!((perfect.precision, perfect.recall, perfect.samples), (1.0, 1.0, 60));
    assert!(perfect.frechet_distance < 1e-9 && perfect.mean_pairwise_distance == perfect.real_pairwise_distance);
    let grey = reference.quality(&Tensor::full([10, 4, 4, 1], 0.5, F32)).unwrap();
    assert!(grey.frechet_distance > 1.0 && grey.mean_pairwise_distance == 0.0);
    let text = grey.to_string();
    for words in ["10 samples, 60 real images; features: pixels", "Fréchet distance", "recall", "0.0000"] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
}

#[test]
fn odd_input_is_refused_in_words() {
    let _turn = take_turn();
    let some = normal(10, 4);
    let nan = &some / 0.0 * 0.0;
    let one = some.narrow(0, 0, 1);
    refused("one sample", frechet_distance(&some, &one), "features of samples: got 1, need at least 2");
    refused("none", frechet_distance(&normal(0, 4), &some), "real images: got 0");
    refused("NaN", frechet_distance(&some, &nan), "features of samples contain NaN or infinity");
    refused("widths", frechet_distance(&some, &normal(10, 5)), "4 values cannot be compared with samples of 5");
    refused("three", precision_and_recall(&some, &some.narrow(0, 0, 3), 3), "got 3, need at least 4");
    refused("widths", precision_and_recall(&some, &normal(10, 5), 3), "samples of 5");
    refused("one", mean_pairwise_distance(&one), "got 1, need at least 2");
    refused("no pixels", mean_pairwise_distance(&normal(3, 0)), "are empty");
    refused("a scalar", mean_pairwise_distance(&Tensor::from(1.0)), "got 0");
    refused("axes", Modes::of(&one.squeeze()), "[samples, classes]");
    refused("NaN", Modes::of(&nan), "contain NaN or infinity");
    refused("no samples", NearestSearch::new(&normal(0, 4)), "samples: got 0");
    refused("nothing to compare with", NearestSearch::among(&some, &normal(0, 4)), "no training images");
    refused("sizes", NearestSearch::among(&some, &normal(3, 5)), "4 values cannot be compared with samples of 5");
    refused("NaN", NearestSearch::among(&some, &nan), "training images contain NaN or infinity");
    refused("one real image", Reference::new(&Pixels, &one), "got 1");
}
