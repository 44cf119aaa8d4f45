//! A chapter's binary that trains, in a file's worth of Rust: `soak.rs` compiles it. 03_01 trains a few numbers, 03_02 has no
//! data, and 03_03 trains nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Whether a resumed run leaves a trace, which is a mistake.
const LEAVES_A_TRACE: bool = false;
const STATE: usize = 20_000;

type Result<T> = std::result::Result<T, String>;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args[0].as_str() {
        "03_01" => train(&args),
        "03_02" => Err("no source has the data set `mnist`:\n  - mirror: GDL_MIRROR is not set".to_string()),
        _ => Ok(()),
    };
    if let Err(message) = done {
        eprintln!("error: {message}");
        std::process::exit(1);
    }
}

fn train(args: &[String]) -> Result<()> {
    let option = |name: &str| args.iter().position(|arg| arg == name).map(|at| args[at + 1].clone());
    let section = Path::new(&option("--out").ok_or("no --out")?).join("run/autoencoder");
    let resume = args.iter().any(|arg| arg == "--resume");
    let run = if resume { last(&section)? } else { claim(&section, option("--epochs").as_deref().unwrap_or("2"))? };

    let lock = run.join(".lock");
    let lock = File::create(&lock).map_err(|error| format!("cannot lock {}: {error}", lock.display()))?;
    lock.try_lock().map_err(|_| format!("another process is training in {}", run.display()))?;
    for folder in [run.clone(), run.join("weights")] {
        for left in names(&folder).into_iter().filter(|name| name.starts_with(".part-")) {
            let _ = fs::remove_file(folder.join(left));
        }
    }
    if resume && LEAVES_A_TRACE {
        write(&run.join("resumed"), b"")?;
    }
    let params = fs::read_to_string(run.join("params.json")).map_err(|error| error.to_string())?;
    let epochs: usize = params.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).last().unwrap_or(2);

    let path = run.join("weights/checkpoint.safetensors");
    let (mut step, mut state) = match fs::read(&path) {
        Ok(bytes) => load(&bytes)?,
        Err(_) => (0, vec![1; STATE]),
    };
    let since = Instant::now();
    while step < epochs {
        std::thread::sleep(Duration::from_millis(30));
        for (i, number) in state.iter_mut().enumerate() {
            *number = number.wrapping_mul(6364136223846793005).wrapping_add((step + i) as u64);
        }
        step += 1;
        // More seconds than it takes, so that the run is not lengthened much; and others in each process.
        let seconds = 0.5 * step as f64 + since.elapsed().as_secs_f64();
        write(&path, &checkpoint(step, seconds, &state))?;
        write(&run.join("history.csv"), format!("epoch,seconds,loss\n{step},{seconds:.1},{}\n", state[0]).as_bytes())?;
    }
    Ok(())
}

/// The folder of the last run.
fn last(section: &Path) -> Result<PathBuf> {
    let mut runs: Vec<String> = names(section);
    runs.retain(|name| section.join(name).join("params.json").exists());
    runs.sort();
    Ok(section.join(runs.last().ok_or("no run to resume")?))
}

/// The folder of a new run.
fn claim(section: &Path, epochs: &str) -> Result<PathBuf> {
    let run = section.join(format!("{:04}_digits", names(section).len() + 1));
    fs::create_dir_all(run.join("weights")).map_err(|error| format!("cannot create {}: {error}", run.display()))?;
    write(
        &run.join("params.json"),
        format!("{{\"experiment\":\"03_01\",\"config\":{{\"epochs\":{epochs}}}}}").as_bytes(),
    )?;
    Ok(run)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The bytes of a checkpoint with one tensor.
fn checkpoint(step: usize, seconds: f64, state: &[u64]) -> Vec<u8> {
    let position = format!("{{\\\"step\\\":{step},\\\"seconds\\\":{seconds}}}");
    let tensor = format!("{{\"dtype\":\"U64\",\"shape\":[{STATE}],\"data_offsets\":[0,{}]}}", 8 * STATE);
    let header = format!("{{\"__metadata__\":{{\"position\":\"{position}\"}},\"state\":{tensor}}}");
    let numbers = state.iter().flat_map(|number| number.to_le_bytes());
    (header.len() as u64).to_le_bytes().into_iter().chain(header.bytes()).chain(numbers).collect()
}

fn load(bytes: &[u8]) -> Result<(usize, Vec<u64>)> {
    let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).map_err(|_| "damaged".to_string());
    let header = bytes.get(8..8 + number(&bytes[..8])? as usize).ok_or("damaged")?;
    let text = String::from_utf8_lossy(header);
    let step = text.split(|c: char| !c.is_ascii_digit()).find_map(|n| n.parse().ok()).ok_or("damaged")?;
    Ok((step, bytes[8 + header.len()..].chunks(8).map(number).collect::<Result<_>>()?))
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_file_name(format!(".part-{}", std::process::id()));
    let written = fs::write(&part, bytes).and_then(|()| fs::rename(&part, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&part);
        format!("cannot write {}: {error}", path.display())
    })
}
