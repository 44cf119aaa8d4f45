//! The readers of texts, questions and word vectors: any bytes give data or an error, never a panic.

use common::datasets::{glove, newsqa, squad, text, tokens};
use data::squad::Squad;
use data::{Choice, DataSet, Store};
use proptest::prelude::*;
use std::collections::HashSet;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_take_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = text::decode(&bytes) {
            prop_assert!(!text.is_empty() && !text.contains(['\r', '\0']));
        }
    }

    #[test]
    fn tokens_are_what_a_split_gives(text in "\\PC{0,60}|[a-c0-2,. '\n]{0,30}") {
        let found = tokens::tokens(&text);
        let letters: Vec<char> = text.chars().collect();
        for token in &found {
            let passage: String = letters[token.start..token.end].iter().collect();
            prop_assert_eq!(&passage, token.text);
            prop_assert!(!token.text.contains(char::is_whitespace) && !token.text.is_empty());
        }
        let spaced = tokens::spaced(&text);
        let split: Vec<&str> = spaced.split(' ').filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(split, found.iter().map(|token| token.text).collect::<Vec<_>>());
        prop_assert_eq!(tokens::spaced(&spaced), spaced, "setting apart twice changes nothing");
    }

    #[test]
    fn squad_takes_any_bytes_and_any_place(bytes in prop::collection::vec(any::<u8>(), 0..200), context in "\\PC{0,20}", text in "\\PC{0,3}", start in 0usize..24, far in any::<usize>()) {
        prop_assert!(Squad::parse(&bytes).is_err());
        for start in [start, far] {
            let answers = serde_json::json!([{ "text": text, "answer_start": start }]);
            let qas = serde_json::json!([{ "question": context, "answers": answers }]);
            let file = serde_json::json!({ "data": [{ "paragraphs": [{ "context": context, "qas": qas }] }] });
            let found = squad::rows(&Squad::parse(file.to_string().as_bytes()).unwrap());
            prop_assert_eq!(found.rows.len() + found.misplaced, 1);
            for row in found.rows {
                let words: Vec<&str> = row.story_text.split(' ').collect();
                prop_assert_eq!(words[row.answer_token_ranges[0].clone()].join(" "), tokens::spaced(&text));
            }
        }
    }

    #[test]
    fn newsqa_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..100), ranges in "[0-9:, -]{0,12}", story in "\\PC{0,20}") {
        prop_assert!(newsqa::parse(&bytes).is_err());
        let header = &b"story_id,story_text,question,answer_token_ranges\n"[..];
        let _ = newsqa::parse(&[header, &bytes].concat());
        let line = format!("a,\"{}\",b,\"{ranges}\"\n", story.replace('"', "\"\""));
        for row in newsqa::parse(&[header, line.as_bytes()].concat()).map(|found| found.rows).unwrap_or_default() {
            let words = row.story_text.split(' ').count();
            prop_assert!(row.answer_token_ranges.iter().all(|range| range.start < range.end && range.end <= words));
        }
    }

    #[test]
    fn glove_takes_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), number in any::<f32>(), columns in 98usize..103) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("glove.6B.100d.txt");
        let wanted = HashSet::from(["fox".to_string()]);
        let line = format!("fox{}\n", format!(" {number}").repeat(columns));
        for bytes in [bytes.clone(), [line.as_bytes(), &bytes].concat()] {
            std::fs::write(&path, bytes).unwrap();
            let _ = glove::read(&path, &wanted);
        }
        std::fs::write(&path, line).unwrap();
        let found = glove::read(&path, &wanted);
        prop_assert_eq!(found.is_ok(), columns == glove::SIZE && number.is_finite());
        prop_assert!(found.is_err() || found.is_ok_and(|vectors| vectors["fox"] == [number; glove::SIZE]));
    }
}

/// The real set, where the cache has it.
fn real(name: &str) -> Option<DataSet> {
    Store::open().and_then(|store| store.find(name, Choice::Real)).ok().flatten()
}

#[test]
fn nearly_all_answers_of_squad_are_whole_tokens() {
    let Some(set) = real("squad") else { return };
    for name in ["train-v1.1.json", "dev-v1.1.json"] {
        let found = squad::read(&set.file(name)).unwrap();
        let all = found.rows.len() + found.misplaced + found.unanswered;
        eprintln!(
            "{name}: {all} questions, {} answers are not whole tokens, {} missing",
            found.misplaced, found.unanswered
        );
        assert!(found.misplaced * 50 < all, "{name}: {} of {all}", found.misplaced);
    }
}

#[test]
fn every_source_of_glove_has_its_numbers() {
    let Some(set) = real("glove") else { return };
    let wanted = ["the", "fox", "no such word"].map(str::to_string).into();
    let found = glove::read(&set.file("glove.6B.100d.txt"), &wanted).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found["the"][..3], [-0.038194, -0.24487, 0.72812]);
}
