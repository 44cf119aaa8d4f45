//! What notebooks depend on, compiled once for all of them.
//!
//! The kernel compiles each cell as a package `ctx` of its own. A workspace around it makes all kernels take the versions
//! of our `Cargo.lock` and the profile of our `Cargo.toml`, so that what was compiled for the command line and for the tests
//! serves the notebooks, too. `template` is that workspace, with a package that depends on all chapters; `kernel.py` copies
//! it for each kernel.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::environment::write;
use super::kernel;
use crate::cargo::Cargo;
use crate::experiments::Experiments;
use crate::plain;

const WORKSPACE: &str = r#"# Made by `cargo book notebook`.
[workspace]
resolver = "3"
members = ["ctx", "deps"]

"#;

/// A cell is compiled each time that it runs, and what takes time is not in it.
const CELLS: &str = r#"
[profile.dev.package.ctx]
opt-level = 0
debug = false
"#;

const CTX: &str = "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n";

/// Writes the template and compiles what the chapters depend on.
///
/// # Errors
/// When the chapters cannot be built.
pub fn ready(root: &Path, cargo: &Cargo, experiments: &Experiments) -> Result<()> {
    let home = kernel::home(root);
    let template = home.join("template");
    let mut deps =
        String::from("[package]\nname = \"deps\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n");
    deps += &format!("common = {{ path = {:?} }}\n", root.join("common"));
    for chapter in &experiments.chapters {
        let folder = root.join("chapters").join(&chapter.folder);
        if folder.join("src/lib.rs").is_file() {
            deps += &format!("{} = {{ path = {folder:?} }}\n", chapter.table.package);
        }
    }
    let read = |name: &str| {
        let path = root.join(name);
        fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))
    };
    write(&template.join("Cargo.toml"), &[WORKSPACE, profiles(&read("Cargo.toml")?), CELLS].concat())?;
    write(&template.join("ctx/Cargo.toml"), CTX)?;
    write(&template.join("ctx/src/lib.rs"), "")?;
    write(&template.join("deps/Cargo.toml"), &deps)?;
    write(&template.join("deps/src/lib.rs"), "")?;
    fs::write(template.join("Cargo.lock"), read("Cargo.lock")?)
        .with_context(|| format!("writing to {}", template.display()))?;

    let target = plain::target_dir(root);
    write(&home.join("target.txt"), &target.display().to_string())?;
    let mut command = cargo.command("build");
    command.current_dir(template.join("deps")).env("CARGO_TARGET_DIR", &target);
    command.env_remove("CARGO_BUILD_TARGET"); // kernels take over what lies in `debug`
    ensure!(
        command.status().context("starting cargo")?.success(),
        "building the chapters for the notebooks failed; `cargo book doctor` tells whether everything it needs is here"
    );
    // The kernel asks cargo about the packages of all platforms: now is the time to download them.
    let mut metadata = plain::cargo(root);
    metadata.current_dir(template.join("deps")).args(["metadata", "--format-version", "1", "--quiet"]);
    let done = metadata.stdout(std::process::Stdio::null()).status().context("starting cargo")?.success();
    ensure!(done, "cargo could not download what the notebooks depend on; its reason stands above");
    Ok(())
}

/// The profiles of our `Cargo.toml`, which stand last in it.
fn profiles(manifest: &str) -> &str {
    manifest.find("\n[profile.").map_or("", |start| &manifest[start..])
}

#[cfg(test)]
mod tests {
    use super::profiles;

    #[test]
    fn profiles_are_taken_whole_and_alone() {
        let ours = profiles(include_str!("../../../Cargo.toml"));
        assert!(ours.starts_with("\n[profile.dev]\n") && ours.contains("torch-sys"), "{ours}");
        assert!(ours.lines().all(|line| !line.starts_with('[') || line.starts_with("[profile.")), "{ours}");
        assert_eq!(profiles("[workspace]\n"), "");
    }
}
