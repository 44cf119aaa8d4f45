//! The machine: whether PyTorch's libraries exist for its system, processor and C library, and whether this project's
//! tests have run on one like it. It is looked at before anything is downloaded: pip would only say that there is no
//! matching package.

use std::process::Command;

use anyhow::{Result, bail};
use catalog::versions::LIBTORCH;

use crate::process::answer;

/// The oldest glibc that the libraries run with: their wheels are for `manylinux_2_28`.
const OLDEST_GLIBC: (u32, u32) = (2, 28);

/// A C library of Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Libc {
    /// glibc of this version.
    Glibc(u32, u32),
    Musl,
    /// None of Linux', or one that does not tell its version.
    Unknown,
}

/// How far machines of a kind are known to run the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// All tests have passed on one.
    Proved,
    /// The libraries exist for it, and the code has what it needs, but no test has run on one.
    Untested,
    /// There are no libraries for it.
    Unsupported,
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Proof::Proved => "proved: all tests have passed on one",
            Proof::Untested => {
                "untested: it should work, but no test has run on one; Linux with glibc on x86_64 is proved"
            }
            Proof::Unsupported => "not supported",
        })
    }
}

/// What a machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// `linux`, `macos`, `windows`: as Rust says.
    pub system: String,
    /// `x86_64`, `aarch64`: as Rust says.
    pub processor: String,
    pub libc: Libc,
    /// Whether its Linux runs in Windows.
    pub wsl: bool,
}

impl Machine {
    /// This machine.
    pub fn find() -> Machine {
        let (system, processor) = (std::env::consts::OS.to_string(), std::env::consts::ARCH.to_string());
        let libc = if system == "linux" { find_libc() } else { Libc::Unknown };
        let wsl = system == "linux" && in_windows();
        Machine { system, processor, libc, wsl }
    }

    /// How far machines like this one are known to run the book.
    pub fn proof(&self) -> Proof {
        match (self.system.as_str(), self.processor.as_str(), self.libc) {
            _ if self.check().is_err() => Proof::Unsupported,
            ("linux", "x86_64", Libc::Glibc(..)) if !self.wsl => Proof::Proved,
            _ => Proof::Untested,
        }
    }

    /// Checks that the libraries exist for it.
    ///
    /// # Errors
    /// They do not; the message says where they do.
    pub fn check(&self) -> Result<()> {
        let (oldest, newer) = OLDEST_GLIBC;
        match (self.system.as_str(), self.processor.as_str(), self.libc) {
            ("windows", ..) => bail!(
                "Windows is not supported. Use WSL (`wsl --install`) and run this command there; or, untested, set \
                 LIBTORCH to the folder of libtorch {LIBTORCH}"
            ),
            ("macos", "x86_64", _) => bail!(
                "this is an Intel Mac (or an Intel version of Rust on Apple silicon), and PyTorch {LIBTORCH} has no \
                 libraries for it: PyTorch 2.2 was the last. On Apple silicon, install the Rust made for it: \
                 `rustup default stable-aarch64-apple-darwin`. On an Intel Mac, use a Linux container or another machine"
            ),
            ("linux", _, Libc::Musl) => bail!(
                "the C library of this system is musl (as in Alpine Linux), and PyTorch's libraries need glibc \
                 {oldest}.{newer} or newer: use a system with glibc, such as a container of Debian or Ubuntu"
            ),
            ("linux", _, Libc::Glibc(major, minor)) if (major, minor) < OLDEST_GLIBC => bail!(
                "the C library of this system is glibc {major}.{minor}, and PyTorch's libraries need {oldest}.{newer} or \
                 newer: use Debian 10, Ubuntu 20.04, RHEL 8 or newer, or a container of one"
            ),
            ("linux" | "macos", "x86_64" | "aarch64", _) => Ok(()),
            (system, processor, _) => bail!(
                "PyTorch {LIBTORCH} has libraries for x86_64 and aarch64 with Linux, and for Apple silicon, but not for \
                 {processor} with {system}. Build libtorch {LIBTORCH} for this machine and set LIBTORCH to its folder"
            ),
        }
    }

    /// pip's names of the platforms whose wheels run here. Python itself may be built for another one, such as an Intel
    /// Python on Apple silicon.
    pub fn platforms(&self) -> Vec<String> {
        if self.system == "macos" {
            return vec!["macosx_14_0_arm64".into()];
        }
        let glibcs = (17..=OLDEST_GLIBC.1).rev().map(|minor| format!("manylinux_2_{minor}"));
        glibcs.chain(["manylinux2014".into()]).map(|name| format!("{name}_{}", self.processor)).collect()
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} with {}", self.processor, self.system)?;
        match self.libc {
            Libc::Glibc(major, minor) => write!(f, ", glibc {major}.{minor}")?,
            Libc::Musl => f.write_str(", musl")?,
            Libc::Unknown => {}
        }
        if self.wsl { f.write_str(", in WSL") } else { Ok(()) }
    }
}

fn find_libc() -> Libc {
    if cfg!(target_env = "musl") {
        return Libc::Musl;
    }
    let glibc = answer("getconf", &["GNU_LIBC_VERSION"]).and_then(|text| glibc(&text));
    let is_musl = || {
        let output = Command::new("ldd").arg("--version").output();
        output.is_ok_and(|output| String::from_utf8_lossy(&output.stderr).contains("musl"))
    };
    match glibc {
        Some((major, minor)) => Libc::Glibc(major, minor),
        None if is_musl() => Libc::Musl,
        None => Libc::Unknown,
    }
}

/// Whether this is WSL, whose kernel bears Microsoft's name.
fn in_windows() -> bool {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    kernel.to_lowercase().contains("microsoft")
}

/// The version in `glibc 2.36`.
fn glibc(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.strip_prefix("glibc ")?.split_once('.')?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok();
    Some((digits(major)?, digits(minor)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(system: &str, processor: &str, libc: Libc) -> Machine {
        Machine { system: system.into(), processor: processor.into(), libc, wsl: false }
    }

    #[test]
    fn machines_without_libraries_are_named() {
        for (machine, words) in [
            (machine("macos", "x86_64", Libc::Unknown), "Intel Mac"),
            (machine("linux", "x86_64", Libc::Musl), "musl"),
            (machine("linux", "aarch64", Libc::Glibc(2, 27)), "glibc 2.27"),
            (machine("linux", "riscv64", Libc::Glibc(2, 39)), "riscv64"),
            (machine("linux", "x86", Libc::Glibc(2, 39)), "x86 with linux"),
            (machine("windows", "x86_64", Libc::Unknown), "WSL"),
        ] {
            let error = machine.check().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        for machine in [
            machine("macos", "aarch64", Libc::Unknown),
            machine("linux", "x86_64", Libc::Glibc(2, 28)),
            machine("linux", "aarch64", Libc::Unknown),
        ] {
            machine.check().unwrap();
        }
    }

    #[test]
    fn only_systems_that_the_tests_ran_on_are_called_proved() {
        let glibc = Libc::Glibc(2, 36);
        let wsl = Machine { wsl: true, ..machine("linux", "x86_64", glibc) };
        for (machine, due) in [
            (machine("linux", "x86_64", glibc), Proof::Proved),
            (machine("linux", "aarch64", glibc), Proof::Untested),
            (machine("linux", "x86_64", Libc::Unknown), Proof::Untested),
            (machine("macos", "aarch64", Libc::Unknown), Proof::Untested),
            (machine("linux", "x86_64", Libc::Glibc(2, 17)), Proof::Unsupported),
            (machine("windows", "x86_64", Libc::Unknown), Proof::Unsupported),
        ] {
            assert_eq!(machine.proof(), due, "{machine}");
        }
        assert_eq!(wsl.proof(), Proof::Untested);
        assert_eq!(wsl.to_string(), "x86_64 with linux, glibc 2.36, in WSL");
    }

    #[test]
    fn glibc_tells_its_version() {
        assert_eq!(glibc("glibc 2.36"), Some((2, 36)));
        assert_eq!(glibc("glibc 2.41.9000"), Some((2, 41)));
        assert_eq!(glibc("musl"), None);
    }

    #[test]
    fn wheels_for_older_systems_serve_too() {
        let platforms = machine("linux", "aarch64", Libc::Unknown).platforms();
        for name in ["manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"] {
            assert!(platforms.iter().any(|platform| platform == name), "{platforms:?}");
        }
    }
}
