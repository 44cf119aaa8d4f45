//! The figures listed in a chapter's `experiments.toml`, in the folder `figures` of its output.

use catalog::{Entry, Table};
use std::collections::BTreeSet;
use std::path::Path;

/// The figure files of these experiments (all without ids), relative to `figures`: `ch03/03_01_loss.png`.
///
/// `table` is the text of `experiments.toml`.
///
/// # Panics
/// The table is invalid, or has no such experiment.
#[track_caller]
pub fn files(table: &str, ids: &[&str]) -> BTreeSet<String> {
    let table = Table::parse(table).unwrap_or_else(|error| panic!("{error:#}"));
    let files_of = |entry: &Entry| -> Vec<String> {
        let file = |figure: &String| format!("{}/{}_{figure}.png", table.package, entry.id);
        entry.figures.iter().map(file).collect()
    };
    if ids.is_empty() {
        return table.experiments.iter().flat_map(files_of).collect();
    }
    let find = |id: &&str| table.find(id).unwrap_or_else(|error| panic!("{error}"));
    ids.iter().map(find).flat_map(files_of).collect()
}

/// Asserts that the gallery shows all these files, that each is larger than 500 x 200 pixels, and that the folder has
/// no other image. Returns the gallery's HTML.
///
/// `out` is the folder that holds `figures`.
///
/// # Panics
/// One of these does not hold.
#[track_caller]
pub fn assert_shows(out: &Path, files: &BTreeSet<String>) -> String {
    let folder = out.join("figures");
    let page = folder.join("index.html");
    let gallery = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    for file in files {
        assert!(gallery.contains(file), "{file} is missing from the gallery");
        let image = image::open(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (width, height) = (image.width(), image.height());
        assert!(width > 500 && height > 200, "{file}: {width} x {height}");
    }
    let others: Vec<String> = images(&folder).into_iter().filter(|file| !files.contains(file)).collect();
    assert!(others.is_empty(), "experiments.toml does not name {}", others.join(", "));
    gallery
}

/// The images in the folders of the chapters, as `ch03/03_01_loss.png`.
fn images(folder: &Path) -> BTreeSet<String> {
    let list = |folder: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect()
    };
    let chapters = list(folder).into_iter().filter(|name| folder.join(name).is_dir());
    let images = chapters
        .flat_map(|chapter| list(&folder.join(&chapter)).into_iter().map(move |file| format!("{chapter}/{file}")));
    images.filter(|file| file.ends_with(".png")).collect()
}
