use std::process::ExitCode;

use clap::Parser;
use data::note;
use xtask::cli::{self, Cli};

fn main() -> ExitCode {
    let result = match Cli::try_parse() {
        Ok(cli) => cli::run(cli),
        Err(usage) => Ok(data::usage::explain(&usage)),
    };
    // What could not be written is told, too.
    let result = result.and_then(|code| data::output::finish().map(|()| code));
    result.unwrap_or_else(|error| {
        note!("error: {error:#}");
        ExitCode::from(if error.is::<xtask::Usage>() { 2 } else { 1 })
    })
}
