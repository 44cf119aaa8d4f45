//! Word pieces, BERT's tokens: frequent words are one token, others are made of several, of which all but the first begin
//! with `##`. Schuster and Nakajima, "Japanese and Korean Voice Search", 2012; Devlin et al., 2019, section 3.

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;
use tokenizers::models::TrainerWrapper;
use tokenizers::models::wordpiece::{WordPiece, WordPieceTrainer};
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{AddedToken, Model, NormalizedString, Normalizer, Tokenizer};

/// Tokens that are no words, in the order that a new vocabulary gives them: padding, an unknown word, the beginning of a
/// text, its end, a word that is hidden.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
/// What pieces within a word begin with.
const WITHIN: &str = "##";
/// A vocabulary has the special tokens, and a few letters.
pub const FEWEST_PIECES: usize = 100;

/// The numbers of the tokens that are no words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Fills a row after a text.
    pub pad: i64,
    /// Begins a text.
    pub cls: i64,
    /// Ends a text.
    pub sep: i64,
    /// Stands for a hidden word.
    pub mask: i64,
}

/// A vocabulary of word pieces.
pub struct WordPieces {
    tokenizer: Tokenizer,
    /// The numbers of its special tokens.
    pub special: SpecialTokens,
}

impl fmt::Debug for WordPieces {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "WordPieces({} tokens)", self.len())
    }
}

impl WordPieces {
    /// Makes a vocabulary of at most so many pieces: letters, and then the most frequent pairs of pieces, joined again and
    /// again, until none is left that occurs twice. Letters are made small, and lose their accents.
    ///
    /// The same texts give the same vocabulary.
    ///
    /// # Errors
    /// `vocab_size` is below [`FEWEST_PIECES`], or the texts have more different letters than that.
    pub fn train(texts: &[String], vocab_size: usize) -> Result<WordPieces> {
        ensure!(vocab_size >= FEWEST_PIECES, "vocab_size must be at least {FEWEST_PIECES}, not {vocab_size}");
        // The trainer numbers the pieces `##x` in the order of a hash map: they are given here, so that the order is ours.
        let letters = letters_within_words(texts)?;
        let first = SPECIAL.iter().map(|token| token.to_string()).chain(letters.iter().map(|c| format!("{WITHIN}{c}")));
        let trainer = WordPieceTrainer::builder()
            .show_progress(false)
            .vocab_size(vocab_size)
            .min_frequency(2)
            .special_tokens(first.map(|token| AddedToken::from(token, true)).collect())
            .build();
        let mut scratch = Tokenizer::new(WordPiece::default());
        scratch.with_normalizer(Some(BertNormalizer::default())).map_err(failed)?;
        scratch.with_pre_tokenizer(Some(BertPreTokenizer));
        let mut trainer = TrainerWrapper::from(trainer);
        scratch.train(&mut trainer, texts.iter()).map_err(failed)?;
        let pieces: BTreeMap<String, u32> = scratch.get_model().get_vocab().into_iter().collect();
        ensure!(
            pieces.len() <= vocab_size,
            "the text has so many different letters that vocab_size must be at least {}, not {vocab_size}",
            pieces.len()
        );
        WordPieces::from_vocabulary(&pieces)
    }

    /// A vocabulary of pieces with their numbers, for texts in small letters, as BERT's uncased nets have it.
    ///
    /// # Errors
    /// It lacks a special token.
    pub fn from_vocabulary(pieces: &BTreeMap<String, u32>) -> Result<WordPieces> {
        let number =
            |token: &str| pieces.get(token).copied().with_context(|| format!("the vocabulary lacks the token {token}"));
        let added = SPECIAL.iter().map(|token| -> Result<Value> {
            let rest = json!({
                "content": token, "special": true, "normalized": false, "single_word": false, "lstrip": false,
                "rstrip": false
            });
            let mut added = Map::from_iter([("id".to_string(), json!(number(token)?))]);
            added.extend(rest.as_object().cloned().unwrap_or_default());
            Ok(Value::Object(added))
        });
        let json = json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": added.collect::<Result<Vec<_>>>()?,
            "normalizer": {
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
                "lowercase": true
            },
            "pre_tokenizer": { "type": "BertPreTokenizer" },
            "post_processor": {
                "type": "BertProcessing", "sep": ["[SEP]", number("[SEP]")?], "cls": ["[CLS]", number("[CLS]")?]
            },
            "decoder": { "type": "WordPiece", "prefix": WITHIN, "cleanup": true },
            "model": {
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": WITHIN,
                "max_input_chars_per_word": 100, "vocab": pieces
            }
        });
        WordPieces::from_json(json.to_string().as_bytes())
    }

    /// Reads `tokenizer.json`, the format of Hugging Face's libraries. Texts are neither padded nor cut, whatever it says.
    ///
    /// # Errors
    /// It is damaged, or lacks a special token.
    pub fn from_json(json: &[u8]) -> Result<WordPieces> {
        // The library's reader panics where text is no JSON, and at some normalizers that are not BERT's.
        let normalizer = &serde_json::from_slice::<Value>(json)?["normalizer"];
        ensure!(
            normalizer.is_null() || normalizer["type"] == "BertNormalizer",
            "its normalizer is not BERT's: {normalizer}"
        );
        let mut tokenizer = Tokenizer::from_bytes(json).map_err(failed)?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(failed)?;
        let number = |token: &str| -> Result<i64> {
            let number = tokenizer.token_to_id(token);
            Ok(i64::from(number.with_context(|| format!("the vocabulary lacks the token {token}"))?))
        };
        let [pad, cls, sep, mask] = ["[PAD]", "[CLS]", "[SEP]", "[MASK]"].map(number);
        let special = SpecialTokens { pad: pad?, cls: cls?, sep: sep?, mask: mask? };
        Ok(WordPieces { tokenizer, special })
    }

    /// Reads `tokenizer.json`, or a `vocab.txt` with one piece in each line.
    ///
    /// # Errors
    /// The file is missing or damaged, or lacks a special token; the message names it.
    pub fn load(path: &Path) -> Result<WordPieces> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let made = match path.extension() {
            Some(ending) if ending == "json" => WordPieces::from_json(&bytes),
            _ => String::from_utf8(bytes).context("it is not UTF-8").and_then(|text| {
                let pieces = text.lines().zip(0..).map(|(piece, number)| (piece.trim_end().to_string(), number));
                WordPieces::from_vocabulary(&pieces.collect())
            }),
        };
        made.with_context(|| format!("{} is no vocabulary of word pieces", path.display()))
    }

    /// The vocabulary as `tokenizer.json`.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub fn json(&self) -> Result<String> {
        self.tokenizer.to_string(true).map_err(failed)
    }

    /// The number of tokens.
    pub fn len(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// The rows that an embedding of the tokens needs: one more than their largest number. It is above [`WordPieces::len`] if
    /// numbers between them are left out.
    pub fn vocab_size(&self) -> i64 {
        self.tokenizer.get_vocab(true).into_values().max().map_or(0, |largest| i64::from(largest) + 1)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tokens of a text, without those that begin and end it.
    ///
    /// # Errors
    /// The library fails.
    pub fn encode(&self, text: &str) -> Result<Vec<i64>> {
        let encoding = self.tokenizer.encode(text, false).map_err(failed)?;
        Ok(encoding.get_ids().iter().map(|token| i64::from(*token)).collect())
    }

    /// The same between `[CLS]` and `[SEP]`, cut to at most `most` tokens in all, at least 3.
    ///
    /// # Errors
    /// As [`WordPieces::encode`].
    pub fn encode_framed(&self, text: &str, most: usize) -> Result<Vec<i64>> {
        let mut tokens = vec![self.special.cls];
        tokens.extend(self.encode(text)?.into_iter().take(most.max(3) - 2));
        tokens.push(self.special.sep);
        Ok(tokens)
    }

    /// The piece of a token, as `##ing`; none if there is no such token.
    pub fn piece(&self, token: i64) -> Option<String> {
        self.tokenizer.id_to_token(u32::try_from(token).ok()?)
    }

    /// Tokens as a text, without the special ones.
    ///
    /// # Errors
    /// The library fails.
    pub fn decode(&self, tokens: &[i64]) -> Result<String> {
        let tokens: Vec<u32> = tokens.iter().filter_map(|token| u32::try_from(*token).ok()).collect();
        self.tokenizer.decode(&tokens, true).map_err(failed)
    }
}

/// The letters that may stand within a word, sorted: all but punctuation of ASCII and blanks.
fn letters_within_words(texts: &[String]) -> Result<BTreeSet<char>> {
    let mut letters = BTreeSet::new();
    for text in texts {
        let mut normalized = NormalizedString::from(text.as_str());
        BertNormalizer::default().normalize(&mut normalized).map_err(failed)?;
        letters.extend(normalized.get().chars().filter(|c| !c.is_ascii_punctuation() && !c.is_whitespace()));
    }
    Ok(letters)
}

fn failed(error: tokenizers::Error) -> anyhow::Error {
    anyhow!("word pieces: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts() -> Vec<String> {
        let line = "The fox was walking and talking; the wolf was walking, too. A crow sat still: Élan! ";
        vec![line.repeat(3), "the foxes and the wolves".to_string()]
    }

    #[test]
    fn frequent_words_are_one_piece_and_others_several() {
        let pieces = WordPieces::train(&texts(), 120).unwrap();
        assert_eq!(pieces.special, SpecialTokens { pad: 0, cls: 2, sep: 3, mask: 4 });
        assert!(pieces.len() <= 120, "{}", pieces.len());
        let shown = |text: &str| -> Vec<String> {
            pieces.encode(text).unwrap().into_iter().filter_map(|token| pieces.piece(token)).collect()
        };
        assert_eq!(shown("The FOX"), ["the", "fox"]);
        let walked = shown("walked");
        assert!(walked.len() > 1 && walked[1..].iter().all(|piece| piece.starts_with("##")), "{walked:?}");
        assert_eq!(walked.concat().replace("##", ""), "walked");
        assert_eq!(shown("élan"), shown("ELAN"));
        assert_eq!(shown("日"), ["[UNK]"]);
        assert_eq!(
            pieces.decode(&pieces.encode_framed("The fox, walking.", 64).unwrap()).unwrap(),
            "the fox, walking."
        );
        assert_eq!(pieces.encode_framed("the fox and the wolf", 4).unwrap().len(), 4);
    }

    #[test]
    fn the_same_texts_give_the_same_vocabulary_and_it_can_be_saved() {
        let pieces = WordPieces::train(&texts(), 110).unwrap();
        let json = pieces.json().unwrap();
        assert_eq!(WordPieces::train(&texts(), 110).unwrap().json().unwrap(), json);
        let again = WordPieces::from_json(json.as_bytes()).unwrap();
        assert_eq!(again.encode("walking wolves").unwrap(), pieces.encode("walking wolves").unwrap());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vocab.txt");
        let lines: Vec<String> = (0..pieces.len() as i64).filter_map(|token| pieces.piece(token)).collect();
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        let again = WordPieces::load(&path).unwrap();
        assert_eq!(again.encode("walking wolves").unwrap(), pieces.encode("walking wolves").unwrap());
    }

    #[test]
    fn what_is_no_vocabulary_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content, word) in [
            ("vocab.txt", "the\nfox\n", "[PAD]"),
            ("tokenizer.json", "{", "tokenizer.json"),
            ("tokenizer.json", "[]", "tokenizer.json"),
            ("tokenizer.json", r#"{"decoder":{ }"":0}"#, "column"),
            ("tokenizer.json", r#"{"normalizer":{"type":"Precompiled"}}"#, "Precompiled"),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            let error = format!("{:#}", WordPieces::load(&path).unwrap_err());
            assert!(error.contains(word) && error.contains(name), "{error}");
        }
        assert!(WordPieces::load(&folder.path().join("none.txt")).unwrap_err().to_string().contains("none.txt"));
        assert!(WordPieces::train(&texts(), 50).unwrap_err().to_string().contains("vocab_size"));
    }
}
