//! A section: its run that is left alone, and the same run killed again and again.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use data::Choice;

use super::launch::Launch;
use super::{Halt, compare, folder, plan};

/// Output folders, in the folder of a section.
pub const WHOLE: &str = "whole";
pub const KILLED: &str = "killed";

/// Kills of one run before it is left alone.
const MOST_IN_A_ROW: usize = 5;
/// How much earlier a kill comes the next time, if the run ended before it.
const EARLIER: f64 = 0.9;
/// Sections whose runs have no checkpoints, but whose work is resumed all the same: episodes, and their codes.
const WITHOUT_CHECKPOINTS: [&str; 2] = ["08_01", "08_03"];
/// What a chapter's binary says if there is no data.
const NO_DATA: [&str; 2] = ["no source has the data set", "there is no synthetic data for"];
/// Differences that are told.
const TOLD: usize = 5;

/// Plays a section.
pub struct Player<'a> {
    pub launch: Launch<'a>,
    /// Its folder.
    pub folder: PathBuf,
    /// Output folders of the sections before it, whose results it uses.
    pub before: Vec<PathBuf>,
    pub counts: &'a mut Counts,
}

/// What has happened to the runs of a section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub kills: usize,
    /// Processes that went on with a killed run.
    pub resumed: usize,
    /// Runs that came to their end and were compared.
    pub compared: usize,
}

/// The run that was left alone.
#[derive(Debug)]
pub struct Whole {
    /// The arguments that began it.
    pub args: Vec<String>,
    /// How long it took, with its figures.
    pub took: Duration,
    /// Its run folders, by section and data.
    pub runs: BTreeMap<String, PathBuf>,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { kills, resumed, compared } = self;
        write!(f, "{kills} kills, resumed {resumed} times, {compared} runs compared")
    }
}

impl Player<'_> {
    /// Runs the section without a kill, with as many epochs as train for about so many seconds. If there is only synthetic
    /// data, no later run looks for the real set again: that would take time at each start, and it might be there by then.
    ///
    /// # Errors
    /// [`Halt::Skipped`] if it trains nothing or there is no data for it; [`Halt::Found`] if it fails.
    pub fn whole(&mut self, seconds: u32) -> Result<Whole> {
        let short = self.left_alone(["--preset", "smoke"].map(String::from).to_vec())?;
        let Some(run) = short.runs.values().next() else { return Ok(short) };
        let params = folder::params(run)?.unwrap_or_default();
        let mut args = short.args.clone();
        if let Some(own) = params["config"]["epochs"].as_u64() {
            let trained = folder::checkpoints(run)?.iter().map(|path| compare::seconds(path)).sum::<Result<f64>>()?;
            let epochs = plan::epochs(own, trained, seconds);
            if epochs > own {
                args.extend(["--epochs".to_string(), epochs.to_string()]);
            }
        }
        let only_synthetic = self.launch.data == Choice::Any && params["data"]["synthetic"] == true;
        if only_synthetic {
            self.launch.data = Choice::Synthetic;
        }
        if only_synthetic || args != short.args { self.left_alone(args) } else { Ok(short) }
    }

    fn left_alone(&self, args: Vec<String>) -> Result<Whole> {
        let out = self.fresh(WHOLE)?;
        let ended = self.launch.start(&out, &args, &self.log(WHOLE), None)?.end()?;
        if let Some(why) = no_data(&ended.said).filter(|_| ended.code != Some(0)) {
            bail!(Halt::Skipped(why.to_string()));
        }
        ended.expect_success("the run without a kill")?;
        let whole = Whole { args, took: ended.took, runs: folder::runs(&out, self.launch.id)? };
        if !folder::have_checkpoints(&whole.runs)? && !WITHOUT_CHECKPOINTS.contains(&self.launch.id) {
            bail!(Halt::Skipped("trains nothing".to_string()));
        }
        Ok(whole)
    }

    /// Begins the run again and again, kills it at these moments, parts of its whole time, and compares each at its end.
    ///
    /// # Errors
    /// [`Halt::Found`] if a run is not equal to the one that was left alone, or fails.
    pub fn kill(&mut self, whole: &Whole, mut moments: VecDeque<f64>) -> Result<()> {
        while !moments.is_empty() {
            let out = self.fresh(KILLED)?;
            self.live(whole, &out, &mut moments)?;
            self.compare(whole, &out)?;
            self.counts.compared += 1;
        }
        Ok(())
    }

    /// A run from its begin to its end, killed at the first of the moments, and resumed, and so on. A resumed run may end
    /// before the next moment, which is then one of the next run.
    fn live(&mut self, whole: &Whole, out: &Path, moments: &mut VecDeque<f64>) -> Result<()> {
        for kills in 0.. {
            let moment = moments.front().copied().filter(|_| kills < MOST_IN_A_ROW);
            let at = moment.map(|part| whole.took.mul_f64(part));
            let args = self.args(whole, out)?;
            self.counts.resumed += usize::from(kills > 0 && args != whole.args);
            let mut running = self.launch.start(out, &args, &self.log(KILLED), None)?;
            if let Some(ended) = running.wait(|took| at.is_some_and(|at| took >= at))? {
                ended.expect_success(&format!("`{}`, {kills} kills after its begin,", args.join(" ")))?;
                if let (0, Some(missed)) = (kills, moments.front_mut()) {
                    *missed *= EARLIER;
                }
                break;
            }
            drop(running);
            moments.pop_front();
            self.counts.kills += 1;
        }
        Ok(())
    }

    /// What goes on with the run in `out`, or begins it if there is none: a kill may come before the run folder.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn args(&self, whole: &Whole, out: &Path) -> Result<Vec<String>> {
        let begun = !folder::runs(out, self.launch.id)?.is_empty();
        Ok(if begun { vec!["--resume".to_string()] } else { whole.args.clone() })
    }

    /// Compares the finished run in `out` with the one that was left alone.
    ///
    /// # Errors
    /// [`Halt::Found`] if they differ.
    pub fn compare(&self, whole: &Whole, out: &Path) -> Result<()> {
        let killed = folder::runs(out, self.launch.id)?;
        let mut found = Vec::new();
        for (name, run) in &whole.runs {
            let differences = match killed.get(name) {
                Some(killed) => compare::differences(run, killed)?,
                None => vec!["it is not there after the kills".to_string()],
            };
            found.extend(differences.into_iter().map(|difference| format!("run {name}: {difference}")));
        }
        if found.is_empty() {
            return Ok(());
        }
        let more = found.len().saturating_sub(TOLD);
        let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
        found.truncate(TOLD);
        bail!(Halt::Found(format!("not equal to the run without a kill\n  {}{more}", found.join("\n  "))));
    }

    /// An output folder of this name with nothing but the results of the sections before.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn fresh(&self, name: &str) -> Result<PathBuf> {
        let out = self.folder.join(name);
        if out.exists() {
            fs::remove_dir_all(&out).with_context(|| format!("removing {}", out.display()))?;
        }
        fs::create_dir_all(&out).with_context(|| format!("making {}", out.display()))?;
        for before in &self.before {
            folder::copy(&before.join("run"), &out.join("run"))?;
        }
        Ok(out)
    }

    /// The file for standard error of a process.
    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }
}

/// The line that says that there is no data, without its frame.
fn no_data(said: &str) -> Option<&str> {
    let line = said.lines().find(|line| NO_DATA.iter().any(|words| line.contains(words)))?;
    Some(line.trim_start_matches("error: ").trim_end_matches(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{Manifest, Store};

    #[test]
    fn missing_data_is_told_from_other_failures() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = r#"
            [[set]]
            name = "none"
            title = "None"
            licence = "none"
            citation = "none"
            [[set.file]]
            name = "numbers"
            idx = [2, 3]
        "#;
        let store = Store::at(folder.path()).unwrap().with_manifest(Manifest::parse(manifest).unwrap());
        for choice in [Choice::Any, Choice::Real, Choice::Synthetic] {
            let error = format!("error: {:#}", store.fetch("none", choice).unwrap_err());
            let why = no_data(&error);
            assert!(why.is_some_and(|why| why.contains("`none`") && !why.starts_with("error")), "{error}");
        }
        assert_eq!(no_data("error: the disk is full"), None);
    }
}
