//! Quick, Draw!'s drawings: on small files that the tests make, and what is said of damaged ones.

use common::datasets::quickdraw::{self, Drawings, at_least, augmented, category, drawings, parse};
use data::{Choice, DataSet, Store};
use proptest::prelude::*;
use std::fs;
use synthetic::drawings::{Config, write};
use tch::{Kind, Tensor};

const EACH: i64 = 120;

/// Sets of these categories, from a mirror that has synthetic files.
fn sets(categories: &[&str]) -> (tempfile::TempDir, Vec<DataSet>) {
    let folder = tempfile::tempdir().unwrap();
    let mirror = folder.path().join("quickdraw");
    fs::create_dir(&mirror).unwrap();
    for category in categories {
        write(&mirror, category, &Config { seed: 5, drawings: EACH as usize }).unwrap();
    }
    let store = Store::at(folder.path().join("cache")).unwrap().with_mirror(folder.path().display().to_string());
    let fetch = |category: &&str| store.fetch(&format!("quickdraw/{category}"), Choice::Real).unwrap();
    let sets = categories.iter().map(fetch).collect();
    (folder, sets)
}

fn equal(a: &Tensor, b: &Tensor) -> bool {
    a.size() == b.size() && a.equal(b)
}

fn mean(drawings: &Tensor) -> f64 {
    drawings.mean(Kind::Float).double_value(&[])
}

#[test]
fn drawings_are_read_in_keras_layout() {
    let (_folder, sets) = sets(&["camel"]);
    assert_eq!(category(&sets[0]), "camel");
    let read = drawings(&sets[0], 7).unwrap();
    assert_eq!((read.size(), read.kind()), (vec![7, 28, 28, 1], Kind::Float));
    let bytes = fs::read(sets[0].file("camel.npy")).unwrap();
    let pixels = &bytes[bytes.len() - (EACH * 784) as usize..];
    for (drawing, row, column) in [(0, 14, 9), (3, 5, 20), (6, 20, 13), (6, 27, 27)] {
        let expected = f64::from(pixels[(drawing * 28 + row) * 28 + column]) / 255.0;
        let found = read.double_value(&[drawing as i64, row as i64, column as i64, 0]);
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
    let error = drawings(&sets[0], EACH + 1).unwrap_err().to_string();
    assert!(error.contains("camel.npy holds only 120 drawings, not 121"), "{error}");
}

#[test]
fn at_most_as_many_as_there_are_and_none_drawn_again() {
    let (_folder, sets) = sets(&["camel", "cat"]);
    let found = Drawings::at_most(&sets, 1000).unwrap();
    let all: Vec<Tensor> = sets.iter().map(|set| drawings(set, EACH).unwrap()).collect();
    assert!(equal(&found.images, &Tensor::cat(&all, 0)));
    assert_eq!(Vec::<i64>::try_from(&found.labels).unwrap(), [[0; EACH as usize], [1; EACH as usize]].concat());
    assert_eq!(found.categories, ["camel", "cat"]);
    let few = Drawings::at_most(&sets, 2).unwrap();
    assert!(equal(&few.images, &Tensor::cat(&[all[0].narrow(0, 0, 2), all[1].narrow(0, 0, 2)], 0)));
    assert!(Drawings::at_most(&[], 2).unwrap_err().to_string().contains("no category"));
}

#[test]
fn where_there_are_fewer_others_are_drawn_after_them() {
    let (_folder, sets) = sets(&["camel"]);
    let all = drawings(&sets[0], EACH).unwrap();
    assert!(equal(&at_least(&sets[0], 50, 1).unwrap(), &all.narrow(0, 0, 50)));
    let more = at_least(&sets[0], 300, 1).unwrap();
    assert_eq!(more.size(), [300, 28, 28, 1]);
    assert!(equal(&more.narrow(0, 0, EACH), &all));
    assert!(equal(&more.narrow(0, EACH, 180), &augmented(&all, 180, 1)));
}

#[test]
fn the_seed_and_the_number_decide_how_a_drawing_is_drawn_again() {
    let (_folder, sets) = sets(&["camel"]);
    let few = drawings(&sets[0], 10).unwrap();
    let new = augmented(&few, 2100, 1);
    assert!(equal(&new, &augmented(&few, 2100, 1)));
    assert!(equal(&new.narrow(0, 0, 33), &augmented(&few, 33, 1)), "other chunks, the same drawings");
    assert!(!equal(&new.narrow(0, 0, 33), &augmented(&few, 33, 2)));
    assert_eq!(augmented(&few, 0, 1).size(), [0, 28, 28, 1]);
}

#[test]
fn drawings_drawn_again_are_like_the_old_ones() {
    let (_folder, sets) = sets(&["camel"]);
    let old = drawings(&sets[0], 100).unwrap();
    let new = augmented(&old, 1000, 3);
    assert!(new.min().double_value(&[]) >= 0.0 && new.max().double_value(&[]) <= 1.0);
    let ratio = mean(&new) / mean(&old);
    assert!((0.85..1.05).contains(&ratio), "the ink is {ratio} of what it was");
    // The first and the last row and column stay nearly free, so that nothing is cut off.
    let edge = mean(&new.narrow(1, 0, 1)).max(mean(&new.narrow(1, 27, 1)));
    let edge = edge.max(mean(&new.narrow(2, 0, 1))).max(mean(&new.narrow(2, 27, 1)));
    assert!(edge < 0.03, "{edge}");
    // Of 100 old ones, mirrored or not, its own is often the nearest; blurred, for lines move.
    let blurred =
        |drawings: &Tensor| drawings.permute([0, 3, 1, 2]).avg_pool2d([4, 4], [4, 4], [0, 0], false, true, None::<i64>);
    let (new, old) = (blurred(&new).view([1000, 49]), blurred(&old));
    let (plain, mirrored) = (old.view([100, 49]), old.flip([3]).view([100, 49]));
    let distance = |of: &Tensor| Tensor::cdist(&new, of, 2.0, None::<i64>);
    let (plain, mirrored) = (distance(&plain), distance(&mirrored));
    let nearest = plain.minimum(&mirrored).argmin(1, false);
    let own = nearest.eq_tensor(&Tensor::arange(1000, (Kind::Int64, tch::Device::Cpu)).remainder(100));
    let right = own.to_kind(Kind::Float).mean(Kind::Float).double_value(&[]);
    assert!(right > 0.4, "{right} of them have kept their likeness");
    let turned = plain.min_dim(1, false).0.gt_tensor(&mirrored.min_dim(1, false).0);
    let share = turned.to_kind(Kind::Float).mean(Kind::Float).double_value(&[]);
    assert!((0.4..0.6).contains(&share), "{share} of them are mirrored");
}

#[test]
fn several_categories_have_labels() {
    let (_folder, sets) = sets(&["sun", "camel", "house"]);
    let drawn = Drawings::of(&sets, 150, 1).unwrap();
    assert_eq!(drawn.categories, ["sun", "camel", "house"]);
    assert_eq!(drawn.images.size(), [450, 28, 28, 1]);
    assert_eq!((drawn.labels.size(), drawn.labels.kind()), (vec![450], Kind::Int64));
    for (label, set) in sets.iter().enumerate() {
        let first = 150 * label as i64;
        assert!(equal(&drawn.images.narrow(0, first, EACH), &drawings(set, EACH).unwrap()));
        assert!(drawn.labels.narrow(0, first, 150).eq(label as i64).all().int64_value(&[]) == 1);
    }
    assert!(Drawings::of(&[], 10, 1).unwrap_err().to_string().contains("no category"));
}

#[test]
fn damaged_files_are_told() {
    let (_folder, sets) = sets(&["camel"]);
    let path = sets[0].file("camel.npy");
    let good = fs::read(&path).unwrap();
    let text = |from: &str, to: &str| String::from_utf8_lossy(&good[10..128]).replace(from, to).into_bytes();
    let with = |header: Vec<u8>| [&good[..10], &header, &good[128..]].concat();
    let cases = [
        (good[..5000].to_vec(), "is damaged"),
        ([&good[..], &[0]].concat(), "is damaged"),
        (good[..40].to_vec(), "is damaged"),
        (with(text("|u1", "|i1")), "is damaged"),
        (with(text("(120, 784)", "(784, 120)")), "rows have 120 values"),
        (with(text("False", "True ")), "column by column"),
        (b"<html>".to_vec(), "is damaged"),
    ];
    for (bytes, complaint) in cases {
        fs::write(&path, bytes).unwrap();
        let error = format!("{:#}", drawings(&sets[0], 10).unwrap_err());
        assert!(error.contains(complaint) && error.contains("camel.npy"), "no '{complaint}' in: {error}");
        assert!(error.contains("fetch it again"), "{error}");
        assert!(at_least(&sets[0], 10, 1).is_err() && Drawings::of(&sets, 10, 1).is_err());
    }
    fs::remove_file(&path).unwrap();
    assert!(drawings(&sets[0], 10).unwrap_err().to_string().contains("cannot read"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(quickdraw::parse(&bytes).is_err());
    }

    #[test]
    fn headers_promise_in_vain(rows in any::<u64>(), columns in prop_oneof![Just(784u64), any::<u64>()]) {
        let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        let bytes = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
        let empty = rows == 0 && columns == 784;
        prop_assert_eq!(parse(&bytes).is_ok(), empty);
    }
}
