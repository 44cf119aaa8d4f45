use super::*;
use std::fs;
use tch::Device;
use tch::nn::VarStore;

/// Longer than a test.
const NEVER: Duration = Duration::from_secs(3600);

/// A run folder that lasts as long as the first of the two.
fn folder() -> (tempfile::TempDir, RunFolder) {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    (folder, run)
}

/// Begins or resumes a run that keeps the losses of each step, and reads them no sooner than after this time.
fn start(run: &RunFolder, [epochs, batches]: [u64; 2], read_every: Duration) -> Training {
    let variables = VarStore::new(Device::Cpu);
    let _ = variables.root().zeros("weight", &[1]);
    let plan = Plan { epochs, batches, seed: 1 };
    let mut training = Training::start(run, plan, TrainState::new(&variables)).unwrap().keeping_steps().unwrap();
    training.read_every = read_every;
    training
}

/// Trains up to a step, counted from 1, or to the end; nothing is saved on the way. Returns the largest number of epochs
/// that waited to be read.
fn train(training: &mut Training, last: u64, loss: impl Fn(u64) -> f64) -> Result<u64> {
    let mut most = 0;
    training.save_took = NEVER;
    while let Some(step) = training.next()? {
        most = most.max(training.losses.ended());
        let number = step.number + 1;
        let losses = [Tensor::from(loss(number)), Tensor::from(-loss(number))];
        training.record(3, &[("loss", &losses[0]), ("opposite", &losses[1])]);
        if training.ends_epoch(step) {
            training.record_validation(&[("val_loss", number as f64)]);
        }
        if number == last {
            break;
        }
    }
    Ok(most)
}

/// Losses whose sums depend on their order in the last bits.
fn wave(number: u64) -> f64 {
    1.5 + (number as f64).sin()
}

/// The metrics of each epoch with these losses.
fn expected([epochs, batches]: [u64; 2], loss: impl Fn(u64) -> f64) -> Vec<Vec<f64>> {
    let row = |epoch: u64| {
        let steps = epoch * batches + 1..=(epoch + 1) * batches;
        let mean = steps.map(|number| 3.0 * loss(number)).sum::<f64>() / (3 * batches) as f64;
        vec![mean, -mean, ((epoch + 1) * batches) as f64]
    };
    (0..epochs).map(row).collect()
}

fn metrics(history: History) -> Vec<Vec<f64>> {
    history.rows.into_iter().map(|(_, metrics)| metrics).collect()
}

fn steps_csv(run: &RunFolder) -> String {
    fs::read_to_string(run.path.join("steps.csv")).unwrap()
}

#[test]
fn losses_are_the_same_whenever_they_are_read() {
    for plan in [[300, 1], [30, 7]] {
        let [(_kept, at_once), (_also, late)] = [folder(), folder()];
        let mut training = start(&at_once, plan, Duration::ZERO);
        assert_eq!(train(&mut training, u64::MAX, wave).unwrap(), 0);
        let mut training = start(&late, plan, NEVER);
        assert_eq!(train(&mut training, u64::MAX, wave).unwrap(), plan[0] - 1);
        for run in [&at_once, &late] {
            let history = run.history().unwrap();
            assert_eq!(history.metrics, ["loss", "opposite", "val_loss"]);
            assert!(history.rows.is_sorted_by_key(|(seconds, _)| *seconds));
            assert_eq!(metrics(history), expected(plan, wave));
        }
        assert_eq!(steps_csv(&late), steps_csv(&at_once));
    }
}

#[test]
fn a_history_has_all_epochs_that_have_ended() {
    let plan = [20, 1];
    let (_folder, run) = folder();
    let mut training = start(&run, plan, NEVER);
    train(&mut training, 9, wave).unwrap();
    // The ninth epoch ends with the call for the tenth step.
    assert_eq!(metrics(training.history().unwrap()), expected([8, 1], wave));
    train(&mut training, u64::MAX, wave).unwrap();
    assert_eq!(metrics(training.history().unwrap()), expected(plan, wave));
}

#[test]
fn only_so_many_epochs_wait_to_be_read() {
    let plan = [2 * MOST_UNREAD + 500, 1];
    let (_folder, run) = folder();
    let mut training = start(&run, plan, NEVER);
    assert_eq!(train(&mut training, u64::MAX, wave).unwrap(), MOST_UNREAD - 1);
    assert_eq!(metrics(run.history().unwrap()), expected(plan, wave));
}

#[test]
fn a_loss_that_is_nan_is_read_before_anything_is_saved() {
    let nan_at_20 = |number: u64| if number == 20 { f64::NAN } else { 1.0 };
    let (_folder, run) = folder();
    let mut training = start(&run, [30, 1], NEVER);
    let error = train(&mut training, u64::MAX, nan_at_20).unwrap_err().to_string();
    assert!(error.starts_with("loss became NaN by step 20: training stops\nnothing was saved in "), "{error}");
    assert!(!run.is_trained());
    assert!(!run.path.join("steps.csv").exists());
    drop(training);

    train(&mut start(&run, [10, 1], NEVER), u64::MAX, nan_at_20).unwrap();
    let files = ["weights/checkpoint.safetensors", "weights/weights.safetensors", "history.csv", "steps.csv"];
    let read = || files.map(|file| fs::read(run.path.join(file)).unwrap());
    let saved = read();
    let mut training = start(&run, [30, 1], NEVER);
    train(&mut training, 25, nan_at_20).unwrap();
    let error = training.history().unwrap_err().to_string();
    assert!(error.contains("by step 20: training stops\nthe last good checkpoint is kept"), "{error}");
    assert_eq!(read(), saved);
}

/// Saved within an epoch, and killed when losses of later ones were not read.
#[test]
fn a_killed_and_resumed_run_has_the_same_losses() {
    let plan = [9, 5];
    let [(_kept, whole), (_also, killed)] = [folder(), folder()];
    train(&mut start(&whole, plan, NEVER), u64::MAX, wave).unwrap();
    let mut training = start(&killed, plan, NEVER);
    train(&mut training, 13, wave).unwrap();
    training.save().unwrap();
    assert_eq!(train(&mut training, 26, wave).unwrap(), 3);
    drop(training);
    assert_eq!(metrics(killed.history().unwrap()), expected([2, 5], wave));

    train(&mut start(&killed, plan, Duration::ZERO), u64::MAX, wave).unwrap();
    for run in [&whole, &killed] {
        assert_eq!(metrics(run.history().unwrap()), expected(plan, wave));
    }
    assert_eq!(steps_csv(&killed), steps_csv(&whole));
}
