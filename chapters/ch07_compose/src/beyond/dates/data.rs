//! Dates as people write them and the same dates as `1998-05-09`, character by character.

use super::calendar::{DAYS, Date};
use super::forms::Form;
use anyhow::{Context, Result, ensure};
use common::device::mix;
use common::transfer::upload;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

/// Characters that are read. Token 0 is padding, the first character is token 1.
const INPUT_CHARACTERS: &str = " ,-./0123456789abcdefghijklmnopqrstuvwxyz";
/// Characters that are written. The first one is token 0.
const OUTPUT_CHARACTERS: &str = "-0123456789";
/// Tokens of the characters that are read, with padding.
pub const INPUT_TOKENS: i64 = INPUT_CHARACTERS.len() as i64 + 1;
/// Tokens of the characters that are written.
pub const OUTPUT_TOKENS: i64 = OUTPUT_CHARACTERS.len() as i64;
/// Characters of the longest date, `wednesday, september 30, 1998`; shorter ones are padded at the end.
pub const INPUT_LENGTH: usize = 29;
/// Characters of `1998-05-09`.
pub const OUTPUT_LENGTH: usize = 10;

/// A date and the form in which it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The date.
    pub date: Date,
    /// The form.
    pub form: Form,
}

impl Example {
    /// What is read: `saturday 9 may 1998`.
    pub fn text(&self) -> String {
        self.form.write(&self.date)
    }
}

/// Dates as a net reads and writes them.
#[derive(Debug)]
pub struct Dates {
    /// The dates with their forms.
    pub examples: Vec<Example>,
    /// Tokens of the characters that are read, int64 `[dates, INPUT_LENGTH]`.
    pub inputs: Tensor,
    /// Tokens of the characters that are to be written, int64 `[dates, OUTPUT_LENGTH]`.
    pub targets: Tensor,
}

impl Dates {
    /// Dates to train on and held-out ones, drawn without replacement: no day is in both, in whatever form. All forms
    /// are equally frequent. The dates depend only on the numbers and the seed.
    ///
    /// # Errors
    /// There are not so many days, or a number is 0.
    pub fn split(training: usize, held_out: usize, seed: u64, device: Device) -> Result<[Dates; 2]> {
        ensure!(training > 0 && held_out > 0, "dates and test_dates must be above 0");
        let days = training.saturating_add(held_out);
        ensure!(days <= DAYS as usize, "dates and test_dates: {days} are more than the {DAYS} days of a hundred years");
        let mut days: Vec<u32> = (0..DAYS).collect();
        days.shuffle(&mut ChaCha8Rng::seed_from_u64(mix(&[seed])));
        // The held-out days come first: more dates to train on leave them as they are.
        let (held_out, rest) = days.split_at(held_out);
        Ok([Dates::new(&rest[..training], device)?, Dates::new(held_out, device)?])
    }

    fn new(days: &[u32], device: Device) -> Result<Dates> {
        let example = |(i, day): (usize, &u32)| Example { date: Date::from_days(*day), form: Form::ALL[i % 8] };
        let examples: Vec<Example> = days.iter().enumerate().map(example).collect();
        let (mut inputs, mut targets) = (vec![], vec![]);
        for example in &examples {
            inputs.extend(encode(&example.text())?);
            targets.extend(encode_target(&example.date)?);
        }
        let rows = |tokens: &[i64]| Tensor::from_slice(tokens).view([examples.len() as i64, -1]).to_device(device);
        let (inputs, targets) = (rows(&inputs), rows(&targets));
        Ok(Dates { examples, inputs, targets })
    }

    /// Number of dates.
    pub fn len(&self) -> i64 {
        self.examples.len() as i64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// What is read and what is to be written, of some dates by their numbers `[batch]`.
    pub fn rows(&self, numbers: &Tensor) -> (Tensor, Tensor) {
        let numbers = upload(numbers, self.inputs.device());
        (self.inputs.index_select(0, &numbers), self.targets.index_select(0, &numbers))
    }

    /// The first dates, at most `n`.
    pub fn first(&self, n: i64) -> Dates {
        let n = n.min(self.len());
        let [inputs, targets] = [&self.inputs, &self.targets].map(|tokens| tokens.narrow(0, 0, n));
        Dates { examples: self.examples[..n as usize].to_vec(), inputs, targets }
    }
}

/// The tokens of a date as people write it, with padding at the end: `INPUT_LENGTH` of them. Capital letters count as small
/// ones.
///
/// # Errors
/// The text is empty, too long, or has another character than letters, digits, blanks and `,-./`.
pub fn encode(text: &str) -> Result<Vec<i64>> {
    let length = text.chars().count();
    ensure!(
        (1..=INPUT_LENGTH).contains(&length),
        "'{text}' has {length} characters: a date has 1 to {INPUT_LENGTH}, such as '9 may 1998'"
    );
    let token = |character: char| {
        let place = INPUT_CHARACTERS.find(character.to_ascii_lowercase());
        let known = "a date has letters, digits, blanks and ,-./ only";
        place
            .map(|place| place as i64 + 1)
            .with_context(|| format!("'{text}' has the character '{character}': {known}"))
    };
    let mut tokens = text.chars().map(token).collect::<Result<Vec<i64>>>()?;
    tokens.resize(INPUT_LENGTH, 0);
    Ok(tokens)
}

/// The tokens of `1998-05-09`.
fn encode_target(date: &Date) -> Result<Vec<i64>> {
    let place = |character| OUTPUT_CHARACTERS.find(character).map(|place| place as i64);
    date.to_string().chars().map(|character| place(character).context("a date has digits and dashes")).collect()
}

/// The text of tokens that were written.
pub fn decode(tokens: &[i64]) -> String {
    let characters = OUTPUT_CHARACTERS.as_bytes();
    tokens.iter().filter_map(|token| characters.get(*token as usize)).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_day_is_both_trained_on_and_held_out() {
        let [training, held_out] = Dates::split(3_000, 500, 7, Device::Cpu).unwrap();
        assert_eq!([training.len(), held_out.len()], [3_000, 500]);
        let all: Vec<String> =
            training.examples.iter().chain(&held_out.examples).map(|example| example.date.to_string()).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 3_500, "a day occurs twice");
        for form in Form::ALL {
            assert_eq!(training.examples.iter().filter(|example| example.form == form).count(), 3_000 / 8);
        }
        assert_eq!(training.inputs.size(), [3_000, INPUT_LENGTH as i64]);
        assert_eq!(training.targets.size(), [3_000, OUTPUT_LENGTH as i64]);
        // All days but one can be trained on.
        assert!(Dates::split(DAYS as usize - 1, 1, 7, Device::Cpu).is_ok());
        for (training, held_out) in [(0, 1), (1, 0), (DAYS as usize, 1), (usize::MAX, usize::MAX)] {
            assert!(Dates::split(training, held_out, 7, Device::Cpu).is_err(), "{training} and {held_out}");
        }
    }

    #[test]
    fn dates_depend_on_the_seed_only() {
        let split = |training, seed| Dates::split(training, 50, seed, Device::Cpu).unwrap();
        let [[a, held_out_a], [b, held_out_b], [c, _]] = [split(100, 1), split(200, 1), split(100, 2)];
        assert_eq!(held_out_a.examples, held_out_b.examples);
        assert_eq!(a.examples[..], b.examples[..100]);
        assert_ne!(a.examples, c.examples);
        assert_eq!(a.inputs, b.first(100).inputs);
    }

    #[test]
    fn tokens_are_characters() {
        let tokens = encode("Z 0").unwrap();
        assert_eq!(tokens[..4], [41, 1, 6, 0]);
        assert_eq!(tokens.len(), INPUT_LENGTH);
        assert_eq!(INPUT_TOKENS, 42);
        let date = Date::from_days(17_660);
        let target = encode_target(&date).unwrap();
        assert_eq!(target, [2, 10, 10, 9, 0, 1, 6, 0, 1, 10]);
        assert_eq!(decode(&target), "1998-05-09");
        for (text, word) in [("", "0 characters"), ("9 mai 1998, ein samstag im frühling", "35"), ("9. März", "'ä'")]
        {
            let error = encode(text).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
