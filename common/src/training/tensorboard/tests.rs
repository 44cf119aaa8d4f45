use super::EventFile;
use super::event::{Event, Histogram, Image, SessionLog, Summary, Tagged, Value, What};
use super::record::{frame, masked_crc};
use crate::training::{Plan, RunFolder, TrainState, Training};
use ndarray::Array3;
use prost::Message;
use std::fs;
use std::path::{Path, PathBuf};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// `fixture_tensorboard.py` makes the same events with TensorBoard's own messages and writer.
#[test]
fn the_bytes_are_tensorboards() {
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    let image = Image { height: 2, width: 3, colorspace: 1, encoded_image_string: png };
    let histogram = Histogram::from_values(&[-1.5, -0.25, 0.0, 0.25, 0.5, 2.5]).unwrap();
    let scalar = |tag, value| Tagged::new(tag, Value::SimpleValue(value));
    let values = [
        vec![scalar("epoch/loss", 0.25), scalar("epoch/kl_loss", 0.0)],
        vec![Tagged::new("samples", Value::Image(image))],
        vec![Tagged::new("latent values", Value::Histo(histogram))],
    ];
    let event = |wall_time, step, what| Event { wall_time, step, what: Some(what) };
    let mut events = vec![
        event(1.5, 3, What::FileVersion("brain.Event:2".to_string())),
        event(1.5, 3, What::SessionLog(SessionLog { status: 1 })),
    ];
    events.extend(values.map(|value| event(2.5, 300, What::Summary(Summary { value }))));
    let bytes: Vec<u8> = events.iter().flat_map(|event| frame(&event.encode_to_vec())).collect();
    assert_eq!(bytes, include_bytes!("../../../tests/fixtures/tensorboard.tfevents"));
}

/// The event files of a run, in order.
fn files(run: &RunFolder) -> Vec<PathBuf> {
    let entries = fs::read_dir(run.path.join("tensorboard")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The events of a file, whose checksums must be right.
fn events(path: &Path) -> Vec<Event> {
    let bytes = fs::read(path).unwrap();
    let (mut rest, mut events) = (bytes.as_slice(), vec![]);
    while !rest.is_empty() {
        let (length, after) = rest.split_at(8);
        let (length_crc, after) = after.split_at(4);
        assert_eq!(length_crc, masked_crc(length).to_le_bytes());
        let (data, after) = after.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        let (data_crc, after) = after.split_at(4);
        assert_eq!(data_crc, masked_crc(data).to_le_bytes());
        events.push(Event::decode(data).unwrap());
        rest = after;
    }
    events
}

/// The values of a tag with their steps, as TensorBoard shows them: the start of a session drops what earlier files say of
/// its step and of all later ones.
fn shown(run: &RunFolder, tag: &str) -> Vec<(i64, Value)> {
    let mut shown: Vec<(i64, Value)> = vec![];
    for path in files(run) {
        let events = events(&path);
        assert_eq!(events[0].what, Some(What::FileVersion("brain.Event:2".to_string())));
        for Event { step, what, .. } in events {
            match what.unwrap() {
                What::FileVersion(_) => {}
                What::SessionLog(log) => {
                    assert_eq!(log.status, 1);
                    shown.retain(|(earlier, _)| *earlier < step);
                }
                What::Summary(summary) => {
                    let values = summary.value.into_iter().filter(|value| value.tag == tag);
                    shown.extend(values.map(|value| (step, value.value.unwrap())));
                }
            }
        }
    }
    shown
}

fn loss(step: u64) -> f64 {
    0.75_f64.powi(step as i32)
}

/// Trains for some epochs, or is killed after step `killed`, which counts from 1. Step 5 saves a sample.
fn train(run: &RunFolder, [epochs, batches]: [u64; 2], killed: Option<u64>) {
    let variables = VarStore::new(Device::Cpu);
    let _ = variables.root().zeros("weight", &[1]);
    let plan = Plan { epochs, batches, seed: 1 };
    let mut training = Training::start(run, plan, TrainState::new(&variables)).unwrap();
    while let Some(step) = training.next().unwrap() {
        let number = step.number + 1;
        training.record(2, &[("loss", &Tensor::from(loss(number)))]);
        if number == 5 {
            run.save_sample("sample_00005.png", "samples", number, Array3::<f32>::zeros((2, 3, 1)).view()).unwrap();
        }
        if training.ends_epoch(step) {
            training.record_validation(&[("val_loss", number as f64)]);
        }
        if killed == Some(number) {
            return;
        }
    }
}

#[test]
fn a_killed_and_resumed_run_shows_each_step_once() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path()).with_tensorboard(true);
    train(&run, [1, 3], None);
    train(&run, [3, 3], Some(5));
    let killed = files(&run).pop().unwrap();
    train(&run, [3, 3], None);
    assert_eq!(files(&run).len(), 3);
    train(&run, [3, 3], None); // nothing is left to do
    assert_eq!(files(&run).len(), 3);

    let steps: Vec<(i64, Value)> = (1..=9).map(|step| (step as i64, Value::SimpleValue(loss(step) as f32))).collect();
    assert_eq!(shown(&run, "step/loss"), steps);
    let history = run.history().unwrap();
    for (name, last) in [("loss", (loss(7) + loss(8) + loss(9)) / 3.0), ("val_loss", 9.0)] {
        let column = history.metric(name).unwrap();
        assert!((column[2] - last).abs() < 1e-12, "{name}: {column:?}");
        let epochs = [3, 6, 9].into_iter().zip(column);
        let epochs: Vec<(i64, Value)> = epochs.map(|(step, value)| (step, Value::SimpleValue(value as f32))).collect();
        assert_eq!(shown(&run, &format!("epoch/{name}")), epochs);
    }

    let png = fs::read(run.path.join("images/sample_00005.png")).unwrap();
    let image = Value::Image(Image { height: 2, width: 3, colorspace: 1, encoded_image_string: png });
    assert_eq!(shown(&run, "samples"), [(5_i64, image.clone())]);
    // The killed session had saved it, too.
    let value = vec![Tagged::new("samples", image)];
    assert_eq!(events(&killed).pop().unwrap().what, Some(What::Summary(Summary { value })));
}

#[test]
fn epochs_of_one_step_are_not_shown_twice() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path()).with_tensorboard(true);
    train(&run, [4, 1], None);
    assert!(shown(&run, "step/loss").is_empty());
    let epochs: Vec<(i64, Value)> = (1..=4).map(|step| (step as i64, Value::SimpleValue(loss(step) as f32))).collect();
    assert_eq!(shown(&run, "epoch/loss"), epochs);
}

#[test]
fn nothing_is_written_without_the_option() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    train(&run, [2, 3], None);
    run.add_histogram("values", 6, &Tensor::from_slice(&[1.0, 2.0])).unwrap();
    assert!(!run.path.join("tensorboard").exists());
    assert!(run.path.join("images/sample_00005.png").exists());
}

#[test]
fn histograms_count_finite_values() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path()).with_tensorboard(true);
    EventFile::start(folder.path(), 1).unwrap();
    let values = Tensor::from_slice(&[4.0_f32, f32::NAN, 1.0, 2.0, f32::INFINITY, 2.0]).view([2, 3]);
    run.add_histogram("values", 1, &values).unwrap();
    run.add_histogram("values", 2, &Tensor::from_slice(&[f32::NAN])).unwrap();
    run.add_histogram("values", 3, &Tensor::from_slice(&[7.0, 7.0])).unwrap();

    let histogram = |(step, value)| match value {
        Value::Histo(histogram) => (step, histogram),
        other => panic!("{other:?} is no histogram"),
    };
    let shown: Vec<(i64, Histogram)> = shown(&run, "values").into_iter().map(histogram).collect();
    let [(1, several), (3, same)] = shown.as_slice() else { panic!("{shown:?}") };
    let Histogram { min, max, num, sum, sum_squares, bucket_limit, bucket } = several;
    assert_eq!((*min, *num, *sum, *sum_squares), (1.0, 4.0, 9.0, 25.0));
    assert!((max - 4.0).abs() < 1e-12);
    assert!(bucket_limit.is_sorted() && bucket_limit.last() == Some(max));
    let filled: Vec<(usize, f64)> = bucket.iter().copied().enumerate().filter(|(_, count)| *count > 0.0).collect();
    assert_eq!(filled, [(0, 1.0), (10, 2.0), (29, 1.0)]);
    assert!((same.min, same.max) == (6.5, 7.5) && same.bucket.iter().sum::<f64>() == 2.0);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path()).with_tensorboard(true);
    fs::write(run.path.join("tensorboard"), "mine").unwrap();
    let plan = Plan { epochs: 1, batches: 3, seed: 1 };
    let error = Training::start(&run, plan, TrainState::new(&VarStore::new(Device::Cpu))).unwrap_err();
    let message = format!("{error:#}");
    assert!(message.contains("cannot write") && message.contains("events.out.tfevents."), "{message}");
    assert_eq!(fs::read_to_string(run.path.join("tensorboard")).unwrap(), "mine");
}
