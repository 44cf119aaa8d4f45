//! `cargo book` without arguments: the experiments and the main commands.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use data::say;

use crate::experiments::Experiments;

const COMMANDS: &str = "
Run one              cargo book 03_01 [--preset smoke|quick|book] [--epochs N] [--seed N] [--device D] [--resume]
                                      [--data any|real|synthetic] [--set key=value]
All its options      cargo book 03_01 --help
Draw the figures     cargo book figures [CHAPTER | ID ...]
Check installation   cargo book doctor
More                 cargo book notebook, test, data, bench, soak, setup; cargo book --help

Minutes: preset quick (the default) on two CPU cores.
";

/// Prints the list.
///
/// # Errors
/// A chapter's experiments.toml is invalid.
pub fn run(root: &Path) -> Result<ExitCode> {
    say!("{}", table(&Experiments::load(root)?).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// The list as text.
pub fn table(experiments: &Experiments) -> String {
    let width = |of: &dyn Fn(&catalog::Entry) -> usize| {
        experiments.all().map(|(_, experiment)| of(experiment)).max().unwrap_or(0)
    };
    let name_width = width(&|experiment| experiment.full_name().len());
    let title_width = width(&|experiment| experiment.title.chars().count());
    let pages_width = width(&|experiment| experiment.pages.len());
    let data_width = width(&|experiment| experiment.data.join(", ").len());
    let mut text = String::from("The experiments of Generative Deep Learning\n");
    for chapter in &experiments.chapters {
        let _ = writeln!(text, "\nChapter {}  {}", chapter.table.chapter, chapter.table.title);
        for experiment in &chapter.table.experiments {
            let minutes = format!("{} min", minutes(experiment.minutes));
            let before = experiment.before().collect::<Vec<_>>().join(", ");
            let needs = if before.is_empty() { String::new() } else { format!("  after {before}") };
            let line = format!(
                "  {:name_width$}  {:title_width$}  p. {:pages_width$}  {:data_width$}  {minutes:>7}{needs}",
                experiment.full_name(),
                experiment.title,
                experiment.pages,
                experiment.data.join(", "),
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text + COMMANDS
}

/// Minutes in whole numbers; `< 1` below one.
pub fn minutes(minutes: f64) -> String {
    if minutes < 1.0 { "< 1".into() } else { minutes.round().to_string() }
}
