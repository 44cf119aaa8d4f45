//! The preludes: real MIDI files, long enough to learn from, playable on a cello.

use std::collections::HashSet;
use std::fs;

use music::{Quarters, Score, Slice, chordify, midi, quantize};
use synthetic::preludes::{Config, write};

fn scores(config: &Config) -> Vec<Score> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), config).unwrap();
    let paths = (1..=config.pieces).map(|number| folder.path().join(format!("prelude-{number:02}.mid")));
    paths.map(|path| midi::read(&fs::read(path).unwrap()).unwrap()).collect()
}

#[test]
fn pieces_are_as_long_and_as_varied_as_the_suites() {
    let scores = scores(&Config::default());
    let slices: Vec<Slice> = scores.iter().flat_map(chordify).filter(|slice| !slice.is_rest()).collect();
    assert!((26_000..30_000).contains(&slices.len()), "{} slices", slices.len());
    let names: HashSet<String> = slices.iter().map(Slice::name).collect();
    assert!((150..500).contains(&names.len()), "{} names", names.len());
    let lengths: HashSet<Quarters> = slices.iter().map(|slice| slice.length).collect();
    assert!((8..19).contains(&lengths.len()), "{lengths:?}");
    let meters: HashSet<(u8, u8)> = scores.iter().map(|score| score.meters[0].value).collect();
    let keys: HashSet<i8> = scores.iter().map(|score| score.keys[0].value).collect();
    assert_eq!((meters.len(), keys.len()), (4, 5));
    let chords = slices.iter().filter(|slice| slice.pitches.len() > 1).count();
    assert!((300..3_000).contains(&chords), "{chords} chords");
}

#[test]
fn a_cello_can_play_them() {
    for score in scores(&Config::default()) {
        assert_eq!((score.parts.len(), score.parts[0].program), (1, 42));
        assert!(score.parts[0].notes.iter().all(|note| (36..=72).contains(&note.pitch.midi())));
        // All bars are full, and the last one is a chord of the tonic.
        assert_eq!(score.bar_lines().last(), Some(&score.end()));
        let slices = chordify(&score);
        let last = slices.last().unwrap();
        let (pitches, sharps) = (&last.pitches, i32::from(score.keys[0].value));
        let major = (7 * sharps).rem_euclid(12);
        assert!(
            pitches.len() > 1 && [major, (major + 9) % 12].contains(&i32::from(pitches[0].class())),
            "{}",
            last.name()
        );
        // Nothing is faster than the grid on which music21 puts notes.
        assert_eq!(chordify(&quantize(&score)), slices);
    }
}

#[test]
fn pieces_differ_and_follow_the_seed() {
    let config = Config { seed: 1, pieces: 7 };
    let pieces = scores(&config);
    assert_eq!(pieces, scores(&config));
    assert_eq!(pieces[..3], scores(&Config { pieces: 3, ..config }), "a piece depends only on its own number");
    let others = scores(&Config { seed: 2, ..config });
    assert!(pieces.iter().zip(&others).all(|(piece, other)| piece != other));
    assert_ne!(pieces[0].parts[0].notes[..64], pieces[6].parts[0].notes[..64]);
}
