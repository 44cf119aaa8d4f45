//! Checkpoints that were changed are refused before a run goes on from them, with what does not agree and what to do.

use anyhow::Result;
use common::keras::weights::{read_file, write_file};
use common::training::{Encoded, Plan, RunFolder, TrainState, Training, with_checksum, without_checksum};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::fs;
use std::rc::Rc;
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// A state of another crate.
#[derive(Debug, Default)]
struct Other(RefCell<Vec<u8>>);

impl Encoded for Other {
    fn encode(&self) -> Result<Vec<u8>> {
        Ok(with_checksum(&self.0.borrow()))
    }

    fn decode(&self, bytes: &[u8]) -> Result<()> {
        self.0.replace(without_checksum(bytes, "the other state")?.to_vec());
        Ok(())
    }
}

/// Starts a run of epochs with three steps, or resumes it.
fn start(run: &RunFolder, epochs: u64, other: &Rc<Other>) -> Result<Training> {
    let variables = VarStore::new(Device::Cpu);
    let _ = variables.root().zeros("weight", &[1]);
    Training::start(run, Plan { epochs, batches: 3, seed: 1 }, TrainState::new(&variables).encoded("other", other))
}

/// A run of two epochs, in a folder that lasts as long as the first of the two.
fn trained() -> (tempfile::TempDir, RunFolder) {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    fs::create_dir(&run.path).unwrap();
    let mut training = start(&run, 2, &Rc::new(Other(RefCell::new(vec![1, 2, 3])))).unwrap();
    while training.next().unwrap().is_some() {
        training.record(4, &[("loss", &Tensor::from(0.5))]);
    }
    (folder, run)
}

#[test]
fn a_position_whose_numbers_disagree_is_refused() {
    let (_folder, run) = trained();
    let file = run.path.join("weights/checkpoint.safetensors");
    let good = fs::read(&file).unwrap();
    for (key, value, complaint) in [
        ("step", json!(0), "0 steps are 0 epochs of 3, but it has the losses of 2"),
        ("step", json!(u64::MAX), "but it has the losses of 2"),
        ("steps_per_epoch", json!(0), "its epochs have no steps"),
        ("samples", json!(2.0), "2 samples of an epoch without steps"),
        ("history", json!([]), "6 steps are 2 epochs of 3, but it has the losses of 0"),
        ("history", json!([[1.0, [0.5]], [2.0, []]]), "epoch 2 has 0 losses, not 1"),
        ("metrics", json!(["loss", "accuracy"]), "epoch 1 has 1 losses, not 2"),
    ] {
        fs::write(&file, &good).unwrap();
        let (tensors, mut header) = read_file(&file).unwrap();
        let mut position: Value = serde_json::from_str(&header["position"]).unwrap();
        position[key] = value;
        header.insert("position".to_string(), position.to_string());
        write_file(&file, tensors, header).unwrap();
        let error = format!("{:#}", start(&run, 4, &Rc::default()).unwrap_err());
        let told = format!("move {} away and train again", run.path.display());
        for word in [complaint, "checkpoint.safetensors", &told] {
            assert!(error.contains(word), "no '{word}' in: {error}");
        }
    }
    fs::write(&file, &good).unwrap();
    let mut training = start(&run, 4, &Rc::default()).unwrap();
    assert_eq!((training.steps_done(), training.history().unwrap().metric("loss")), (6, Some(vec![0.5, 0.5])));
}

#[test]
fn a_state_without_its_checksum_is_refused() {
    let (_folder, run) = trained();
    let file = run.path.join("weights/checkpoint.safetensors");
    let (tensors, header) = read_file(&file).unwrap();
    let other = Rc::new(Other::default());
    drop(start(&run, 2, &other).unwrap());
    assert_eq!(*other.0.borrow(), [1, 2, 3]);
    let whole = with_checksum(&[1, 2, 3]);
    let mut changed = whole.clone();
    changed[9] ^= 1;
    // As an earlier version wrote it; with another byte; cut off.
    for bytes in [&whole[8..], &changed, &whole[..10], &whole[..7]] {
        let mut tensors: Vec<(String, Tensor)> =
            tensors.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect();
        tensors.retain(|(name, _)| name != "encoded/other");
        tensors.push(("encoded/other".to_string(), Tensor::from_slice(bytes)));
        write_file(&file, tensors, header.clone()).unwrap();
        let error = format!("{:#}", start(&run, 2, &Rc::default()).unwrap_err());
        for word in ["the other state is damaged, or an earlier version saved it; move ", "checkpoint.safetensors"] {
            assert!(error.contains(word), "no '{word}' in: {error}");
        }
    }
}
