//! Lock files: the packages that pip installs for us, each of one version and with the SHA-256 of all its files. pip
//! refuses whatever else an index or a proxy serves. `xtask/python/locks/renew` writes them.

/// pip itself.
pub const PIP: &str = include_str!("../../python/locks/pip.txt");

/// JupyterLab, and what executes notebooks.
pub const JUPYTER: &str = include_str!("../../python/locks/jupyter.txt");

/// PyTorch and tf.keras, to compare with.
pub const PEERS: &str = include_str!("../../python/locks/peers.txt");

/// Keras 3 on JAX, to compare with.
pub const PEERS_JAX: &str = include_str!("../../python/locks/peers-jax.txt");

/// Gymnasium's CarRacing, to compare with.
pub const GYMNASIUM: &str = include_str!("../../python/locks/gymnasium.txt");

/// The wheels from which libtorch is taken: those of PyPI, and builds of PyTorch's own index.
const WHEELS: [&str; 2] =
    [include_str!("../../python/locks/libtorch.txt"), include_str!("../../python/locks/libtorch-builds.txt")];

/// A package of a lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package<'a> {
    /// Its name as PyPI writes it, with hyphens: `tf-keras`.
    pub name: &'a str,
    pub version: &'a str,
    /// The hashes of its files, for all systems and Pythons: `sha256:...`.
    pub hashes: Vec<&'a str>,
}

/// The packages of a lock file, in its order. Markers, which say for what system or Python a line is, are left out.
pub fn packages(lock: &str) -> Vec<Package<'_>> {
    let mut packages: Vec<Package> = Vec::new();
    for line in lock.lines().filter(|line| !line.starts_with('#')) {
        let line = line.trim_end_matches('\\').trim();
        if let Some(hash) = line.strip_prefix("--hash=") {
            if let Some(package) = packages.last_mut() {
                package.hashes.push(hash);
            }
        } else if let Some((name, rest)) = line.split_once("==") {
            let version = rest.split_whitespace().next().unwrap_or_default();
            packages.push(Package { name, version, hashes: Vec::new() });
        }
    }
    packages
}

/// `name==version` of a package of a lock file.
pub fn pinned(lock: &str, name: &str) -> Option<String> {
    let package = packages(lock).into_iter().find(|package| package.name == name)?;
    Some(format!("{name}=={}", package.version))
}

/// A line of pip's requirement files that asks for the wheel `spec` (`name==version`, `name===version`,
/// `name==version.*`): with the hashes of the files that may come, or with none if this version is not listed.
pub fn wheel(spec: &str) -> String {
    let (name, version) = spec.split_once("==").unwrap_or((spec, ""));
    let version = version.trim_start_matches('=').trim_end_matches(".*");
    let mut listed = WHEELS.into_iter().flat_map(packages);
    let package = listed.find(|package| package.name == name && package.version == version);
    let hashes = package.map(|package| package.hashes).unwrap_or_default();
    hashes.into_iter().fold(spec.to_string(), |line, hash| line + " --hash=" + hash)
}

#[cfg(test)]
mod tests {
    use catalog::versions::LIBTORCH;

    use super::*;

    #[test]
    fn packages_are_read_with_their_hashes() {
        let lock = "\
# written by uv with x==1
numpy==2.2.6 ; python_full_version < '3.11' and sys_platform == 'linux' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
tf-keras==2.20.1 \\
    --hash=sha256:cc
";
        let package = |name, version, hashes: &[&'static str]| Package { name, version, hashes: hashes.to_vec() };
        let due =
            [package("numpy", "2.2.6", &["sha256:aa", "sha256:bb"]), package("tf-keras", "2.20.1", &["sha256:cc"])];
        assert_eq!(packages(lock), due);
        assert_eq!(pinned(lock, "tf-keras").as_deref(), Some("tf-keras==2.20.1"));
        assert_eq!(pinned(lock, "keras"), None);
    }

    #[test]
    fn every_package_has_a_hash() {
        for lock in [PIP, JUPYTER, PEERS, PEERS_JAX, GYMNASIUM].into_iter().chain(WHEELS) {
            let packages = packages(lock);
            assert!(!packages.is_empty());
            for package in packages {
                let whole = |hash: &&str| hash.len() == "sha256:".len() + 64 && hash.starts_with("sha256:");
                assert!(!package.hashes.is_empty() && package.hashes.iter().all(whole), "{package:?}");
            }
        }
    }

    #[test]
    fn the_wheels_of_libtorch_are_listed() {
        for spec in [
            format!("torch==={LIBTORCH}"),
            format!("torch==={LIBTORCH}+cpu"),
            format!("torch==={LIBTORCH}+cu130"),
            "nvidia-cuda-runtime==13.0.96.*".into(),
        ] {
            let line = wheel(&spec);
            assert!(line.starts_with(&format!("{spec} --hash=sha256:")), "{line}");
        }
        assert_eq!(wheel("torch===2.10.0"), "torch===2.10.0");
        assert_eq!(wheel("nvidia-cuda-runtime-cu12===13.0.96"), "nvidia-cuda-runtime-cu12===13.0.96");
    }

    #[test]
    fn the_peers_have_our_libtorch() {
        assert_eq!(pinned(PEERS, "torch"), Some(format!("torch=={LIBTORCH}")));
    }
}
