//! What the binary says to wrong input: one clear message, the right exit code, nothing left behind.

use std::fs;
use std::process::Stdio;
use testing::{Chapter, Finished, assert_refused};

fn refused(args: &[&str], code: i32, words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch06"), args, code, words);
}

fn ch06() -> Chapter {
    Chapter::new(env!("CARGO_BIN_EXE_ch06"))
}

#[test]
fn wrong_usage_exits_with_2() {
    refused(&["06_99"], 2, &["06_99", "06_01"]);
    refused(&["06_02", "--write", "the fox"], 2, &["--write", "06_02"]);
    refused(&["06_01", "--document", "a.txt"], 2, &["--document", "06_01"]);
    refused(&["figures", "06_01", "--write", "the fox"], 2, &["--write", "figures"]);
    refused(&["06_01", "--write", "the fox", "--resume"], 2, &["--resume", "--write"]);
    refused(&["06_03", "--set", "epochs=1"], 2, &["--set", "06_02"]);
    refused(&["bench", "--model", "gan"], 2, &["gan", "lstm_text", "question_answer"]);
}

#[test]
fn wrong_settings_exit_with_1() {
    for (id, setting, words) in [
        ("06_01", "seq_length=0", &["seq_length"][..]),
        ("06_01", "net.layers=9", &["net.layers"]),
        ("06_01", "net.cell=rnn", &["net.cell=rnn", "lstm", "gru_reset_before"]),
        ("06_01", "net.dropout_rate=1", &["net.dropout_rate"]),
        ("06_01", "net.n_units=0", &["units"]),
        ("06_01", "text=/no/such/file.txt", &["/no/such/file.txt"]),
        ("06_02", "set=trivia", &["set=trivia", "squad", "newsqa"]),
        ("06_02", "net.embedding_size=50", &["net.embedding_size", "100"]),
        ("06_02", "max_document_words=0", &["max_document_words"]),
        ("06_02", "vocabulary=4", &["vocabulary"]),
        ("06_04", "step=0", &["step"]),
    ] {
        refused(&[id, "--set", setting], 1, words);
    }
    refused(&["06_01", "--write", "the fox"], 1, &["cargo book 06_01"]);
    refused(&["06_03"], 1, &["cargo book 06_02"]);
}

#[test]
fn texts_of_the_readers_own_are_learned_or_named() {
    let chapter = ch06();
    let file = chapter.path("my text.txt");
    let setting = format!("text={}", file.display());
    let train = |id: &str| chapter.run(&[id, "--preset", "smoke", "--epochs", "1", "--set", &setting]);
    for (bytes, words) in [
        (&b""[..], &["my text.txt"][..]),
        (b"\x89PNG\r\n\x1a\n\0\0\0", &["my text.txt"]),
        (b"caf\xe9 au lait, tr\xe8s bien", &["my text.txt", "iconv"]),
        (b"too few words", &["my text.txt", "words"]),
    ] {
        fs::write(&file, bytes).unwrap();
        train("06_01").assert_failure(1, words);
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }
    // Windows' line ends and a byte order mark.
    let stories: String =
        (0..12).map(|i| format!("Story {i}\r\n\r\nA crow saw a fox {i} times.\r\n\r\n\r\n\r\n\r\n")).collect();
    fs::write(&file, format!("\u{feff}{stories}")).unwrap();
    chapter.succeed(&["06_01", "--preset", "smoke", "--epochs", "1"]);
    train("06_01").assert_success();
    assert!(chapter.path("run/text/0001_own/texts/epoch_0001.txt").exists());
    // The run that was begun last, without its text being named.
    chapter.succeed(&["06_01", "--resume", "--epochs", "2"]);
    assert!(chapter.path("run/text/0001_own/texts/epoch_0002.txt").exists());
    let mut writer = chapter.command(&["06_01", "--write", "the crow", "--data", "any"]);
    let written = Finished::run(writer.stdin(Stdio::null()));
    written.assert_success();
    written.assert_prints(&["0001_own"]);
    train("06_04").assert_success();
    fs::remove_file(&file).unwrap();
    chapter.run(&["06_01", "--resume", "--epochs", "3"]).assert_failure(1, &["cannot read", "my text.txt"]);
}

/// Writes with the trained model; `lines` come from standard input, which then ends.
fn write(chapter: &Chapter, beginning: &str, lines: &str) -> Finished {
    let input = chapter.path("lines.txt");
    fs::write(&input, lines).unwrap();
    let mut command = chapter.command(&["06_01", "--write", beginning]);
    let finished = Finished::run(command.stdin(fs::File::open(input).unwrap()));
    finished.assert_success();
    finished
}

#[test]
fn a_story_is_written_word_by_word() {
    let chapter = ch06();
    chapter.succeed(&["06_01", "--preset", "smoke", "--epochs", "1"]);
    let saved = chapter.path("story.txt");
    let lines = format!(
        "and the\nxyzzy\n1\n/undo\n/temp 0\n/go 3\n/save {0}\n/save {0}\n/nonsense\n/go many\n99\n",
        saved.display()
    );
    let said = write(&chapter, "The fox,", &lines);
    said.assert_prints(&[
        "the fox , and the",
        "does not know them: xyzzy",
        "there is no word 99",
        "unknown command /nonsense",
        "/go takes a number",
        "exists: choose another name",
    ]);
    let story = fs::read_to_string(&saved).unwrap();
    assert!(story.starts_with("the fox , and the "), "{story}");
    assert!(said.stdout.trim_end().ends_with(story.trim_end()), "it ends with the story: {}", said.stdout);
    write(&chapter, "the xyzzy fox", "").assert_prints(&["does not know them: xyzzy", "the fox"]);
    // A closed input ends it at once; without a beginning, it waits for one.
    write(&chapter, "", "").assert_prints(&["/help"]);
    chapter.run(&["06_01", "--write", "xyzzy plugh"]).assert_failure(1, &["xyzzy, plugh"]);
}
