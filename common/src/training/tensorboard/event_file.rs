use super::event::{Event, Histogram, Image, SessionLog, Summary, Tagged, Value, What};
use super::record;
use anyhow::{Context, Result};
use prost::Message;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The names of event files, before a number that grows from file to file: TensorBoard reads them in the order of names.
const NAME: &str = "events.out.tfevents.";

/// `SessionLog.START`.
const START: i32 = 1;

/// An event file in `tensorboard/` of a run folder. Whole events are appended to it, so that TensorBoard can read it
/// during training.
#[derive(Debug)]
pub(in crate::training) struct EventFile(PathBuf);

impl EventFile {
    /// Begins a file for the steps from `first` on, which count from 1. TensorBoard forgets what earlier files say of
    /// these steps: after a kill, a resumed run repeats those that its checkpoint lacks.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn start(run: &Path, first: u64) -> Result<EventFile> {
        let folder = folder(run);
        let version = Event::now(first, What::FileVersion("brain.Event:2".to_string()));
        let start = Event::now(first, What::SessionLog(SessionLog { status: START }));
        let now = version.wall_time as u64; // as in TensorFlow's names
        let number = numbers(&folder).max().map_or(now, |last| now.max(last.saturating_add(1)));
        let file = EventFile(folder.join(format!("{NAME}{number:010}")));
        let failed = || format!("cannot write {}", file.0.display());
        fs::create_dir_all(&folder).with_context(failed)?;
        File::create_new(&file.0).with_context(failed)?;
        file.append(&[version, start])?;
        Ok(file)
    }

    /// The newest file of a run, if it has one: that of the training in progress.
    pub fn newest(run: &Path) -> Option<EventFile> {
        let folder = folder(run);
        let number = numbers(&folder).max()?;
        Some(EventFile(folder.join(format!("{NAME}{number:010}"))))
    }

    /// Adds scalars: a row for each step from `first` on, in it a value for each name. Their tags are `<group>/<name>`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn scalars(&self, group: &str, names: &[String], first: u64, rows: &[Vec<f64>]) -> Result<()> {
        let tags: Vec<String> = names.iter().map(|name| format!("{group}/{name}")).collect();
        let events = (first..).zip(rows).map(|(step, row)| {
            let values = tags.iter().zip(row).map(|(tag, value)| Tagged::new(tag, Value::SimpleValue(*value as f32)));
            Event::now(step, What::Summary(Summary { value: values.collect() }))
        });
        self.append(&events.collect::<Vec<_>>())
    }

    /// Adds an image of height, width and channels: the bytes of a PNG file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn image(&self, tag: &str, step: u64, png: Vec<u8>, size: (usize, usize, usize)) -> Result<()> {
        let (height, width, colorspace) = (size.0 as i32, size.1 as i32, size.2 as i32);
        self.value(tag, step, Value::Image(Image { height, width, colorspace, encoded_image_string: png }))
    }

    /// Adds the distribution of some values. NaN and infinite ones are left out; nothing is added if no value is left.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn histogram(&self, tag: &str, step: u64, values: &[f64]) -> Result<()> {
        Histogram::from_values(values).map_or(Ok(()), |histogram| self.value(tag, step, Value::Histo(histogram)))
    }

    fn value(&self, tag: &str, step: u64, value: Value) -> Result<()> {
        let summary = Summary { value: vec![Tagged::new(tag, value)] };
        self.append(&[Event::now(step, What::Summary(summary))])
    }

    fn append(&self, events: &[Event]) -> Result<()> {
        let failed = || format!("cannot write {}", self.0.display());
        let bytes: Vec<u8> = events.iter().flat_map(|event| record::frame(&event.encode_to_vec())).collect();
        let mut file = OpenOptions::new().append(true).open(&self.0).with_context(failed)?;
        file.write_all(&bytes).with_context(failed)
    }
}

fn folder(run: &Path) -> PathBuf {
    run.join("tensorboard")
}

/// The numbers in the names of event files.
fn numbers(folder: &Path) -> impl Iterator<Item = u64> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.strip_prefix(NAME)?.parse::<u64>().ok())
}
