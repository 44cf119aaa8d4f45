//! What 09_03 says to wrong input: one clear message, the right exit code, nothing left behind.

use std::fs;
use testing::{Chapter, assert_refused};

fn refused(args: &[&str], code: i32, words: &[&str]) {
    assert_refused(env!("CARGO_BIN_EXE_ch09"), args, code, words);
}

#[test]
fn wrong_settings_exit_with_1() {
    for (setting, words) in [
        ("net.hidden_size=0", &["hidden_size"][..]),
        ("net.num_attention_heads=5", &["hidden_size", "num_attention_heads"]),
        ("net.vocab_size=20", &["net.vocab_size", "100"]),
        ("net.max_position_embeddings=4", &["net.max_position_embeddings"]),
        ("net.hidden_dropout_prob=1", &["hidden_dropout_prob"]),
        ("masked_share=0", &["masked_share"]),
        ("masked_share=1", &["masked_share"]),
        ("learning_rate=0", &["learning_rate"]),
        ("batch_size=0", &["batch_size"]),
        ("sentence= ", &["sentence"]),
        ("text=/no/such/file.txt", &["/no/such/file.txt"]),
        ("weights=/no/such/model.safetensors", &["/no/such/model.safetensors"]),
        ("net.layers=3", &["net.layers", "net.num_hidden_layers"]),
    ] {
        refused(&["09_03", "--set", setting], 1, words);
    }
    refused(&["09_03", "--set", "sentence=a", "--set", "weights=b.safetensors"], 1, &["weights", "sentence"]);
    // Without the published weights no sentence is looked up.
    refused(&["09_03", "--set", "sentence=The early bird."], 1, &["minilm"]);
}

#[test]
fn texts_of_the_readers_own_are_learned_or_named() {
    let chapter = Chapter::new(env!("CARGO_BIN_EXE_ch09"));
    let file = chapter.path("my text.txt");
    let setting = format!("text={}", file.display());
    let train = || chapter.run(&["09_03", "--preset", "smoke", "--epochs", "1", "--set", &setting]);
    for (bytes, words) in [(&b""[..], &["my text.txt"][..]), (b"one story is too few", &["my text.txt", "stories"])] {
        fs::write(&file, bytes).unwrap();
        train().assert_failure(1, words);
        assert_eq!(fs::read(&file).unwrap(), bytes);
    }
    let story =
        |i: usize| format!("STORY {i}\n\nA crow saw a fox {i} times, and the fox saw the crow and said nothing.\n");
    let stories: Vec<String> = (0..40).map(story).collect();
    fs::write(&file, stories.join("\n\n\n\n\n")).unwrap();
    train().assert_success();
    assert!(chapter.path("run/bert/0001_text/tokenizer.json").exists());
}
