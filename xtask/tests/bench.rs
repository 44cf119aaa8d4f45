//! The numbers of `bench`.

use xtask::bench::report::{Report, Row, check_replaceable};
use xtask::bench::sample;
use xtask::bench::stats::{median, quantile, summary};

#[test]
fn medians_and_quartiles() {
    assert_eq!(median(&[3.0]), 3.0);
    assert_eq!(median(&[5.0, 1.0, 3.0]), 3.0);
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.25), 2.0);
    assert_eq!(quantile(&[1.0, 2.0], 0.75), 1.75);
    assert_eq!(quantile(&[1.0, 2.0], 1.0), 2.0);
    assert!(median(&[]).is_nan());
}

#[test]
fn rounds_are_summed_up_together() {
    let summary = summary(&[vec![1.0, 1.0, 9.0], vec![2.0, 3.0]]);
    assert_eq!((summary.median_ms, summary.steps), (2.0, 5));
    assert_eq!(summary.round_medians_ms, [1.0, 2.5]);
}

#[test]
fn a_sample_is_the_last_line_of_json() {
    let text = "warming up\n{\"model\": \"x\", \"batch\": 1, \"ms\": [9]}\n{\"model\":\"vae\",\"batch\":32,\"ms\":[1.5,2]}\nbye\n";
    let sample = sample::parse(text, "vae").unwrap();
    assert_eq!((sample.batch, sample.ms), (32, vec![1.5, 2.0]));
    for (text, reason) in [
        ("", "no line of JSON"),
        ("{\"model\":\"vae\"}", "reading its answer"),
        ("{\"model\":\"gan\",\"batch\":32,\"ms\":[1]}", "it timed gan"),
        ("{\"model\":\"vae\",\"batch\":32,\"ms\":[]}", "times"),
        ("{\"model\":\"vae\",\"batch\":32,\"ms\":[0]}", "times"),
    ] {
        let error = format!("{:#}", sample::parse(text, "vae").unwrap_err());
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn without_peers_the_report_has_ours_only() {
    let mut report = Report::new(2, 1, &[]);
    let mut row = Row::new(3, "vae", 0);
    row.batch = 32;
    row.ours.push(vec![1.0, 3.0]);
    report.rows.push(row);
    assert!(report.table().lines().any(|line| line.starts_with("vae") && line.ends_with("2.00")), "{}", report.table());
    let model = &report.json()["models"][0];
    assert_eq!((model["ours"]["median_ms"].as_f64(), model["batch"].as_u64()), (Some(2.0), Some(32)));
    assert!(model.get("pytorch").is_none());
}

#[test]
fn the_json_file_appears_whole_in_a_new_folder() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run/bench-03.json");
    Report::new(2, 1, &[]).write(&path).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(value["steps_per_round"], 2);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    // It may be replaced; a reader's file may not.
    check_replaceable(&path).unwrap();
    for text in ["my notes", "{\"mine\": 1}", ""] {
        std::fs::write(&path, text).unwrap();
        let error = check_replaceable(&path).unwrap_err().to_string();
        assert!(error.contains("bench-03.json") && error.contains("--json"), "{error}");
    }
}
