//! The writer of all messages. A closed pipe (`cargo book data list | head`) is no error and ends nothing; a full disk is
//! told when the program ends, so that a training goes on without its messages.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::Mutex;

use anyhow::{Context, Result};

/// Prints a line to standard output; use it instead of `println!`, which panics where nothing can be written.
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => {
        $crate::output::line(format_args!($($words)*))
    };
}

/// Prints a line to standard error; use it instead of `eprintln!`, which panics where nothing can be written.
#[macro_export]
macro_rules! note {
    ($($words:tt)*) => {
        $crate::output::aside(format_args!($($words)*))
    };
}

/// The first failure of standard output.
static FAILURE: Mutex<Option<io::Error>> = Mutex::new(None);

/// The function behind [`say!`](crate::say).
pub fn line(words: Arguments) {
    write(format_args!("{words}\n"));
}

/// The function behind [`note!`](crate::note).
pub fn aside(words: Arguments) {
    let _ = writeln!(io::stderr().lock(), "{words}"); // there is no other place to tell it
}

/// Prints text as it is to standard output.
pub fn write(words: Arguments) {
    keep(io::stdout().lock().write_fmt(words));
}

/// Writes what is still to be written to standard output. To be called before a program ends.
///
/// # Errors
/// Something could not be written, except into a closed pipe.
pub fn finish() -> Result<()> {
    keep(io::stdout().lock().flush());
    let failure = FAILURE.lock().ok().and_then(|mut failure| failure.take());
    failure.map_or(Ok(()), |error| Err(error).context("cannot write to standard output"))
}

fn keep(result: io::Result<()>) {
    if let (Err(error), Ok(mut failure)) = (result, FAILURE.lock())
        && error.kind() != ErrorKind::BrokenPipe
    {
        failure.get_or_insert(error);
    }
}
