use super::context::Context;
use super::film;
use super::options::DEFAULT_SEED;
use super::sound::Attached;
use crate::display;
use crate::files;
use crate::gallery::{self, Attachment, Image};
use crate::keras::precision::Precision;
use crate::plot::Figure;
use crate::say;
use crate::shell;
use crate::training::{DataInfo, Params, Run, RunFolder, ensure_not_stopped};
use anyhow::Result;
use catalog::Entry;
use music::Score;
use ndarray::ArrayView4;
use std::time::Duration;
use tch::Device;

/// Saves figures of a run to its folder and the gallery, each with a note about its data and run.
#[derive(Debug)]
pub struct Figures<'a> {
    context: &'a Context,
    folder: RunFolder,
    params: Params<()>,
}

impl Context {
    /// The destination of a run's figures.
    pub fn figures<C>(&self, run: &Run<C>) -> Figures<'_> {
        Figures { context: self, folder: run.folder.clone(), params: run.params.without_config() }
    }
}

impl Figures<'_> {
    /// Saves a figure as `<id>_<what>.png` in the run folder and, with its caption, in the gallery.
    ///
    /// # Errors
    /// A file cannot be written, or [`Interrupted`](crate::training::Interrupted) after Ctrl-C.
    pub fn save(&self, what: &str, caption: &str, figure: Figure) -> Result<()> {
        self.save_attached(what, caption, figure, &[])
    }

    /// As [`Figures::save`], with the music that the figure shows: `<id>_<what>.mid` and, played with the sound font
    /// `timgm6mb` or a synthetic one, `<id>_<what>.wav`. What cannot be made of them is missing; standard error says why.
    ///
    /// # Errors
    /// As [`Figures::save`].
    pub fn save_with_sound(&self, what: &str, caption: &str, figure: Figure, score: &Score) -> Result<()> {
        self.save_attached(what, caption, figure, &self.context.sound_of(score))
    }

    /// As [`Figures::save`], with a film: `<id>_<what>.gif`, which goes round and round.
    ///
    /// `frames` are RGB images `[n, height, width, 3]`, each shown for `delay`, a multiple of 10 ms.
    ///
    /// # Errors
    /// As [`Figures::save`]; or there is no frame, or no image in a frame.
    pub fn save_with_film(
        &self,
        what: &str,
        caption: &str,
        figure: Figure,
        frames: ArrayView4<u8>,
        delay: Duration,
    ) -> Result<()> {
        self.save_attached(what, caption, figure, &[film::gif(frames, delay)?])
    }

    fn save_attached(&self, what: &str, caption: &str, figure: Figure, attached: &[Attached]) -> Result<()> {
        ensure_not_stopped()?;
        let Figures { context, folder, params } = self;
        let (entry, data) = (context.entry(), &params.data);
        let history = folder.history()?;
        let made = made_with(params, history.rows.len(), &entry.unit);
        let figure = figure.with_note(&format!("{} · {made}", data.title))?;
        let name = format!("{}_{what}", entry.id);
        let in_run = |ending: &str| folder.path.join("figures").join(format!("{name}.{ending}"));
        figure.save(in_run("png"))?;
        for Attached { ending, content, .. } in attached {
            files::write(&in_run(ending), content)?;
        }
        let in_gallery = |ending: &str| format!("ch{:02}/{name}.{ending}", context.chapter);
        let image = Image {
            experiment: entry.full_name(),
            title: entry.title.clone(),
            pages: entry.pages.clone(),
            order: context.drawn.replace(context.drawn.get() + 1),
            caption: caption.to_string(),
            data: match data.title == data.origin {
                true => data.title.clone(), // synthetic data says only what it is
                false => format!("{} ({})", data.title, data.origin),
            },
            synthetic: data.synthetic,
            made,
            metrics: history.last(),
            command: command(entry, params),
            file: in_gallery("png"),
            attachments: attached
                .iter()
                .map(|file| Attachment { file: in_gallery(file.ending), title: file.title.clone() })
                .collect(),
        };
        let gallery = context.out.join("figures");
        let contents: Vec<&[u8]> = attached.iter().map(|file| &file.content[..]).collect();
        gallery::add(&gallery, &image, &figure, &contents)?;
        say!("figure: {}", gallery.join(&image.file).display());
        for Attachment { file, title } in &image.attachments {
            say!("  {title}: {}", gallery.join(file).display());
        }
        if context.notebook.is_some() { display::show(&figure) } else { Ok(()) }
    }

    /// The run.
    pub fn run(&self) -> &RunFolder {
        &self.folder
    }

    /// The data of the run.
    pub fn data(&self) -> &DataInfo {
        &self.params.data
    }

    /// The run's seed.
    pub fn seed(&self) -> u64 {
        self.params.seed
    }

    /// The device.
    pub fn device(&self) -> Device {
        self.context.device()
    }
}

/// The part of a figure's note about the run: "preset quick, 4 epochs", "preset quick, 4 epochs, bf16".
fn made_with(params: &Params<()>, epochs: usize, unit: &str) -> String {
    if let Some(file) = &params.weights_from {
        return format!("weights from {file}");
    }
    let changed = if params.settings.is_empty() { "" } else { " (changed)" };
    let trained = if epochs == 0 { String::new() } else { format!(", {epochs} {unit}") };
    let precision = if params.precision == Precision::F32 { String::new() } else { format!(", {}", params.precision) };
    format!("preset {}{changed}{trained}{precision}", params.preset)
}

/// The command that redraws a figure.
fn command(Entry { id, takes, .. }: &Entry, params: &Params<()>) -> String {
    if params.weights_from.is_some() && takes.iter().any(|takes| takes == "watch") {
        return format!("cargo book {id} --watch"); // weights that come with the chapter
    }
    let mut command = match &params.weights_from {
        Some(file) => format!("cargo book {id} --weights {} --preset {}", shell::quoted(file), params.preset),
        None => format!("cargo book figures {id} --preset {}", params.preset),
    };
    params.settings.iter().for_each(|setting| command += &format!(" --set {}", shell::setting(setting)));
    if params.seed != DEFAULT_SEED {
        command += &format!(" --seed {}", params.seed);
    }
    if params.precision != Precision::F32 {
        command += &format!(" --precision {}", params.precision);
    }
    if params.data.synthetic {
        command += " --data synthetic";
    }
    command
}
