//! What installs and describes the repository elsewhere says the same as README.md and Cargo.toml.

use std::fs;

/// A file of the repository.
fn text(name: &str) -> String {
    let path = data::root().unwrap().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of packages in the first line with `command`, up to `end`.
fn packages(file: &str, command: &str, end: char) -> Vec<String> {
    let text = text(file);
    let line = text.lines().find_map(|line| line.split_once(command));
    let (_, rest) = line.unwrap_or_else(|| panic!("{file} has no line with `{command}`"));
    let names = rest.split(end).next().unwrap_or_default();
    names.split_whitespace().filter(|word| !word.starts_with('-')).map(String::from).collect()
}

#[test]
fn the_container_has_the_packages_that_the_readme_names() {
    let of_readme = packages("README.md", "sudo apt install", '#');
    assert!(of_readme.iter().any(|name| name == "g++"), "{of_readme:?}");
    assert_eq!(packages("Dockerfile", "apt-get install", '\\'), of_readme);
}

#[test]
fn the_citation_has_the_version_of_the_crates() {
    let version = format!("version: {}", env!("CARGO_PKG_VERSION"));
    assert!(text("CITATION.cff").lines().any(|line| line == version), "CITATION.cff lacks `{version}`");
}
