//! Errors that say how to get a data set.

use anyhow::anyhow;

use crate::manifest::{Manifest, Set};
use crate::source::{NotInstalled, Place};

/// The error for a set without synthetic data; it names the sets of its family that have some.
pub(crate) fn no_synthetic(manifest: &Manifest, set: &Set) -> anyhow::Error {
    let others = manifest.synthetic_beside(set).map(|names| format!(", or one of {names}"));
    anyhow!("there is no synthetic data for `{}`; use --data real{}", set.name, others.unwrap_or_default())
}

/// The error that says which sources failed and what a reader can do.
pub(crate) fn no_source(manifest: &Manifest, set: &Set, failures: &[(Place, anyhow::Error)]) -> anyhow::Error {
    let mut text = format!("no source has the data set `{}`:", set.name);
    for (place, error) in failures {
        text += &format!("\n  - {}: {error:#}", place.describe());
    }
    if failures.is_empty() {
        text += "\n  - no program can fetch it";
    }
    text += "\nWhat you can do:";
    if let Some(by_hand) = &set.by_hand {
        text += &format!("\n  - {by_hand}");
    }
    text += &format!(
        "\n  - set GDL_MIRROR to a folder or http(s) address that has the files in `{}/` (see data/README.md)",
        set.stem()
    );
    for (_, error) in failures {
        if let Some(NotInstalled(program)) = error.downcast_ref() {
            text += &format!("\n  - install {program}");
        }
    }
    if set.synthetic.is_some() {
        text += "\n  - use synthetic data: --data synthetic";
    } else if let Some(names) = manifest.synthetic_beside(set) {
        text += &format!("\n  - use a category with synthetic data: {names}");
    }
    anyhow!(text)
}
