//! What 09_06 and 09_07 share: images with classes, and for how long they are learned.

use crate::models::labelled_images::LabelledImages;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::datasets::cifar10::{self, LabeledImages};
use common::datasets::own_images::{self, entries, list};
use common::metrics::check_fid_samples;
use common::training::{DataInfo, FitConfig, Plan};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::Tensor;

/// Pixels along each side of CIFAR-10's images.
const CIFAR_SIDE: i64 = 32;
/// One of so many of the reader's own images is held out.
const HELD_OUT_OF: usize = 10;
/// The fewest images of the reader's own.
const FEWEST: usize = 40;
/// Values that all images may have in memory.
const MOST_VALUES: i64 = 1 << 30;

/// Hyper-parameters of training on images with classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledTraining {
    /// A folder of the reader's own images, in place of CIFAR-10: in it a folder for each class, or images of one
    /// class.
    pub images: Option<PathBuf>,
    /// Number of images to learn from, from the first one on; all if there are fewer.
    pub training_images: i64,
    /// Number of images that numbers are measured with.
    pub held_out: i64,
    /// Number of samples of the FID; `null`: as many as of the other measures, at most 1,000.
    #[serde(default)] // older runs have no such key
    pub fid_samples: Option<i64>,
    /// Iterations in what the history calls an epoch.
    pub steps_per_epoch: u64,
    /// Batch size, epochs, and the number of iterations between two sheets of samples.
    #[serde(flatten)]
    pub fit: FitConfig,
}

impl LabelledTraining {
    /// Validates the values for nets that make images of this side.
    ///
    /// # Errors
    /// One is out of bounds; the message names the key.
    pub fn check(&self, side: i64) -> Result<()> {
        ensure!((4..=50_000).contains(&self.training_images), "training_images must lie between 4 and 50000");
        ensure!((4..=10_000).contains(&self.held_out), "held_out must lie between 4 and 10000");
        check_fid_samples(self.fid_samples)?;
        ensure!((1..=100_000).contains(&self.steps_per_epoch), "steps_per_epoch must lie between 1 and 100000");
        let fits = self.images.is_some() || side == CIFAR_SIDE;
        ensure!(
            fits,
            "gan.nets: CIFAR-10's images have {CIFAR_SIDE} x {CIFAR_SIDE} pixels, but the nets make {side} x {side}"
        );
        self.fit.check(2..=4096)
    }

    /// The length of a training.
    pub fn plan(&self, seed: u64) -> Plan {
        Plan { epochs: self.fit.epochs, batches: self.steps_per_epoch, seed }
    }

    /// Whether samples are saved after so many iterations: from time to time, and at the end.
    pub fn samples_due(&self, iteration: u64) -> bool {
        self.fit.samples_due(iteration) || iteration == self.fit.epochs * self.steps_per_epoch
    }
}

/// Where images with classes come from.
#[derive(Debug)]
pub struct LabelledSource {
    dir: PathBuf,
    /// The reader's own images, not CIFAR-10.
    own: bool,
    /// Their origin, for the run.
    pub info: DataInfo,
}

/// Images to learn from and held out, with the names of their classes.
#[derive(Debug)]
pub struct Labelled {
    /// To learn from.
    pub train: LabelledImages,
    /// Held out.
    pub held_out: LabelledImages,
    /// Names of the classes, by their numbers.
    pub classes: Vec<String>,
}

impl Labelled {
    /// The sizes of nets: channels of an image, and number of classes.
    pub fn sizes(&self) -> [i64; 2] {
        [self.train.channels(), self.classes.len() as i64]
    }
}

impl LabelledSource {
    /// CIFAR-10, or a folder.
    ///
    /// # Errors
    /// The data cannot be fetched, or the folder cannot be read or has too few images.
    pub fn find(context: &Context, own: Option<&Path>) -> Result<LabelledSource> {
        let Some(dir) = own else {
            let set = context.data("cifar10")?;
            let info = DataInfo::from(&set);
            return Ok(LabelledSource { dir: set.dir.clone(), own: false, info });
        };
        let all: Vec<PathBuf> = by_class(dir)?.into_iter().flat_map(|(_, paths)| paths).collect();
        let enough = all.len() >= FEWEST;
        ensure!(
            enough,
            "{} has {} images, of which one in ten is held out; {FEWEST} are the least",
            dir.display(),
            all.len()
        );
        Ok(LabelledSource { dir: dir.to_path_buf(), own: true, info: own_images::info(dir, &all)? })
    }

    /// Reads the images; the reader's own at `side` pixels.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn load(&self, training: &LabelledTraining, side: i64) -> Result<Labelled> {
        if self.own {
            return own(&self.dir, training, side);
        }
        let labelled = |LabeledImages { images, labels }| LabelledImages::new(&images, &labels);
        Ok(Labelled {
            train: labelled(cifar10::train(&self.dir, training.training_images)?),
            held_out: labelled(cifar10::test(&self.dir, training.held_out)?),
            classes: cifar10::class_names(&self.dir)?,
        })
    }
}

/// The classes of a folder with their images: a class for each folder in it, or one for the images in it.
fn by_class(dir: &Path) -> Result<Vec<(String, Vec<PathBuf>)>> {
    let mut folders = entries(dir)?;
    folders.retain(|path| path.is_dir());
    if folders.is_empty() {
        folders.push(dir.to_path_buf());
    }
    folders.iter().map(|folder| Ok((name(folder), list(folder)?))).collect()
}

/// The reader's own images.
fn own(dir: &Path, training: &LabelledTraining, side: i64) -> Result<Labelled> {
    let (mut train, mut held_out, mut classes) = (vec![], vec![], vec![]);
    for (class, (name, paths)) in (0i64..).zip(by_class(dir)?) {
        classes.push(name);
        for (i, path) in paths.into_iter().enumerate() {
            let part = if i % HELD_OUT_OF == HELD_OUT_OF - 1 { &mut held_out } else { &mut train };
            part.push((path, class));
        }
    }
    ensure!(held_out.len() >= 4, "{}: too few of the classes have {HELD_OUT_OF} images and more", dir.display());
    let [images, measured] =
        [training.training_images, training.held_out].map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    Ok(Labelled { train: read(train, images, side)?, held_out: read(held_out, measured, side)?, classes })
}

/// At most so many images with their classes, evenly spaced: they are sorted by class.
fn read(files: Vec<(PathBuf, i64)>, most: usize, side: i64) -> Result<LabelledImages> {
    let rows = common::images::evenly(files.len(), most);
    let values = rows.len() as i64 * side * side * 3;
    ensure!(values <= MOST_VALUES, "{} images of {side} x {side} pixels need too much memory", rows.len());
    let (paths, labels): (Vec<PathBuf>, Vec<i64>) = rows.into_iter().map(|row| files[row].clone()).unzip();
    // An unreadable file is left out, with its label.
    let readable = own_images::read(&paths, [side as usize, side as usize, 3])?;
    let labels: Vec<i64> = readable.rows.iter().map(|row| labels[*row]).collect();
    let images = readable.source(0..readable.len())?.images(&Vec::from_iter(0..readable.len() as i64))?;
    Ok(LabelledImages::new(&images, &Tensor::from_slice(&labels)))
}

/// The name of a folder.
fn name(folder: &Path) -> String {
    folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}
