//! Errors that say how to get a data set.

use std::path::Path;

use anyhow::anyhow;

use crate::manifest::{Manifest, Set};
use crate::source::{NotInstalled, Place};
use crate::store::Store;

/// What stands for the folder of the cache in the manifest's advice.
const CACHE: &str = "{cache}";

/// The error for a set without synthetic data; it names the sets of its family that have some.
pub(crate) fn no_synthetic(manifest: &Manifest, set: &Set) -> anyhow::Error {
    let others = manifest.synthetic_beside(set).map(|names| format!(", or one of {names}"));
    anyhow!("there is no synthetic data for `{}`; use --data real{}", set.name, others.unwrap_or_default())
}

/// The error that says which sources failed and what a reader can do.
pub(crate) fn no_source(store: &Store, set: &Set, failures: &[(Place, anyhow::Error)]) -> anyhow::Error {
    let mut text = format!("no source has the data set `{}`:", set.name);
    for (place, error) in failures {
        text += &format!("\n  - {}: {error:#}", place.describe());
    }
    if failures.is_empty() {
        text += "\n  - no program can fetch it";
    }
    text += "\nWhat you can do:";
    text += &by_hand(store, set);
    text += &format!(
        "\n  - set GDL_MIRROR to a folder or http(s) address that has the files in `{}/` (see data/README.md)",
        set.stem()
    );
    for (_, error) in failures {
        if let Some(NotInstalled(program)) = error.downcast_ref() {
            text += &format!("\n  - install {program}");
        }
    }
    text += &without(store, set);
    anyhow!(text)
}

/// The error for a wrong file that a reader has put into the set's folder `dir`: no source may replace it.
pub(crate) fn wrong_by_hand(store: &Store, set: &Set, dir: &Path, error: &anyhow::Error) -> anyhow::Error {
    let dir = dir.display();
    let mut text = format!("the data set `{}` in {dir} was put there by hand: {error:#}\nWhat you can do:", set.name);
    text += "\n  - replace the file, or move it to another place to have it fetched";
    text += &by_hand(store, set);
    text += &without(store, set);
    anyhow!(text)
}

/// How to get the set by hand.
fn by_hand(store: &Store, set: &Set) -> String {
    let cache = store.folder().display().to_string();
    set.by_hand.as_ref().map(|text| format!("\n  - {}", text.replace(CACHE, &cache))).unwrap_or_default()
}

/// How to do without the set.
fn without(store: &Store, set: &Set) -> String {
    if set.synthetic.is_some() {
        return "\n  - use synthetic data: --data synthetic".to_string();
    }
    let beside = store.manifest().synthetic_beside(set);
    beside.map(|names| format!("\n  - use a category with synthetic data: {names}")).unwrap_or_default()
}
