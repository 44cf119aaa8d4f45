use crate::Finished;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Starts a command, sends it SIGINT (Ctrl-C) when a line of its standard output begins with `begin`, and waits for it.
///
/// # Panics
/// It cannot be started, or ends without such a line.
#[track_caller]
pub fn interrupt_at(command: &mut Command, begin: &str) -> Finished {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map(|line| line.expect("UTF-8"));
    let mut said = vec![];
    let found = lines.by_ref().inspect(|line| said.push(line.clone())).any(|line| line.starts_with(begin));
    if found {
        // The shell's own `kill`: a bare system has no program of that name.
        let kill = Command::new("sh").arg("-c").arg(format!("kill -INT {}", child.id())).status();
        assert!(kill.is_ok_and(|status| status.success()), "{command:?}: no SIGINT could be sent");
    }
    said.extend(lines);
    let output = child.wait_with_output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut finished = Finished::from_output(command, output);
    finished.stdout = said.join("\n");
    assert!(found, "{command:?}: no line begins with '{begin}': {finished:?}");
    finished
}
