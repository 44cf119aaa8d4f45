//! The C and C++ compilers, as the crate `cc` finds them when it builds the bindings of libtorch: `CXX` may hold a wrapper
//! (`ccache g++`) and arguments, and `CXX_x86_64-unknown-linux-gnu` goes first.

use std::path::PathBuf;

use crate::process::output_of;

/// A language of the bindings and of the libraries that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    C,
    Cpp,
}

/// A compiler, which may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// How it is started, for messages: `ccache g++`.
    pub command: String,
    /// The first line that it says about its version; `None` if it does not start.
    pub version: Option<String>,
}

impl Compiler {
    /// Looks for the compiler and starts it.
    pub fn find(language: Language) -> Compiler {
        match tool(language) {
            Ok(tool) => {
                let wrapped = tool.cc_env().to_string_lossy().into_owned();
                let command = if wrapped.is_empty() { tool.path().display().to_string() } else { wrapped };
                let said = output_of(tool.to_command().arg("--version"));
                let first_line = |text: String| text.lines().next().unwrap_or_default().to_string();
                Compiler { command, version: said.map(first_line) }
            }
            Err(error) => Compiler { command: error.to_string(), version: None },
        }
    }

    /// What is wrong with a compiler that does not start, with the fix.
    pub fn problem(&self, language: Language) -> Option<String> {
        let name = if language == Language::C { "C" } else { "C++" };
        let missing = self.version.is_none();
        missing.then(|| {
            let variable = variable(language).map(|variable| format!(", from {variable}")).unwrap_or_default();
            format!("no {name} compiler found (`{}`{variable}); libtorch's bindings need one: {CURE}", self.command)
        })
    }
}

/// What is wrong with the compilers. C's is looked at only if the user names one: cargo's linker is the other.
pub fn problems() -> Vec<String> {
    let named = |language: &Language| *language == Language::Cpp || variable(*language).is_some();
    [Language::Cpp, Language::C]
        .into_iter()
        .filter(named)
        .filter_map(|language| Compiler::find(language).problem(language))
        .collect()
}

/// How to install a compiler.
const CURE: &str = if cfg!(target_os = "macos") {
    "install it with `xcode-select --install`"
} else {
    "install it with `sudo apt install g++` (Debian, Ubuntu) or `sudo dnf install gcc-c++` (Fedora)"
};

/// The compiler as `cc` sees it.
fn tool(language: Language) -> Result<cc::Tool, cc::Error> {
    let mut build = cc::Build::new();
    build.cpp(language == Language::Cpp).target(&target()).host(&target()).opt_level(0).debug(false);
    build.no_default_flags(true).inherit_rustflags(false);
    // It speaks to cargo otherwise: this is no build script.
    build.cargo_metadata(false).cargo_warnings(false).cargo_debug(false).cargo_output(false);
    build.try_get_compiler()
}

/// The variable that names the compiler, in the order in which `cc` reads them.
fn variable(language: Language) -> Option<String> {
    let (name, target) = (if language == Language::C { "CC" } else { "CXX" }, target());
    let names = [
        format!("{name}_{target}"),
        format!("{name}_{}", target.replace(['-', '.'], "_")),
        format!("HOST_{name}"),
        name.to_string(),
    ];
    names.into_iter().find(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Rust's name of this machine.
fn target() -> String {
    let system = match std::env::consts::OS {
        "linux" if cfg!(target_env = "musl") => "unknown-linux-musl",
        "linux" => "unknown-linux-gnu",
        "macos" => "apple-darwin",
        _ => "pc-windows-msvc",
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// The library of C++ that programs load.
pub const RUNTIME: &str = "libstdc++.so.6";

/// Where the C++ compiler has its [`RUNTIME`]; `None` if it does not tell.
pub fn runtime() -> Option<PathBuf> {
    let tool = tool(Language::Cpp).ok()?;
    let path = PathBuf::from(output_of(tool.to_command().arg(format!("-print-file-name={RUNTIME}")))?);
    path.is_file().then_some(path)
}
