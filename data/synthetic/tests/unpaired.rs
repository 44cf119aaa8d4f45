//! Synthetic data for CycleGAN: two domains without pairs, in four folders.

use std::fs;
use std::path::Path;

use synthetic::format::jpeg::Image;
use synthetic::fruit::{self, Domain};
use synthetic::landscapes;
use tempfile::{TempDir, tempdir};

fn fruits(seed: u64, train: u64) -> TempDir {
    let dir = tempdir().unwrap();
    fruit::write(dir.path(), &fruit::Config { seed, train, test: 2 }).unwrap();
    dir
}

fn views(seed: u64, train: u64) -> TempDir {
    let dir = tempdir().unwrap();
    landscapes::write(dir.path(), &landscapes::Config { seed, train, test: 1 }).unwrap();
    dir
}

fn bytes(dir: &Path, folder: &str, number: u64) -> Vec<u8> {
    fs::read(dir.join(folder).join(fruit::file_name(number))).unwrap()
}

fn check_layout(dir: &Path, (train, test): (usize, usize), side: u32) {
    for (folder, count) in [("trainA", train), ("trainB", train), ("testA", test), ("testB", test)] {
        assert_eq!(fs::read_dir(dir.join(folder)).unwrap().count(), count, "{folder}");
        let image = image::load_from_memory(&bytes(dir, folder, 1)).unwrap();
        assert_eq!((image.width(), image.height()), (side, side));
    }
}

#[test]
fn four_folders_have_their_images() {
    check_layout(fruits(1, 3).path(), (3, 2), 160);
    check_layout(views(1, 2).path(), (2, 1), 256);
}

fn check_seeds(few: &Path, many: &Path, other: &Path) {
    for folder in ["trainA", "trainB"] {
        assert_eq!(bytes(few, folder, 1), bytes(many, folder, 1), "{folder}");
        assert_ne!(bytes(few, folder, 1), bytes(other, folder, 1), "{folder}");
        assert_ne!(bytes(few, folder, 1), bytes(few, &folder.replace("train", "test"), 1), "{folder}");
    }
}

#[test]
fn the_seed_and_the_images_own_number_decide() {
    check_seeds(fruits(1, 1).path(), fruits(1, 4).path(), fruits(2, 1).path());
    check_seeds(views(1, 1).path(), views(1, 3).path(), views(2, 1).path());
}

fn pixels(image: &Image) -> impl Iterator<Item = [f64; 3]> {
    image.rgb.chunks_exact(3).map(|rgb| [rgb[0], rgb[1], rgb[2]].map(f64::from))
}

/// Sums colours, and gives their mean.
#[derive(Default)]
struct Mean([f64; 3], f64);

impl Mean {
    fn add(&mut self, color: [f64; 3]) {
        self.0 = [0, 1, 2].map(|c| self.0[c] + color[c]);
        self.1 += 1.0;
    }

    fn get(&self) -> [f64; 3] {
        self.0.map(|sum| sum / self.1)
    }
}

/// The same still life with other fruit: the ground stays, and so do number, sizes and places.
#[test]
fn only_fruit_tells_apples_from_oranges() {
    let (mut apples, mut oranges) = (Mean::default(), Mean::default());
    let (mut changed, mut ground) = (0.0, 0.0);
    let (mut common, mut either) = (0.0, 0.0);
    for number in 1..=20 {
        let [(a, in_a), (b, in_b)] = [Domain::A, Domain::B].map(|domain| fruit::image(domain, 7, number));
        for (((a, b), in_a), in_b) in pixels(&a).zip(pixels(&b)).zip(in_a).zip(in_b) {
            match (in_a, in_b) {
                (false, false) => {
                    changed += (0..3).map(|c| (a[c] - b[c]).abs()).sum::<f64>() / 3.0;
                    ground += 1.0;
                }
                (true, true) => {
                    apples.add(a);
                    oranges.add(b);
                    common += 1.0;
                }
                _ => {}
            }
            either += f64::from(u8::from(in_a || in_b));
        }
    }
    // Shadows differ a little, as the forms do.
    assert!(changed / ground < 2.0, "the ground changes by {}", changed / ground);
    assert!(common / either > 0.85, "{common} of {either} pixels");
    let (apples, oranges) = (apples.get(), oranges.get());
    let redness = |color: [f64; 3]| color[0] / color[1];
    assert!(redness(apples) > 1.25 * redness(oranges), "{apples:?} {oranges:?}");
    assert!(oranges[2] < 0.75 * oranges[1], "{oranges:?}");
}

/// The grounds of different still lifes, near the upper and left borders, where there is no fruit: means differ no more
/// than chance explains.
#[test]
fn grounds_are_alike_in_both_domains() {
    let means = |domain: Domain, numbers: std::ops::Range<u64>| -> Vec<[f64; 3]> {
        let border = |number| {
            let (image, fruit) = fruit::image(domain, 8, number);
            let side = image.width as usize;
            let mut mean = Mean::default();
            for (i, (color, fruit)) in pixels(&image).zip(fruit).enumerate() {
                if !fruit && (i / side < 6 || i % side < 6) {
                    mean.add(color);
                }
            }
            mean.get()
        };
        numbers.map(border).collect()
    };
    let (a, b) = (means(Domain::A, 0..30), means(Domain::B, 30..60));
    for c in 0..3 {
        let mean = |colors: &[[f64; 3]]| colors.iter().map(|color| color[c]).sum::<f64>() / colors.len() as f64;
        let error = |colors: &[[f64; 3]]| {
            let middle = mean(colors);
            colors.iter().map(|color| (color[c] - middle).powi(2)).sum::<f64>() / (colors.len() as f64).powi(2)
        };
        let (difference, chance) = (mean(&a) - mean(&b), (error(&a) + error(&b)).sqrt());
        assert!(difference.abs() < 3.0 * chance, "channel {c}: {difference}, expected {chance}");
    }
}

/// Mean difference of a pixel's brightness from those at its right and below it.
fn edges(image: &Image) -> f64 {
    let side = image.width as usize;
    let grey: Vec<f64> = pixels(image).map(|rgb| rgb.iter().sum::<f64>() / 3.0).collect();
    let inner = (0..grey.len() - side).filter(|i| i % side + 1 < side);
    inner.map(|i| (grey[i] - grey[i + 1]).abs() + (grey[i] - grey[i + side]).abs()).sum::<f64>() / grey.len() as f64
}

/// Mean brightness of each square of 16 x 16 pixels.
fn blocks(image: &Image) -> Vec<f64> {
    let side = image.width as usize;
    let mut sums = vec![0.0; (side / 16) * (side / 16)];
    for (i, rgb) in pixels(image).enumerate() {
        sums[i / side / 16 * (side / 16) + i % side / 16] += rgb.iter().sum::<f64>() / (3.0 * 256.0);
    }
    sums
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let product = |v: &[f64], m: f64, w: &[f64], n: f64| v.iter().zip(w).map(|(x, y)| (x - m) * (y - n)).sum::<f64>();
    product(a, ma, b, mb) / (product(a, ma, a, ma) * product(b, mb, b, mb)).sqrt()
}

/// The same scene painted and photographed: the same composition, other colours, and strokes.
#[test]
fn paintings_have_strokes_and_no_black() {
    let (mut rougher, mut alike) = (0.0, 0.0);
    let number = 12;
    for i in 1..=number {
        let [painting, photograph] = [Domain::A, Domain::B].map(|domain| landscapes::image(domain, 7, i));
        rougher += edges(&painting) / edges(&photograph) / number as f64;
        alike += correlation(&blocks(&painting), &blocks(&photograph)) / number as f64;
        let mut dark: Vec<[f64; 3]> = pixels(&painting).collect();
        dark.sort_by(|a, b| a.iter().sum::<f64>().total_cmp(&b.iter().sum()));
        let mut shadow = Mean::default();
        dark[..dark.len() / 100].iter().for_each(|color| shadow.add(*color));
        let shadow = shadow.get();
        assert!(shadow.iter().sum::<f64>() > 3.0 * 40.0, "painting {i} is black: {shadow:?}");
    }
    assert!(rougher > 1.5, "{rougher}");
    assert!(alike > 0.8, "{alike}");
}
