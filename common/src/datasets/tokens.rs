//! Tokens: words, numbers and signs, each of which stands between single blanks.

use std::ops::Range;

/// A token, and its place in the text that it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// The token.
    pub text: &'a str,
    /// The character (Unicode code point) at which it starts, counted from 0.
    pub start: usize,
    /// The character after its last one.
    pub end: usize,
}

/// The tokens of a text. Letters and digits that touch are one token, every other sign is a token of its own; only a comma
/// or point between two digits belongs to their number: `It's 1,250.5!` has the tokens `It`, `'`, `s`, `1,250.5`, `!`.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let digit = |at: usize| letters.get(at).is_some_and(|(_, letter)| letter.is_ascii_digit());
    let of_word = |at: usize| {
        let letter = letters[at].1;
        letter.is_alphanumeric() || (matches!(letter, ',' | '.') && at > 0 && digit(at - 1) && digit(at + 1))
    };
    let token = |range: Range<usize>| {
        let byte = |at: usize| letters.get(at).map_or(text.len(), |(byte, _)| *byte);
        Token { text: &text[byte(range.start)..byte(range.end)], start: range.start, end: range.end }
    };
    let mut tokens = vec![];
    let mut start = 0;
    while start < letters.len() {
        let word = (start..letters.len()).take_while(|at| of_word(*at)).count();
        if word > 0 || !letters[start].1.is_whitespace() {
            tokens.push(token(start..start + word.max(1)));
        }
        start += word.max(1);
    }
    tokens
}

/// The text with a single blank between tokens, and none elsewhere: its tokens are what `split(' ')` gives.
pub fn spaced(text: &str) -> String {
    joined(&tokens(text))
}

/// Tokens with single blanks between them.
pub(super) fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_alone_and_numbers_stay_whole() {
        let cases = [
            ("It's 1,250.5!", "It ' s 1,250.5 !"),
            ("\"Zoë\" (née  Müller)\n– at 9:30, $5,", "\" Zoë \" ( née Müller ) – at 9 : 30 , $ 5 ,"),
            ("1, 2.", "1 , 2 ."),
            (" \t", ""),
        ];
        for (text, due) in cases {
            assert_eq!(spaced(text), due);
        }
        let due = Token { text: "ß", start: 2, end: 3 };
        assert_eq!(tokens("é ß")[1], due);
    }
}
