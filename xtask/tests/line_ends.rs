//! Line ends: a clone with `core.autocrlf=true`, as Git for Windows makes it, holds the same bytes.

use std::path::Path;
use std::process::Command;

fn git(dir: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(dir).args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_clone_with_autocrlf_has_the_same_bytes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let out = tempfile::tempdir().unwrap();
    let clone = |name: &str, setting: &str| {
        let dir = out.path().join(name);
        let (from, to) = (root.to_str()?, dir.to_str()?);
        let args = ["-c", setting, "clone", "--quiet", "--depth", "1", "--no-local", "-c", setting, from, to];
        git(out.path(), &args).map(|_| dir)
    };
    // Not a repository, as in an archive of the sources, or no git.
    let (Some(plain), Some(windows)) = (clone("a", "core.autocrlf=false"), clone("b", "core.autocrlf=true")) else {
        return;
    };
    let list = git(&plain, &["ls-files", "-z"]).unwrap();
    let files: Vec<&str> = list.split('\0').filter(|file| !file.is_empty()).collect();
    assert!(files.len() > 100, "{} files", files.len());
    for file in files {
        let read = |dir: &Path| std::fs::read(dir.join(file)).unwrap();
        assert!(read(&plain) == read(&windows), "{file} differs: name it in .gitattributes");
    }
}

/// What git takes for text is kept with LF: a script with CR LF does not start. Files that are bytes (`-text`) stay as they
/// are.
#[test]
fn text_has_line_feeds_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let Some(list) = git(root, &["ls-files", "--eol"]) else { return };
    let is_wrong = |line: &str| line.starts_with("i/crlf") || line.starts_with("i/mixed");
    let wrong: Vec<&str> = list.lines().filter(|line| is_wrong(line) && !line.contains("attr/-text")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
