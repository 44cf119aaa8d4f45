//! Starting a chapter's binary, waiting for it, and killing it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use data::Choice;

use super::{Halt, ensure_not_stopped};
use crate::cargo::Cargo;
use crate::process::last_lines;

/// Time between two looks at a process: how exact the moment of a kill is.
const LOOK: Duration = Duration::from_millis(2);
/// After this time a process hangs.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// How an experiment is started.
pub struct Launch<'a> {
    pub cargo: &'a Cargo,
    /// The chapter's binary.
    pub binary: &'a Path,
    /// The experiment.
    pub id: &'a str,
    pub data: Choice,
}

/// A process that trains. Dropped, it is killed at once (`kill -9`).
pub struct Running {
    child: Child,
    since: Instant,
    log: PathBuf,
}

/// How a process ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` after a signal.
    pub code: Option<i32>,
    /// All that it wrote to standard error.
    pub said: String,
    /// How long it lived.
    pub took: Duration,
}

impl Launch<'_> {
    /// Starts the experiment in the output folder `out`, on one thread of the CPU, with standard error in the file `log`.
    /// With `most`, no file may become larger than so many blocks of 512 bytes (1,024 in some shells); it needs `sh`.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(&self, out: &Path, args: &[String], log: &Path, most: Option<u64>) -> Result<Running> {
        let mut command = match most {
            None => self.cargo.start(self.binary),
            Some(blocks) => {
                let mut shell = self.cargo.start(Path::new("sh"));
                // Without the signal, writing fails as on a full disk.
                shell.args(["-c", &format!("trap '' XFSZ && ulimit -f {blocks} && exec \"$0\" \"$@\"")]);
                shell.arg(self.binary);
                shell
            }
        };
        command.arg(self.id).args(args).args(["--threads", "1", "--device", "cpu", "--data"]);
        command.arg(self.data.to_string()).arg("--out").arg(out).env("GOMP_SPINCOUNT", "0");
        let failed = || format!("starting {}", self.binary.display());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(log).with_context(failed)?);
        // Ctrl-C in the terminal must not reach it: it would end as if something were wrong.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().with_context(failed)?;
        Ok(Running { child, since: Instant::now(), log: log.to_path_buf() })
    }
}

impl Running {
    /// Waits for its end; `None` if `enough`, asked with the time since its start, comes true before.
    ///
    /// # Errors
    /// [`Halt::Stopped`] after Ctrl-C, [`Halt::Found`] if it hangs.
    pub fn wait(&mut self, enough: impl Fn(Duration) -> bool) -> Result<Option<Ended>> {
        loop {
            let took = self.since.elapsed();
            if let Some(status) = self.child.try_wait().context("waiting for a chapter's binary")? {
                let said = fs::read(&self.log).with_context(|| format!("reading {}", self.log.display()))?;
                let said = String::from_utf8_lossy(&said).into_owned();
                return Ok(Some(Ended { code: status.code(), said, took }));
            }
            ensure_not_stopped()?;
            if enough(took) {
                return Ok(None);
            }
            if took > LONGEST {
                bail!(Halt::Found(format!("a process has not ended after {} minutes", LONGEST.as_secs() / 60)));
            }
            thread::sleep(LOOK);
        }
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// As [`Running::wait`].
    pub fn end(mut self) -> Result<Ended> {
        self.wait(|_| false)?.context("a process without an end")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Neither has an effect on what has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// # Errors
    /// [`Halt::Found`] unless it ended well; `what` names the process.
    pub fn expect_success(&self, what: &str) -> Result<()> {
        if self.code != Some(0) {
            bail!(Halt::Found(format!("{what} {self}")));
        }
        Ok(())
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code {
            Some(code) => write!(f, "ended with {code}: ")?,
            None => f.write_str("was ended by a signal: ")?,
        }
        f.write_str(&last_lines(&self.said, 3))
    }
}
