use anyhow::{Context, Result, ensure};
use common::datasets::npz::Npz;
use common::files;
use ndarray::{Array, Array1, Array2, Array4, Dimension};
use ndarray_npy::{NpzWriter, ViewElement};
use std::borrow::Cow;
use std::io::Cursor;
use std::path::Path;
use tch::Tensor;

/// Height and width of the images.
pub const IMAGE_SIZE: usize = 64;
/// The most frames of an episode: 120 MB of images.
pub const MAX_FRAMES: usize = 10_000;

/// Steering from -1 (left) to 1 (right), gas from 0 to 1, brake from 0 to 1.
pub type Action = [f32; 3];

/// An episode. Frame t has the image before the t-th action, that action, and what the action before it gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Images, `[frames, 64, 64, 3]`, RGB from 0 to 255.
    pub images: Array4<u8>,
    /// Steering, gas and brake, `[frames, 3]`.
    pub actions: Array2<f32>,
    /// The reward of the action before, `[frames]`; -0.1 in the first frame.
    pub rewards: Array1<f32>,
    /// Whether the episode was over before the frame, `[frames]`.
    pub dones: Array1<bool>,
}

impl Episode {
    /// The number of frames.
    pub fn len(&self) -> usize {
        self.rewards.len()
    }

    /// Whether there is no frame; such an episode can be neither saved nor read.
    pub fn is_empty(&self) -> bool {
        self.rewards.is_empty()
    }

    /// The images as a tensor of bytes, `[frames, 64, 64, 3]`.
    pub fn image_tensor(&self) -> Tensor {
        let (frames, height, width, channels) = self.images.dim();
        let bytes: Cow<[u8]> = match self.images.as_slice() {
            Some(bytes) => bytes.into(),
            None => self.images.iter().copied().collect(),
        };
        Tensor::from_slice(&bytes).view([frames, height, width, channels].map(|n| n as i64))
    }

    /// Saves the arrays `obs`, `action`, `reward` and `done` as numpy's `savez_compressed` does, as the book (p. 284).
    ///
    /// # Errors
    /// The lengths of the arrays differ, a number is not finite, or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        self.check().with_context(|| format!("cannot write {}", path.display()))?;
        let failed = || format!("cannot encode {}", path.display());
        let mut archive = NpzWriter::new_compressed(Cursor::new(vec![]));
        archive.add_array("obs", &self.images).with_context(failed)?;
        archive.add_array("action", &self.actions).with_context(failed)?;
        archive.add_array("reward", &self.rewards).with_context(failed)?;
        archive.add_array("done", &self.dones).with_context(failed)?;
        files::write(path, &archive.finish().with_context(failed)?.into_inner())
    }

    /// Reads an episode.
    ///
    /// # Errors
    /// The file is missing or damaged, is too large, or has arrays of other shapes or types.
    pub fn read(path: &Path) -> Result<Episode> {
        Episode::decode(&Npz::open(path)?).with_context(|| format!("{} is no episode", path.display()))
    }

    fn decode(npz: &Npz) -> Result<Episode> {
        let episode = Episode {
            images: array(npz, "obs")?,
            actions: array(npz, "action")?,
            rewards: array(npz, "reward")?,
            dones: array(npz, "done")?,
        };
        episode.check()?;
        Ok(episode)
    }

    /// Validates shapes and numbers.
    fn check(&self) -> Result<()> {
        let Episode { images, actions, rewards, dones } = self;
        let frames = rewards.len();
        ensure!((1..=MAX_FRAMES).contains(&frames), "an episode has 1 to {MAX_FRAMES} frames, not {frames}");
        let (n, height, width, channels) = images.dim();
        let is_image = (height, width, channels) == (IMAGE_SIZE, IMAGE_SIZE, 3);
        ensure!(is_image, "images must be {IMAGE_SIZE} x {IMAGE_SIZE} x 3, not {height} x {width} x {channels}");
        ensure!(actions.ncols() == 3, "actions have 3 numbers, not {}", actions.ncols());
        let same = n == frames && actions.nrows() == frames && dones.len() == frames;
        ensure!(
            same,
            "the arrays have different lengths: {n} images, {} actions, {frames} rewards, {} dones",
            actions.nrows(),
            dones.len()
        );
        let finite = actions.iter().chain(rewards).all(|number| number.is_finite());
        ensure!(finite, "the actions or rewards contain NaN or infinity");
        Ok(())
    }
}

/// An array of an archive, in the order of the last axis first.
fn array<T: ViewElement + Clone, D: Dimension>(npz: &Npz, name: &str) -> Result<Array<T, D>> {
    let array = npz.array::<T>(name)?;
    let shape = array.shape().to_vec();
    let array = array.into_dimensionality::<D>();
    let array = array.with_context(|| format!("the array {name} has the shape {shape:?}"))?;
    Ok(if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() })
}
