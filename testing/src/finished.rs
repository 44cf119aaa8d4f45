use std::process::{Command, Output};

/// Words that only an internal error prints.
const INTERNAL: [&str; 3] = ["should not have happened", "internal error", "panicked"];

/// A command that has ended.
#[derive(Debug)]
pub struct Finished {
    /// The command, for messages.
    what: String,
    /// Its exit code; `None` after a signal.
    pub code: Option<i32>,
    /// All it wrote to standard output.
    pub stdout: String,
    /// All it wrote to standard error.
    pub stderr: String,
}

impl Finished {
    /// Runs a command and waits for it.
    ///
    /// # Panics
    /// It cannot be started, or its output is not UTF-8.
    #[track_caller]
    pub fn run(command: &mut Command) -> Finished {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Finished::from_output(command, output)
    }

    #[track_caller]
    pub(crate) fn from_output(command: &Command, output: Output) -> Finished {
        let text = |bytes| String::from_utf8(bytes).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Finished { what: format!("{command:?}"), code: output.status.code(), stdout, stderr }
    }

    /// Asserts exit code 0.
    #[track_caller]
    pub fn assert_success(&self) {
        assert_eq!(self.code, Some(0), "{}: {}{}", self.what, self.stdout, self.stderr);
    }

    /// Asserts this exit code, and that standard error has all these words and no sign of an internal error.
    #[track_caller]
    pub fn assert_failure(&self, code: i32, words: &[&str]) {
        let Finished { what, stderr, .. } = self;
        assert_eq!(self.code, Some(code), "{what}: {}{stderr}", self.stdout);
        assert!(!stderr.is_empty(), "{what}: ended with {code} and no message");
        for word in words {
            assert!(stderr.contains(word), "{what}: no '{word}' in: {stderr}");
        }
        for word in INTERNAL {
            assert!(!stderr.contains(word), "{what}: {stderr}");
        }
    }

    /// Asserts that standard output has all these words.
    #[track_caller]
    pub fn assert_prints(&self, words: &[&str]) {
        for word in words {
            assert!(self.stdout.contains(word), "{}: no '{word}' in: {}{}", self.what, self.stdout, self.stderr);
        }
    }
}
