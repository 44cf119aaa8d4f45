//! `cargo book soak`: kills training runs at random moments, resumes them, and compares what comes of them with runs that
//! were left alone. Both must be equal bit for bit.
//!
//! Each section is trained with preset smoke, on one thread, long enough that there is something to kill
//! ([`section`]). Then the same run is begun again and again, and killed at the moments of a plan ([`plan`], [`launch`]),
//! often several times in a row. At its end, every file of its folder is compared ([`compare`], [`folder`]). Last, the run
//! meets a full disk, a folder that cannot be written, and a second process ([`trouble`]).

pub mod compare;
pub mod folder;
pub mod launch;
pub mod plan;
pub mod report;
pub mod section;
pub mod trouble;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use data::{Choice, note, say};

use crate::cargo::Cargo;
use crate::experiments::Experiments;
use crate::process;
use launch::Launch;
use plan::Section;
use report::{Report, Row};
use section::{Player, WHOLE};

#[derive(Args)]
pub struct Arguments {
    /// Chapters (05) or experiments (05_01) [default: all]
    #[arg(value_name = "CHAPTER|ID")]
    words: Vec<String>,
    /// Kills in all
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    kills: u32,
    /// Seed of the moments [default: another one each time]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// About how many seconds a run trains
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// Data: any = the real set if available, else synthetic data
    #[arg(long, value_enum, default_value = "any")]
    data: Choice,
}

/// Why a section is not played to its end.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// It cannot be played here.
    #[error("skipped: {0}")]
    Skipped(String),
    /// What was looked for: a run that is not equal, or a process that did what it should not.
    #[error("{0}")]
    Found(String),
    /// Ctrl-C.
    #[error("stopped")]
    Stopped,
}

/// # Errors
/// [`Halt::Stopped`] after Ctrl-C.
pub fn ensure_not_stopped() -> Result<()> {
    if process::interrupted() {
        bail!(Halt::Stopped);
    }
    Ok(())
}

/// Plays the sections in a temporary folder, and prints a table. The folder stays only if something was found.
///
/// # Errors
/// [`crate::Usage`] for unknown words; libtorch cannot be installed, a chapter cannot be built, or the temporary folder
/// cannot be written.
pub fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let experiments = Experiments::load(root)?;
    let sections = plan::sections(&experiments, &arguments.words)?;
    let cargo = Cargo::ready(root)?;
    // The processes that train do not get Ctrl-C (see `launch`): they are killed, and the temporary folder is removed.
    process::catch_every_ctrl_c()?;
    let home = tempfile::Builder::new().prefix("soak-").tempdir().context("making a temporary folder")?;
    let seed = arguments.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let soak = Soak { arguments, cargo: &cargo, home: home.path(), seed };
    match soak.play_all(&sections) {
        Err(_) if process::interrupted() => {
            note!("stopped; nothing is left behind");
            Ok(ExitCode::from(process::INTERRUPTED))
        }
        Err(error) => Err(error),
        Ok(report) => {
            say!("{}", report.text(arguments.kills as usize).trim_end());
            if report.is_good() {
                return Ok(ExitCode::SUCCESS);
            }
            if report.has_found() {
                note!("kept: {}", home.keep().display());
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

struct Soak<'a> {
    arguments: &'a Arguments,
    cargo: &'a Cargo,
    home: &'a Path,
    seed: u64,
}

impl Soak<'_> {
    fn play_all(&self, sections: &[Section]) -> Result<Report> {
        let mut binaries: BTreeMap<&str, PathBuf> = BTreeMap::new();
        for Section { chapter, .. } in sections {
            let package = chapter.table.package.as_str();
            if let Entry::Vacant(place) = binaries.entry(package) {
                place.insert(self.cargo.build(package, package)?);
            }
        }
        say!("seed {}, in {}", self.seed, self.home.display());
        let (mut report, mut left) = (Report::default(), self.arguments.kills as usize);
        for (at, section) in sections.iter().enumerate() {
            let behind = &sections[at + 1..];
            let kills = if section.killed { plan::share(left, behind) } else { 0 };
            let row = self.play(section, &binaries[section.chapter.table.package.as_str()], kills)?;
            left = left.saturating_sub(row.counts.kills);
            self.tell(&row, kills);
            self.tidy(&row, behind)?;
            report.rows.push(row);
        }
        Ok(report)
    }

    /// Plays a section; what stops it stands in its row.
    fn play(&self, section: &Section, binary: &Path, kills: usize) -> Result<Row> {
        let mut row = Row::new(&section.entry.id, section.killed);
        match self.play_into(&mut row, section, binary, kills).map_err(|error| error.downcast::<Halt>()) {
            Ok(()) => {}
            Err(Ok(Halt::Stopped)) => bail!(Halt::Stopped),
            Err(Ok(halt)) => row.halt = Some(halt),
            Err(Err(error)) => return Err(error.context(format!("playing {}", row.id))),
        }
        Ok(row)
    }

    fn play_into(&self, row: &mut Row, section: &Section, binary: &Path, kills: usize) -> Result<()> {
        let entry = section.entry;
        if let Some(trainer) = &entry.needs {
            bail!(Halt::Skipped(format!("analyses a run of {trainer}")));
        }
        if section.killed && kills == 0 {
            bail!(Halt::Skipped("no kill is left for it".to_string()));
        }
        let before: Vec<PathBuf> = entry.after.iter().map(|id| self.home.join(id).join(WHOLE)).collect();
        if let Some(at) = before.iter().position(|out| !out.is_dir()) {
            bail!(Halt::Skipped(format!("it goes on with the results of {}, which was skipped", entry.after[at])));
        }
        let launch = Launch { cargo: self.cargo, binary, id: &entry.id, data: self.arguments.data };
        let folder = self.home.join(&entry.id);
        let mut player = Player { launch, folder, before, counts: &mut row.counts };
        let whole = player.whole(self.arguments.seconds)?;
        note!("{}: {:.1} s with {}", entry.id, whole.took.as_secs_f64(), whole.args.join(" "));
        if section.killed {
            player.kill(&whole, plan::moments(self.seed, &entry.id, kills))?;
            row.troubles = trouble::play(&player, &whole)?;
        }
        Ok(())
    }

    fn tell(&self, row: &Row, kills: usize) {
        match &row.halt {
            Some(Halt::Found(what)) => {
                let Soak { arguments: Arguments { seconds, data, .. }, seed, home, .. } = self;
                note!("{}: {what}", row.id);
                note!("  both runs: {}", home.join(&row.id).display());
                note!(
                    "  repeat: cargo book soak {} --kills {kills} --seed {seed} --seconds {seconds} --data {data}",
                    row.id
                );
            }
            Some(halt) => note!("{}: {halt}", row.id),
            None if row.killed => note!("{}: {}", row.id, row.counts),
            None => {}
        }
    }

    /// Removes what no section after this one needs, and nobody wants to look at.
    fn tidy(&self, row: &Row, behind: &[Section]) -> Result<()> {
        let needed = behind.iter().any(|section| section.entry.after.contains(&row.id));
        let folder = self.home.join(&row.id);
        let gone = match row.halt {
            Some(Halt::Found(_)) => return Ok(()),
            None if needed => [section::KILLED, trouble::TROUBLED].map(|name| folder.join(name)).to_vec(),
            _ => vec![folder],
        };
        for folder in gone {
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
            }
        }
        Ok(())
    }
}
