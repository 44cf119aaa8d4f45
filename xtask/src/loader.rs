//! Where the system's loader looks for libraries: `LD_LIBRARY_PATH`, which may hold folders that break libtorch.

use std::cell::LazyCell;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::compiler;

/// The variable of the loader.
pub const VARIABLE: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

/// A folder of `LD_LIBRARY_PATH` whose libraries would take the place of those that our programs need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    pub folder: PathBuf,
    /// What it holds: `another libtorch`.
    pub what: &'static str,
}

/// The value of the variable for a program that uses the libtorch in `lib`: that folder first, then the user's folders
/// but for obstacles.
pub fn path(lib: &Path) -> OsString {
    let obstacles = obstacles(lib);
    let kept = folders().into_iter().filter(|folder| !obstacles.iter().any(|obstacle| obstacle.folder == *folder));
    env::join_paths(std::iter::once(lib.to_path_buf()).chain(kept)).unwrap_or_else(|_| lib.into())
}

/// The folders of the variable that break programs with the libtorch in `lib`.
pub fn obstacles(lib: &Path) -> Vec<Obstacle> {
    let ours = lib.canonicalize().ok();
    let others = folders().into_iter().filter(|folder| folder.canonicalize().ok() != ours);
    // Looked up once, and only if there is something to compare it with.
    let needed = LazyCell::new(|| compiler::runtime().and_then(|path| newest_symbols(&path)).unwrap_or(u32::MAX));
    others
        .filter_map(|folder| {
            let has = |names: &[&str]| names.iter().any(|name| folder.join(name).is_file());
            if has(&["libtorch_cpu.so", "libc10.so", "libtorch_cpu.dylib", "libc10.dylib"]) {
                return Some(Obstacle { folder, what: "another libtorch" });
            }
            let theirs = folder.join(RUNTIME);
            let old = theirs.is_file() && newest_symbols(&theirs).unwrap_or(0) < *needed;
            old.then_some(Obstacle { folder, what: "an old libstdc++" })
        })
        .collect()
}

/// The library of C++ itself, with which the bindings are linked.
const RUNTIME: &str = compiler::RUNTIME;

/// The folders of the variable.
fn folders() -> Vec<PathBuf> {
    let value = env::var_os(VARIABLE).unwrap_or_default();
    env::split_paths(&value).filter(|folder| !folder.as_os_str().is_empty()).collect()
}

/// The newest version of symbols that a libstdc++ has: 30 for `GLIBCXX_3.4.30`.
fn newest_symbols(library: &Path) -> Option<u32> {
    const BEGIN: &[u8] = b"GLIBCXX_3.4.";
    let bytes = fs::read(library).ok()?;
    let ends = bytes.windows(BEGIN.len()).enumerate().filter(|(_, part)| *part == BEGIN);
    let number = |start: usize| {
        let digits = bytes[start + BEGIN.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.take(4).fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    ends.map(|(start, _)| number(start)).max()
}
