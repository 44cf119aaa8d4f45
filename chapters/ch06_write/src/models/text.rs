//! A text as a model reads it: tokens, and windows over them (pp. 202-204).

use super::fables::{STORY_MARKER, clean, start_of_story};
use super::tokenizer::Tokenizer;
use anyhow::{Result, ensure};
use common::transfer::upload;
use tch::{Device, Tensor};

/// Fewer words than this are no text to learn from.
const FEWEST_WORDS: usize = 10;

/// A cleaned text and its vocabulary.
#[derive(Debug, Clone)]
pub struct Text {
    /// The cleaned text.
    pub text: String,
    /// Its words.
    pub tokenizer: Tokenizer,
    /// The text's tokens.
    pub tokens: Vec<i64>,
    /// Words that a model reads before it predicts one.
    pub seq_length: usize,
}

impl Text {
    /// Cleans a text and numbers its words.
    ///
    /// # Errors
    /// It has too few words.
    pub fn new(text: &str, seq_length: usize) -> Result<Text> {
        let text = clean(text, seq_length);
        let tokenizer = Tokenizer::fit_on_text(&text);
        let tokens = tokenizer.text_to_sequence(&text);
        let (words, least) = (tokens.len().saturating_sub(seq_length), seq_length + FEWEST_WORDS);
        ensure!(words >= least, "the text has {words} words, too few for windows of {seq_length}: at least {least}");
        Ok(Text { text, tokenizer, tokens, seq_length })
    }

    /// What a model reads before the first word of a story.
    pub fn start_of_story(&self) -> String {
        start_of_story(self.seq_length)
    }

    /// The windows of all words, as in the book.
    pub fn windows(&self, device: Device) -> Windows {
        Windows::new(&self.tokens, self.seq_length, 1, device)
    }

    /// Windows of the stories, every `step`th one, without every tenth story; and the windows of these. Windows after
    /// which the marker follows a marker are left out: there is nothing to predict.
    ///
    /// # Errors
    /// There are fewer than ten stories.
    pub fn split(&self, step: i64, device: Device) -> Result<[Windows; 2]> {
        let marker = self.tokenizer.token(STORY_MARKER);
        let is_marker = |token: &i64| Some(*token) == marker;
        // A story begins with as many markers as a model reads words.
        let ends = self.tokens.chunk_by(|a, b| !is_marker(b) || is_marker(a));
        let is_story = |story: &&[i64]| story.iter().any(|token| !is_marker(token));
        let stories: Vec<&[i64]> = ends.filter(is_story).collect();
        ensure!(stories.len() >= 10, "the text has {} stories: held-out ones need at least 10", stories.len());
        let (mut held_out, mut rest) = (vec![], vec![]);
        for (i, story) in stories.iter().enumerate() {
            if i % 10 == 9 { &mut held_out } else { &mut rest }.extend_from_slice(story);
        }
        let windows = |tokens: &[i64], step: i64| {
            let least = self.seq_length + 1;
            ensure!(tokens.len() >= least, "{} words are too few for windows of {}", tokens.len(), self.seq_length);
            Windows::new(tokens, self.seq_length, step, device).without_repeated(marker)
        };
        Ok([windows(&rest, step)?, windows(&held_out, 1)?])
    }
}

/// Windows of words and the words after them: the book's `generate_sequences` (p. 204).
#[derive(Debug)]
pub struct Windows {
    /// Tokens `[windows, seq_length + 1]`.
    tokens: Tensor,
}

impl Windows {
    /// All windows over some tokens that begin `step` words apart. There are more tokens than `seq_length`.
    pub fn new(tokens: &[i64], seq_length: usize, step: i64, device: Device) -> Windows {
        let tokens = Tensor::from_slice(tokens).to_device(device);
        Windows { tokens: tokens.unfold(0, seq_length as i64 + 1, step) }
    }

    /// Without the windows after which this token follows itself.
    ///
    /// # Errors
    /// None is left.
    fn without_repeated(self, token: Option<i64>) -> Result<Windows> {
        let Some(token) = token else { return Ok(self) };
        let last_two = self.tokens.narrow(1, self.tokens.size()[1] - 2, 2);
        let repeated = last_two.eq(token).all_dim(1, false);
        let kept = repeated.logical_not().nonzero().squeeze_dim(1);
        ensure!(kept.numel() > 0, "the stories have no words");
        Ok(Windows { tokens: self.tokens.index_select(0, &kept) })
    }

    /// Number of windows.
    pub fn len(&self) -> i64 {
        self.tokens.size()[0]
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Some windows `[batch, seq_length]` by their numbers `[batch]`, and the words after them `[batch]`.
    pub fn rows(&self, numbers: &Tensor) -> (Tensor, Tensor) {
        split(&self.tokens.index_select(0, &upload(numbers, self.tokens.device())))
    }

    /// `n` windows from `start` on, and the words after them.
    pub fn range(&self, start: i64, n: i64) -> (Tensor, Tensor) {
        split(&self.tokens.narrow(0, start, n))
    }
}

/// The words of windows and the word after each.
fn split(windows: &Tensor) -> (Tensor, Tensor) {
    let seq_length = windows.size()[1] - 1;
    (windows.narrow(1, 0, seq_length), windows.select(1, seq_length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_move_by_one_word() {
        let windows = Windows::new(&[1, 2, 3, 4, 5], 2, 1, Device::Cpu);
        let (x, y) = windows.range(0, windows.len());
        assert_eq!(x, Tensor::from_slice(&[1i64, 2, 2, 3, 3, 4]).view([3, 2]));
        assert_eq!(y, Tensor::from_slice(&[3i64, 4, 5]));
    }

    #[test]
    fn every_tenth_story_is_held_out() {
        let stories: Vec<String> = (0..20).map(|i| format!("story w{i} w{i} w{i} w{i}")).collect();
        let text = Text::new(&stories.join("\n\n\n\n\n"), 3).unwrap();
        let [rest, held_out] = text.split(1, Device::Cpu).unwrap();
        // Three markers and five words a story; of its windows one predicts its first marker, and five its words.
        assert_eq!([rest.len(), held_out.len()], [18 * 6 - 1, 2 * 6 - 1]);
        let (_, words) = held_out.range(0, held_out.len());
        for (word, times) in [("w9", 4), ("w19", 4), ("w3", 0)] {
            let token = text.tokenizer.token(word).unwrap();
            assert_eq!(words.eq(token).sum(tch::Kind::Int64).int64_value(&[]), times, "{word}");
        }
    }
    #[test]
    fn stories_of_any_letters_are_split_and_too_few_are_an_error() {
        let stories: Vec<String> = (0..11).map(|i| format!("| история {i} é | é {i}")).collect();
        let text = Text::new(&stories.join("\n\n\n\n\n"), 1).unwrap();
        assert!(text.split(1, Device::Cpu).is_ok());
        let few = "one two three four five six\n\n\n\n\n".repeat(9);
        let error = Text::new(&few, 3).unwrap().split(1, Device::Cpu).unwrap_err().to_string();
        assert!(error.contains("9 stories"), "{error}");
    }
    proptest::proptest! {
        #[test]
        fn any_text_is_split_or_refused(
            parts in proptest::collection::vec("[a-zé|. \n]{0,12}(\n\n\n\n\n)?|(?s).{0,20}", 0..40),
            seq_length in 1usize..5,
            step in 1i64..4,
        ) {
            if let Ok(text) = Text::new(&parts.concat(), seq_length) {
                assert_eq!(text.windows(Device::Cpu).len(), (text.tokens.len() - seq_length) as i64);
                if let Ok([rest, held_out]) = text.split(step, Device::Cpu) {
                    assert!(!rest.is_empty() && !held_out.is_empty());
                }
            }
        }
    }
}
