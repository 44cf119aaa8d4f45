use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::Write;

/// A piece of this repository's source; as the last expression of a cell it shows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it stands, relative to the repository.
    pub file: String,
    /// The item, with its documentation.
    pub code: String,
}

/// Items of a chapter's source, in the order in which they are named:
/// `show_source("ch03_vae/src/models/vae.rs", &["fn sampling"])`. A path that begins with `common/` is that of what all
/// chapters share. An item is named by the words it begins with, without `pub`: `fn encoder`, `struct Config`.
///
/// # Errors
/// There is no such file, or no such item in it.
pub fn show_source(file: &str, items: &[&str]) -> Result<Source> {
    let file = if file.starts_with("common/") { file.to_string() } else { format!("chapters/{file}") };
    let path = data::root()?.join(&file);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let found: Result<Vec<String>> =
        items.iter().map(|name| item(&text, name).with_context(|| format!("there is no `{name}` in {file}"))).collect();
    let found = found?;
    ensure!(!found.is_empty(), "name the items of {file} to show, such as \"fn encoder\"");
    Ok(Source { file, code: found.join("\n\n") })
}

impl Source {
    /// Shows the code in a notebook, with its colours; evcxr calls it for the last expression of a cell.
    pub fn evcxr_display(&self) {
        let Source { file, code } = self;
        let markdown = format!("```rust\n// {file}\n\n{code}\n```");
        let content = |kind: &str, text: &str| format!("EVCXR_BEGIN_CONTENT {kind}\n{text}\nEVCXR_END_CONTENT");
        let text = [content("text/markdown", &markdown), content("text/plain", code)].join("\n");
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    }
}

/// An item of formatted source: from its documentation to the closing brace below its first letter.
pub(super) fn item(text: &str, name: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
    };
    let first = lines.iter().position(|line| begins(line))?;
    let indent = lines[first].len() - lines[first].trim_start().len();
    let above = |line: &&&str| matches!(line.trim_start().get(..3), Some("///" | "#[d" | "#[s" | "#[a"));
    let start = first - lines[..first].iter().rev().take_while(above).count();
    let ends = |line: &str| line.len() > indent && line.is_char_boundary(indent) && line[indent..].starts_with('}');
    let whole = |line: &str| line.ends_with(';') || line.ends_with("{}");
    let last = match whole(lines[first]) {
        true => first,
        false => first + lines[first..].iter().position(|line| ends(line))?,
    };
    let code = lines[start..=last].iter().map(|line| line.get(indent..).unwrap_or_default());
    Some(code.collect::<Vec<_>>().join("\n"))
}
