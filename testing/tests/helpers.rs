//! The helpers accept what is right and fail, with the reason, where something is wrong.

use std::collections::BTreeSet;
use std::process::Command;
use testing::{Finished, assert_near, bytes, gallery, read};

/// What a failing assertion says.
fn complaint(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(check).expect_err("this should fail");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[cfg(unix)]
fn shell(script: &str) -> Finished {
    Finished::run(Command::new("sh").args(["-c", script]))
}

#[cfg(unix)]
#[test]
fn exit_codes_and_messages_are_checked() {
    shell("echo hello").assert_success();
    shell("echo hello").assert_prints(&["hell"]);
    shell("echo no such file >&2; exit 3").assert_failure(3, &["no such", "file"]);
    for (script, reason) in [
        ("echo nothing there >&2; exit 1", "nothing there"),
        ("echo other words >&2; exit 3", "no 'file' in"),
        ("exit 3", "no message"),
        ("echo internal error: file >&2; exit 3", "internal error"),
        ("kill -9 $$", "None"),
    ] {
        let message = complaint(|| shell(script).assert_failure(3, &["file"]));
        assert!(message.contains(reason), "{script}: {message}");
    }
    assert!(complaint(|| shell("echo why >&2; exit 2").assert_success()).contains("why"));
    assert!(complaint(|| shell("echo this").assert_prints(&["that"])).contains("no 'that' in: this"));
}

#[cfg(unix)]
#[test]
fn a_command_is_interrupted_at_a_line() {
    // Python, since a shell cannot trap a signal that its parent ignores, as in `command &`.
    let script = "
import signal, sys, time
def stop(*_): print('stopped', flush=True); sys.stderr.write('why'); sys.exit(130)
signal.signal(signal.SIGINT, stop)
print('start', 'epoch 1', sep='\\n', flush=True)
time.sleep(60)";
    let finished = testing::interrupt_at(Command::new("python3").args(["-c", script]), "epoch");
    assert_eq!(finished.stdout, "start\nepoch 1\nstopped");
    finished.assert_failure(130, &["why"]);
    let message = complaint(|| drop(testing::interrupt_at(Command::new("echo").arg("end"), "epoch")));
    assert!(message.contains("no line begins with 'epoch'"), "{message}");
}

const TABLE: &str = r#"
chapter = 3
package = "ch03"
title = "Three"
pages = "89-124"
[[experiment]]
id = "03_01"
name = "train"
title = "Train"
pages = "94"
minutes = 1.0
figures = ["loss"]
[[experiment]]
id = "03_02"
name = "analysis"
title = "Analyse"
pages = "95"
minutes = 1.0
figures = ["grid", "codes"]
"#;

#[test]
fn galleries_are_compared_with_the_table() {
    let all = gallery::files(TABLE, &[]);
    assert_eq!(all.iter().collect::<Vec<_>>(), ["ch03/03_01_loss.png", "ch03/03_02_codes.png", "ch03/03_02_grid.png"]);
    let first = gallery::files(TABLE, &["03_01"]);
    assert_eq!(first, BTreeSet::from(["ch03/03_01_loss.png".to_string()]));

    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("figures/ch03");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(out.path().join("figures/index.html"), "ch03/03_01_loss.png").unwrap();
    let draw = |name: &str, width| image::GrayImage::new(width, 201).save(folder.join(name)).unwrap();
    draw("03_01_loss.png", 501);
    assert_eq!(gallery::assert_shows(out.path(), &first), "ch03/03_01_loss.png");
    assert!(complaint(|| drop(gallery::assert_shows(out.path(), &all))).contains("03_02_codes.png is missing"));
    draw("03_01_loss.png", 500);
    assert!(complaint(|| drop(gallery::assert_shows(out.path(), &first))).contains("500 x 201"));
    draw("03_01_loss.png", 501);
    draw("03_01_more.png", 501);
    let message = complaint(|| drop(gallery::assert_shows(out.path(), &first)));
    assert!(message.contains("does not name ch03/03_01_more.png"), "{message}");
}

#[test]
fn files_are_read_and_packed() {
    let out = tempfile::tempdir().unwrap();
    let (table, json) = (out.path().join("a.csv"), out.path().join("a.json"));
    std::fs::write(&table, "epoch,loss\n1,\"0,5\"\n").unwrap();
    assert_eq!(read::csv(&table), [["epoch", "loss"], ["1", "0,5"]]);
    std::fs::write(&json, "{\"seed\": 42}").unwrap();
    assert_eq!(read::json(&json)["seed"], 42);
    assert!(complaint(|| drop(read::json(&table))).contains("a.csv"));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes::zip(&[("in/a", b"text")]))).unwrap();
    assert_eq!(std::io::read_to_string(archive.by_name("in/a").unwrap()).unwrap(), "text");
    assert!(bytes::sha256(b"").starts_with("e3b0c442"));
}

#[test]
fn numbers_are_near_relative_to_one_or_to_what_is_expected() {
    assert_near("small", 1e-3, 2e-3, 1e-3);
    assert_near("large", 1001.0, 1000.0, 1e-3);
    for (actual, expected) in [(1e-3, 2.1e-3), (1001.1, 1000.0), (f64::NAN, 1.0), (1.0, f64::NAN)] {
        assert!(complaint(|| assert_near("x", actual, expected, 1e-3)).contains("x: "), "{actual} {expected}");
    }
}
