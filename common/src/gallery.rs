//! The gallery `figures/index.html`: every figure with its caption, pages, data, preset, metrics and command, as plain
//! HTML for the file system. Music has its sound and its MIDI file below the figure, a drive its film.

use crate::files;
use crate::plot::Figure;
use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

/// Description of a figure in the gallery; saved as JSON beside the PNG.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// `03_02_autoencoder_analysis`.
    pub experiment: String,
    /// Title of the experiment.
    pub title: String,
    /// Pages of the book.
    pub pages: String,
    /// Position among the experiment's figures.
    pub order: usize,
    /// What the figure shows.
    pub caption: String,
    /// The data set and its origin.
    pub data: String,
    /// Whether the data is synthetic.
    #[serde(alias = "stand_in")] // the name in galleries of older versions
    pub synthetic: bool,
    /// The run's preset and epochs.
    pub made: String,
    /// The run's last metrics.
    pub metrics: Vec<(String, f64)>,
    /// The command that draws the figure.
    pub command: String,
    /// The PNG, relative to the gallery.
    pub file: String,
    /// The files that belong to the figure, beside the PNG.
    #[serde(default, skip_serializing_if = "Vec::is_empty")] // older versions had none
    pub attachments: Vec<Attachment>,
}

/// A file that belongs to a figure: the sound of a score, its notes, a film.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file, relative to the gallery. `.wav` gets a player, `.gif` is shown.
    pub file: String,
    /// What it is: `MIDI`, `synthetic sound`, `film`.
    pub title: String,
}

/// Checks that the gallery's page may be written: that the folder `figures` has none, or one of ours.
///
/// # Errors
/// It has a reader's own page.
pub fn check(figures: &Path) -> Result<()> {
    let page = figures.join("index.html");
    let ours = match fs::read_to_string(&page) {
        Ok(text) => text.contains(TITLE),
        Err(error) => error.kind() == ErrorKind::NotFound, // none yet; what is no text is not ours
    };
    ensure!(ours, "{} is no gallery of this project, and stays: choose another folder with --out", page.display());
    Ok(())
}

/// Saves a figure and its description below `figures`, and rewrites `index.html`. `attached` has the content of each
/// attachment of the image.
///
/// # Errors
/// As [`check`], or a file cannot be read or written.
pub fn add(figures: &Path, image: &Image, figure: &Figure, attached: &[&[u8]]) -> Result<()> {
    check(figures)?;
    let _lock = lock(figures)?;
    let json = serde_json::to_string_pretty(image).context("cannot encode the figure's description as JSON")?;
    let png = figures.join(&image.file);
    // The old description is removed first: after a kill a figure may be missing, but never has a wrong description.
    let old = read(&png.with_extension("json")).ok().flatten();
    let _ = fs::remove_file(png.with_extension("json"));
    // The old sound, too, for it may have none any more.
    for Attachment { file, .. } in old.iter().flat_map(|old| &old.attachments) {
        if is_beside(file, image) {
            let _ = fs::remove_file(figures.join(file));
        }
    }
    figure.save(&png)?;
    for (Attachment { file, .. }, content) in image.attachments.iter().zip(attached) {
        files::write(&figures.join(file), content)?;
    }
    files::write(&png.with_extension("json"), (json + "\n").as_bytes())?;
    files::write(&figures.join("index.html"), page(&images(figures)?).as_bytes())
}

/// Locks the gallery: another process that draws into it waits, for the page lists what both have drawn.
fn lock(figures: &Path) -> Result<File> {
    let path = figures.join(".lock");
    let create = || fs::create_dir_all(figures).and_then(|()| File::create(&path));
    let file = create().with_context(|| format!("cannot write {}", path.display()))?;
    data::disk::lock(&file, || ());
    Ok(file)
}

/// Whether a file has the name of a figure's PNG but for its ending: only those are ours.
fn is_beside(file: &str, image: &Image) -> bool {
    Path::new(file).with_extension("") == Path::new(&image.file).with_extension("")
}

/// A description; none where the file is a reader's own JSON.
fn read(path: &Path) -> Result<Option<Image>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !text.contains("\"experiment\"") {
        return Ok(None);
    }
    let image = serde_json::from_str(&text);
    image.with_context(|| format!("{} is damaged: delete it", path.display()))
}

/// All figures below a folder that have a description and a PNG, in the book's order.
fn images(figures: &Path) -> Result<Vec<Image>> {
    let mut images = vec![];
    let chapters = fs::read_dir(figures).with_context(|| format!("cannot read {}", figures.display()))?;
    for chapter in chapters.flatten().filter(|entry| entry.path().is_dir()) {
        for entry in fs::read_dir(chapter.path()).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "json") && path.with_extension("png").is_file() {
                images.extend(read(&path)?); // a reader's own PNG and JSON are no figure of ours
            }
        }
    }
    images.sort_by(|a: &Image, b: &Image| (&a.experiment, a.order).cmp(&(&b.experiment, b.order)));
    Ok(images)
}

/// The title of our page, of older versions', too.
const TITLE: &str = "<title>Generative Deep Learning in Rust: figures</title>";

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Generative Deep Learning in Rust: figures</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 3rem; border-top: 1px solid #ccc; padding-top: 1rem; }
figure { margin: 2rem 0; } figure img { max-width: 100%; max-height: 46rem; border: 1px solid #ddd; }
figcaption { max-width: 46rem; margin-top: .5rem; } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .85rem; color: #555; margin: .3rem 0; }
dd { margin: 0; overflow-wrap: anywhere; } .synthetic { color: #a33; } .sound { font-size: .85rem; color: #555; margin: .3rem 0; } .sound audio { vertical-align: middle; } nav a { margin-right: 1rem; }
</style>
</head>
<body>
<h1>Figures of <em>Generative Deep Learning</em></h1>
<p>Made by this repository's own training runs. Page numbers are those of the Russian edition.</p>
"#;

fn page(images: &[Image]) -> String {
    let mut html = HEAD.to_string();
    let _ = writeln!(html, "<nav>");
    let groups: Vec<&[Image]> = images.chunk_by(|a, b| a.experiment == b.experiment).collect();
    for group in &groups {
        let experiment = escape(&group[0].experiment);
        let _ = writeln!(html, "<a href=\"#{experiment}\">{experiment}</a>");
    }
    let _ = writeln!(html, "</nav>");
    for group in groups {
        let first = &group[0];
        let (experiment, title) = (escape(&first.experiment), escape(&first.title));
        let _ = writeln!(html, "<h2 id=\"{experiment}\">{experiment}: {title}</h2>");
        group.iter().for_each(|image| html.push_str(&figure(image)));
    }
    html + "</body>\n</html>\n"
}

fn figure(image: &Image) -> String {
    let metrics: Vec<String> = image.metrics.iter().map(|(name, value)| format!("{name} {value:.4}")).collect();
    let class = if image.synthetic { " class=\"synthetic\"" } else { "" };
    let caption = escape(&image.caption);
    let metrics = match metrics.is_empty() {
        true => String::new(), // nothing was trained
        false => format!("<dt>Last epoch</dt><dd>{}</dd>\n", escape(&metrics.join(", "))),
    };
    let attachments: String = image.attachments.iter().map(attachment).collect();
    format!(
        "<figure>\n<a href=\"{file}\"><img src=\"{file}\" alt=\"{caption}\" loading=\"lazy\"></a>\n{attachments}\
         <figcaption>{caption}\n<dl>\n<dt>Book</dt><dd>{pages}</dd>\n<dt>Data</dt><dd{class}>{data}</dd>\n\
         <dt>Made with</dt><dd>{made}</dd>\n{metrics}\
         <dt>Command</dt><dd><code>{command}</code></dd>\n</dl>\n</figcaption>\n</figure>\n",
        file = escape(&image.file),
        pages = escape(&catalog::cited(&image.pages)),
        data = escape(&image.data),
        made = escape(&image.made),
        command = escape(&image.command),
    )
}

/// A player for a sound, a film as it is, a link to another file.
fn attachment(Attachment { file, title }: &Attachment) -> String {
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str());
    let (file, title) = (escape(file), escape(title));
    match ending {
        Some("wav") => {
            format!("<p class=\"sound\"><audio controls preload=\"none\" src=\"{file}\"></audio> {title}</p>\n")
        }
        Some("gif") => format!("<p><img src=\"{file}\" alt=\"{title}\" loading=\"lazy\"></p>\n"),
        _ => format!("<p class=\"sound\"><a href=\"{file}\">{title}</a></p>\n"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::Chart;

    fn image() -> Image {
        Image {
            experiment: "03_01_train".into(),
            title: "Train".into(),
            pages: "94".into(),
            order: 0,
            caption: "losses".into(),
            data: "digits".into(),
            synthetic: true,
            made: "preset smoke".into(),
            metrics: vec![],
            command: "cargo book 03_01 --weights 'my weights'".into(),
            file: "ch03/03_01_loss.png".into(),
            attachments: vec![],
        }
    }

    fn figure() -> Figure {
        Figure::of(&Chart::new().x_range(0.0, 1.0).y_range(0.0, 1.0).bare(), (2.0, 2.0)).unwrap()
    }

    #[test]
    fn a_readers_own_files_stay() {
        let dir = tempfile::tempdir().unwrap();
        let figures = dir.path();
        let (image, figure) = (image(), figure());
        // A page and a pair of files of theirs.
        let page = figures.join("index.html");
        // About the same book; and not in UTF-8.
        for theirs in
            [&b"<h1>Notes on Generative Deep Learning</h1>"[..], b"\xcc\xee\xff \xf1\xf2\xf0\xe0\xed\xe8\xf6\xe0"]
        {
            fs::write(&page, theirs).unwrap();
            let error = add(figures, &image, &figure, &[]).unwrap_err().to_string();
            assert!(error.contains("index.html") && error.contains("--out"), "{error}");
            assert_eq!(fs::read(&page).unwrap(), theirs);
            assert_eq!(fs::read_dir(figures).unwrap().count(), 1);
        }
        fs::remove_file(&page).unwrap();
        fs::create_dir(figures.join("mine")).unwrap();
        for (name, text) in [("mine/a.json", "{\"mine\": 1}"), ("mine/a.png", "mine")] {
            fs::write(figures.join(name), text).unwrap();
        }
        for _ in 0..2 {
            add(figures, &image, &figure, &[]).unwrap(); // its own page may be written again
        }
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.contains("03_01_loss.png") && !text.contains("mine/a") && !text.contains("<audio"), "{text}");
        assert_eq!(fs::read_to_string(figures.join("mine/a.png")).unwrap(), "mine");
    }

    #[test]
    fn two_commands_draw_into_one_gallery() {
        let dir = tempfile::tempdir().unwrap();
        let figures = dir.path();
        std::thread::scope(|scope| {
            for chapter in 1..5 {
                scope.spawn(move || {
                    for i in 0..6 {
                        let file = format!("ch0{chapter}/0{chapter}_01_{}.png", i % 3);
                        add(figures, &Image { file, ..image() }, &figure(), &[]).unwrap();
                    }
                });
            }
        });
        let page = fs::read_to_string(figures.join("index.html")).unwrap();
        assert_eq!(page.matches("<figure>").count(), 12);
    }

    #[test]
    fn films_are_shown() {
        let film = Attachment { file: "ch03/03_01_loss.gif".into(), title: "film, 6.0 s".into() };
        let html = super::figure(&Image { attachments: vec![film], ..image() });
        let shown = "<p><img src=\"ch03/03_01_loss.gif\" alt=\"film, 6.0 s\" loading=\"lazy\"></p>";
        assert!(html.contains(shown), "{html}");
    }

    #[test]
    fn figures_have_their_sound_beside_them() {
        let dir = tempfile::tempdir().unwrap();
        let figures = dir.path();
        let attachment = |file: &str, title: &str| Attachment { file: file.into(), title: title.into() };
        let with_sound = Image {
            attachments: vec![
                attachment("ch03/03_01_loss.wav", "sound <font>"),
                attachment("ch03/03_01_loss.mid", "MIDI"),
            ],
            ..image()
        };
        add(figures, &with_sound, &figure(), &[b"sound", b"notes"]).unwrap();
        assert_eq!(fs::read(figures.join("ch03/03_01_loss.wav")).unwrap(), b"sound");
        assert_eq!(fs::read(figures.join("ch03/03_01_loss.mid")).unwrap(), b"notes");
        assert_eq!(images(figures).unwrap(), std::slice::from_ref(&with_sound));
        let page = || fs::read_to_string(figures.join("index.html")).unwrap();
        let player = "<audio controls preload=\"none\" src=\"ch03/03_01_loss.wav\"></audio> sound &lt;font&gt;";
        assert!(page().contains(player), "{}", page());
        assert!(page().contains("<a href=\"ch03/03_01_loss.mid\">MIDI</a>"), "{}", page());

        // Drawn again without sound; a file of another figure or folder stays whatever a description says.
        fs::write(figures.join("ch03/03_02_other.wav"), "other").unwrap();
        let json = figures.join("ch03/03_01_loss.json");
        let text = fs::read_to_string(&json).unwrap().replace("03_01_loss.mid", "03_02_other.wav");
        fs::write(&json, text).unwrap();
        add(figures, &image(), &figure(), &[]).unwrap();
        assert!(!figures.join("ch03/03_01_loss.wav").exists());
        assert!(figures.join("ch03/03_02_other.wav").exists());
        assert!(!page().contains("<audio"), "{}", page());
    }
}
