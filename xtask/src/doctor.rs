//! `cargo book doctor`: checks the installation and suggests fixes.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use catalog::versions::LIBTORCH;
use data::say;

use crate::cargo::Cargo;
use crate::compiler::{self, Compiler, Language};
use crate::driver::Driver;
use crate::experiments::Experiments;
use crate::libtorch::{self, Place, State, Variant};
use crate::loader::{self, Obstacle, VARIABLE};
use crate::machine::Machine;
use crate::process::{answer, last_lines};
use crate::{plain, python};

/// The findings.
#[derive(Default)]
struct Report {
    /// What does not work, with the fix.
    problems: Vec<String>,
    /// What works, but could be better.
    advice: Vec<String>,
    /// Programs start with `cargo book` only.
    plain_cargo_fails: bool,
}

/// Prints the report.
pub fn run(root: &Path) -> ExitCode {
    let mut report = Report::default();
    section("Repository", &report.repository(root));
    section("Tools", &report.tools());
    let (lines, usable) = report.libtorch(root);
    section("libtorch", &lines);
    if usable {
        section("Devices", &report.devices(root));
    }
    section("Data", &report.data());
    for advice in &report.advice {
        say!("\nAdvice: {advice}");
    }
    if report.problems.is_empty() {
        let found = if report.plain_cargo_fails { "No problems found with `cargo book`" } else { "No problems found" };
        say!("\n{found}.");
        return ExitCode::SUCCESS;
    }
    say!("\nProblems and fixes");
    for (i, problem) in report.problems.iter().enumerate() {
        say!("  {}. {problem}", i + 1);
    }
    ExitCode::FAILURE
}

type Line = (String, String);

fn section(title: &str, lines: &[Line]) {
    let width = lines.iter().map(|(key, _)| key.len()).max().unwrap_or(0).max(14);
    let lines: String = lines.iter().map(|(key, value)| format!("  {key:width$}  {value}\n")).collect();
    say!("{title}\n{}", lines.trim_end());
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
        let machine = Machine::find();
        if let Err(error) = machine.check() {
            self.problems.push(error.to_string());
        }
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let compiler = Compiler::find(Language::Cpp);
        self.problems.extend(compiler::problems());
        let python = python::find().ok();
        let version = python.as_ref().and_then(|python| python::python_version(python).zip(Some(python)));
        let python_line = version.map(|((major, minor), python)| format!("{major}.{minor} ({})", python.display()));
        let threads = std::thread::available_parallelism().map_or_else(|_| "unknown".into(), |count| count.to_string());
        vec![
            ("machine".into(), machine.to_string()),
            ("such systems".into(), machine.proof().to_string()),
            ("cargo".into(), answer(cargo, &["--version"]).unwrap_or_else(missing)),
            ("rustc".into(), answer("rustc", &["--version"]).unwrap_or_else(missing)),
            ("C++ compiler".into(), compiler.version.unwrap_or_else(missing)),
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
                if let (Place::Own(_), Err(error)) = (&place, python::find()) {
                    self.problems.push(error.to_string());
                }
                self.problems.push(problem);
            }
        }
        (vec![("folder".into(), place.dir().display().to_string()), ("version".into(), state)], usable)
    }

    /// Compares libtorch with the driver.
    fn compare(&mut self, variant: Variant, driver: &Driver) {
        match (variant, driver.check()) {
            (Variant::Cpu, _) => self.advice.extend(driver.advice()),
            (Variant::Cuda, Err(error)) => {
                self.advice.push(format!("libtorch supports CUDA, but everything runs on the CPU: {error:#}"));
            }
            (Variant::Cuda, Ok(())) => {}
        }
    }

    fn data(&mut self) -> Vec<Line> {
        match data::Store::open() {
            Ok(store) => {
                let here = store.list().iter().flat_map(named).collect::<Vec<_>>().join(", ");
                let here = if here.is_empty() { "none yet; experiments fetch what they need".into() } else { here };
                let folder = store.folder().display().to_string();
                let mirror = store.mirror().map(|mirror| ("GDL_MIRROR".into(), mirror));
                [("folder".into(), folder), ("sets".into(), here)].into_iter().chain(mirror).collect()
            }
            Err(error) => {
                self.problems.push(format!("cannot list the data sets: {error:#}"));
                vec![("sets".into(), "unknown".into())]
            }
        }
    }

    /// What libtorch reports through `torch-info` of the crate `binary`.
    fn devices(&mut self, root: &Path) -> Vec<Line> {
        let info = Cargo::ready(root).and_then(|cargo| {
            let Some(executable) = cargo.try_build("binary", "torch-info")? else { return Ok(None) };
            let output = cargo.start(&executable).stderr(Stdio::inherit()).output()?;
            Ok(Some((executable, output)))
        });
        let failure = match info {
            Ok(Some((executable, output))) if output.status.success() => {
                self.plain_cargo(root, &executable);
                let text = String::from_utf8_lossy(&output.stdout);
                let pair =
                    |line: &str| line.split_once(": ").map(|(key, value)| (key.trim().into(), value.trim().into()));
                return text.lines().filter_map(pair).collect();
            }
            Ok(_) => "see the message above".to_string(),
            Err(error) => format!("{error:#}"),
        };
        let cure = match Place::find(root) {
            Place::Own(_) => "move .libtorch to another place and run `cargo book setup`",
            Place::External(_) => "unset LIBTORCH and run `cargo book setup`, or set it to another folder",
        };
        self.problems.push(format!(
            "libtorch is there, but a program that uses it does not run: {failure}. If a library is missing, {cure}"
        ));
        Vec::new()
    }

    /// Whether the program also starts as `cargo run` starts it, without the variables that `cargo book` sets.
    fn plain_cargo(&mut self, root: &Path, executable: &Path) {
        let lib = Place::find(root).lib();
        let (failed, said) = match Command::new(executable).stdin(Stdio::null()).output() {
            Ok(output) => (!output.status.success(), last_lines(&String::from_utf8_lossy(&output.stderr), 1)),
            Err(error) => (true, error.to_string()),
        };
        let obstacles = loader::obstacles(&lib);
        if !failed && obstacles.is_empty() {
            return;
        }
        self.plain_cargo_fails = true;
        let named = obstacles
            .iter()
            .map(|Obstacle { folder, what }| format!("{VARIABLE} names {}, which holds {what}", folder.display()));
        let reasons = if failed { plain::obstacles(root, executable, &lib) } else { Vec::new() };
        let named: Vec<String> = named.chain(reasons).collect();
        let said = if said.is_empty() { String::new() } else { format!(" ({said})") };
        let because = if named.is_empty() { said } else { format!(": {}{said}", named.join("; ")) };
        let cure = match obstacles.is_empty() {
            true => format!("unset what is named, or put {} first in {VARIABLE}", lib.display()),
            false => "unset what is named, or take these folders out of it".to_string(),
        };
        self.advice.push(format!(
            "`cargo book` works, but plain `cargo run` and `cargo test` do not find the right libraries{because}. For plain \
             cargo, {cure}"
        ));
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
