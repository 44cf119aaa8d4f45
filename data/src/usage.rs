//! What a command line gets that asks for help, or is wrong.

use std::io::{IsTerminal, stdout};
use std::process::ExitCode;

/// Prints the help that `usage` is, by the one writer of output, or the message about a wrong command line. Returns the
/// exit code.
pub fn explain(usage: &clap::Error) -> ExitCode {
    if usage.use_stderr() {
        let _ = usage.print(); // there is no other place to tell it
        return ExitCode::from(2);
    }
    let text = usage.render();
    if stdout().is_terminal() {
        crate::output::write(format_args!("{}", text.ansi()));
    } else {
        crate::output::write(format_args!("{text}"));
    }
    ExitCode::SUCCESS
}
