//! Synthetic data for SQuAD and for GloVe.

use std::collections::{HashMap, HashSet};
use std::fs;

use serde_json::Value;
use synthetic::documents::{Config, write};
use tempfile::tempdir;

fn file(config: &Config, name: &str) -> Value {
    let dir = tempdir().unwrap();
    write(dir.path(), config).unwrap();
    serde_json::from_str(&fs::read_to_string(dir.path().join(name)).unwrap()).unwrap()
}

fn paragraphs(file: &Value) -> Vec<&Value> {
    let articles = file["data"].as_array().unwrap();
    articles.iter().flat_map(|article| article["paragraphs"].as_array().unwrap()).collect()
}

#[test]
fn every_answer_is_a_passage_of_its_report() {
    let config = Config::default();
    let mut texts = HashSet::new();
    for (name, count) in [("train-v1.1.json", config.train), ("dev-v1.1.json", config.dev)] {
        let file = file(&config, name);
        let paragraphs = paragraphs(&file);
        assert_eq!(paragraphs.len() as u64, count);
        for paragraph in paragraphs {
            let context = paragraph["context"].as_str().unwrap();
            let words = context.split(' ').count();
            assert!((40..=130).contains(&words), "{words} words: {context}");
            assert!(!context.contains(['{', '}', '[', ']', '|']) && !context.contains("  "), "{context}");
            assert!(texts.insert(context.to_string()), "twice: {context}");
            let questions = paragraph["qas"].as_array().unwrap();
            assert!((3..=5).contains(&questions.len()), "{} questions: {context}", questions.len());
            for question in questions {
                let answer = &question["answers"][0];
                let (text, start) = (answer["text"].as_str().unwrap(), answer["answer_start"].as_u64().unwrap());
                let passage: String = context.chars().skip(start as usize).take(text.chars().count()).collect();
                assert_eq!(passage, text);
                assert!(question["question"].as_str().unwrap().ends_with('?'));
            }
        }
    }
}

#[test]
fn reports_follow_the_seed() {
    let config = Config { seed: 1, train: 30, dev: 10 };
    let made = file(&config, "train-v1.1.json");
    assert_eq!(made, file(&config, "train-v1.1.json"));
    assert_ne!(made, file(&Config { seed: 2, ..config }, "train-v1.1.json"));
}

#[test]
fn vectors_of_related_words_are_near() {
    let dir = tempdir().unwrap();
    synthetic::vectors::write(dir.path()).unwrap();
    let text = fs::read_to_string(dir.path().join("glove.6B.100d.txt")).unwrap();
    let line = |line: &str| {
        let mut parts = line.split(' ').map(str::to_string);
        let word = parts.next().unwrap();
        (word, parts.map(|number| number.parse().unwrap()).collect::<Vec<f32>>())
    };
    let vectors: HashMap<String, Vec<f32>> = text.lines().map(line).collect();
    assert!((700..2_000).contains(&vectors.len()), "{} words", vectors.len());
    assert!(vectors.values().all(|vector| vector.len() == 100));
    let cosine = |a: &str, b: &str| {
        let dot = |a: &str, b: &str| vectors[a].iter().zip(&vectors[b]).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    for (a, b) in [("corvale", "norby"), ("müller", "kovač"), ("red", "blue"), ("1950", "12"), ("may", "june")] {
        assert!(cosine(a, b) > 0.5, "{a} {b}: {}", cosine(a, b));
    }
    for (a, b) in [("corvale", "red"), ("the", "bridge"), ("1950", "müller"), ("may", "monday")] {
        assert!(cosine(a, b).abs() < 0.35, "{a} {b}: {}", cosine(a, b));
    }
}
