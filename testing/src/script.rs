use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes an executable shell script, which takes the place of a program, and its folder.
///
/// A child process writes it. While this process held the file open, another test could start a child that inherits it, and
/// the system would refuse to run the script: "text file busy".
///
/// # Panics
/// It cannot be written.
#[track_caller]
pub fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", "cat > \"$0\" && chmod 755 \"$0\""]).arg(path).stdin(Stdio::piped());
    let mut child = shell.spawn().unwrap();
    write!(child.stdin.take().unwrap(), "#!/bin/sh\n{text}").unwrap();
    assert!(child.wait().unwrap().success(), "{} cannot be written", path.display());
}
