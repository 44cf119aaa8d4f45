//! Byte pair encoding (Sennrich et al., 2016) over bytes, as GPT-2 has it: a text of any letters is a row of tokens, and the
//! tokens are the text.

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;
use std::fmt;
use std::path::Path;
use tiktoken_rs::CoreBPE;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer, models::TrainerWrapper};

/// The token that stands between two texts.
pub const END_OF_TEXT: &str = "<|endoftext|>";
/// Its number in GPT-2's vocabulary.
const GPT2_END: i64 = 50_256;
/// A vocabulary has a token for each byte, and the end of a text.
pub const FEWEST_TOKENS: usize = 257;

/// A vocabulary of byte pairs.
pub enum BytePairs {
    /// GPT-2's own, of 50,257 tokens.
    Gpt2(Box<CoreBPE>),
    /// One that was made from a text.
    Own(Box<Tokenizer>),
}

impl fmt::Debug for BytePairs {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "BytePairs({} tokens)", self.len())
    }
}

impl BytePairs {
    /// GPT-2's vocabulary.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn gpt2() -> Result<BytePairs> {
        Ok(BytePairs::Gpt2(Box::new(tiktoken_rs::r50k_base().map_err(|error| anyhow!("GPT-2's vocabulary: {error}"))?)))
    }

    /// Joins the most frequent pairs of a text, again and again, until there are so many tokens, or no pair is left that
    /// occurs twice.
    ///
    /// # Errors
    /// `vocab_size` is below [`FEWEST_TOKENS`].
    pub fn train(text: &str, vocab_size: usize) -> Result<BytePairs> {
        ensure!(vocab_size >= FEWEST_TOKENS, "vocab_size must be at least {FEWEST_TOKENS}, not {vocab_size}");
        let trainer = BpeTrainer::builder()
            .show_progress(false)
            .vocab_size(vocab_size)
            .min_frequency(2)
            .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
            .special_tokens(vec![AddedToken::from(END_OF_TEXT, true)])
            .build();
        let mut tokenizer = Tokenizer::new(BPE::default());
        let bytes = ByteLevel::new(false, true, true);
        tokenizer.with_pre_tokenizer(Some(bytes)).with_decoder(Some(bytes));
        let mut trainer = TrainerWrapper::from(trainer);
        tokenizer.train(&mut trainer, text.split_inclusive('\n')).map_err(|error| anyhow!("byte pairs: {error}"))?;
        Ok(BytePairs::Own(Box::new(tokenizer)))
    }

    /// Reads the `tokenizer.json` that [`BytePairs::json`] made.
    ///
    /// # Errors
    /// The file is missing or damaged.
    pub fn load(path: &Path) -> Result<BytePairs> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let damaged = || format!("{} is damaged; remove it, and it is made again from the text", path.display());
        let json: Value = serde_json::from_slice(&bytes).with_context(damaged)?;
        // The reader of the library panics where a part of the file is not what it expects, so it gets only parts it knows.
        let known = BytePairs::train("", FEWEST_TOKENS)?.json()?.unwrap_or_default();
        ensure!(without_pairs(&json) == without_pairs(&serde_json::from_str(&known)?), damaged());
        ensure!(tokens_are_counted(&json), damaged());
        let tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| anyhow!("{}: {error}", damaged()))?;
        Ok(BytePairs::Own(Box::new(tokenizer)))
    }

    /// The vocabulary as `tokenizer.json`, the format of Hugging Face's libraries; None for GPT-2's own.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub fn json(&self) -> Result<Option<String>> {
        match self {
            BytePairs::Gpt2(_) => Ok(None),
            BytePairs::Own(tokenizer) => {
                Ok(Some(tokenizer.to_string(false).map_err(|error| anyhow!("cannot encode the vocabulary: {error}"))?))
            }
        }
    }

    /// The number of tokens, counted by the largest one: an embedding needs so many rows.
    pub fn len(&self) -> usize {
        match self {
            BytePairs::Gpt2(_) => GPT2_END as usize + 1,
            BytePairs::Own(tokenizer) => {
                tokenizer.get_vocab(true).into_values().max().map_or(0, |largest| largest as usize + 1)
            }
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The token between two texts.
    ///
    /// # Errors
    /// The vocabulary has none.
    pub fn end_of_text(&self) -> Result<i64> {
        match self {
            BytePairs::Gpt2(_) => Ok(GPT2_END),
            BytePairs::Own(tokenizer) => {
                let token = tokenizer.token_to_id(END_OF_TEXT);
                Ok(token.with_context(|| format!("the vocabulary has no {END_OF_TEXT}"))?.into())
            }
        }
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// The vocabulary is damaged.
    pub fn encode(&self, text: &str) -> Result<Vec<i64>> {
        Ok(match self {
            BytePairs::Gpt2(bpe) => bpe.encode_ordinary(text).into_iter().map(i64::from).collect(),
            BytePairs::Own(tokenizer) => {
                let encoding = tokenizer.encode_fast(text, false).map_err(|error| anyhow!("byte pairs: {error}"))?;
                encoding.get_ids().iter().map(|&id| id.into()).collect()
            }
        })
    }

    /// The text of tokens. Bytes that are no letters become U+FFFD; tokens that do not exist are left out.
    pub fn decode(&self, tokens: &[i64]) -> String {
        let ids: Vec<u32> = tokens.iter().filter_map(|&token| u32::try_from(token).ok()).collect();
        match self {
            BytePairs::Gpt2(bpe) => {
                let known: Vec<_> = ids.into_iter().filter(|&id| i64::from(id) <= GPT2_END).collect();
                String::from_utf8_lossy(&bpe.decode_bytes(&known).unwrap_or_default()).into_owned()
            }
            BytePairs::Own(tokenizer) => tokenizer.decode(&ids, false).unwrap_or_default(),
        }
    }

    /// The text of each token, for figures.
    pub fn pieces(&self, tokens: &[i64]) -> Vec<String> {
        tokens.iter().map(|token| self.decode(&[*token])).collect()
    }
}

/// A `tokenizer.json` without the tokens and the pairs: what is alike in all that [`BytePairs::json`] makes.
fn without_pairs(json: &Value) -> Value {
    let mut rest = json.clone();
    if let Some(model) = rest.get_mut("model").and_then(Value::as_object_mut) {
        model.retain(|name, _| name != "vocab" && name != "merges");
    }
    rest
}

/// Whether the tokens of a `tokenizer.json` have the numbers 0, 1, 2 ..., and the first is the end of a text.
fn tokens_are_counted(json: &Value) -> bool {
    let Some(vocab) = json["model"]["vocab"].as_object() else { return false };
    let mut ids: Vec<Option<u64>> = vocab.values().map(Value::as_u64).collect();
    ids.sort_unstable();
    vocab.get(END_OF_TEXT) == Some(&Value::from(0)) && ids.into_iter().eq((0..vocab.len() as u64).map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The fox said to the crow: \"Good day!\"\nThe crow said nothing to the fox.\n";

    #[test]
    fn gpt2s_tokens() {
        let tokens = BytePairs::gpt2().unwrap();
        assert_eq!(tokens.encode("Hello world, it's 2019!").unwrap(), [15496, 995, 11, 340, 338, 13130, 0]);
        assert_eq!((tokens.end_of_text().unwrap(), tokens.len()), (50_256, 50_257));
        let text = "Zoë 🦊  fox\n\n";
        assert_eq!(tokens.decode(&tokens.encode(text).unwrap()), text);
        assert_eq!(tokens.decode(&[-1, 60_000, 15496]), "Hello");
    }

    #[test]
    fn own_tokens_join_frequent_pairs_and_give_any_text_back() {
        let tokens = BytePairs::train(&TEXT.repeat(4), 300).unwrap();
        assert!((258..=300).contains(&tokens.len()), "{}", tokens.len());
        let ids = tokens.encode("The crow said").unwrap();
        assert!(ids.len() < 8, "{ids:?}");
        for text in [TEXT, " the  fox", "Zoë 🦊", ""] {
            assert_eq!(tokens.decode(&tokens.encode(text).unwrap()), text);
        }
        assert_eq!(tokens.pieces(&ids).concat(), "The crow said");
        assert!(tokens.decode(&[tokens.end_of_text().unwrap()]).contains(END_OF_TEXT));
        let again = BytePairs::train(&TEXT.repeat(4), 300).unwrap();
        assert_eq!(tokens.json().unwrap(), again.json().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokenizer.json");
        std::fs::write(&path, tokens.json().unwrap().unwrap()).unwrap();
        assert_eq!(BytePairs::load(&path).unwrap().encode(TEXT).unwrap(), tokens.encode(TEXT).unwrap());
        assert!(BytePairs::train(TEXT, 200).err().unwrap().to_string().contains("257"));
    }

    #[test]
    fn damaged_vocabularies_are_refused() {
        let good = BytePairs::train(&TEXT.repeat(4), 300).unwrap().json().unwrap().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokenizer.json");
        let refused = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            BytePairs::load(&path).err().is_some_and(|error| error.to_string().contains("is damaged"))
        };
        assert!(!refused(good.as_bytes()));
        assert!(refused(b"{"));
        // The library's reader panics at a letter that is none in this place.
        let (before, after) = good.split_once(r#""decoder":{"type":"ByteLevel"#).unwrap();
        let letter = [before.as_bytes(), b"\"decoder\":{\"type\":\"\xf6", after.as_bytes()].concat();
        assert!(refused(&letter));
        for (from, to) in [
            (r#""type":"ByteLevel""#, r#""type":"Strip""#),
            (r#""normalizer":null"#, r#""normalizer":{"type":"Precompiled"}"#),
            (r#""<|endoftext|>":0"#, r#""<|endoftext|>":900"#),
            (r#""vocab":{"#, r#""vocab":{"no such letters":-1,"#),
        ] {
            let other = good.replace(from, to);
            assert_ne!(other, good, "{from}");
            assert!(refused(other.as_bytes()), "{to}");
        }
    }
}
