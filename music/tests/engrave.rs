//! Engraved scores, read off their pixels, and scores of all kinds.
#![cfg(feature = "engrave")]

use music::engrave::{Engraving, Layout, engrave};
use music::{Change, Note, Part, Pitch, Quarters, Score};
use proptest::prelude::*;

fn q(numer: i64, denom: i64) -> Quarters {
    Quarters::new(numer, denom)
}

/// Notes after each other from words such as `C4:1` or `rest:1/2`.
fn part(program: u8, words: &str) -> Part {
    let mut at = q(0, 1);
    let mut notes = vec![];
    for word in words.split_whitespace() {
        let (name, length) = word.split_once(':').unwrap();
        let length: Quarters = length.parse().unwrap();
        notes.extend(name.parse().ok().map(|pitch| Note::new(at, pitch, length)));
        at += length;
    }
    Part { name: "Part".to_string(), program, notes }
}

fn is_dark(engraving: &Engraving, x: usize, y: usize) -> bool {
    engraving.rgb[3 * (y * engraving.width + x)] < 220 // thin lines are grey
}

/// The number of runs of values that are true.
fn runs(values: impl Iterator<Item = bool>) -> usize {
    let values: Vec<bool> = values.collect();
    values.chunk_by(|a, b| a == b).filter(|run| run[0]).count()
}

/// Rows that are dark without a gap from the left to the right: the lines of staves. A beam over many notes, or the beams of
/// several bars at one height, can be nine tenths as wide, but clef and bar lines interrupt them.
fn staff_lines(engraving: &Engraving) -> usize {
    let longest = |y: usize| {
        let dark: Vec<bool> = (0..engraving.width).map(|x| is_dark(engraving, x, y)).collect();
        dark.chunk_by(|a, b| a == b).filter(|run| run[0]).map(<[bool]>::len).max().unwrap_or(0)
    };
    runs((0..engraving.height).map(|y| longest(y) > engraving.width * 19 / 20))
}

/// Columns that are dark from the first staff line to the last: the bar lines of a system without stems.
fn bar_lines(engraving: &Engraving) -> usize {
    let dark = |x: usize| (0..engraving.height).filter(|y| is_dark(engraving, x, *y)).count();
    runs((0..engraving.width).map(|x| dark(x) as f32 > 3.9 * Layout::default().space))
}

#[test]
fn staves_and_systems_have_five_lines_each() {
    let one = Score::new(vec![part(42, "G2:4 D3:4 G2:4 D3:4 G2:4")], 80.0);
    let engraving = engrave(&one, &Layout::default()).unwrap();
    assert_eq!((engraving.width, engraving.bars), (1960, 5));
    assert_eq!(engraving.rgb.len(), 3 * engraving.width * engraving.height);
    assert_eq!(staff_lines(&engraving), 2 * 5); // up to four bars in a line
    assert_eq!(staff_lines(&engrave(&one, &Layout { bars_per_line: 1, ..Layout::default() }).unwrap()), 5 * 5);
    let four = Score::new(vec![part(52, "C5:4"), part(52, "G4:4"), part(52, "E3:4"), part(52, "C3:4")], 66.0);
    assert_eq!(staff_lines(&engrave(&four, &Layout::default()).unwrap()), 4 * 5);
    assert_eq!(engrave(&four, &Layout::default()).unwrap(), engrave(&four, &Layout::default()).unwrap());
}

#[test]
fn bars_follow_the_meter_and_only_those_wanted_are_drawn() {
    let whole = Layout { bars_per_line: 20, ..Layout::default() };
    let mut score = Score::new(vec![part(42, "G2:12")], 80.0); // tied whole notes, which have no stems
    assert_eq!(bar_lines(&engrave(&score, &whole).unwrap()), 3 + 1); // the last one is a double line
    score.meters = vec![Change { at: q(0, 1), value: (2, 1) }];
    assert_eq!(engrave(&score, &whole).unwrap().bars, 2);
    score.meters = vec![Change { at: q(0, 1), value: (3, 8) }];
    assert_eq!(engrave(&score, &Layout { bars: 0..200, ..whole.clone() }).unwrap().bars, 8);
    assert_eq!(engrave(&score, &Layout { bars: 6..200, ..whole.clone() }).unwrap().bars, 2);
    assert_eq!(engrave(&score, &Layout { bars: 2..5, ..whole }).unwrap().bars, 3);
}

#[test]
fn scores_without_notes_are_rests() {
    let silent = Score::new(vec![part(0, "rest:8")], 60.0);
    let engraving = engrave(&silent, &Layout::default()).unwrap();
    assert_eq!((engraving.bars, staff_lines(&engraving)), (1, 5));
    let both = Score::new(vec![part(0, "rest:8"), part(0, "C4:8")], 60.0);
    assert_eq!(engrave(&both, &Layout::default()).unwrap().bars, 2);
}

/// More notes in a bar need more ink, and a line that is too short for a bar's notes gets fewer bars.
#[test]
fn dense_bars_get_more_room() {
    let run = "C4:1/4 D4:1/4 E4:1/4 F4:1/4 ".repeat(16);
    let dense = Score::new(vec![part(0, &run)], 60.0);
    let narrow = Layout { width: 1000, ..Layout::default() };
    assert_eq!(staff_lines(&engrave(&dense, &narrow).unwrap()), 4 * 5);
    assert_eq!(staff_lines(&engrave(&dense, &Layout { width: 3000, ..narrow }).unwrap()), 5);
}

#[test]
fn what_cannot_be_engraved_is_told() {
    let good = Score::new(vec![part(42, "G2:4")], 80.0);
    let note = |start, length| {
        Score::new(vec![Part { notes: vec![Note::new(start, Pitch::C4, length)], ..part(0, "") }], 80.0)
    };
    let at = q(0, 1);
    let cases = [
        (Score { parts: vec![], ..good.clone() }, "1 to 32 parts, not 0"),
        (Score { keys: vec![Change { at, value: 9 }], ..good.clone() }, "9 sharps"),
        (Score { meters: vec![Change { at, value: (4, 5) }], ..good.clone() }, "the meter 4/5"),
        (Score { meters: vec![Change { at, value: (17, 4) }], ..good.clone() }, "at most 16 quarter notes"),
        (note(q(-1, 1), q(1, 1)), "must start at 0 or later"),
        (note(q(0, 1), q(0, 1)), "last longer than 0"),
        (note(q(i64::MAX / 2, 1), q(i64::MAX / 2, 1)), "at most 200000"),
        (note(q(1, i64::MAX), q(1, 3)), "parts not below 1/100000"),
        (note(q(40, 1), q(1, 1)), "there is none after bar"),
    ];
    for (score, complaint) in cases {
        let layout =
            if complaint.contains("none") { Layout { bars: 11..12, ..Layout::default() } } else { Layout::default() };
        let error = engrave(&score, &layout).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
    let layouts = [
        (Layout { width: 0, ..Layout::default() }, "200 to 20,000 pixels"),
        (Layout { space: f32::NAN, ..Layout::default() }, "4 to 100 pixels apart"),
        (Layout { bars: 3..3, ..Layout::default() }, "1 to 200 bars, not 0"),
        (Layout { bars: 0..9999, ..Layout::default() }, "1 to 200 bars, not 9999"),
        (Layout { bars_per_line: 0, ..Layout::default() }, "at least one bar"),
        (Layout { width: 200, space: 100.0, ..Layout::default() }, "make the image wider"),
    ];
    for (layout, complaint) in layouts {
        let error = format!("{:#}", engrave(&good, &layout).unwrap_err());
        assert!(error.contains(complaint), "{error}");
    }
}

prop_compose! {
    /// Notes anywhere, of any length, many of them off every grid.
    fn any_note()(
        grid in prop::sample::select(vec![1i64, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 480, 100_000]),
        start in 0.0..20.0f64,
        length in 0.0..6.0f64,
        pitch in 0u8..128,
    ) -> Note {
        let time = |quarters: f64| Quarters::new((quarters * grid as f64) as i64, grid);
        Note::new(time(start), Pitch::from_midi(pitch).unwrap(), time(length).max(Quarters::new(1, grid)))
    }
}

prop_compose! {
    fn any_score()(
        parts in prop::collection::vec((0u8..128, prop::collection::vec(any_note(), 0..40)), 1..4),
        meters in prop::collection::vec((0i64..20, 0u8..18, prop::sample::select(vec![1u8, 2, 4, 8, 16, 32, 3, 0])), 0..3),
        keys in prop::collection::vec((0i64..20, -7i8..8), 0..3),
    ) -> Score {
        let parts = parts.into_iter().map(|(program, notes)| Part { name: String::new(), program, notes });
        let at = Quarters::from_integer;
        Score {
            meters: meters.into_iter().map(|(quarter, beats, beat)| Change { at: at(quarter), value: (beats, beat) }).collect(),
            keys: keys.into_iter().map(|(quarter, value)| Change { at: at(quarter), value }).collect(),
            ..Score::new(parts.collect(), 100.0)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any score becomes an image, or an error that names a meter; nothing panics.
    #[test]
    fn any_score_is_engraved_or_refused(score in any_score(), first in 0usize..8, per_line in 1usize..6) {
        let layout = Layout { bars: first..first + 6, bars_per_line: per_line, width: 1000, space: 6.0 };
        match engrave(&score, &layout) {
            Ok(engraving) => {
                prop_assert_eq!(engraving.rgb.len(), 3 * engraving.width * engraving.height);
                let lines = staff_lines(&engraving);
                prop_assert!(lines > 0 && lines.is_multiple_of(5 * score.parts.len()), "{} lines", lines);
            }
            Err(error) => {
                let error = format!("{error:#}");
                let known = ["the meter", "there is none after bar", "make the image wider"];
                prop_assert!(known.iter().any(|known| error.contains(known)), "{}", error);
            }
        }
    }
}
