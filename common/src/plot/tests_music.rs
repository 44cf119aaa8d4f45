//! Music in figures.

use super::tests::small;
use super::*;
use music::engrave::{Engraving, Layout};
use music::{Note, Part, Pitch, Quarters, Score};

/// Four whole notes.
fn score() -> Score {
    let q = Quarters::from_integer;
    let note = |bar: i64| Note::new(q(4 * bar), Pitch::from_midi(60 + bar as u8).unwrap(), q(4));
    Score::new(vec![Part { name: "Alto".to_string(), program: 0, notes: (0..4).map(note).collect() }], 100.0)
}

/// Pixels of a figure that have a colour.
fn count(figure: &Figure, color: Color) -> usize {
    let pixels = (0..figure.height()).flat_map(|y| (0..figure.width()).map(move |x| (x, y)));
    pixels.filter(|&(x, y)| figure.pixel(x, y) == Some(color)).count()
}

#[test]
fn engravings_keep_their_pixels_and_stand_below_each_other() {
    let engraving = music::engrave::engrave(&score(), &Layout::default()).unwrap();
    let (width, height) = (engraving.width as u32, engraving.height as u32);
    let one = Engraved::new(engraving.clone()).unwrap();
    let figure = Figure::fitted(&[&[&one]], 10.0).unwrap();
    assert_eq!((figure.width(), figure.height()), (width + 40, height + 40)); // the margins are a tenth of an inch
    for (i, rgb) in engraving.rgb.chunks_exact(3).enumerate() {
        let (x, y) = (i as u32 % width, i as u32 / width);
        assert_eq!(figure.pixel(x + 20, y + 20), Some(Color::new(rgb[0], rgb[1], rgb[2])), "{x}, {y}");
    }
    let two = Engraved::from_score(&score(), &Layout::default()).unwrap().title("epoch 1");
    let both = Figure::fitted(&[&[&one], &[&two]], 10.0).unwrap();
    assert_eq!(both.width(), width + 40);
    let more = both.height() - figure.height() - height;
    assert!((33 + 20..33 + 60).contains(&more), "a gap of 12 points and the title: {more}");
    // Half as wide: it shrinks and keeps its proportions.
    let half = Figure::fitted(&[&[&one]], 5.1).unwrap();
    assert_eq!(half.width(), 1020);
    assert!((half.height() as i64 - i64::from(height) / 2 - 40).abs() <= 2, "{} of {height}", half.height());
}

#[test]
fn engravings_of_a_wrong_size_are_refused() {
    let wrong = Engraving { width: 2, height: 2, rgb: vec![255; 11], bars: 1 };
    assert!(Engraved::new(wrong).err().unwrap().to_string().contains("2 x 2 pixels"));
}

#[test]
fn piano_rolls_have_notes_in_their_voices_colours() {
    let note = |start, pitch, voice| RollNote { start, length: 2.0, pitch, voice };
    let roll = PianoRoll::new([note(0.0, 60, 0), note(2.0, 64, 1), note(6.0, 67, 1)]).pitches(48, 72).end(8.0);
    let figure = Figure::of(&roll, (6.0, 3.0)).unwrap();
    let (first, second) = (count(&figure, Color::tab10(0)), count(&figure, Color::tab10(1)));
    assert!(first > 500 && (1.8..2.2).contains(&(second as f32 / first as f32)), "{first} {second}");
    assert_eq!(count(&figure, Color::tab10(2)), 0);
    let named = Figure::of(&roll.clone().voices(["soprano", "bass"]), (6.0, 3.0)).unwrap();
    assert!(count(&named, Color::tab10(0)) > first, "its name has the colour");
    let lined = Figure::of(&roll.bar_lines([4.0, 99.0]), (6.0, 3.0)).unwrap();
    assert!(count(&lined, Color::GREY) > 100, "a bar line");
    assert_ne!(count(&lined, Color::GREY), count(&figure, Color::GREY));
}

#[test]
fn piano_rolls_of_scores_have_bar_lines_and_natural_sizes() {
    let roll = PianoRoll::from_score(&score()).unwrap().title("Four bars");
    let figure = Figure::fitted(&[&[&roll]], 6.0).unwrap();
    assert_eq!(figure.width(), 1200);
    assert!((200..700).contains(&figure.height()), "{}", figure.height());
    assert!(count(&figure, Color::tab10(0)) > 1000);
    let empty = PianoRoll::new([]);
    assert!(small(&empty).is_ok());
    let bad = |note| small(&PianoRoll::new([note])).err().unwrap().to_string();
    let good = RollNote { start: 0.0, length: 1.0, pitch: 60, voice: 0 };
    for note in [
        RollNote { start: f32::NAN, ..good },
        RollNote { length: 0.0, ..good },
        RollNote { pitch: 128, ..good },
        RollNote { voice: usize::MAX, ..good },
    ] {
        assert!(bad(note).contains("a note of a piano roll needs"));
    }
    assert!(small(&PianoRoll::new([good]).pitches(70, 60)).err().unwrap().to_string().contains("70 to 60"));
}
