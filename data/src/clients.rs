//! The clients of the package registries, Python's pip and npm, as every part of the project starts them.
//!
//! A reader's settings for other work must not reach our calls: a constraints file, a target folder, another platform
//! would fetch something else, or put it elsewhere. What is kept is the way to the registry: addresses with their
//! credentials, proxies, certificates, patience with a slow network, and the folder of the client's own cache.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The settings of pip that are kept, as its configuration files write them.
const PIP_KEPT: [&str; 14] = [
    "index-url",
    "pypi-url", // another name of index-url
    "extra-index-url",
    "no-index",
    "find-links",
    "trusted-host",
    "cert",
    "client-cert",
    "proxy",
    "keyring-provider",
    "timeout",
    "default-timeout",
    "retries",
    "cache-dir",
];

/// The settings of npm that are kept; those of one registry or scope (`//host/:_authToken`, `@scope:registry`) are, too.
const NPM_KEPT: [&str; 18] = [
    "registry",
    "proxy",
    "https-proxy",
    "http-proxy",
    "noproxy",
    "no-proxy",
    "ca",
    "cafile",
    "cert",
    "certfile",
    "key",
    "keyfile",
    "strict-ssl",
    "cache",
    "userconfig",
    "globalconfig",
    "local-address",
    "maxsockets",
];

/// Options of `npm pack` that overrule the same settings in npm's configuration files. The files themselves stay in use,
/// because they have the addresses and the credentials.
const NPM_OVERRULED: [&str; 11] = [
    "--ignore-scripts",
    "--dry-run=false",
    "--json=false",
    "--offline=false",
    "--prefer-offline=false",
    "--prefer-online=false",
    "--no-before",
    "--workspace=",
    "--global=false",
    "--loglevel=notice",
    "--pack-destination=.",
];

/// Python's own variables that lead to other modules, or run other code first.
const PYTHON_CLEARED: [&str; 8] = [
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONINSPECT",
    "PYTHONPLATLIBDIR",
    "PYTHONSAFEPATH",
    "PYTHONWARNINGS",
    "PYTHONEXECUTABLE",
];

/// The words of `NODE_OPTIONS` that concern certificates; others load other code.
const NODE_KEPT: [&str; 3] = ["--use-openssl-ca", "--use-system-ca", "--use-bundled-ca"];

/// The Python of set-up's own pip below the root of the repository; it may not exist yet.
pub fn own_python(root: &Path) -> PathBuf {
    root.join(".python/pip").join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// Python, without the variables that lead it to other modules.
pub fn python(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in PYTHON_CLEARED {
        command.env_remove(name);
    }
    command
}

/// `python -m pip`, with only the way to the index of the reader's settings, from the environment and from pip's
/// configuration files. The caller adds the command and its options.
pub fn pip(program: impl AsRef<OsStr>) -> Command {
    let mut command = bare_pip(program.as_ref());
    command.env("PIP_CONFIG_FILE", if cfg!(windows) { "nul" } else { "/dev/null" }); // no configuration file at all
    command.env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    for (key, value) in configured(program.as_ref()) {
        let variable = format!("PIP_{}", key.to_uppercase().replace('-', "_"));
        // As for pip itself, the environment goes first.
        if std::env::var_os(&variable).is_none() {
            command.env(variable, value);
        }
    }
    command
}

/// `npm pack`, with only the way to the registry of the reader's settings. The caller adds the package.
pub fn npm_pack() -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    let of_registry = |key: &str| key.starts_with("//") || key.starts_with('@') || key.starts_with('_');
    clear(&mut command, "npm_config_", |key| NPM_KEPT.contains(&key) || of_registry(key));
    if let Ok(options) = std::env::var("NODE_OPTIONS") {
        let kept: Vec<&str> = options.split_whitespace().filter(|word| NODE_KEPT.contains(word)).collect();
        command.env("NODE_OPTIONS", kept.join(" "));
    }
    command.arg("pack").args(NPM_OVERRULED);
    command
}

/// `python -m pip` that still reads the configuration files.
fn bare_pip(program: &OsStr) -> Command {
    let mut command = python(program);
    clear(&mut command, "PIP_", |key| PIP_KEPT.contains(&key));
    command.args(["-m", "pip"]);
    command
}

/// Removes the variables with this prefix whose setting is not kept.
fn clear(command: &mut Command, prefix: &str, kept: impl Fn(&str) -> bool) {
    for (name, _) in std::env::vars_os() {
        let Some(key) = setting(&name, prefix) else { continue };
        if !kept(&key) {
            command.env_remove(name);
        }
    }
}

/// The setting that a variable stands for: `PIP_INDEX_URL` is `index-url`. Prefixes are compared as the clients do,
/// without regard to case.
fn setting(name: &OsString, prefix: &str) -> Option<String> {
    let name = name.to_str()?;
    let (start, key) = name.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| {
        // Inside a token's name, `_` has a meaning of its own.
        let plain = key.starts_with("//") || key.starts_with('@') || key.starts_with('_');
        if plain { key.to_string() } else { key.to_lowercase().replace('_', "-") }
    })
}

/// The kept settings in pip's configuration files, whatever their section; empty without a pip.
fn configured(program: &OsStr) -> Vec<(String, String)> {
    let mut command = bare_pip(program);
    command.args(["config", "list"]).stdin(Stdio::null()).stderr(Stdio::null());
    // The reader's own file stays in use here, and `user = true` in it must not choose which files are listed.
    if let Some(file) = std::env::var_os("PIP_CONFIG_FILE") {
        command.env("PIP_CONFIG_FILE", file);
    }
    for level in ["PIP_USER", "PIP_GLOBAL", "PIP_SITE"] {
        command.env(level, "0");
    }
    match command.output() {
        Ok(output) if output.status.success() => kept_lines(&String::from_utf8_lossy(&output.stdout)),
        _ => Vec::new(),
    }
}

/// The kept settings in the output of `pip config list`: lines such as `global.index-url='https://...'`. The section of
/// a command goes before `global`.
fn kept_lines(listed: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let sections = ["download", "install", "global"];
    for section in sections {
        for line in listed.lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let Some(key) = key.strip_prefix(section).and_then(|rest| rest.strip_prefix('.')) else { continue };
            if PIP_KEPT.contains(&key) && found.iter().all(|(known, _)| known != key) {
                found.push((key.to_string(), unquoted(value.trim())));
            }
        }
    }
    found
}

/// The text of a Python string in quotes. Line breaks separate several values; in a variable, blanks do.
fn unquoted(text: &str) -> String {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let inner = quote.and_then(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text);
    let mut plain = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n' | 't' | 'r')) => plain.push(' '),
            ('\\', Some(escaped)) => plain.push(escaped),
            _ => plain.push(c),
        }
    }
    plain.trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_index_is_read_from_pips_list() {
        let listed = r"
:env:.user='1'
global.extra-index-url='\nhttps://a/simple\nhttps://b/simple'
global.index-url='https://name:pass@global/simple'
download.index-url='https://download/simple'
global.user='true'
install.target='/elsewhere'
global.proxy='http://it\'s:8080'
global.cert='C:\\certs\\all.pem'
";
        let kept = kept_lines(listed);
        let due = [
            ("index-url", "https://download/simple"),
            ("extra-index-url", "https://a/simple https://b/simple"),
            ("proxy", "http://it's:8080"),
            ("cert", r"C:\certs\all.pem"),
        ];
        assert_eq!(kept, due.map(|(key, value)| (key.to_string(), value.to_string())));
    }

    #[test]
    fn variables_stand_for_settings() {
        let of = |name: &str, prefix| setting(&OsString::from(name), prefix);
        assert_eq!(of("PIP_EXTRA_INDEX_URL", "PIP_").as_deref(), Some("extra-index-url"));
        assert_eq!(of("pip_target", "PIP_").as_deref(), Some("target"));
        assert_eq!(of("NPM_CONFIG_STRICT_SSL", "npm_config_").as_deref(), Some("strict-ssl"));
        assert_eq!(of("npm_config_//host/:_authToken", "npm_config_").as_deref(), Some("//host/:_authToken"));
        assert_eq!(of("PIPX_HOME", "PIP_"), None);
        assert_eq!(of("PATH", "npm_config_"), None);
    }
}
