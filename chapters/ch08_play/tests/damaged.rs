//! Damaged files of chapter 8 are told, whatever is wrong with them: encoded episodes, weights, the state of CMA-ES.

use ch08::models::Series;
use ch08::models::controller::{Controller, ControllerConfig};
use ch08::models::evolution::Evolution;
use common::keras::weights;
use common::training::Encoded;
use proptest::prelude::*;
use std::fs;
use tch::{Device, Kind, Tensor};

/// A damaged copy: a byte is changed, and the end is missing or has noise after it.
fn damaged(bytes: &[u8], at: f64, flip: u8, keep: f64, noise: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = (at * bytes.len() as f64) as usize;
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= flip;
    }
    bytes.truncate((keep * bytes.len() as f64).ceil() as usize);
    bytes.extend(noise);
    bytes
}

fn series() -> Series {
    let part = |size: &[i64]| Tensor::ones(size, (Kind::Float, Device::Cpu));
    Series { mu: part(&[2, 3, 4]), log_var: part(&[2, 3, 4]), action: part(&[2, 3, 3]), reward: part(&[2, 3]) }
}

/// An evolution that has played two generations.
fn evolution() -> Evolution {
    let evolution = Evolution::new(vec![0.0; 5], 0.1, 6, 1).unwrap();
    for _ in 0..2 {
        let candidates = evolution.ask().unwrap();
        let costs: Vec<f64> =
            candidates.iter().map(|weights| weights.iter().map(|w| (w - 1.0).powi(2)).sum()).collect();
        evolution.tell(&costs).unwrap();
    }
    evolution
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn encoded_episodes_are_read_or_refused(
        at in 0.0..1.0f64, flip in any::<u8>(), keep in prop_oneof![Just(1.0), 0.0..1.0f64],
        noise in prop_oneof![Just(vec![]), proptest::collection::vec(any::<u8>(), 0..40)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("series.safetensors");
        series().save(&file).unwrap();
        let bytes = damaged(&fs::read(&file).unwrap(), at, flip, keep, &noise);
        fs::write(&file, &bytes).unwrap();
        match Series::load(&file) {
            Ok(series) => assert_eq!(series.mu.size(), series.log_var.size()),
            Err(error) => assert!(format!("{error:#}").contains("series.safetensors"), "{error:#}"),
        }
    }

    #[test]
    fn weights_are_read_or_refused(
        at in 0.0..1.0f64, flip in any::<u8>(), keep in prop_oneof![Just(1.0), 0.0..1.0f64],
        noise in prop_oneof![Just(vec![]), proptest::collection::vec(any::<u8>(), 0..40)],
    ) {
        let controller = Controller::new(&ControllerConfig { z_dim: 2, hidden: 3 }, Device::Cpu).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("controller.safetensors");
        weights::save(&controller.variables, &file).unwrap();
        let bytes = damaged(&fs::read(&file).unwrap(), at, flip, keep, &noise);
        fs::write(&file, &bytes).unwrap();
        if let Err(error) = weights::load(&controller.variables, &file) {
            assert!(format!("{error:#}").contains("controller.safetensors"), "{error:#}");
        }
    }

    #[test]
    fn the_state_of_an_evolution_is_read_or_refused(
        at in 0.0..1.0f64, flip in any::<u8>(), keep in prop_oneof![Just(1.0), 0.0..1.0f64],
        noise in prop_oneof![Just(vec![]), proptest::collection::vec(any::<u8>(), 0..40)],
    ) {
        let evolution = evolution();
        let bytes = damaged(&evolution.encode().unwrap(), at, flip, keep, &noise);
        if evolution.decode(&bytes).is_ok() {
            // What was read can be used, or says what is wrong.
            let _ = evolution.ask().and_then(|candidates| evolution.tell(&vec![1.0; candidates.len()]));
        }
    }
}
