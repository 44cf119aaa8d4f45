use super::{Episode, Rollouts};
use anyhow::Result;
use common::note;
use common::training::ensure_not_stopped;
use ndarray::{Axis, Slice};
use std::path::Path;

/// Adds what a person drove to the episodes of a folder: each drive is cut into episodes of `steps` frames, which get the
/// numbers from `first` on. The rest of a drive is left out. Returns how many there are; those that the folder has stay.
///
/// # Errors
/// A drive cannot be read, or an episode cannot be written.
pub fn add_driven(folder: &Path, driven: &Rollouts, first: usize, steps: usize) -> Result<usize> {
    let mut count = 0;
    for number in 0..driven.len() {
        ensure_not_stopped()?;
        let drive = driven.read(number)?;
        if drive.len() < steps {
            note!("drive {number} has {} frames and is left out: an episode has {steps}", drive.len());
        }
        for start in (0..drive.len() / steps).map(|piece| piece * steps) {
            let file = Rollouts::file(folder, first + count);
            if !file.exists() {
                piece(&drive, start, steps).save(&file)?;
            }
            count += 1;
        }
    }
    Ok(count)
}

/// Some frames of a drive.
fn piece(drive: &Episode, start: usize, steps: usize) -> Episode {
    let part = Slice::from(start..start + steps);
    Episode {
        images: drive.images.slice_axis(Axis(0), part).to_owned(),
        actions: drive.actions.slice_axis(Axis(0), part).to_owned(),
        rewards: drive.rewards.slice_axis(Axis(0), part).to_owned(),
        dones: drive.dones.slice_axis(Axis(0), part).to_owned(),
    }
}
