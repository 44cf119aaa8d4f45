//! MusicXML: what is read, and what is refused.
#![cfg(feature = "musicxml")]

use music::{Change, Quarters, Score, musicxml};
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::Write;

/// An upbeat, two voices, a chord, ties over a bar line, a grace note, triplets, changes of meter, key and tempo; then
/// a clarinet in A.
const SCORE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.1 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">
<score-partwise version="3.1">
  <part-list>
    <score-part id="P1"><part-name>Piano
      solo</part-name><midi-instrument id="I1"><midi-program>7</midi-program></midi-instrument></score-part>
    <score-part id="P2"><part-name>Clarinet</part-name></score-part>
    <score-part id="P3"><part-name>silent</part-name></score-part>
  </part-list>
  <part id="P1">
    <measure number="0" implicit="yes">
      <attributes><divisions>2</divisions><key><fifths>-1</fifths></key><time><beats>3</beats><beat-type>4</beat-type></time></attributes>
      <sound tempo="96"/>
      <note><pitch><step>B</step><alter>-1</alter><octave>4</octave></pitch><duration>2</duration></note>
    </measure>
    <measure number="1">
      <note><grace/><pitch><step>D</step><octave>5</octave></pitch></note>
      <note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration></note>
      <note><chord/><pitch><step>E</step><octave>5</octave></pitch><duration>4</duration></note>
      <note><pitch><step>F</step><octave>5</octave></pitch><duration>2</duration><tie type="start"/></note>
      <backup><duration>6</duration></backup>
      <forward><duration>1</duration></forward>
      <note><pitch><step>C</step><octave>3</octave></pitch><duration>5</duration><voice>2</voice><tie type="start"/></note>
    </measure>
    <measure number="2">
      <attributes><divisions>6</divisions><key><fifths>2</fifths></key><time><beats>2</beats><beat-type>4</beat-type></time></attributes>
      <direction><sound tempo="60.5"/></direction>
      <note><pitch><step>F</step><octave>5</octave></pitch><duration>6</duration><tie type="stop"/></note>
      <note><rest/><duration>2</duration></note>
      <note><pitch><step>G</step><alter>1</alter><octave>5</octave></pitch><duration>2</duration></note>
      <note><pitch><step>G</step><octave>5</octave></pitch><duration>2</duration></note>
      <backup><duration>12</duration></backup>
      <note><pitch><step>C</step><octave>3</octave></pitch><duration>12</duration><voice>2</voice><tie type="stop"/></note>
    </measure>
  </part>
  <part id="P2">
    <measure number="0">
      <attributes><divisions>1</divisions><key><fifths>2</fifths></key><transpose><chromatic>-3</chromatic></transpose></attributes>
      <note><rest/><duration>1</duration></note>
    </measure>
    <measure number="1"><note><pitch><step>C</step><octave>5</octave></pitch><duration>3</duration></note></measure>
    <measure number="2"><note><unpitched/><duration>2</duration></note></measure>
  </part>
  <part id="P3"><measure number="0"><note><rest/><duration>1</duration></note></measure></part>
</score-partwise>
"#;

fn quarters(numer: i64, denom: i64) -> Quarters {
    Quarters::new(numer, denom)
}

/// The notes of a part: start, name, length.
fn notes(score: &Score, part: usize) -> Vec<String> {
    let line = |note: &music::Note| format!("{} {} {}", note.start, note.pitch, note.length);
    score.parts[part].notes.iter().map(line).collect()
}

#[test]
fn notes_have_exact_times_and_sounding_pitches() {
    let score = musicxml::read(SCORE.as_bytes()).unwrap();
    let named: Vec<_> = score.parts.iter().map(|part| (part.name.as_str(), part.program)).collect();
    assert_eq!(named, [("Piano solo", 6), ("Clarinet", 0)]);
    let piano = ["0 B-4 1", "1 C5 2", "1 E5 2", "3/2 C3 9/2", "3 F5 2", "16/3 G#5 1/3", "17/3 G5 1/3"];
    assert_eq!(notes(&score, 0), piano);
    assert_eq!(notes(&score, 1), ["1 A4 3"]);
    let meters = [(0, (1, 4)), (1, (3, 4)), (4, (2, 4))].map(|(at, value)| Change { at: quarters(at, 1), value });
    assert_eq!(score.meters, meters);
    assert_eq!(score.bar_lines(), [0, 1, 4, 6].map(Quarters::from_integer));
    assert_eq!(score.keys, [(0, -1), (4, 2)].map(|(at, value)| Change { at: quarters(at, 1), value }));
    assert_eq!(score.tempos, [(0, 96.0), (4, 60.5)].map(|(at, value)| Change { at: quarters(at, 1), value }));
}

#[test]
fn a_transposing_part_has_the_key_that_sounds() {
    let begin = SCORE.find("<part id=\"P1\">").unwrap();
    let clarinet = SCORE.find("<part id=\"P2\">").unwrap();
    let score = musicxml::read([&SCORE[..begin], &SCORE[clarinet..]].concat().as_bytes()).unwrap();
    // D major for a clarinet in A sounds as B major.
    assert_eq!(score.keys, [Change { at: quarters(0, 1), value: 5 }]);
}

/// Compressed MusicXML of these files.
fn mxl(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const CONTAINER: (&str, &[u8]) = (
    "META-INF/container.xml",
    br#"<container><rootfiles><rootfile full-path="score.xml"/><rootfile full-path="score.pdf"/></rootfiles></container>"#,
);

#[test]
fn compressed_and_other_encodings_are_read() {
    let score = musicxml::read(SCORE.as_bytes()).unwrap();
    assert_eq!(musicxml::read(&mxl(&[CONTAINER, ("score.xml", SCORE.as_bytes())])).unwrap(), score);
    let marked = ["\u{feff}", SCORE].concat();
    assert_eq!(musicxml::read(marked.as_bytes()).unwrap(), score);
    for bytes in [u16::to_be_bytes, u16::to_le_bytes] {
        let wide: Vec<u8> = marked.encode_utf16().flat_map(bytes).collect();
        assert_eq!(musicxml::read(&wide).unwrap(), score);
    }
    let latin: Vec<u8> = SCORE.replace("solo", "für").chars().map(|c| c as u8).collect();
    assert_eq!(musicxml::read(&latin).unwrap().parts[0].name, "Piano für");
}

#[test]
fn what_cannot_be_read_is_told() {
    let with = |old: &str, new: &str| SCORE.replacen(old, new, 1).into_bytes();
    let bomb = mxl(&[CONTAINER, ("score.xml", &vec![b' '; (32 << 20) + 1])]);
    let cases = [
        (vec![], "not MusicXML"),
        (b"MThd".to_vec(), "not MusicXML"),
        (b"<html></html>".to_vec(), "it is a `html`"),
        (b"<score-timewise/>".to_vec(), "save it as score-partwise"),
        (b"<score-partwise/>".to_vec(), "has no notes"),
        (SCORE.as_bytes()[..2000].to_vec(), "not MusicXML"),
        (b"PK and no more".to_vec(), "not compressed MusicXML"),
        (mxl(&[("score.xml", SCORE.as_bytes())]), "it has no `META-INF/container.xml`"),
        (mxl(&[CONTAINER]), "it has no `score.xml`"),
        (mxl(&[("META-INF/container.xml", b"<container/>")]), "names no score"),
        (bomb, "longer than 33554432 bytes"),
        (with("<step>B</step>", "<step>H</step>"), "in measure 0: `H4 -1` is not a pitch"),
        (with("<alter>-1</alter>", "<alter>flat</alter>"), "`B4 flat` is not a pitch"),
        (with("<duration>2</duration>", "<duration>two</duration>"), "`two` is not a number"),
        (with("<duration>2</duration>", "<duration>-2</duration>"), "a duration is -2"),
        (with("<duration>2</duration>", ""), "a note has no duration"),
        (with("<duration>2</duration>", "<duration>99999</duration>"), "longer than 10000 quarter notes"),
        (with("<divisions>2</divisions>", "<divisions>0</divisions>"), "0 divisions"),
        (with("<divisions>2</divisions>", "<divisions>199999</divisions>"), "finer than 1/100000"),
        (with("partwise.dtd\">", "partwise.dtd\" [<!ENTITY a \"A\">]>"), "declares entities"),
        (with("</score-partwise>", &format!("{}</score-partwise>", "<part/>".repeat(1000))), "1003 parts"),
        ("<".repeat(4_000_001).into_bytes(), "more than 4000000 tags"),
    ];
    for (bytes, complaint) in cases {
        let error = format!("{:#}", musicxml::read(&bytes).unwrap_err());
        assert!(error.contains(complaint), "no '{complaint}' in: {error}");
    }
}

#[test]
fn xml_that_grows_or_nests_is_refused_quickly() {
    let entities = (1..30).map(|i| format!("<!ENTITY e{i} \"&e{};&e{};\">", i - 1, i - 1)).collect::<String>();
    let laughs = format!("<!DOCTYPE a [<!ENTITY e0 \"ha\">{entities}]><a>&e29;</a>");
    assert!(musicxml::read(laughs.as_bytes()).is_err());
    let deep = "<a>".repeat(200_000);
    assert!(musicxml::read(deep.as_bytes()).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_a_score_or_an_error(bytes in vec(any::<u8>(), 0..400)) {
        let _ = musicxml::read(&bytes);
        let _ = musicxml::read(&[b"PK\x03\x04", bytes.as_slice()].concat());
        let _ = musicxml::read(&mxl(&[CONTAINER, ("score.xml", &bytes)]));
    }

    #[test]
    fn any_change_of_a_score_is_a_score_or_an_error(
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        numbers in vec((any::<prop::sample::Index>(), "-?[0-9]{1,9}(\\.[0-9]{1,4})?"), 0..6),
    ) {
        let mut text = SCORE.to_string();
        for (at, number) in numbers {
            // In place of a text between two tags.
            let places: Vec<usize> = text.match_indices('>').map(|(i, _)| i + 1).filter(|i| !text[*i..].starts_with('<')).collect();
            let begin = *at.get(&places);
            let end = text[begin..].find('<').map_or(text.len(), |length| begin + length);
            text.replace_range(begin..end, &number);
        }
        let mut bytes = text.into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(score) = musicxml::read(&bytes) {
            music::chordify(&score);
            music::chordify_tied(&score);
        }
    }
}
