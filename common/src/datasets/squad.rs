//! SQuAD 1.1 as rows of words: questions about paragraphs of Wikipedia, whose answers are passages of them.
//!
//! Rajpurkar, Zhang, Lopyrev and Liang, "SQuAD: 100,000+ questions for machine comprehension of text", 2016.

use super::qa::{Row, Rows};
use super::tokens::{Token, joined, spaced, tokens};
use anyhow::Result;
use data::squad::{Answer, Squad};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Reads the questions of a JSON file, `train-v1.1.json` or `dev-v1.1.json`. Case is kept.
///
/// # Errors
/// The file cannot be read, has another format, or has no question with an answer; the message names file and line.
pub fn read(path: &Path) -> Result<Rows> {
    Ok(rows(&Squad::read(path)?))
}

/// A row for each question, in the order of the file. Documents and questions are set apart by [`spaced`]; a document is
/// called by the title of its article and its number there. Of several answers, the first one counts. An answer that is
/// not whole tokens, such as `1960` in `1960s`, or that is not where the file says, gives no row: [`Rows::misplaced`].
pub fn rows(squad: &Squad) -> Rows {
    let mut found = Rows::default();
    for article in &squad.data {
        for (number, paragraph) in (1..).zip(&article.paragraphs) {
            let tokens = tokens(&paragraph.context);
            let letters: Vec<char> = paragraph.context.chars().collect();
            let story_text: Arc<str> = joined(&tokens).into();
            let story_id: Arc<str> = format!("{} {number}", article.title).into();
            for question in &paragraph.qas {
                let Some(answer) = question.answers.first() else {
                    found.unanswered += 1;
                    continue;
                };
                let Some(range) = range(answer, &tokens, &letters) else {
                    found.misplaced += 1;
                    continue;
                };
                found.rows.push(Row {
                    story_id: story_id.clone(),
                    story_text: story_text.clone(),
                    question: spaced(&question.question),
                    answer_token_ranges: vec![range],
                });
            }
        }
    }
    found
}

/// The tokens that are the answer, without blanks around it; none if it is not whole tokens.
fn range(answer: &Answer, tokens: &[Token], letters: &[char]) -> Option<Range<usize>> {
    let text: Vec<char> = answer.text.trim().chars().collect();
    let start = answer.answer_start.checked_add(answer.text.chars().take_while(|c| c.is_whitespace()).count())?;
    let end = start.checked_add(text.len())?;
    (letters.get(start..end)? == text).then_some(())?;
    let first = tokens.binary_search_by_key(&start, |token| token.start).ok()?;
    let last = tokens.binary_search_by_key(&end, |token| token.end).ok()?;
    Some(first..last + 1).filter(|range| !range.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of one paragraph, about which questions have these answers and starts.
    fn read(context: &str, answers: &[(&str, usize)]) -> Rows {
        let question = |(text, start): &(&str, usize)| serde_json::json!({ "question": "Who, then?", "answers": [{ "text": text, "answer_start": start }] });
        let qas: Vec<_> = answers.iter().map(question).chain([serde_json::json!({ "question": "Why?" })]).collect();
        let file =
            serde_json::json!({ "data": [{ "title": "T", "paragraphs": [{ "context": context, "qas": qas }] }] });
        rows(&Squad::parse(file.to_string().as_bytes()).unwrap())
    }

    #[test]
    fn answers_become_ranges_of_tokens_in_characters_not_bytes() {
        let context = "Zoë Müller (née Kovač) paid $1,250 in the 1960s.";
        let found =
            read(context, &[("Zoë Müller", 0), ("Kovač", 16), (" $1,250 ", 27), ("1960", 42), ("Zoë", 1), ("x", 999)]);
        assert_eq!((found.rows.len(), found.misplaced, found.unanswered), (3, 3, 1));
        assert_eq!(&*found.rows[0].story_text, "Zoë Müller ( née Kovač ) paid $ 1,250 in the 1960s .");
        assert_eq!((found.rows[0].question.as_str(), &*found.rows[0].story_id), ("Who , then ?", "T 1"));
        for row in &found.rows[1..] {
            assert!(Arc::ptr_eq(&row.story_text, &found.rows[0].story_text), "a copy of the paragraph");
        }
        let answers: Vec<String> = found.rows.iter().map(answer).collect();
        assert_eq!(answers, ["Zoë Müller", "Kovač", "$ 1,250"]);
    }

    fn answer(row: &Row) -> String {
        let words: Vec<&str> = row.story_text.split(' ').collect();
        row.answer_token_ranges.iter().map(|range| words[range.clone()].join(" ")).collect()
    }

    #[test]
    fn all_answers_of_the_synthetic_reports_are_whole_tokens_with_vectors() {
        let folder = tempfile::tempdir().unwrap();
        synthetic::write("documents", folder.path()).unwrap();
        synthetic::write("vectors", folder.path()).unwrap();
        let mut words = std::collections::HashSet::new();
        for (name, least) in [("train-v1.1.json", 2_200), ("dev-v1.1.json", 440)] {
            let found = super::read(&folder.path().join(name)).unwrap();
            assert_eq!((found.misplaced, found.unanswered), (0, 0));
            assert!(found.rows.len() > least, "{} rows", found.rows.len());
            for row in &found.rows {
                words.extend(row.story_text.to_lowercase().split(' ').map(str::to_string));
                words.extend(row.question.to_lowercase().split(' ').map(str::to_string));
            }
        }
        let vectors = super::super::glove::read(&folder.path().join("glove.6B.100d.txt"), &words).unwrap();
        assert_eq!(vectors.len(), words.len());
    }
}
