//! Unpacking libtorch from a wheel.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::Variant;

/// Unpacks the files that the variant needs from `wheel` to `tree/lib` and `tree/include`, and verifies checksums.
///
/// # Errors
/// It is damaged or has a path that leaves its folder, or writing fails; written files stay in `tree`.
pub fn unpack(wheel: &Path, variant: Variant, tree: &Path) -> Result<()> {
    unpack_wheel(wheel, variant, tree).with_context(|| format!("unpacking {}", wheel.display()))
}

fn unpack_wheel(wheel: &Path, variant: Variant, tree: &Path) -> Result<()> {
    let file = File::open(wheel)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).context("it is damaged or truncated")?;
    let mut bytes = 0_u64;
    let mut wanted = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).context("it is damaged")?;
        let path = safe_path(&entry)?;
        if let Some(target) = target(&path, variant).filter(|_| entry.is_file()) {
            // The sizes are what the wheel claims; they serve to show progress.
            bytes = bytes.saturating_add(entry.size());
            wanted.push((index, target));
        }
    }
    let progress = progress(wheel, bytes);
    for (index, target) in wanted {
        let entry = archive.by_index(index).context("it is damaged")?;
        let target = tree.join(target);
        write(entry, &target, &progress).with_context(|| format!("writing {}", target.display()))?;
    }
    progress.finish();
    Ok(())
}

/// The entry's path; it must not leave the target folder.
fn safe_path(entry: &ZipFile<'_, BufReader<File>>) -> Result<PathBuf> {
    let name = entry.name();
    let path = PathBuf::from(name);
    let inside = path.components().all(|part| matches!(part, Component::Normal(_))) && !name.contains(['\\', '\0']);
    ensure!(inside, "it holds the unsafe path {name:?}; this is not a PyTorch wheel");
    Ok(path)
}

/// The place of a wheel's file `path` in the folder of libtorch; `None` if it is not needed.
pub fn target(path: &Path, variant: Variant) -> Option<PathBuf> {
    if let Ok(header) = path.strip_prefix("torch/include") {
        return Some(Path::new("include").join(header));
    }
    let name = path.file_name()?.to_str()?;
    let stem = name.split('.').next()?;
    let is_library = name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dylib");
    // Only Python needs the Python bindings.
    if !is_library || stem == "libtorch_python" || path.parent()?.file_name()? != "lib" {
        return None;
    }
    let needed = match variant {
        Variant::Cuda => path.starts_with("torch/lib") || path.starts_with("nvidia"),
        Variant::Cpu if path.starts_with("torch/lib") => {
            !["cuda", "nvrtc", "nvshmem"].iter().any(|gpu| stem.contains(gpu))
        }
        Variant::Cpu => path.starts_with("nvidia") && ["libcudart", "libcupti"].contains(&stem),
    };
    needed.then(|| Path::new("lib").join(name))
}

fn write(mut entry: impl io::Read, target: &Path, progress: &ProgressBar) -> Result<()> {
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = progress.wrap_write(File::create_new(target)?);
    io::copy(&mut entry, &mut file)?;
    Ok(())
}

fn progress(wheel: &Path, bytes: u64) -> ProgressBar {
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    let package = name.split('-').next().unwrap_or_default().to_string();
    let style = ProgressStyle::with_template("Unpacking {msg:20} {bar:30} {bytes}/{total_bytes}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style).with_message(package)
}
