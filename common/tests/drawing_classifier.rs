//! The classifier of drawings: what it learns, that it is the same for the same seed, and that it is trained once.

use common::datasets::quickdraw::Drawings;
use common::features::FeatureNet;
use common::features::drawings::{DrawingClassifier, Settings};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::MutexGuard;
use tch::{Device, Kind, Tensor};
use testing_tensors::take_turn;

const F32: (Kind, Device) = (Kind::Float, Device::Cpu);
const SHORT: Settings = Settings { steps: 10, seed: 1 };

/// Tests take turns, since they draw random numbers. The net is small: one thread does.
fn alone() -> MutexGuard<'static, ()> {
    tch::set_num_threads(1);
    take_turn()
}

/// A line down, a line across, or both, somewhere: `n` of each.
fn lines(n: i64, seed: i64) -> Drawings {
    tch::manual_seed(seed);
    let down = || {
        let at = Tensor::randint(24, [n, 1, 1, 1], (Kind::Int64, Device::Cpu)).expand([n, 28, 1, 1], false);
        Tensor::zeros([n, 28, 28, 1], F32).scatter_value(2, &at, 1.0)
    };
    let across = || down().transpose(1, 2).contiguous();
    let both = down().maximum(&across());
    let labels = Tensor::arange(3, (Kind::Int64, Device::Cpu)).repeat_interleave_self_int(n, 0, None);
    let categories = ["down", "across", "both"].map(str::to_string).to_vec();
    Drawings { images: Tensor::cat(&[down(), across(), both], 0), labels, categories }
}

fn trained(folder: &Path, settings: Settings) -> DrawingClassifier {
    DrawingClassifier::trained(folder, &lines(60, 7), settings, Device::Cpu).unwrap()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn it_learns_categories() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let classifier = trained(folder.path(), Settings { steps: 90, ..SHORT });
    assert!(classifier.accuracy() > 0.9, "{}", classifier.accuracy());
    let images = Tensor::zeros([700, 28, 28, 1], F32); // more than are classified at once
    let _ = images.narrow(2, 5, 1).fill_(1.0);
    let probabilities = classifier.probabilities(&images).unwrap();
    assert_eq!(probabilities.size(), [700, 3]);
    assert!((probabilities.sum_dim_intlist(1, false, None) - 1.0).abs().max().double_value(&[]) < 1e-5);
    assert!(probabilities.select(1, 0).min().double_value(&[]) > 0.5, "a line down is one");
    let features = classifier.features(&images).unwrap();
    assert_eq!(features.size(), [700, 64]);
    assert!(!features.requires_grad());
    let name = classifier.name();
    assert!(name.contains("3 categories, trained on 162 drawings"), "{name}");
}

#[test]
fn it_is_trained_once_and_the_same_for_the_same_seed() {
    let _alone = alone();
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let classifier = trained(one.path(), SHORT);
    trained(other.path(), SHORT);
    let [file, same] = [one.path(), other.path()].map(|folder| files(folder).remove(0));
    assert!(fs::read(&file).unwrap() == fs::read(&same).unwrap(), "two trainings with one seed");
    let before = fs::metadata(&file).unwrap().modified().unwrap();
    let again = trained(one.path(), SHORT);
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), before, "the second time it is read");
    assert_eq!((again.accuracy(), again.name()), (classifier.accuracy(), classifier.name()));
    let images = Tensor::rand([3, 28, 28, 1], F32);
    assert_eq!(again.features(&images).unwrap(), classifier.features(&images).unwrap());

    trained(one.path(), Settings { seed: 2, ..SHORT });
    DrawingClassifier::trained(one.path(), &lines(60, 8), SHORT, Device::Cpu).unwrap();
    assert_eq!(files(one.path()).len(), 3, "another seed and other drawings make other files");
}

#[test]
fn a_damaged_file_is_made_anew() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    trained(folder.path(), SHORT);
    let file = files(folder.path()).remove(0);
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    trained(folder.path(), SHORT);
    assert!(fs::read(&file).unwrap() == whole);
}

#[test]
fn odd_drawings_are_refused_in_words() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let images = |n: i64| Tensor::zeros([n, 28, 28, 1], F32);
    let labels = |n: i64| Tensor::arange(n, (Kind::Int64, Device::Cpu)).remainder(3);
    let refused = |what: &str, images: Tensor, labels: Tensor, categories: usize, words: &str| {
        let categories = (0..categories).map(|i| i.to_string()).collect();
        let drawings = Drawings { images, labels, categories };
        let result = DrawingClassifier::trained(folder.path(), &drawings, SHORT, Device::Cpu);
        let message = result.map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(words), "{what}: {message}");
    };
    refused("few", images(19), labels(19), 3, "19 drawings are too few");
    refused("size", Tensor::zeros([30, 32, 32, 1], F32), labels(30), 3, "not [30, 32, 32, 1]");
    refused("numbers", images(30), labels(29), 3, "30 drawings need as many int64 labels, not Int64 [29]");
    refused("type", images(30), labels(30).to_kind(Kind::Float), 3, "not Float [30]");
    refused("names", images(30), labels(30), 2, "labels range from 0 to 2, but there are 2 categories");
    refused("negative", images(30), labels(30) - 1, 3, "labels range from -1 to 1");
    let zero = Settings { steps: 0, ..SHORT };
    assert!(DrawingClassifier::trained(folder.path(), &lines(60, 7), zero, Device::Cpu).is_err());
    assert!(files(folder.path()).is_empty(), "nothing is left behind");
    let classifier = trained(folder.path(), SHORT);
    assert!(classifier.features(&Tensor::zeros([2, 32, 32, 3], F32)).is_err());
    assert!(classifier.probabilities(&images(0)).is_err());
}
