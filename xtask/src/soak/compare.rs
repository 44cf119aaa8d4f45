//! Comparison of two run folders, bit for bit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use safetensors::SafeTensors;
use serde_json::Value;

use super::folder::files;

/// What depends on the time that something took, by the begin of its name in the run folder. All else must be equal.
const TIMED: [&str; 5] = [
    // 09_04 measures kinds of attention.
    "timing.json",
    "figures/09_04_sparse_and_dense.png",
    // What 09_05 and 09_08 are compared with is trained for as long as they were.
    "baseline/",
    "figures/09_05_comparison.png",
    "figures/09_08_comparison.png",
];
/// The entry of a checkpoint's header with the position of the training, as JSON.
const POSITION: &str = "position";

/// What differs between a run that was left alone and one that was killed: a line for each file.
///
/// # Errors
/// A file or folder cannot be read.
pub fn differences(whole: &Path, killed: &Path) -> Result<Vec<String>> {
    let (in_whole, in_killed) = (files(whole)?, files(killed)?);
    let mut found = Vec::new();
    for name in in_whole.union(&in_killed) {
        if TIMED.iter().any(|timed| name.starts_with(timed)) {
            continue;
        }
        let read = |folder: &Path| fs::read(folder.join(name)).with_context(|| format!("reading {name}"));
        let what = match (in_whole.contains(name), in_killed.contains(name)) {
            (true, true) => difference(name, &read(whole)?, &read(killed)?),
            (true, false) => Some("missing in the killed run".to_string()),
            _ => Some("only in the killed run".to_string()),
        };
        found.extend(what.map(|what| format!("{name}: {what}")));
    }
    Ok(found)
}

/// Seconds of training that a checkpoint tells.
///
/// # Errors
/// It is damaged.
pub fn seconds(checkpoint: &Path) -> Result<f64> {
    let failed = || format!("{} is damaged", checkpoint.display());
    let bytes = fs::read(checkpoint).with_context(failed)?;
    let header = header(&bytes).with_context(failed)?;
    let position: Value = serde_json::from_str(header.get(POSITION).with_context(failed)?).with_context(failed)?;
    position["seconds"].as_f64().with_context(failed)
}

/// What differs between two versions of a file; seconds in the histories and positions of trainings do not count.
fn difference(name: &str, whole: &[u8], killed: &[u8]) -> Option<String> {
    let at = first_difference(whole, killed)?;
    match name.rsplit('/').next() {
        Some(file) if file.ends_with(".safetensors") => {
            tensors(whole, killed).unwrap_or_else(|error| Some(format!("damaged: {error:#}")))
        }
        Some("history.csv") => {
            let (whole, killed) = (without_seconds(whole), without_seconds(killed));
            let row = whole.iter().zip(&killed).position(|(a, b)| a != b);
            let row = row.or((whole.len() != killed.len()).then(|| whole.len().min(killed.len())));
            row.map(|row| format!("differs from row {row} on"))
        }
        _ => Some(format!("differs from byte {at} on")),
    }
}

/// What differs between two files of tensors.
fn tensors(whole: &[u8], killed: &[u8]) -> Result<Option<String>> {
    let (a, b) = (SafeTensors::deserialize(whole)?, SafeTensors::deserialize(killed)?);
    let (mut names, mut others) = (a.names(), b.names());
    names.sort_unstable();
    others.sort_unstable();
    if names != others {
        return Ok(Some("other tensors".to_string()));
    }
    for name in names {
        let (a, b) = (a.tensor(name)?, b.tensor(name)?);
        if (a.dtype(), a.shape()) != (b.dtype(), b.shape()) {
            return Ok(Some(format!("tensor {name} has another type or shape")));
        }
        if let Some(at) = first_difference(a.data(), b.data()) {
            return Ok(Some(format!("tensor {name} differs from byte {at} on")));
        }
    }
    let (whole, killed) = (timeless_header(whole)?, timeless_header(killed)?);
    Ok((whole != killed).then(|| format!("another header: {killed:?} in place of {whole:?}")))
}

/// The text map of a file of tensors.
fn header(bytes: &[u8]) -> Result<BTreeMap<String, String>> {
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    Ok(header.metadata().clone().unwrap_or_default().into_iter().collect())
}

/// The text map of a file of tensors, without the seconds in the position of a training.
fn timeless_header(bytes: &[u8]) -> Result<BTreeMap<String, String>> {
    let mut header = header(bytes)?;
    if let Some(position) = header.get_mut(POSITION) {
        let mut value: Value = serde_json::from_str(position).context("the training position")?;
        let rows = value.get_mut("history").and_then(Value::as_array_mut);
        let rows = rows.into_iter().flatten().filter_map(|row| row.get_mut(0));
        rows.for_each(|seconds| *seconds = Value::Null);
        if let Some(seconds) = value.get_mut("seconds") {
            *seconds = Value::Null;
        }
        *position = value.to_string();
    }
    Ok(header)
}

/// The rows of a `history.csv` without their second column.
fn without_seconds(csv: &[u8]) -> Vec<String> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.splitn(3, ',').collect();
        [&cells[..1], &cells[cells.len().min(2)..]].concat().join(",")
    };
    String::from_utf8_lossy(csv).lines().map(row).collect()
}

fn first_difference(a: &[u8], b: &[u8]) -> Option<usize> {
    if a == b {
        return None; // much faster than byte by byte
    }
    Some(a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;
    use std::collections::HashMap;

    /// A checkpoint with a tensor of two numbers.
    fn checkpoint(numbers: [f32; 2], seconds: f64, loss: f64) -> Vec<u8> {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, vec![2], &bytes).unwrap();
        let history = serde_json::json!([[seconds, [loss]]]);
        let position = serde_json::json!({ "step": 7, "seconds": seconds, "history": history }).to_string();
        let header = HashMap::from([(POSITION.to_string(), position)]);
        safetensors::serialize([("optimizer/adam/step", view)], Some(header)).unwrap()
    }

    fn differences_of(name: &str, whole: &[u8], killed: &[u8]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (run, content) in [("whole", whole), ("killed", killed)] {
            let path = folder.path().join(run).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        differences(&folder.path().join("whole"), &folder.path().join("killed")).unwrap()
    }

    #[test]
    fn one_bit_of_a_tensor_is_found_and_seconds_are_not() {
        let name = "weights/checkpoint.safetensors";
        let whole = checkpoint([1.0, 2.0], 3.25, 0.5);
        assert!(differences_of(name, &whole, &checkpoint([1.0, 2.0], 12.5, 0.5)).is_empty());
        let changed = f32::from_bits(2.0f32.to_bits() ^ 1);
        let found = differences_of(name, &whole, &checkpoint([1.0, changed], 3.25, 0.5));
        assert_eq!(found, [format!("{name}: tensor optimizer/adam/step differs from byte 4 on")]);
        let found = differences_of(name, &whole, &checkpoint([1.0, 2.0], 3.25, 0.5f64.next_up()));
        assert!(found[0].starts_with(&format!("{name}: another header")), "{found:?}");
        // The sign of 0 is a bit, too.
        let signs = differences_of(name, &checkpoint([0.0; 2], 1.0, 0.0), &checkpoint([0.0; 2], 1.0, -0.0));
        assert_eq!(signs.len(), 1);
        let found = differences_of(name, &whole, &whole[..whole.len() - 1]);
        assert!(found[0].contains("damaged"), "{found:?}");
    }

    #[test]
    fn histories_may_differ_in_their_seconds() {
        let name = "translator/grammar/history.csv";
        let whole = b"epoch,seconds,loss\n1,0.5,0.25\n2,1.0,0.125\n";
        assert!(differences_of(name, whole, b"epoch,seconds,loss\n1,3.5,0.25\n2,9.0,0.125\n").is_empty());
        let found = differences_of(name, whole, b"epoch,seconds,loss\n1,0.5,0.25\n2,1.0,0.126\n");
        assert_eq!(found, [format!("{name}: differs from row 2 on")]);
        let found = differences_of(name, whole, b"epoch,seconds,loss\n1,0.5,0.25\n");
        assert_eq!(found, [format!("{name}: differs from row 2 on")]);
    }

    #[test]
    fn all_other_files_are_compared_byte_by_byte() {
        assert!(differences_of("scores.json", b"[1]", b"[1]").is_empty());
        assert_eq!(differences_of("scores.json", b"[1]", b"[2]"), ["scores.json: differs from byte 1 on"]);
        assert_eq!(differences_of("steps.csv", b"1,2", b"1,2,3"), ["steps.csv: differs from byte 3 on"]);
        assert!(differences_of("timing.json", b"1", b"2").is_empty());
        assert!(differences_of("baseline/wgan_gp/pace.json", b"1", b"2").is_empty());

        let folder = tempfile::tempdir().unwrap();
        let [whole, killed] = ["whole", "killed"].map(|name| folder.path().join(name));
        for (run, name) in [(&whole, "a"), (&killed, ".part-b")] {
            fs::create_dir(run).unwrap();
            fs::write(run.join(name), "").unwrap();
        }
        let found = differences(&whole, &killed).unwrap();
        assert_eq!(found, [".part-b: only in the killed run", "a: missing in the killed run"]);
    }

    #[test]
    fn a_checkpoint_tells_how_long_it_was_trained() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint.safetensors");
        fs::write(&path, checkpoint([1.0, 2.0], 3.25, 0.5)).unwrap();
        assert_eq!(seconds(&path).unwrap(), 3.25);
        fs::write(&path, "oops").unwrap();
        assert!(seconds(&path).unwrap_err().to_string().contains("damaged"));
    }
}
