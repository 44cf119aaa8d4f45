//! `cargo book doctor`: checks the installation and suggests fixes.

use std::path::Path;
use std::process::{ExitCode, Stdio};

use anyhow::Result;
use catalog::versions::LIBTORCH;

use crate::cargo::Cargo;
use crate::driver::Driver;
use crate::experiments::Experiments;
use crate::libtorch::{self, Place, State, Variant};
use crate::process::{answer, print};
use crate::{python, setup};

/// The findings.
#[derive(Default)]
struct Report {
    /// What does not work, with the fix.
    problems: Vec<String>,
    /// What works, but could be better.
    advice: Vec<String>,
}

/// Prints the report.
///
/// # Errors
/// Standard output cannot be written.
pub fn run(root: &Path) -> Result<ExitCode> {
    let mut report = Report::default();
    section("Repository", &report.repository(root))?;
    section("Tools", &report.tools())?;
    let (lines, usable) = report.libtorch(root);
    section("libtorch", &lines)?;
    if usable {
        section("Devices", &report.devices(root))?;
    }
    section("Data", &report.data(root))?;
    for advice in &report.advice {
        print(&format!("\nAdvice: {advice}\n"))?;
    }
    if report.problems.is_empty() {
        print("\nNo problems found.\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    print("\nProblems and fixes\n")?;
    for (i, problem) in report.problems.iter().enumerate() {
        print(&format!("  {}. {problem}\n", i + 1))?;
    }
    Ok(ExitCode::FAILURE)
}

type Line = (String, String);

fn section(title: &str, lines: &[Line]) -> Result<()> {
    let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or(0).max(14);
    let lines: String = lines.iter().map(|(key, value)| format!("  {key:width$}  {value}\n")).collect();
    print(&format!("{title}\n{lines}"))
}

impl Report {
    fn repository(&mut self, root: &Path) -> Vec<Line> {
        let experiments = Experiments::load(root).map_or_else(
            |error| {
                self.problems.push(format!("invalid experiments.toml: {error:#}"));
                "unreadable".to_string()
            },
            |tables| format!("{} in {} chapters", tables.all().count(), tables.chapters.len()),
        );
        vec![("folder".into(), root.display().to_string()), ("experiments".into(), experiments)]
    }

    fn tools(&mut self) -> Vec<Line> {
        if cfg!(windows) {
            self.problems.push("Windows is not supported: use WSL (`wsl --install`) and run this command there".into());
        }
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let compiler = setup::compiler();
        let first_line = |text: String| text.lines().next().unwrap_or_default().to_string();
        let compiler_version = answer(&compiler, &["--version"]).map(first_line);
        if compiler_version.is_none() {
            self.problems.push(format!("no C++ compiler (`{compiler}`): {}", setup::COMPILER_CURE));
        }
        let python = python::find().ok();
        let version = python.as_ref().and_then(|python| python::python_version(python).zip(Some(python)));
        let python_line = version.map(|((major, minor), python)| format!("{major}.{minor} ({})", python.display()));
        let threads = std::thread::available_parallelism().map_or_else(|_| "unknown".into(), |count| count.to_string());
        vec![
            ("cargo".into(), answer(cargo, &["--version"]).unwrap_or_else(missing)),
            ("rustc".into(), answer("rustc", &["--version"]).unwrap_or_else(missing)),
            ("C++ compiler".into(), compiler_version.unwrap_or_else(missing)),
            ("Python".into(), python_line.unwrap_or_else(missing)),
            ("processor cores".into(), threads),
            ("NVIDIA driver".into(), Driver::find().to_string()),
        ]
    }

    /// The lines about libtorch, and whether it is usable.
    fn libtorch(&mut self, root: &Path) -> (Vec<Line>, bool) {
        let place = Place::find(root);
        let found = match &place {
            Place::External(dir) => libtorch::check_external(dir).map_err(|error| format!("{error:#}")),
            Place::Own(dir) => match libtorch::state(dir) {
                State::Ready(variant) => Ok(variant),
                State::Missing => Err("libtorch is not set up: run `cargo book setup`".into()),
                State::Broken(reason) => Err(format!("{reason}: run `cargo book setup` to install it again")),
            },
        };
        if std::env::var_os("LIBTORCH_USE_PYTORCH").is_some() {
            let advice = "LIBTORCH_USE_PYTORCH is set: plain cargo uses Python's libtorch. Unset it";
            self.advice.push(advice.into());
        }
        let of = match &place {
            Place::External(_) => "from LIBTORCH",
            Place::Own(_) => "installed by `cargo book setup`",
        };
        let state = match &found {
            Ok(variant) => format!("{LIBTORCH} ({variant}), {of}"),
            Err(_) => format!("not usable; version {LIBTORCH} is required"),
        };
        let usable = found.is_ok();
        match found {
            Ok(variant) => self.compare(variant, &Driver::find()),
            Err(problem) => {
                if matches!(place, Place::Own(_)) && python::find().is_err() {
                    self.problems.push(format!("no Python 3, which installs libtorch with pip: {}", python::CURE));
                }
                self.problems.push(problem);
            }
        }
        (vec![("folder".into(), place.dir().display().to_string()), ("version".into(), state)], usable)
    }

    /// Compares libtorch with the driver.
    fn compare(&mut self, variant: Variant, driver: &Driver) {
        match (variant, driver.check()) {
            (Variant::Cpu, Ok(())) => {
                self.advice.push("an NVIDIA driver is installed: `cargo book setup --cuda` enables the GPU".into());
            }
            (Variant::Cuda, Err(error)) => {
                self.advice.push(format!("libtorch supports CUDA, but everything runs on the CPU: {error:#}"));
            }
            _ => {}
        }
    }

    fn data(&mut self, root: &Path) -> Vec<Line> {
        let here = match data::Store::open() {
            Ok(store) => store.list().iter().flat_map(named).collect::<Vec<_>>().join(", "),
            Err(error) => {
                self.problems.push(format!("cannot list the data sets: {error:#}"));
                "unknown".into()
            }
        };
        let here = if here.is_empty() { "none yet; experiments fetch what they need".into() } else { here };
        let mut lines = vec![("folder".into(), root.join("data/cache").display().to_string()), ("sets".into(), here)];
        if let Some(mirror) = std::env::var("GDL_MIRROR").ok().filter(|mirror| !mirror.trim().is_empty()) {
            lines.push(("GDL_MIRROR".into(), mirror));
        }
        lines
    }

    /// What libtorch reports through `common`'s `torch-info`.
    fn devices(&mut self, root: &Path) -> Vec<Line> {
        let info = Cargo::ready(root).and_then(|cargo| {
            let executable = cargo.build("common", "torch-info")?;
            Ok(cargo.start(&executable).stderr(Stdio::inherit()).output()?)
        });
        match info {
            Ok(output) if output.status.success() => {
                let text = String::from_utf8_lossy(&output.stdout);
                let pair =
                    |line: &str| line.split_once(": ").map(|(key, value)| (key.trim().into(), value.trim().into()));
                text.lines().filter_map(pair).collect()
            }
            _ => {
                let cure =
                    "see the message above. If a library is missing, run `rm -r .libtorch` and `cargo book setup`";
                self.problems.push(format!("libtorch is installed, but a program that uses it does not run: {cure}"));
                Vec::new()
            }
        }
    }
}

/// The set's name for each form of it in the cache.
fn named(entry: &data::Entry) -> Vec<String> {
    let real = entry.real.iter().map(|_| entry.set.name.clone());
    let synthetic = entry.synthetic.iter().map(|_| format!("{} (synthetic)", entry.set.name));
    real.chain(synthetic).collect()
}

fn missing() -> String {
    "missing".into()
}
