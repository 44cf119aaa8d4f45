//! Runs that are stopped, killed and resumed, through the chapter's binary.

use common::training::RunFolder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;
use testing::{Chapter, gallery, read};

fn ch08() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch08"))
}

/// The runs of 08_01.
fn runs(chapter: &Chapter) -> Vec<PathBuf> {
    RunFolder::list(&chapter.path("run"), "rollouts", "car_racing").into_iter().map(|folder| folder.path).collect()
}

/// The bytes of all episodes of a run, with their names.
fn episodes(run: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(run.join("episodes")).unwrap().map(|entry| entry.unwrap());
    let mut files: Vec<_> =
        entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect();
    files.sort();
    files
}

#[test]
fn figures_play_what_is_missing_and_nothing_twice() {
    let chapter = ch08();
    let figures = ["figures", "08_01", "--preset", "smoke"];
    chapter.succeed(&figures).assert_prints(&["episode     6/6", "6 episodes of 40 frames"]);
    let gallery = gallery::assert_shows(chapter.out(), &gallery::files(ch08::CHAPTER.table, &["08_01"]));
    assert!(gallery.contains("<img src=\"ch08/08_01_frames.gif\""), "{gallery}");
    let run = &runs(&chapter)[0];
    assert_eq!(read::json(&run.join("complete.json"))["frames"], 240);
    let numbers = read::json(&run.join("numbers.json"));
    assert_eq!(numbers["episodes"], 6);
    assert!(numbers["mean_visited"].as_f64().is_some_and(|share| share > 0.0 && share < 0.2), "{numbers}");
    let again = chapter.succeed(&figures);
    assert!(!again.stdout.contains("episode  "), "played twice: {}", again.stdout);

    // An episode that is missing is played again, and is the same.
    let before = episodes(run);
    fs::remove_file(run.join("episodes/episode_00004.npz")).unwrap();
    chapter.succeed(&["08_01", "--resume"]);
    assert!(episodes(run) == before, "another episode 4");
    // A damaged one is named.
    fs::write(run.join("episodes/episode_00002.npz"), "damaged").unwrap();
    chapter.run(&["08_01", "--resume"]).assert_failure(1, &["episode_00002.npz"]);
    chapter.run(&["08_01", "--resume", "--epochs", "9"]).assert_failure(1, &["--epochs"]);
    assert_eq!(runs(&chapter).len(), 1);
}

#[test]
fn killed_runs_resume_and_end_the_same() {
    let (whole, killed) = (ch08(), ch08());
    let smoke = ["08_01", "--preset", "smoke", "--set", "episodes=30", "--set", "environment=gymnasium"];
    whole.succeed(&smoke);
    let start =
        |args: &[&str]| -> Child { killed.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap() };
    // Moments spread over start-up, playing and drawing, the same at each run of this test.
    let mut state = 7u32;
    for _ in 0..6 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut child = start(if runs(&killed).is_empty() { &smoke } else { &["08_01", "--resume"] });
        std::thread::sleep(Duration::from_millis(u64::from(state >> 22)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if runs(&killed).is_empty() {
        killed.succeed(&smoke);
    }
    killed.succeed(&["08_01", "--resume"]);
    let [whole, killed] = [whole, killed].map(|chapter| episodes(&runs(&chapter)[0]));
    assert_eq!(whole.len(), 30);
    assert!(whole == killed, "other episodes after kills");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_whole_episodes_and_says_how_to_resume() {
    let (whole, stopped) = (ch08(), ch08());
    let long = ["08_01", "--preset", "smoke", "--set", "episodes=60"];
    let finished = testing::interrupt_at(&mut stopped.command(&long), "episode");
    finished.assert_failure(130, &["of 60 episodes", "--resume"]);
    let run = &runs(&stopped)[0];
    assert!(!run.join("complete.json").exists());
    assert!((1..60).contains(&episodes(run).len()));
    stopped.succeed(&["08_01", "--resume"]);
    whole.succeed(&long);
    assert!(episodes(run) == episodes(&runs(&whole)[0]), "other episodes after Ctrl-C");
    assert!(run.join("complete.json").exists());
}
