//! Starting other programs.

use std::fmt::Arguments;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

/// The exit code after Ctrl-C.
pub const INTERRUPTED: u8 = 130;

static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on, Ctrl-C does no more than [`interrupted`] tells; a second one exits.
///
/// # Errors
/// The system refuses.
pub fn catch_ctrl_c() -> Result<()> {
    catch(|| std::process::exit(INTERRUPTED.into()))
}

/// From now on, Ctrl-C does no more than [`interrupted`] tells, however often it is pressed: for what ends soon by itself,
/// and has to tidy up.
///
/// # Errors
/// The system refuses.
pub fn catch_every_ctrl_c() -> Result<()> {
    catch(|| {})
}

/// Catches Ctrl-C; `again` is called after the first one.
fn catch(again: impl Fn() + Send + 'static) -> Result<()> {
    let caught = ctrlc::set_handler(move || {
        if IS_INTERRUPTED.swap(true, Ordering::Relaxed) {
            again();
        }
    });
    caught.context("catching Ctrl-C")
}

/// Whether Ctrl-C was pressed since [`catch_ctrl_c`] or [`catch_every_ctrl_c`].
pub fn interrupted() -> bool {
    IS_INTERRUPTED.load(Ordering::Relaxed)
}

/// Writes the begin of a line to standard error; `note!` ends it.
pub fn begin(words: Arguments) {
    let _ = std::io::stderr().lock().write_fmt(words);
}

/// Replaces this process by `command`, so that Ctrl-C and the exit code are that program's own. On Windows it waits.
///
/// # Errors
/// The program cannot be started.
pub fn become_command(mut command: Command) -> Result<ExitCode> {
    let name = command.get_program().to_string_lossy().into_owned();
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(command.exec()).with_context(|| format!("starting {name}"))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().with_context(|| format!("starting {name}"))?;
        Ok(code(status))
    }
}

/// The exit code of a program that has ended; 1 after a signal.
pub fn code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The trimmed output of `program args...`; see [`output_of`].
pub fn answer(program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Option<String> {
    output_of(Command::new(program).args(args))
}

/// The trimmed output of `command`: its standard output or, if that is empty, its standard error. `None` if it cannot be
/// started or fails.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = if output.stdout.trim_ascii().is_empty() { output.stderr } else { output.stdout };
    Some(String::from_utf8_lossy(text.trim_ascii()).into_owned())
}

/// The file `name` on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file_name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).map(|dir| dir.join(&file_name)).find(|file| file.is_file())
}

/// Free bytes on the disk of `path`, by `df`; `None` without `df`.
pub fn free_space(path: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let kibibytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The last non-empty lines of `text`, joined by ` / `.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join(" / ")
}
