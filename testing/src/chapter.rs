use crate::Finished;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A chapter's binary with a temporary output folder, removed on drop.
#[derive(Debug)]
pub struct Chapter {
    binary: &'static str,
    out: TempDir,
}

impl Chapter {
    /// `binary` is `env!("CARGO_BIN_EXE_ch03")`, which only a test of that package knows.
    ///
    /// # Panics
    /// No temporary folder can be created.
    pub fn new(binary: &'static str) -> Chapter {
        Chapter { binary, out: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The output folder, which holds `run/` and `figures/`.
    pub fn out(&self) -> &Path {
        self.out.path()
    }

    /// A file or folder in the output folder: `run/vae/0001_digits`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.out().join(name)
    }

    /// The binary with these arguments. Experiments and `figures` write to the output folder and run on synthetic data and
    /// on the CPU (unless `args` names others), with one thread, so that parallel tests do not compete for cores.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.args(args).env("GDL_MIRROR", "");
        if args.first() != Some(&"bench") {
            command.args(["--threads", "1", "--out"]).arg(self.out());
            for (option, value) in [("--data", "synthetic"), ("--device", "cpu")] {
                if !args.contains(&option) {
                    command.args([option, value]);
                }
            }
        }
        command
    }

    /// Runs [`command`](Chapter::command) and waits for it.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Finished {
        Finished::run(&mut self.command(args))
    }

    /// Runs it and asserts exit code 0.
    #[track_caller]
    pub fn succeed(&self, args: &[&str]) -> Finished {
        let finished = self.run(args);
        finished.assert_success();
        finished
    }

    /// Asserts that neither a run nor a figure was written.
    #[track_caller]
    pub fn assert_nothing_made(&self) {
        for folder in ["run", "figures"] {
            assert!(!self.path(folder).exists(), "{folder} was left behind in {}", self.out().display());
        }
    }
}

/// Asserts that a chapter's binary exits with `code`, prints all these words to standard error, and writes nothing.
#[track_caller]
pub fn assert_refused(binary: &'static str, args: &[&str], code: i32, words: &[&str]) {
    let chapter = Chapter::new(binary);
    chapter.run(args).assert_failure(code, words);
    chapter.assert_nothing_made();
}
