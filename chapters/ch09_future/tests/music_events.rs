//! Events of music: exactly reversible, for any piece; any tokens make a piece.

use ch09::models::music_events::{END, Event, EventVocabulary, places_in_bar};
use ch09::models::pieces::{Instrument, Piece, PieceNote};
use ch09::models::voices::{HeldKeys, Voices};
use common::music::{Note, Part, Pitch, Quarters, Score};
use proptest::prelude::*;

fn vocabulary() -> EventVocabulary {
    let instrument = |program, name: &str| Instrument { program, name: name.to_string() };
    EventVocabulary {
        instruments: vec![instrument(68, "Oboe"), instrument(70, "Bassoon"), instrument(0, "Piano")],
        velocities: vec![40, 80],
        lowest: 50,
        highest: 54,
    }
}

fn note(start: u32, instrument: usize, pitch: u8, length: u32, loudness: usize) -> PieceNote {
    PieceNote { start, instrument, pitch, length, loudness }
}

#[test]
fn tokens_and_events_are_one_to_one() {
    let vocabulary = vocabulary();
    // The end, 16 waits, and for each instrument five keys that are let go or struck in one of two ways.
    assert_eq!(vocabulary.len(), 1 + 16 + 3 * 5 * 3);
    for token in 0..vocabulary.len() {
        let event = vocabulary.event(token).unwrap();
        assert_eq!(vocabulary.token(event), Some(token), "{event:?}");
    }
    assert_eq!((vocabulary.event(-1), vocabulary.event(vocabulary.len())), (None, None));
    for event in [
        Event::Wait(0),
        Event::Wait(17),
        Event::Off { instrument: 3, pitch: 50 },
        Event::Off { instrument: 0, pitch: 49 },
        Event::On { instrument: 0, pitch: 55, loudness: 0 },
        Event::On { instrument: 0, pitch: 50, loudness: 2 },
    ] {
        assert_eq!(vocabulary.token(event), None, "{event:?}");
    }
}

#[test]
fn a_piece_is_written_as_musenet_does() {
    let vocabulary = vocabulary();
    let piece =
        Piece::new(vec![note(0, 0, 50, 4, 1), note(0, 1, 52, 24, 0), note(4, 0, 50, 2, 0), note(4, 2, 51, 20, 1)]);
    let tokens = vocabulary.encode(&piece).unwrap();
    let events: Vec<Event> = tokens.iter().map(|token| vocabulary.event(*token).unwrap()).collect();
    let (on, off) = (
        |instrument, pitch, loudness| Event::On { instrument, pitch, loudness },
        |instrument, pitch| Event::Off { instrument, pitch },
    );
    let expected = [
        on(0, 50, 1),
        on(1, 52, 0),
        Event::Wait(4),
        on(0, 50, 0), // struck again, and so not let go
        on(2, 51, 1),
        Event::Wait(2),
        off(0, 50),
        Event::Wait(16),
        Event::Wait(2),
        off(1, 52),
        off(2, 51),
    ];
    assert_eq!(events, expected);
    assert_eq!(vocabulary.decode(&tokens), piece);
    assert_eq!(places_in_bar(&tokens), [0, 0, 0, 4, 4, 4, 6, 6, 6, 8, 8]);
    assert_eq!(vocabulary.beginning(&tokens, 4), &tokens[..2]);
    assert_eq!(vocabulary.beginning(&tokens, 5), &tokens[..5]);
    assert_eq!((vocabulary.beginning(&tokens, 0).len(), vocabulary.beginning(&tokens, 99).len()), (0, tokens.len()));
    // A second piece begins at the bar line.
    let two = [&[END][..], &tokens, &[END], &tokens].concat();
    assert_eq!(places_in_bar(&two)[tokens.len() + 2..], places_in_bar(&tokens));
    let error = vocabulary.encode(&Piece::new(vec![note(0, 0, 60, 1, 0)])).unwrap_err().to_string();
    assert!(error.contains("pitch: 60"), "{error}");
}

#[test]
fn vocabularies_are_those_of_the_music() {
    let score = |velocities: &[u8]| {
        let pitched = |(i, velocity): (u8, &u8)| {
            let pitch = Pitch::from_midi(60 + i).unwrap();
            Note {
                velocity: *velocity,
                ..Note::new(Quarters::from_integer(i64::from(i)), pitch, Quarters::from_integer(1))
            }
        };
        let notes = (0..).zip(velocities).map(pitched).collect();
        let empty = Part { name: "silent".to_string(), program: 1, notes: vec![] };
        Score::new(vec![Part { name: "Oboe".to_string(), program: 68, notes }, empty], 100.0)
    };
    let vocabulary = EventVocabulary::of(&[score(&[90, 90]), score(&[90, 90, 90])], 4).unwrap();
    assert_eq!((vocabulary.lowest, vocabulary.highest, &vocabulary.velocities[..]), (60, 62, &[90][..]));
    assert_eq!(vocabulary.instruments.len(), 1);
    let vocabulary = EventVocabulary::of(&[score(&[1, 30, 60, 90, 127])], 4).unwrap();
    assert_eq!(vocabulary.velocities, [16, 48, 80, 112]);
    assert_eq!([1, 31, 33, 127].map(|velocity| vocabulary.loudness(velocity)), [0, 0, 1, 3]);
    assert!(EventVocabulary::of(&[score(&[])], 4).is_err());
}

#[test]
fn an_instrument_holds_as_many_keys_as_in_the_music() {
    let vocabulary = vocabulary();
    // The oboe plays one key at a time, the piano two.
    let learned =
        Piece::new(vec![note(0, 0, 50, 4, 1), note(4, 0, 51, 4, 1), note(0, 2, 50, 8, 0), note(2, 2, 52, 2, 0)]);
    let voices = Voices::of(std::slice::from_ref(&learned), 3);
    let token = |event| vocabulary.token(event).unwrap();
    let on = |instrument, pitch| token(Event::On { instrument, pitch, loudness: 0 });
    let off = |instrument, pitch| token(Event::Off { instrument, pitch });
    let mut held = HeldKeys::new(&vocabulary, &voices);
    let mut write = |token| held.write(token);
    assert_eq!(write(on(0, 50)), [on(0, 50)]);
    assert_eq!(write(on(0, 50)), [on(0, 50)]); // struck again
    assert_eq!(write(on(0, 53)), [off(0, 50), on(0, 53)]);
    assert_eq!(write(off(0, 53)), [off(0, 53)]);
    assert_eq!(write(on(0, 54)), [on(0, 54)]);
    assert_eq!([write(on(2, 50)), write(on(2, 51))].concat(), [on(2, 50), on(2, 51)]);
    assert_eq!(write(on(2, 50)), [on(2, 50)]); // held, and now the youngest
    assert_eq!(write(on(2, 54)), [off(2, 51), on(2, 54)]);
    assert_eq!([write(1), write(END), write(-1)].concat(), [1, END, -1]);
    // The music itself is written as it is.
    let tokens = vocabulary.encode(&learned).unwrap();
    let mut held = HeldKeys::new(&vocabulary, &voices);
    assert_eq!(tokens.iter().flat_map(|token| held.write(*token)).collect::<Vec<_>>(), tokens);
}

fn any_piece() -> impl Strategy<Value = Piece> {
    let fields = (0u32..70, 0usize..3, 50u8..=54, 0u32..40, 0usize..2);
    let notes = proptest::collection::vec(fields, 0..40);
    notes.prop_map(|notes| {
        let note = |(start, instrument, pitch, length, loudness)| note(start, instrument, pitch, length, loudness);
        Piece::new(notes.into_iter().map(note).collect())
    })
}

proptest! {
    #[test]
    fn every_piece_comes_back_from_its_events(piece in any_piece()) {
        let vocabulary = vocabulary();
        let tokens = vocabulary.encode(&piece).unwrap();
        prop_assert_eq!(vocabulary.decode(&tokens), piece.clone());
        // Also through a score, and so through MIDI's notes.
        let score = vocabulary.score(&piece).unwrap();
        prop_assert_eq!(vocabulary.piece(&score), piece);
    }

    #[test]
    fn any_tokens_make_a_piece_that_comes_back(tokens in proptest::collection::vec(-3i64..70, 0..80)) {
        let vocabulary = vocabulary();
        let piece = vocabulary.decode(&tokens);
        prop_assert_eq!(vocabulary.decode(&vocabulary.encode(&piece).unwrap()), piece);
        prop_assert!(places_in_bar(&tokens).iter().all(|place| (0..16).contains(place)));
    }
}
