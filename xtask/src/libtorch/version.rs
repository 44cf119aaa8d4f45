//! The version of a libtorch folder.

use std::fs;
use std::path::Path;

/// The version of the libtorch in `dir`, such as `2.11.0`, without a build suffix such as `+cpu`.
pub fn found(dir: &Path) -> Option<String> {
    let build_version = fs::read_to_string(dir.join("build-version")).ok();
    let headers = ["include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"];
    let mut headers = headers.iter().filter_map(|name| fs::read_to_string(dir.join(name)).ok());
    let version = build_version.or_else(|| headers.find_map(|text| defined(&text)))?;
    let version = version.trim();
    Some(version.split_once('+').map_or(version, |(version, _)| version).to_string())
}

/// The string after `#define TORCH_VERSION`, which may be on the next line.
fn defined(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("#define TORCH_VERSION ")?;
    let rest = rest.trim_start_matches(|char: char| char == '\\' || char.is_whitespace());
    let (version, _) = rest.strip_prefix('"')?.split_once('"')?;
    Some(version.to_string())
}
