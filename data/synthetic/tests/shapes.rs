//! Synthetic data for CIFAR-10.

use std::fs;
use std::path::Path;

use synthetic::shapes::{Config, write};
use tempfile::tempdir;

const RECORD: usize = 3073;

fn shapes(seed: u64, images: usize) -> tempfile::TempDir {
    let dir = tempdir().unwrap();
    write(dir.path(), &Config { seed, images }).unwrap();
    dir
}

fn read(dir: &Path, name: &str) -> Vec<u8> {
    fs::read(dir.join(name)).unwrap()
}

#[test]
fn files_have_cifar10s_format() {
    let dir = shapes(1, 300);
    for name in ["data_batch_1.bin", "data_batch_5.bin", "test_batch.bin"] {
        let bytes = read(dir.path(), name);
        assert_eq!(bytes.len(), 300 * RECORD);
        let labels: Vec<u8> = bytes.chunks(RECORD).map(|record| record[0]).collect();
        assert!(labels.iter().all(|&label| label < 10));
        assert!((0..10).all(|class| labels.iter().filter(|&&label| label == class).count() > 10), "{labels:?}");
    }
    let names = String::from_utf8(read(dir.path(), "batches.meta.txt")).unwrap();
    assert_eq!(names.lines().count(), 10);
}

#[test]
fn the_seed_and_the_images_own_number_decide() {
    let (a, b, other) = (shapes(1, 40), shapes(1, 133), shapes(2, 40));
    let file = |dir: &tempfile::TempDir, name: &str| read(dir.path(), name)[..40 * RECORD].to_vec();
    // Other lengths are shared among the cores in another way.
    assert_eq!(file(&a, "data_batch_3.bin"), file(&b, "data_batch_3.bin"));
    assert_ne!(file(&a, "data_batch_3.bin"), file(&other, "data_batch_3.bin"));
    assert_ne!(file(&a, "data_batch_3.bin"), file(&a, "test_batch.bin"));
}

/// The mean colour does not give a class away: one has to look at the form.
#[test]
fn classes_are_alike_in_colour() {
    let dir = shapes(3, 5000);
    let bytes = read(dir.path(), "data_batch_1.bin");
    let mut sums = vec![[0.0; 3]; 10];
    let mut counts = [0.0; 10];
    for record in bytes.chunks(RECORD) {
        let class = usize::from(record[0]);
        counts[class] += 1.0;
        for channel in 0..3 {
            let plane = &record[1 + channel * 1024..][..1024];
            sums[class][channel] += plane.iter().map(|&v| f64::from(v)).sum::<f64>() / (255.0 * 1024.0);
        }
    }
    let all: f64 = sums.iter().flatten().sum::<f64>() / (3.0 * counts.iter().sum::<f64>());
    for (class, sum) in sums.iter().enumerate() {
        for mean in sum.map(|sum| sum / counts[class]) {
            assert!((mean - all).abs() < 0.06, "class {class} has a mean colour of {mean}, all have {all}");
        }
    }
}
