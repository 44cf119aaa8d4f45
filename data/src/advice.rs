//! What a reader is told who can't have a set.

use anyhow::anyhow;

use crate::manifest::{Manifest, Set};
use crate::source::{NotInstalled, Place};

/// Why there is no stand-in for a set, with those that there are.
pub(crate) fn no_stand_in(manifest: &Manifest, set: &Set) -> anyhow::Error {
    let others = manifest.stand_ins_beside(set).map(|names| format!("; there are ones for {names}"));
    anyhow!("there is no generated stand-in for `{}`{}", set.name, others.unwrap_or_default())
}

/// The error that says what was tried and what a reader can do.
pub(crate) fn no_source(manifest: &Manifest, set: &Set, failures: &[(Place, anyhow::Error)]) -> anyhow::Error {
    let mut text = format!("no source has the data set `{}`:", set.name);
    for (place, error) in failures {
        text += &format!("\n  - {}: {error:#}", place.describe());
    }
    if failures.is_empty() {
        text += "\n  - it can't be fetched by a program";
    }
    text += "\nWhat you can do:";
    if let Some(by_hand) = &set.by_hand {
        text += &format!("\n  - {by_hand}");
    }
    text += &format!(
        "\n  - point GDL_MIRROR at a folder or address that has the files in `{}/` (data/README.md)",
        set.stem()
    );
    for (_, error) in failures {
        if let Some(NotInstalled(program)) = error.downcast_ref() {
            text += &format!("\n  - install {program}");
        }
    }
    if set.stand_in.is_some() {
        text += "\n  - use the generated stand-in: --data any";
    } else if let Some(names) = manifest.stand_ins_beside(set) {
        text += &format!("\n  - take a category that has a generated stand-in: {names}");
    }
    anyhow!(text)
}
