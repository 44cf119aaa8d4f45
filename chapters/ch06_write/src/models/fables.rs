//! Cleans a text as the book does (p. 202), so that words and punctuation stand between blanks.

/// Stands between two stories.
pub const STORY_MARKER: &str = "|";
/// What a model sees before the first word of a story: `| | | ..`, as many as it reads words.
pub fn start_of_story(seq_length: usize) -> String {
    format!("{STORY_MARKER} ").repeat(seq_length)
}

/// The fables of Project Gutenberg 11339, between its first story and its list of illustrations; all of another text.
pub fn stories(text: &str) -> &str {
    let start = text.find("THE FOX AND THE GRAPES\n\n\n").unwrap_or(0);
    let rest = &text[start..];
    rest.find("ILLUSTRATIONS\n\n\n[").map_or(rest, |end| &rest[..end])
}

/// Lower case, stories joined by markers, punctuation apart from words. Stories are separated by four empty lines; two
/// or more blanks, which remain between title and story, become a full stop.
pub fn clean(text: &str, seq_length: usize) -> String {
    let start_of_story = start_of_story(seq_length);
    let text = format!("{start_of_story}{}", stories(text)).to_lowercase();
    let text = text.replace("\n\n\n\n\n", &start_of_story).replace('\n', " ");
    let text = replace_runs(&text, |c| c == ' ', ". ");
    let text = text.trim().replace("..", ".");
    let mut apart = String::with_capacity(2 * text.len());
    for letter in text.chars() {
        match is_punctuation(letter) {
            true => apart.extend([' ', letter, ' ']),
            false => apart.push(letter),
        }
    }
    replace_runs(&apart, char::is_whitespace, " ")
}

/// The book's list: all of ASCII's punctuation but the apostrophe and the backslash.
fn is_punctuation(letter: char) -> bool {
    letter.is_ascii_punctuation() && !matches!(letter, '\'' | '\\')
}

/// Replaces each run of two or more such letters.
fn replace_runs(text: &str, is: impl Fn(char) -> bool, with: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(&is) {
        let run = rest[start..].find(|letter| !is(letter)).unwrap_or(rest.len() - start);
        replaced.push_str(&rest[..start]);
        let is_one = rest[start..start + run].chars().nth(1).is_none();
        replaced.push_str(if is_one { &rest[start..start + run] } else { with });
        rest = &rest[start + run..];
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_as_the_books_regular_expressions_do() {
        let text = "THE HARE\n\n\nA Hare said: \"I'm\nquick!\"\n\n\n\n\nTHE FOX\n\n\nIt sat--still... [end]\n";
        let expected = " | | the hare . a hare said : \" i'm quick ! \" | | the fox . it sat - - still . . [ end ] ";
        assert_eq!(clean(text, 2), expected);
    }

    #[test]
    fn keeps_what_lies_between_the_marks() {
        let text = "Title\n\nTHE FOX AND THE GRAPES\n\n\nSour.\n\nILLUSTRATIONS\n\n\n[list]";
        assert_eq!(stories(text), "THE FOX AND THE GRAPES\n\n\nSour.\n\n");
        assert_eq!(stories("no marks"), "no marks");
    }
}
