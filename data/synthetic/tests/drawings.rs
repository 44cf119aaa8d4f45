//! Synthetic data for Quick, Draw!.

use std::fs;

use synthetic::drawings::{Config, categories, write};
use tempfile::tempdir;

const SIZE: usize = 28 * 28;

fn drawings(category: &str, seed: u64, drawings: usize) -> Vec<Vec<u8>> {
    let dir = tempdir().unwrap();
    write(dir.path(), category, &Config { seed, drawings }).unwrap();
    let bytes = fs::read(dir.path().join(format!("{category}.npy"))).unwrap();
    let (header, pixels) = bytes.split_at(bytes.len() - drawings * SIZE);
    assert_eq!(header[..8], *b"\x93NUMPY\x01\x00");
    assert_eq!(header.len(), 128, "as long as NumPy's own");
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({drawings}, 784), }}");
    assert!(header[10..].starts_with(text.as_bytes()));
    pixels.chunks(SIZE).map(<[u8]>::to_vec).collect()
}

#[test]
fn the_seed_and_the_drawings_own_number_decide() {
    for category in categories() {
        let short = drawings(category, 1, 20);
        // Other lengths are shared among the cores in another way.
        assert_eq!(short, drawings(category, 1, 133)[..20], "{category}");
        assert_ne!(short, drawings(category, 2, 20), "{category}");
    }
}

/// Drawings fill 23.5 pixels in one direction, and are centred in both.
#[test]
fn drawings_stand_as_in_googles_bitmaps() {
    for category in categories() {
        let drawings = drawings(category, 3, 200);
        let mean = drawings.iter().flatten().map(|&ink| f64::from(ink)).sum::<f64>() / (255 * 200 * SIZE) as f64;
        assert!((0.12..0.25).contains(&mean), "{category} has {mean} ink");
        for drawing in &drawings {
            assert!(drawing.contains(&255), "{category}: no full ink");
            let range = |of: fn(usize) -> usize| {
                let inked = (0..SIZE).filter(|&i| drawing[i] > 40).map(of);
                inked.fold((28, 0), |(low, high), v| (low.min(v), high.max(v)))
            };
            let ((left, right), (top, bottom)) = (range(|i| i % 28), range(|i| i / 28));
            assert!(
                (left + right).abs_diff(27) <= 2 && (top + bottom).abs_diff(27) <= 2,
                "{category} is not in the middle"
            );
            assert!((23..=26).contains(&(right - left + 1).max(bottom - top + 1)), "{category} is too large or small");
        }
        let mut different = drawings.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 200, "no two are the same");
    }
}

/// A category must be told from the others: the nearest other drawing has the same one mostly.
#[test]
fn categories_can_be_told_apart() {
    let mut known = vec![];
    let mut asked = vec![];
    for (label, category) in categories().enumerate() {
        let mut drawings: Vec<_> =
            drawings(category, 4, 220).into_iter().map(|drawing| (label, blurred(&drawing))).collect();
        asked.extend(drawings.split_off(200));
        known.extend(drawings);
    }
    let distance = |a: &[i32], b: &[i32]| -> i64 { a.iter().zip(b).map(|(a, b)| i64::from(a - b).pow(2)).sum() };
    let right = asked
        .iter()
        .filter(|(label, drawing)| known.iter().min_by_key(|(_, other)| distance(drawing, other)).unwrap().0 == *label)
        .count();
    assert!((180..=200).contains(&right), "{right} of 200");
}

/// Sums over 4 x 4 pixels, for the lines of two drawings seldom fall on the same pixels.
fn blurred(drawing: &[u8]) -> Vec<i32> {
    let sum = |x: usize, y: usize| (0..16).map(|i| i32::from(drawing[(4 * y + i / 4) * 28 + 4 * x + i % 4])).sum();
    (0..49).map(|i| sum(i % 7, i / 7)).collect()
}

#[test]
fn other_categories_are_refused() {
    let dir = tempdir().unwrap();
    let error = write(dir.path(), "yoga", &Config::default()).unwrap_err().to_string();
    assert!(error.contains("no generator of `yoga` drawings"), "{error}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}
