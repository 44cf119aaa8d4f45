//! 03_06 on the reader's own images: the figures that need no attributes.

use super::vae_faces::Config;
use crate::figures::faces;
use anyhow::Result;
use common::cli::Context;
use common::datasets::own_images::{OwnImages, read};
use common::training::Run;
use common::{images, say};
use std::path::{Path, PathBuf};

/// Largest number of training images that the figures choose from, evenly spaced.
const CHOSEN_FROM: usize = 1000;

/// Reconstructions, histograms, new images and morphs of a run on the images of a folder.
///
/// # Errors
/// The folder has other images now, or none can be read; as the figures.
pub fn analyse(context: &Context, run: &Run<Config>, dir: &Path) -> Result<()> {
    let config = &run.params.config;
    let OwnImages { mut paths, .. } = OwnImages::of_run(run, dir)?;
    paths.truncate(config.faces);
    let rows = images::evenly(paths.len(), CHOSEN_FROM);
    let chosen: Vec<PathBuf> = rows.into_iter().map(|row| paths[row].clone()).collect();
    let readable = read(&chosen, config.shape())?;
    let files = readable.files(0..readable.len())?;

    let model = config.trained(context, run)?;
    let figures = context.figures(run);
    faces::reconstructions(&figures, &model, &files)?;
    faces::histograms(&figures, &model, &files)?;
    faces::new_faces(&figures, &model)?;
    faces::morphs_between(&figures, &model, &files, &faces::some_pairs(&files))?;
    say!("left out, because your own images have no attributes: attribute_vectors, add_<attribute>, arithmetic_check");
    Ok(())
}
