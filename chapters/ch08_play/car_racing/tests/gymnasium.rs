//! Episodes that Gymnasium played, played again.

use car_racing::trace::{Replay, Trace};
use flate2::read::GzDecoder;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where every bit is Gymnasium's. Elsewhere the last bit of a sine may differ, and a car takes another way after a while.
const BIT_EQUAL: bool = cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"));

/// The traces whose name begins like this.
fn traces(prefix: &str) -> Vec<(PathBuf, Trace)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| name(path).starts_with(prefix) && name(path).ends_with(".trace.gz")).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let mut bytes = Vec::new();
        GzDecoder::new(File::open(&path).unwrap()).read_to_end(&mut bytes).unwrap();
        let trace = Trace::parse(&bytes).unwrap();
        (path, trace)
    };
    paths.into_iter().map(read).collect()
}

fn assert_equal(path: &Path, replay: &Replay) {
    if BIT_EQUAL {
        assert_eq!(replay.equal_states, replay.states, "{}: {replay:?}", path.display());
    }
    for &(step, error) in replay.errors.iter().filter(|(step, _)| *step <= 20) {
        assert!(error < 1e-3, "{}: step {step} differs by {error}", path.display());
    }
}

#[test]
fn random_episodes_are_those_of_gymnasium() {
    let traces = traces("random_");
    assert_eq!(traces.len(), 9);
    for (path, trace) in traces {
        assert_equal(&path, &trace.replay().unwrap());
    }
}

#[test]
fn whole_laps_are_those_of_gymnasium() {
    let traces = traces("lap_");
    assert_eq!(traces.len(), 3);
    for (path, trace) in traces {
        let replay = trace.replay().unwrap();
        assert_equal(&path, &replay);
        if BIT_EQUAL {
            assert!(replay.reward > 850.0, "{}: {}", path.display(), replay.reward);
        }
    }
}

#[test]
fn images_are_nearly_those_of_gymnasium() {
    let traces = traces("images_");
    let mut differences = Vec::new();
    for (path, trace) in traces {
        let replay = trace.replay().unwrap();
        assert_equal(&path, &replay);
        differences.extend(replay.image_differences);
    }
    assert_eq!(differences.len(), 36);
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    println!("mean {mean:.3}, {differences:.3?}");
    if BIT_EQUAL {
        assert!(mean < 0.3, "{mean}: {differences:.2?}");
    }
}
