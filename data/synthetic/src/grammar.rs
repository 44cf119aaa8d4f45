//! Sentences from templates: `[one|two]` is one of several texts, which may hold others; `{key}` is looked up.

use std::ops::Range;

use anyhow::{Context, Result, ensure};

use crate::dice::Dice;

/// A text from a template, and where its keys ended up.
#[derive(Debug, Default)]
pub(crate) struct Expansion {
    /// The text.
    pub text: String,
    /// Each key that was looked up, and the place of its text in characters.
    pub keys: Vec<(String, Range<usize>)>,
}

/// Expands a template and makes its first letter a capital.
///
/// # Errors
/// A bracket is open, or a key is unknown.
pub(crate) fn sentence(
    template: &str,
    dice: &mut Dice,
    mut look_up: impl FnMut(&str, &mut Dice) -> Result<String>,
) -> Result<Expansion> {
    let mut expansion = Expansion::default();
    expand(template, dice, &mut look_up, &mut expansion).with_context(|| format!("in the template `{template}`"))?;
    expansion.text = capitalized(&expansion.text);
    Ok(expansion)
}

/// The text with a capital as its first letter.
pub(crate) fn capitalized(text: &str) -> String {
    let (quotes, rest) = text.split_at(text.len() - text.trim_start_matches('"').len());
    let mut letters = rest.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{quotes}{first}{}", letters.as_str())
}

/// The noun with its indefinite article.
pub(crate) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

type LookUp<'a> = &'a mut dyn FnMut(&str, &mut Dice) -> Result<String>;

fn expand(template: &str, dice: &mut Dice, look_up: LookUp, to: &mut Expansion) -> Result<()> {
    let mut rest = template;
    while let Some(at) = rest.find(['[', '{']) {
        to.text += &rest[..at];
        let opened = &rest[at..];
        if opened.starts_with('{') {
            let end = opened.find('}').context("a brace is open")?;
            let key = &opened[1..end];
            let text = look_up(key, dice)?;
            let start = to.text.chars().count();
            to.keys.push((key.to_string(), start..start + text.chars().count()));
            to.text += &text;
            rest = &opened[end + 1..];
        } else {
            let (choices, after) = choices(opened)?;
            expand(dice.any(&choices), dice, look_up, to)?;
            rest = after;
        }
    }
    ensure!(!rest.contains([']', '}']), "a bracket closes that is not open");
    to.text += rest;
    Ok(())
}

/// The texts between the bracket that the template begins with and its partner, and what follows.
fn choices(template: &str) -> Result<(Vec<&str>, &str)> {
    let (mut depth, mut start, mut choices) = (0, 1, vec![]);
    for (at, letter) in template.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && letter == '|') {
            choices.push(&template[start..at]);
            start = at + 1;
        }
        if depth == 0 {
            return Ok((choices, &template[start..]));
        }
    }
    anyhow::bail!("a bracket is open")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_nest_and_keys_have_places() {
        let known = |key: &str, _: &mut Dice| match key {
            "town" => Ok("Zürich".to_string()),
            _ => anyhow::bail!("unknown key"),
        };
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..40 {
            let made = sentence("[in|[near|by]] {town}.", &mut Dice::new(1, 0, number), known).unwrap();
            let (key, place) = &made.keys[0];
            let found: String = made.text.chars().skip(place.start).take(place.len()).collect();
            assert_eq!((key.as_str(), found.as_str()), ("town", "Zürich"));
            seen.insert(made.text);
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["By Zürich.", "In Zürich.", "Near Zürich."]);
        for wrong in ["[a|b", "a]", "{town", "{city}"] {
            assert!(sentence(wrong, &mut Dice::new(1, 0, 0), known).is_err(), "{wrong}");
        }
        assert_eq!(capitalized("\"é\""), "\"É\"");
    }
}
