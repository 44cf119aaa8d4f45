//! Synthetic data for Aesop's Fables.

use std::collections::HashSet;
use std::fs;

use synthetic::fables::{Config, write};
use tempfile::tempdir;

fn text(config: &Config) -> String {
    let dir = tempdir().unwrap();
    write(dir.path(), config).unwrap();
    fs::read_to_string(dir.path().join("11339.txt")).unwrap()
}

/// The stories between the marks by which the book's code finds them.
fn stories(text: &str) -> Vec<&str> {
    let start = text.find("THE FOX AND THE GRAPES\n\n\n").unwrap();
    let end = text.find("ILLUSTRATIONS\n\n\n[").unwrap();
    text[start..end].trim_end().split("\n\n\n\n\n").collect()
}

#[test]
fn the_text_has_the_form_of_project_gutenbergs() {
    let text = text(&Config::default());
    let stories = stories(&text);
    assert_eq!(stories.len() as u64, Config::default().fables);
    for story in &stories {
        let (title, body) = story.split_once("\n\n\n").unwrap();
        assert!(!title.contains('\n') && title == title.to_uppercase(), "{title}");
        assert!(body.len() > 300 && !body.contains("\n\n\n"), "{body}");
        assert!(!body.contains("  ") || body.contains("\n\n    "), "{body}");
        assert!(body.lines().all(|line| line.len() <= 70) && body.is_ascii(), "{body}");
        assert!(!body.contains(['{', '}', '[', ']', '|']) && body.matches('"').count() % 2 == 0, "{body}");
    }
    assert!((190_000..230_000).contains(&text.len()), "{} characters", text.len());
    let lower = text.to_lowercase();
    let words: HashSet<&str> = lower.split(|c: char| !c.is_alphabetic()).collect();
    assert!((700..1_100).contains(&words.len()), "{} words", words.len());
}

#[test]
fn fables_differ_and_follow_the_seed() {
    let config = Config { seed: 1, fables: 64 };
    let text = text(&config);
    assert_eq!(text, self::text(&config));
    assert_ne!(text, self::text(&Config { seed: 2, ..config }));
    let short = self::text(&Config { fables: 20, ..config });
    assert_eq!(stories(&short), stories(&text)[..20], "a fable depends only on its own number");
    let sentences: Vec<&str> = text.split(['.', '!', '?']).collect();
    let distinct: HashSet<&&str> = sentences.iter().collect();
    assert!(distinct.len() * 10 > sentences.len() * 8, "{} of {} sentences", distinct.len(), sentences.len());
}
