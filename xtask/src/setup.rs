//! `cargo book setup`: installs libtorch in `.libtorch`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use catalog::versions::LIBTORCH;
use clap::Args;
use data::{note, say};

use crate::compiler;
use crate::driver::Driver;
use crate::libtorch::{self, Place, State, Variant, install, load};
use crate::machine::Machine;
use crate::plain;

#[derive(Args)]
pub struct Arguments {
    /// Install without CUDA, even with an NVIDIA GPU: 540 MB to download (macOS: 80 MB), 490 MB on disk
    #[arg(long, conflicts_with = "cuda")]
    cpu: bool,
    /// Install with CUDA, for NVIDIA GPUs: 2.5 GB to download, 3.6 GB on disk
    #[arg(long)]
    cuda: bool,
}

/// Installs libtorch, unless it is installed.
///
/// # Errors
/// CUDA is requested but has no driver, the machine is not supported, a compiler is missing, or the libraries cannot be
/// loaded; otherwise as [`install::install`].
pub fn run(root: &Path, arguments: &Arguments) -> Result<ExitCode> {
    let asked = match arguments {
        Arguments { cuda: true, .. } => Some(Variant::Cuda),
        Arguments { cpu: true, .. } => Some(Variant::Cpu),
        _ => None,
    };
    let driver = Driver::find();
    if asked == Some(Variant::Cuda) {
        driver.check()?;
    }
    match Place::find(root) {
        Place::External(dir) => {
            let variant = libtorch::check_external(&dir)?;
            ensure!(
                asked != Some(Variant::Cuda) || variant == Variant::Cuda,
                "LIBTORCH is set to {}, which has no CUDA. Unset LIBTORCH, then `cargo book setup --cuda` installs a \
                 build with CUDA",
                dir.display()
            );
            load::check(&dir, variant)?;
            let dir = dir.display();
            say!("LIBTORCH is set: libtorch {LIBTORCH} ({variant}) in {dir} is used. Nothing to do.");
        }
        Place::Own(dir) => match libtorch::state(&dir) {
            State::Ready(variant) if serves(variant, asked) => {
                load::check(&dir, variant)?;
                let dir = dir.display();
                say!("libtorch {LIBTORCH} ({variant}) is installed in {dir}. Nothing to do.");
                if let Some(advice) = advice(variant, asked, &driver) {
                    say!("Advice: {advice}");
                }
            }
            found => make(root, found, asked, &driver)?,
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// Installs libtorch if `place` holds none that is usable.
///
/// # Errors
/// As [`run`].
pub fn ensure(root: &Path, place: &Place) -> Result<()> {
    match place {
        Place::External(dir) => libtorch::check_external(dir).map(|_| ()),
        Place::Own(dir) => match libtorch::state(dir) {
            State::Ready(_) => Ok(()),
            found => make(root, found, None, &Driver::find()),
        },
    }
}

/// Whether a variant that is there is the one that was asked for; if none was, both are.
fn serves(there: Variant, asked: Option<Variant>) -> bool {
    asked.is_none_or(|asked| asked == there)
}

/// CUDA if a suitable driver is installed, else CPU.
fn default_variant(driver: &Driver) -> Variant {
    if driver.is_suitable() { Variant::Cuda } else { Variant::Cpu }
}

/// What to tell a reader who gets libtorch without CUDA, and has not asked for that.
fn advice(variant: Variant, asked: Option<Variant>, driver: &Driver) -> Option<String> {
    if variant == Variant::Cpu && asked.is_none() { driver.advice() } else { None }
}

fn make(root: &Path, found: State, asked: Option<Variant>, driver: &Driver) -> Result<()> {
    let variant = asked.unwrap_or_else(|| default_variant(driver));
    Machine::find().check()?;
    if let Some(problem) = compiler::problems().into_iter().next() {
        bail!(problem);
    }
    if let State::Broken(reason) = &found {
        note!("Installing {FOLDER} again: {reason}.", FOLDER = libtorch::FOLDER);
    }
    note!(
        "Installing libtorch {LIBTORCH} ({variant}) in {}. This is done once.",
        root.join(libtorch::FOLDER).display()
    );
    if let Some(advice) = advice(variant, asked, driver) {
        note!("Advice: {advice}");
    }
    let start = Instant::now();
    if install::install(root, variant, |there| serves(there, asked))? {
        if found != State::Missing || plain::has_compiled(root, "torch-sys") {
            forget_bindings(root);
        }
        note!("libtorch {LIBTORCH} ({variant}) is installed ({} s).", start.elapsed().as_secs());
    }
    Ok(())
}

/// Makes cargo rebuild the bindings: it does not notice that libtorch has changed.
fn forget_bindings(root: &Path) {
    let status = plain::cargo(root).args(["clean", "--quiet", "--package", "torch-sys"]).status();
    if !status.is_ok_and(|status| status.success()) {
        note!("warning: run `cargo clean -p torch-sys` to rebuild the bindings");
    }
}
