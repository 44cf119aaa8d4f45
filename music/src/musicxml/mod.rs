//! MusicXML, plain or compressed (`.mxl`), to a score: notes, meters, keys and tempos; no layout.

mod assemble;
mod part;

use crate::Score;
use anyhow::{Context, Result, anyhow, ensure};
use roxmltree::{Document, Node, ParsingOptions};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Limits that no piece comes near, and that keep what a broken file can cost small: bytes of text, nodes of XML, and
/// parts.
const BYTES: u64 = 32 << 20;
const NODES: u32 = 4_000_000;
const PARTS: usize = 1000;
/// The file of a compressed score that names the others.
const CONTAINER: &str = "META-INF/container.xml";

/// Reads MusicXML (`score-partwise`), plain or compressed, with exact times and sounding pitches.
///
/// There is a part for each part with notes. Ties are merged to one note; grace notes, cue notes and drums are left
/// out; repeats are not played twice. A bar is as long as its longest part: one that is shorter or longer than its
/// meter, such as an upbeat, has a meter of its own ([`Score::meters`]). How a pitch is spelled is not kept.
///
/// # Errors
/// It is not MusicXML, is `score-timewise`, has no notes, or is too large; the message says what and where.
pub fn read(bytes: &[u8]) -> Result<Score> {
    let text = if bytes.starts_with(b"PK") { unpacked(bytes)? } else { decoded(bytes) };
    let document = parsed(&text).context("this is not MusicXML")?;
    let root = document.root_element();
    let form = root.tag_name().name();
    ensure!(form != "score-timewise", "this MusicXML has the form score-timewise: save it as score-partwise");
    ensure!(form == "score-partwise", "this is XML, but not MusicXML: it is a `{form}`");
    let parts: Vec<Node> = elements(root, "part").collect();
    ensure!(parts.len() <= PARTS, "this MusicXML has {} parts, more than {PARTS}", parts.len());
    let mut grid = 1;
    let parts = parts.into_iter().map(|part| {
        let id = part.attribute("id").unwrap_or_default();
        let measures =
            part::measures(part, &mut grid).with_context(|| format!("cannot use the part `{id}` of this MusicXML"))?;
        Ok(assemble::Part { name: name(root, id), program: program(root, id), measures })
    });
    assemble::score(parts.collect::<Result<Vec<_>>>()?)
}

/// The XML of a compressed score.
fn unpacked(bytes: &[u8]) -> Result<String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).context("this is not compressed MusicXML: it is damaged")?;
    let container = decoded(&member(&mut archive, CONTAINER)?);
    let document = parsed(&container).with_context(|| format!("`{CONTAINER}` is damaged"))?;
    let file = document.descendants().find(|node| node.has_tag_name("rootfile"));
    let path = file.and_then(|file| file.attribute("full-path"));
    let path = path.with_context(|| format!("`{CONTAINER}` names no score"))?;
    Ok(decoded(&member(&mut archive, path)?))
}

/// A file of a compressed score.
fn member(archive: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Result<Vec<u8>> {
    let failed = || format!("this is not compressed MusicXML: it has no `{path}`, or it is damaged");
    let mut bytes = vec![];
    archive.by_name(path).with_context(failed)?.take(BYTES + 1).read_to_end(&mut bytes).with_context(failed)?;
    ensure!(bytes.len() as u64 <= BYTES, "`{path}` in this compressed MusicXML is longer than {BYTES} bytes");
    Ok(bytes)
}

/// A text in UTF-8, in UTF-16 with a mark, or else in Latin-1.
fn decoded(bytes: &[u8]) -> String {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| from([pair[0], pair[1]]));
        char::decode_utf16(units.skip(1)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_string(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}

/// MusicXML has a DTD, which is not looked up.
fn parsed(text: &str) -> Result<Document<'_>> {
    ensure!(text.len() as u64 <= BYTES, "it is longer than {BYTES} bytes");
    // The parser reserves memory for each of these before it reads the first.
    let marks = text.bytes().filter(|byte| matches!(byte, b'<' | b'=')).count();
    ensure!(marks <= NODES as usize, "it has more than {NODES} tags and attributes");
    // The parser copies an entity wherever it is named: a text of megabytes, a million times.
    ensure!(!text.contains("<!ENTITY"), "it declares entities, which MusicXML does not need");
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| anyhow!("{error}"))
}

/// The elements of this name in an element, not deeper.
fn elements<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.has_tag_name(name))
}

/// The text of the first element at this path.
fn text<'a>(node: Node<'a, '_>, path: &[&'static str]) -> Option<&'a str> {
    let mut node = node;
    for name in path {
        node = elements(node, name).next()?;
    }
    Some(node.text().unwrap_or_default().trim())
}

/// What the list of parts says about one.
fn listed<'a, 'input>(root: Node<'a, 'input>, id: &str) -> Option<Node<'a, 'input>> {
    let mut parts = elements(root, "part-list").flat_map(|list| elements(list, "score-part"));
    parts.find(|part| part.attribute("id") == Some(id))
}

fn name(root: Node, id: &str) -> String {
    let name = listed(root, id).and_then(|part| text(part, &["part-name"])).unwrap_or(id);
    name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect()
}

/// General MIDI's program, which MusicXML counts from 1; a piano if none is given.
fn program(root: Node, id: &str) -> u8 {
    let program = listed(root, id).and_then(|part| text(part, &["midi-instrument", "midi-program"]));
    program
        .and_then(|program| program.parse().ok())
        .filter(|program| (1..=128).contains(program))
        .map_or(0, |n: u8| n - 1)
}
