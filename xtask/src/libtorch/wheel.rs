//! Python wheels: their names, and what their metadata requires.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use catalog::versions::LIBTORCH;
use zip::ZipArchive;

use super::Variant;

/// The requirement for PyTorch itself.
pub fn torch() -> String {
    format!("torch=={LIBTORCH}")
}

/// `spec` in such a form that pip takes this very version: with `==`, it prefers a build for another CUDA, such as
/// `2.11.0+cu128`, from any index that has one.
pub fn exact(spec: &str) -> String {
    if spec.ends_with(".*") || spec.contains("===") { spec.to_string() } else { spec.replace("==", "===") }
}

/// Other builds of PyTorch that serve, where an index has no other: `download.pytorch.org` adds them to the version.
pub fn builds(variant: Variant) -> &'static [&'static str] {
    match variant {
        Variant::Cpu => &["+cpu", "+cu130"],
        Variant::Cuda => &["+cu130"],
    }
}

/// The version in a wheel's file name: `2.11.0` of `torch-2.11.0-cp312-...whl`.
pub fn version(file: &Path) -> Option<String> {
    Some(file.file_name()?.to_str()?.split('-').nth(1)?.to_string())
}

/// A line of a wheel's metadata: `name[extras]==version; marker`.
#[derive(Debug, PartialEq, Eq)]
pub struct Requirement {
    pub name: String,
    pub extras: Vec<String>,
    /// Name and version in pip's syntax.
    pub spec: String,
    /// The extra that adds this requirement.
    pub extra: Option<String>,
}

impl Requirement {
    /// Parses the text after `Requires-Dist:`.
    pub fn parse(line: &str) -> Requirement {
        let (spec, marker) = line.split_once(';').unwrap_or((line, ""));
        let spec = spec.trim();
        let end = spec.find(|char: char| !(char.is_ascii_alphanumeric() || "-_.".contains(char))).unwrap_or(spec.len());
        let (name, rest) = spec.split_at(end);
        let extras = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or("", |(extras, _)| extras);
        let extra = marker.split_once("extra ==").map(|(_, extra)| extra);
        Requirement {
            name: name.to_string(),
            extras: extras.split(',').map(str::trim).filter(|extra| !extra.is_empty()).map(String::from).collect(),
            spec: format!("{name}{}", rest.split_once(']').map_or(rest, |(_, version)| version).trim()),
            extra: extra.map(|extra| extra.trim_matches(|char: char| !char.is_ascii_alphanumeric()).to_string()),
        }
    }
}

/// The requirements in the metadata of the wheel `path`.
///
/// # Errors
/// It is not a complete zip file, or has no metadata.
pub fn requirements(path: &Path) -> Result<Vec<Requirement>> {
    let read = || -> Result<String> {
        let mut archive = ZipArchive::new(File::open(path)?)?;
        let name = archive.file_names().find(|name| name.ends_with(".dist-info/METADATA")).map(String::from);
        let mut text = String::new();
        archive.by_name(&name.context("it holds no METADATA")?)?.read_to_string(&mut text)?;
        Ok(text)
    };
    let text = read().with_context(|| format!("reading the metadata of {}", path.display()))?;
    Ok(text.lines().filter_map(|line| line.strip_prefix("Requires-Dist:")).map(Requirement::parse).collect())
}

/// Whether the variant takes libraries from this requirement of PyTorch: NVIDIA's packages, and `cuda-toolkit`, which
/// only lists more of them.
pub fn wanted(of_torch: Vec<Requirement>, variant: Variant) -> Vec<Requirement> {
    let nvidia = |requirement: &Requirement| requirement.name.starts_with("nvidia-") && variant == Variant::Cuda;
    let wanted = |requirement: &Requirement| nvidia(requirement) || requirement.name == "cuda-toolkit";
    of_torch.into_iter().filter(|requirement| requirement.extra.is_none() && wanted(requirement)).collect()
}

/// The packages that `toolkit`'s extras stand for. The CPU libraries link two of them: the runtime, and the profiler.
pub fn expanded(toolkit: &Requirement, its_requirements: Vec<Requirement>, variant: Variant) -> Vec<Requirement> {
    let slim = |extra: &str| extra == "cudart" || extra == "cupti";
    let wanted = |extra: &String| toolkit.extras.contains(extra) && (variant == Variant::Cuda || slim(extra));
    its_requirements.into_iter().filter(|requirement| requirement.extra.as_ref().is_some_and(wanted)).collect()
}

/// The wheel in the folder `dir` that meets `spec` (`name==version` or `name==version.*`).
pub fn in_folder(dir: &Path, spec: &str) -> Option<PathBuf> {
    let (name, version) = spec.split_once("==")?;
    let start = format!("{}-{}", name.replace(['-', '.'], "_"), version.trim_end_matches(".*"));
    let meets = |file: &str| {
        let rest = file.strip_prefix(&start)?;
        (file.ends_with(".whl") && rest.starts_with(['-', '.', '+'])).then_some(())
    };
    let mut entries = fs::read_dir(dir).ok()?.filter_map(|entry| entry.ok());
    entries.find(|entry| meets(&entry.file_name().to_string_lossy()).is_some()).map(|entry| entry.path())
}
