//! What nets learn from: frames in random order, and encoded episodes.

use ch08::models::frames::FrameBatches;
use ch08::models::rollouts::{Environment, Plan, Rollouts, collect};
use ch08::models::series::Series;
use ch08::models::vae::{Vae, VaeConfig};
use common::training::Step;
use std::collections::BTreeMap;
use std::fs;
use tch::{Device, Kind, Tensor};

const STEPS: usize = 12;

fn rollouts(folder: &std::path::Path, episodes: usize) -> Rollouts {
    let plan = Plan { episodes, steps: STEPS, repeat_action: 5, environment: Environment::Book, seed: 1 };
    collect(folder, &plan, 2).unwrap()
}

fn step(number: u64, per_epoch: u64) -> Step {
    Step { epoch: number / per_epoch, batch: number % per_epoch, number }
}

/// How often each frame occurs, by its bytes.
fn counts(batches: &[Tensor]) -> BTreeMap<Vec<u8>, usize> {
    let mut counts = BTreeMap::new();
    for batch in batches {
        let bytes = (batch.permute([0, 2, 3, 1]) * 255.0).round().to_kind(Kind::Uint8).contiguous();
        for image in Vec::<u8>::try_from(bytes.reshape(-1)).unwrap().chunks_exact(64 * 64 * 3) {
            *counts.entry(image.to_vec()).or_default() += 1;
        }
    }
    counts
}

#[test]
fn an_epoch_has_each_frame_once_and_resumes_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let batches = || FrameBatches::new(rollouts(folder.path(), 5), STEPS, 4, 2, 9).unwrap();
    let mut whole = batches();
    let per_epoch = whole.per_epoch();
    assert_eq!(per_epoch, 5 * STEPS as u64 / 4);
    let all: Vec<Tensor> = (0..2 * per_epoch).map(|n| whole.at(step(n, per_epoch), Device::Cpu).unwrap()).collect();
    assert_eq!(all[0].size(), [4, 3, 64, 64]);
    let mut frames: Vec<Vec<u8>> = vec![];
    let episodes = rollouts(folder.path(), 5);
    for number in 0..5 {
        let images = episodes.read(number).unwrap().images;
        frames.extend(images.outer_iter().map(|image| image.iter().copied().collect::<Vec<u8>>()));
    }
    let mut expected = BTreeMap::new();
    frames.into_iter().for_each(|frame| *expected.entry(frame).or_default() += 1);
    for epoch in all.chunks(per_epoch as usize) {
        assert!(counts(epoch) == expected, "an epoch does not have each frame once");
    }
    assert!(!all[0].equal(&all[per_epoch as usize]), "both epochs have the same order");
    // Any step can be the first.
    for first in [1, per_epoch - 1, per_epoch + 7] {
        let mut resumed = batches();
        for n in first..2 * per_epoch {
            assert!(resumed.at(step(n, per_epoch), Device::Cpu).unwrap().equal(&all[n as usize]), "{first} {n}");
        }
    }
}

#[test]
fn batches_larger_than_what_is_in_memory_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = FrameBatches::new(rollouts(folder.path(), 2), STEPS, 100, 2, 9).unwrap_err().to_string();
    assert!(error.contains("batch_size is larger than the 24 frames"), "{error}");
}

#[test]
fn encoded_episodes_survive_a_file_and_no_other_bytes_do() {
    let folder = tempfile::tempdir().unwrap();
    let vae = Vae::new(&VaeConfig::book(), Device::Cpu).unwrap();
    let series = Series::encode(rollouts(folder.path(), 3), STEPS, &vae).unwrap();
    assert_eq!(series.mu.size(), [3, STEPS as i64, 32]);
    assert_eq!(series.reward.double_value(&[0, 0]), 0.0, "the first frame has no reward");
    assert_eq!(series.reward.double_value(&[0, 1]), 1.0, "the first step reaches the tiles at the start");
    assert!((series.action.double_value(&[0, 0, 1]) - 1.0).abs() < 1e-9, "the driver begins with full gas");

    let path = folder.path().join("series.safetensors");
    series.save(&path).unwrap();
    let loaded = Series::load(&path).unwrap();
    for (a, b) in [(&loaded.mu, &series.mu), (&loaded.log_var, &series.log_var), (&loaded.action, &series.action)] {
        assert!(a.equal(b));
    }
    let bytes = fs::read(&path).unwrap();
    for length in [0, 1, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let error = format!("{:#}", Series::load(&path).unwrap_err());
        assert!(error.contains("series.safetensors"), "{length}: {error}");
    }
    for broken in [
        Series { reward: series.reward.narrow(1, 0, 3), ..copy(&series) },
        Series { mu: &series.mu * f64::NAN, ..copy(&series) },
        Series { action: series.action.narrow(2, 0, 2), ..copy(&series) },
        Series { log_var: series.log_var.to_kind(Kind::Double), ..copy(&series) },
    ] {
        broken.save(&path).unwrap();
        let error = format!("{:#}", Series::load(&path).unwrap_err());
        assert!(error.contains("holds no encoded episodes"), "{error}");
    }
    let error = Series::encode(rollouts(folder.path(), 3), STEPS + 1, &vae).unwrap_err().to_string();
    assert_eq!(error, "none of the 3 episodes has 13 frames");
}

#[test]
fn batches_draw_z_anew() {
    let folder = tempfile::tempdir().unwrap();
    let vae = Vae::new(&VaeConfig::book(), Device::Cpu).unwrap();
    let series = Series::encode(rollouts(folder.path(), 3), STEPS, &vae).unwrap();
    let rows = Tensor::from_slice(&[2_i64, 0]);
    let [a, b] = [0, 1].map(|_| series.batch(&rows, Device::Cpu));
    assert_eq!(a.input.size(), [2, STEPS as i64 - 1, 36]);
    assert!(!a.next_z.equal(&b.next_z));
    assert!(a.next_reward.equal(&series.reward.index_select(0, &rows).narrow(1, 1, STEPS as i64 - 1)));
    // z of a step is that which the step before had to predict.
    assert!(a.input.narrow(2, 0, 32).narrow(1, 1, STEPS as i64 - 2).equal(&a.next_z.narrow(1, 0, STEPS as i64 - 2)));
    assert!(a.input.narrow(2, 32, 3).equal(&series.action.index_select(0, &rows).narrow(1, 0, STEPS as i64 - 1)));
}

fn copy(series: &Series) -> Series {
    series.range(0, series.episodes())
}
