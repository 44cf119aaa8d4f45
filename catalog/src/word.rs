//! The words by which readers name chapters and experiments: the book says chapter 3, its notebooks `03_01`, papers 3.1.

/// The chapter that `word` names: `3`, `03`, `ch03`, `chapter3`, `Chapter 3`.
pub fn chapter(word: &str) -> Option<u32> {
    number(after_chapter(&word.to_lowercase()))
}

/// The chapter, the number in the chapter, and the name, if there is one, of the experiment that `word` names: `03_01`,
/// `3.1`, `3-1`, `ch03_01`, `03_01_autoencoder_train`.
pub(crate) fn experiment(word: &str) -> Option<(u32, u32, Option<String>)> {
    let word = word.to_lowercase().replace(['.', '-', ' '], "_");
    let mut parts = after_chapter(&word).splitn(3, '_');
    let (chapter, experiment) = (number(parts.next()?)?, number(parts.next()?)?);
    Some((chapter, experiment, parts.next().map(String::from)))
}

/// Whether `word` is what stands before the number of a chapter: `cargo book figures chapter 3` has two words.
pub fn is_chapter(word: &str) -> bool {
    ["ch", "chapter"].contains(&word.to_lowercase().as_str())
}

fn after_chapter(word: &str) -> &str {
    let word = word.trim();
    let rest = word.strip_prefix("chapter").or_else(|| word.strip_prefix("ch"));
    rest.map_or(word, |rest| rest.trim_start_matches([' ', '_', '-', '.']))
}

/// A number of one or two digits.
fn number(text: &str) -> Option<u32> {
    let short = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| short)
}
