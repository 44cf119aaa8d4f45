use crate::cli::Context;
use anyhow::{Context as _, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use music::sound::{read_wav, small_wav};
use std::fs;
use std::io::Write;

/// What of a sound stands in a notebook: so many seconds of 11,025 frames in one channel of 8 bits, 74 kB in base 64. A
/// notebook has at most 200.
const SECONDS: f64 = 5.0;
const PART_OF_RATE: u32 = 4;

/// The beginning of a sound; as the last expression of a cell it shows a player.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// A small WAV file.
    pub wav: Vec<u8>,
    /// What it is, and where the whole sound is.
    pub title: String,
}

/// The sound of the figure `what`, which this context's experiment has saved with its music: `listen(&context, "score")?`.
///
/// The notebook shows the figure as an image, by itself, for evcxr's outputs are either an image or a page: this is a cell of
/// its own. It holds the first five seconds; the whole sound is in the gallery.
///
/// # Errors
/// The figure is not drawn yet, or has no sound because there is no sound font.
pub fn listen(context: &Context, what: &str) -> Result<Excerpt> {
    let (path, file) = context.sound_file(what);
    let bytes = fs::read(&path).with_context(|| format!("{file}: there is no such sound; draw the figure first"))?;
    let sound = read_wav(&bytes).with_context(|| format!("cannot use {}", path.display()))?;
    let excerpt = sound.excerpt(SECONDS, PART_OF_RATE);
    let title = match sound.seconds() > SECONDS {
        true => format!("The first {SECONDS:.0} of {:.0} seconds; the whole sound: {file}", sound.seconds()),
        false => file,
    };
    Ok(Excerpt { wav: small_wav(&excerpt)?, title })
}

impl Excerpt {
    /// Shows a player in a notebook; evcxr calls it for the last expression of a cell.
    pub fn evcxr_display(&self) {
        let _ = writeln!(std::io::stdout().lock(), "{}", self.evcxr_text());
    }

    /// The player in evcxr's display protocol.
    pub(super) fn evcxr_text(&self) -> String {
        let (data, title) = (STANDARD.encode(&self.wav), &self.title);
        let player = format!("<audio controls src=\"data:audio/wav;base64,{data}\"></audio><br><small>{title}</small>");
        let content = |kind: &str, text: &str| format!("EVCXR_BEGIN_CONTENT {kind}\n{text}\nEVCXR_END_CONTENT");
        [content("text/html", &player), content("text/plain", title)].join("\n")
    }
}
