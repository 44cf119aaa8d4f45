//! The numbers of `bench`.

use xtask::bench::peers::Kind;
use xtask::bench::report::{Report, Rounds, Row, check_replaceable};
use xtask::bench::sample::{self, Sample};
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
    assert_eq!((sample.batch, sample.ms, sample.first_step_s), (32, vec![1.5, 2.0], None));
    for (text, reason) in [
        ("", "no line of JSON"),
        ("{\"model\":\"vae\"}", "reading its answer"),
        ("{\"model\":\"gan\",\"batch\":32,\"ms\":[1]}", "it timed gan"),
        ("{\"model\":\"vae\",\"batch\":32,\"ms\":[]}", "times"),
        ("{\"model\":\"vae\",\"batch\":32,\"ms\":[0]}", "times"),
        ("{\"model\":\"vae\",\"not_possible\":\"too deep\"}", "not possible: too deep"),
    ] {
        let error = format!("{:#}", sample::parse(text, "vae").unwrap_err());
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn without_peers_the_report_has_ours_only() {
    let mut report = Report::new(2, 1, vec![]);
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
fn first_steps_are_told_apart_the_longest_of_each_peer() {
    let sample = |ms: f64, first_step_s| Sample { model: "vae".into(), batch: 32, ms: vec![ms], first_step_s };
    let mut rounds = Rounds::default();
    for sample in [sample(1.0, None), sample(4.0, Some(2.5)), sample(4.0, Some(0.5))] {
        rounds.add(sample);
    }
    let mut report = Report::new(1, 3, vec![Kind::Compile, Kind::Eager]);
    let mut row = Row::new(3, "vae", 2);
    row.ours = vec![vec![2.0]; 3];
    row.peers[0] = Ok(rounds);
    row.peers[1] = Err("no PyTorch".into());
    report.rows.push(row);
    let table = report.table();
    let (times, first_steps) = table.split_once("Seconds of the first step").unwrap();
    assert!(times.contains(" 0.50 ") && times.contains("PyTorch, vae: no PyTorch"), "{times}");
    assert!(!times.contains("too slow"), "{times}");
    let line = first_steps.lines().last().unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["vae", "2.50", "-"]);
    assert_eq!(report.json()["models"][0]["torch_compile"]["first_step_s"], 2.5);
}

#[test]
fn a_slow_peer_that_took_fewer_steps_is_named() {
    let mut report = Report::new(5, 2, vec![Kind::Jax]);
    let mut row = Row::new(3, "vae", 1);
    row.ours = vec![vec![2.0; 5]; 2];
    let mut rounds = Rounds::default();
    for steps in [4, 5] {
        rounds.add(Sample { model: "vae".into(), batch: 32, ms: vec![4.0; steps], first_step_s: None });
    }
    row.peers[0] = Ok(rounds);
    report.rows.push(row);
    assert!(report.table().contains("JAX, vae: too slow for more than 9 steps"), "{}", report.table());
    assert!(!report.table().contains("first step"), "{}", report.table());
}

#[test]
fn the_json_file_appears_whole_in_a_new_folder() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run/bench-03.json");
    Report::new(2, 1, vec![]).write(&path).unwrap();
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
