//! `cargo book data ...`

use std::path::Path;

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::family::quoted;
use crate::store::Entry;
use crate::{Choice, DataSet, Store, output, say};

/// The arguments of `cargo book data`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists the data sets, and which of them are in the cache
    List {
        /// A data set, or a family such as quickdraw: then with all its categories
        name: Option<String>,
    },
    /// Fetches a data set
    Fetch {
        /// Name of the data set, as in `list`
        name: String,
        /// Which data to fetch
        #[arg(long, value_enum, default_value_t)]
        data: Choice,
    },
    /// Checks every file of a data set, or of all data sets in the cache
    Verify {
        /// Name of the data set, as in `list`
        name: Option<String>,
    },
    /// Prints the folder of a data set
    Where {
        /// Name of the data set, as in `list`
        name: String,
        /// Which data to look for
        #[arg(long, value_enum, default_value_t)]
        data: Choice,
    },
}

/// Runs `cargo book data ...` on the repository's cache.
///
/// # Errors
/// One message that names the cause and the next step.
pub fn run(args: Args) -> Result<()> {
    let store = Store::open()?;
    match args.action {
        Action::List { name } => list(&store, name.as_deref())?,
        Action::Fetch { name, data } => {
            let set = store.fetch(&name, data)?;
            say!("{}", describe(&set));
        }
        Action::Verify { name } => verify(&store, name)?,
        Action::Where { name, data } => match store.find(&name, data)? {
            Some(set) => say!("{}", set.dir.display()),
            None => {
                let wanted = if data == Choice::Any { String::new() } else { format!(" --data {data}") };
                bail!(
                    "the data set `{name}` is not in the cache; fetch it with: cargo book data fetch {}{wanted}",
                    quoted(&name)
                )
            }
        },
    }
    output::finish()
}

fn list(store: &Store, name: Option<&str>) -> Result<()> {
    let entries = name.map_or_else(|| Ok(store.list()), |name| store.list_one(name))?;
    for Entry { set, real, synthetic, unchecked } in &entries {
        say!("{}  {}", set.name, set.title);
        say!("    licence: {}", set.licence);
        for set in [real, synthetic].into_iter().flatten() {
            say!("    in the cache: {}", describe(set));
        }
        match (set.categories.len(), name) {
            (0, _) if unchecked.is_some() => {
                let folder = unchecked.as_deref().map(shown).unwrap_or_default();
                say!("    files in {folder}, not checked yet: cargo book data fetch {} --data real", quoted(&set.name));
            }
            (0, _) if real.is_none() && synthetic.is_none() => {
                say!("    not in the cache; fetch it with: cargo book data fetch {}", quoted(&set.name));
            }
            (0, _) => {}
            (n, None) => say!("    {n} categories; list them with: cargo book data list {}", set.stem()),
            (_, Some(_)) => say!("    categories: {}", set.categories.join(", ")),
        }
    }
    Ok(())
}

fn describe(set: &DataSet) -> String {
    let bytes: u64 = set.origin.files.iter().map(|file| file.bytes).sum();
    format!(
        "{} ({}, {:.1} MB, checksum {})",
        shown(&set.dir),
        set.origin.description,
        bytes as f64 / 1e6,
        set.origin.checksum
    )
}

/// A path, relative to the current folder if it is below it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

fn verify(store: &Store, name: Option<String>) -> Result<()> {
    let names = match name {
        Some(name) => vec![name],
        None => {
            let single = |entry: &Entry| entry.set.categories.is_empty();
            store.list().into_iter().filter(single).map(|entry| entry.set.name).collect()
        }
    };
    let mut damaged = Vec::new();
    for name in names {
        let reports = store.verify(&name)?;
        if reports.is_empty() {
            say!("{name}: not in the cache");
        }
        for report in reports {
            if report.problems.is_empty() {
                say!("{name}: {} is complete", shown(&report.dir));
            } else {
                say!("{name}: {} has problems", shown(&report.dir));
                report.problems.iter().for_each(|problem| say!("    {problem}"));
                damaged.push(name.clone());
            }
        }
    }
    if !damaged.is_empty() {
        output::finish()?;
        bail!(
            "data sets with problems: {}; check or move away the files named above, and fetch the sets again",
            damaged.join(", ")
        );
    }
    Ok(())
}
