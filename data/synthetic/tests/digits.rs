//! Synthetic data for MNIST.

use std::fs;
use std::path::Path;

use synthetic::digits::{Config, write};
use tempfile::tempdir;

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";
const SIZE: usize = 28 * 28;

fn digits(seed: u64, train: u32) -> tempfile::TempDir {
    let dir = tempdir().unwrap();
    write(dir.path(), &Config { seed, train, test: 20 }).unwrap();
    dir
}

fn read(dir: &Path, name: &str) -> Vec<u8> {
    fs::read(dir.join(name)).unwrap()
}

#[test]
fn files_have_mnists_format() {
    let dir = digits(1, 300);
    let images = read(dir.path(), IMAGES);
    assert_eq!(images[..16], [0, 0, 8, 3, 0, 0, 1, 44, 0, 0, 0, 28, 0, 0, 0, 28]);
    assert_eq!(images.len(), 16 + 300 * SIZE);
    let labels = read(dir.path(), LABELS);
    assert_eq!(labels[..8], [0, 0, 8, 1, 0, 0, 1, 44]);
    assert_eq!(labels.len(), 8 + 300);
    for digit in 0..10 {
        assert!(labels[8..].iter().filter(|&&label| label == digit).count() > 10);
    }
    assert_eq!(read(dir.path(), "t10k-images-idx3-ubyte").len(), 16 + 20 * SIZE);
    assert_eq!(read(dir.path(), "t10k-labels-idx1-ubyte").len(), 8 + 20);
}

#[test]
fn the_seed_decides() {
    let (a, b, other) = (digits(1, 100), digits(1, 100), digits(2, 100));
    assert_eq!(read(a.path(), IMAGES), read(b.path(), IMAGES));
    assert_ne!(read(a.path(), IMAGES), read(other.path(), IMAGES));
}

#[test]
fn an_image_depends_on_its_own_number_only() {
    // Other lengths are shared among the cores in another way.
    let (short, long) = (digits(1, 50), digits(1, 333));
    let common = 16..16 + 50 * SIZE;
    assert_eq!(read(short.path(), IMAGES)[common.clone()], read(long.path(), IMAGES)[common]);
}

#[test]
fn images_look_like_mnists_in_numbers() {
    let dir = digits(3, 1000);
    let bytes = read(dir.path(), IMAGES);
    let images: Vec<&[u8]> = bytes[16..].chunks(SIZE).collect();
    let mean = bytes[16..].iter().map(|&b| f64::from(b)).sum::<f64>() / (255.0 * 1000.0 * SIZE as f64);
    assert!((0.11..0.15).contains(&mean), "MNIST's mean is 0.131, this is {mean}");
    let (mut x, mut y) = (0.0, 0.0);
    for image in &images {
        assert!(image.iter().any(|&ink| ink > 200), "an image without ink");
        let mass: f64 = image.iter().map(|&ink| f64::from(ink)).sum();
        let moment = |of: fn(usize) -> usize| {
            image.iter().enumerate().map(|(i, &ink)| of(i) as f64 * f64::from(ink)).sum::<f64>() / mass
        };
        x += moment(|i| i % 28) / 1000.0;
        y += moment(|i| i / 28) / 1000.0;
    }
    assert!((x - 13.5).abs() < 0.5 && (y - 13.5).abs() < 0.5, "off centre: {x}, {y}");
    let mut different = images.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 1000, "no two are the same");
}

/// A digit must be told from the others: the nearest of 2,000 other digits has the same label nearly always.
#[test]
fn digits_can_be_told_apart() {
    let dir = digits(4, 2200);
    let bytes = read(dir.path(), IMAGES);
    let labels = &read(dir.path(), LABELS)[8..];
    let images: Vec<&[u8]> = bytes[16..].chunks(SIZE).collect();
    let distance =
        |a: &[u8], b: &[u8]| -> i64 { a.iter().zip(b).map(|(&a, &b)| (i64::from(a) - i64::from(b)).pow(2)).sum() };
    let right = (2000..2200)
        .filter(|&i| {
            let nearest = (0..2000).min_by_key(|&j| distance(images[i], images[j])).unwrap();
            labels[nearest] == labels[i]
        })
        .count();
    assert!((180..=200).contains(&right), "{right} of 200");
}
