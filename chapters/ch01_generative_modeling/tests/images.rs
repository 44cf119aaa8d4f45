//! Pixels, tins and the map from codes to features.

use ch01::experiments::pixels::{fit, samples};
use ch01::figures::fashion::images;
use ch01::models::autoencoder::Autoencoder;
use ch01::models::linear::LinearMap;
use ch01::models::outfits::{Outfit, WRODL, parse};
use ch01::models::tins::features;
use ch01::models::tins::{self, SIDE, Tin};
use ndarray::{Array3, Array4, Axis};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Kind, Tensor};
use testing_tensors::take_turn;

#[test]
fn outfits_that_differ_look_different() {
    for feature in 0..5 {
        let values = ch01::models::outfits::SIZES[feature];
        let outfit = |value| {
            let mut numbers = [3, 4, 1, 2, 7];
            numbers[feature] = value;
            Outfit(numbers)
        };
        let drawn = images(&(0..values).map(outfit).collect::<Vec<_>>(), 64).unwrap();
        for a in 0..values {
            for b in 0..a {
                let difference = &drawn.index_axis(Axis(0), a) - &drawn.index_axis(Axis(0), b);
                let changed = difference.iter().filter(|value| value.abs() > 0.1).count();
                assert!(changed > 40, "feature {feature}: values {a} and {b} differ in {changed} values only");
            }
        }
    }
}

#[test]
fn the_marginals_of_pixels_are_learnt() {
    let real = images(&parse(WRODL).unwrap(), 32).unwrap();
    let model = fit(&real);
    // One pixel by hand: θ is the share of images with that value.
    let (feature, level) = ((18 * 32 + 8) * 3, (real[[7, 18, 8, 0]] * 255.0).round() as usize);
    let times = real.outer_iter().filter(|image| image[[18, 8, 0]] == real[[7, 18, 8, 0]]).count();
    assert_eq!(model.theta(feature, level), times as f64 / 50.0);
    assert_eq!(model.free_parameters(), 32 * 32 * 3 * 255);

    let noise = samples(&model, 3000, 32, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
    let moments = |images: &Array4<f32>| (images.mean_axis(Axis(0)).unwrap(), images.std_axis(Axis(0), 0.0));
    let ((mean, deviation), (noise_mean, noise_deviation)) = (moments(&real), moments(&noise));
    let largest = |a: Array3<f32>, b: Array3<f32>| (a - b).iter().fold(0f32, |most: f32, d: &f32| most.max(d.abs()));
    assert!(largest(mean, noise_mean) < 0.05);
    assert!(largest(deviation, noise_deviation) < 0.05);
    // Neighbours go together in real images only.
    let rough = |images: &Array4<f32>| {
        let row = images.index_axis(Axis(1), 10);
        (&row.slice(ndarray::s![.., 1.., ..]) - &row.slice(ndarray::s![.., ..-1, ..])).mapv(f32::abs).mean().unwrap()
    };
    assert!(rough(&noise) > 1.3 * rough(&real));
}

#[test]
fn tins_have_the_height_and_width_asked_for() {
    let dark = |tin: Tin| tin.image().unwrap().mapv(|value| value < 0.95);
    let (tall, low) = (dark(Tin::at(1.0, 0.5)), dark(Tin::at(0.0, 0.5)));
    let column = |image: &Array3<bool>| (0..SIDE).filter(|&y| image[[y, SIDE / 2, 0]]).count();
    assert_eq!(column(&tall) - column(&low), 24, "heights run from 8 to 32");
    let row = |share| (0..SIDE).filter(|&x| dark(Tin::at(0.5, share))[[36, x, 0]]).count();
    assert_eq!((row(0.0), row(1.0)), (12, 42));
    assert!(tins::images(&[]).is_err());
}

#[test]
fn linear_maps_are_found_and_judged() {
    let _turn = take_turn();
    tch::manual_seed(1);
    let x = Tensor::randn([200, 2], (Kind::Double, Device::Cpu));
    let y = x.matmul(&Tensor::from_slice2(&[[1.0, -2.0], [0.5, 3.0]])) + 4.0;
    let map = LinearMap::fit(&x, &y);
    assert!((map.apply(&x) - &y).abs().max().double_value(&[]) < 1e-9);
    assert!(map.r_squared(&x, &y).iter().all(|r| (r - 1.0).abs() < 1e-9));
    let unrelated = Tensor::randn([200, 1], (Kind::Double, Device::Cpu));
    let r_squared = LinearMap::fit(&x, &unrelated).r_squared(&x, &unrelated)[0];
    assert!((0.0..0.1).contains(&r_squared), "{r_squared}");
}

#[test]
fn the_autoencoder_finds_height_and_width() {
    let _turn = take_turn();
    tch::set_num_threads(1);
    tch::manual_seed(3);
    let grid: Vec<Tin> = (0..144).map(|i| Tin::at((i / 12) as f32 / 11.0, (i % 12) as f32 / 11.0)).collect();
    let side = SIDE as i64;
    let x = Tensor::from_slice(&tins::images(&grid).unwrap().into_raw_vec_and_offset().0).view([-1, side, side, 1]);
    let model = Autoencoder::new(0.001, Device::Cpu).unwrap();
    let mut optimizer = model.optimizer(0.002);
    let losses: Vec<f64> = (0..400).map(|_| model.train_step(&x, &mut optimizer)[1].double_value(&[])).collect();
    assert!(losses[399] < 0.35 * losses[0], "{} to {}", losses[0], losses[399]);
    let codes = tch::no_grad(|| model.encode(&x));
    let truth = features(&grid);
    let r_squared = LinearMap::fit(&codes, &truth).r_squared(&codes, &truth);
    assert!(r_squared.iter().all(|&r| r > 0.8), "{r_squared:?}");
}
