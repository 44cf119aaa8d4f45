//! `cargo book 06_01 --write "the lion said ,"`.

use super::Writer;
use crate::models::fables::STORY_MARKER;
use anyhow::{Context, Result, bail};
use common::{files, say};
use console::Term;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use std::path::{Path, PathBuf};
use textwrap::fill;

/// Words of `/go` without a number.
const GO_ON: usize = 20;
/// The widest line, and the widest bar, in letters.
const WIDEST: usize = 100;
const WIDEST_BAR: usize = 30;

const HELP: &str = "\
1 to 10     take this word
any words   add them
Enter       let the model add a word
/go [N]     let it add N words [20], or go on to the end of the story
/undo       take the last step back
/temp T     the temperature of the model's words [0.5]
/save FILE  save the story
/quit       stop (or Ctrl-D)";

/// Writes a story with a person at the terminal. Stories are saved in `folder` unless a path is named.
///
/// # Errors
/// The terminal cannot be read, or libtorch fails.
pub fn run(mut writer: Writer, folder: &Path) -> Result<()> {
    let mut editor = DefaultEditor::new().context("cannot read from the terminal")?;
    say!("/help lists the commands\n");
    let mut shows = true;
    loop {
        if shows {
            show(&writer)?;
        }
        let line = match editor.readline("> ") {
            Ok(line) => line,
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => break,
            Err(error) => return Err(error).context("cannot read from the terminal"),
        };
        let _ = editor.add_history_entry(&line);
        match step(&mut writer, line.trim(), folder) {
            Ok(Next::Show) => shows = true,
            Ok(Next::Ask) => shows = false,
            Ok(Next::Stop) => break,
            Err(error) => {
                say!("{error:#}");
                shows = false;
            }
        }
    }
    if !writer.text().is_empty() {
        say!("\n{}", fill(&writer.text(), width()));
    }
    Ok(())
}

/// Says which words were left out.
pub fn tell_unknown(words: &[String]) {
    if !words.is_empty() {
        say!("left out, since the model does not know them: {}", words.join(", "));
    }
}

/// What comes after a line.
enum Next {
    /// The story and its choices, then the next line.
    Show,
    /// The next line.
    Ask,
    /// Nothing.
    Stop,
}

/// Does what a line says.
fn step(writer: &mut Writer, line: &str, folder: &Path) -> Result<Next> {
    let (command, rest) = line.split_once(' ').map_or((line, ""), |(command, rest)| (command, rest.trim()));
    match command {
        "" => writer.go_on(1)?,
        "/go" => {
            let words = if rest.is_empty() { GO_ON } else { rest.parse().context("/go takes a number of words")? };
            writer.go_on(words.min(2000))?;
        }
        "/undo" => {
            if !writer.undo() {
                bail!("there is nothing to undo");
            }
        }
        "/temp" => match rest.parse() {
            Ok(temperature) if (0.0..=10.0).contains(&temperature) => {
                writer.temperature = temperature;
                return Ok(Next::Ask);
            }
            _ => bail!("/temp takes a number from 0 (always the likeliest word) to 10"),
        },
        "/save" => {
            save(writer, rest, folder)?;
            return Ok(Next::Ask);
        }
        "/help" => {
            say!("{HELP}");
            return Ok(Next::Ask);
        }
        "/quit" => return Ok(Next::Stop),
        other if other.starts_with('/') => bail!("unknown command {other}; /help lists the commands"),
        number if rest.is_empty() && number.parse::<usize>().is_ok() => {
            let choices = writer.choices()?;
            let choice = number.parse::<usize>().ok().and_then(|number| choices.get(number.checked_sub(1)?));
            match choice {
                Some((word, _)) => {
                    writer.add(word);
                }
                None => bail!("there is no word {number}: choose 1 to {}", choices.len()),
            }
        }
        _ => {
            tell_unknown(&writer.add(line));
        }
    }
    Ok(Next::Show)
}

/// Saves the story; never over a file that is there.
fn save(writer: &Writer, name: &str, folder: &Path) -> Result<()> {
    let path = match name {
        "" => (1..).map(|n| folder.join(format!("story_{n}.txt"))).find(|path| !path.exists()).unwrap_or_default(),
        name => PathBuf::from(name),
    };
    if path.exists() {
        bail!("{} exists: choose another name", path.display());
    }
    files::write(&path, format!("{}\n", fill(&writer.text(), WIDEST)).as_bytes())?;
    say!("saved: {}", path.display());
    Ok(())
}

/// The end of the story, and the words that may come next.
fn show(writer: &Writer) -> Result<()> {
    let width = width();
    say!("{}", fill(&writer.text(), width));
    if writer.is_ended() {
        say!("(the end; words reopen the story, /undo takes the end back)");
        return Ok(());
    }
    let choices = writer.choices()?;
    let name = |word: &str| if word == STORY_MARKER { "(the end)".to_string() } else { word.to_string() };
    let longest = choices.iter().map(|(word, _)| name(word).chars().count()).max().unwrap_or(0);
    let room = width.saturating_sub(longest + 14).min(WIDEST_BAR);
    let most = choices.first().map_or(1.0, |(_, p)| *p).max(f64::MIN_POSITIVE);
    for (i, (word, p)) in choices.iter().enumerate() {
        let bar = "█".repeat((p / most * room as f64).round() as usize);
        say!("{:3}  {:longest$} {:5.1} % {bar}", i + 1, name(word), 100.0 * p);
    }
    Ok(())
}

/// Width of the terminal in letters, at most [`WIDEST`].
fn width() -> usize {
    usize::from(Term::stdout().size().1).clamp(20, WIDEST)
}
