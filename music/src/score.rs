use super::Pitch;
use num_rational::Ratio;

/// A time or a length in quarter notes, exact: a triplet eighth is 1/3.
pub type Quarters = Ratio<i64>;

/// A note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note {
    /// Where it begins, from the beginning of the piece.
    pub start: Quarters,
    /// Its pitch.
    pub pitch: Pitch,
    /// Its length, above 0.
    pub length: Quarters,
    /// How hard the key is struck, 1 to 127.
    pub velocity: u8,
}

impl Note {
    /// A note of middle strength.
    pub fn new(start: Quarters, pitch: Pitch, length: Quarters) -> Note {
        Note { start, pitch, length, velocity: 90 }
    }

    /// Where it ends.
    pub fn end(&self) -> Quarters {
        self.start + self.length
    }
}

/// The notes of one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name: `Violoncello`.
    pub name: String,
    /// General MIDI's instrument, 0 to 127: 0 is a piano, 42 a cello.
    pub program: u8,
    /// Its notes, by start.
    pub notes: Vec<Note>,
}

/// A value from a time on: a tempo, a meter, a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change<T> {
    /// From where on it holds.
    pub at: Quarters,
    /// The value.
    pub value: T,
}

/// A piece of music.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Its instruments.
    pub parts: Vec<Part>,
    /// Quarter notes per minute, by time; 120 where none is given.
    pub tempos: Vec<Change<f64>>,
    /// Meters, by time: beats of a bar, and what a beat is (4 is a quarter note); 4/4 where none is given. A bar that
    /// is shorter than its meter, such as an upbeat, has a meter of its own: 1/4, then 4/4.
    pub meters: Vec<Change<(u8, u8)>>,
    /// Key signatures, by time: sharps (above 0) or flats (below 0), -7 to 7; none where none is given.
    pub keys: Vec<Change<i8>>,
}

impl Score {
    /// A piece of these parts in 4/4 at a tempo in quarter notes per minute.
    pub fn new(parts: Vec<Part>, tempo: f64) -> Score {
        let at = Quarters::from_integer(0);
        Score {
            parts,
            tempos: vec![Change { at, value: tempo }],
            meters: vec![Change { at, value: (4, 4) }],
            keys: vec![],
        }
    }

    /// Where its last note ends.
    pub fn end(&self) -> Quarters {
        let ends = self.parts.iter().flat_map(|part| part.notes.iter().map(Note::end));
        ends.max().unwrap_or(Quarters::from_integer(0))
    }

    /// The piece up to a time: notes that last longer end there.
    pub fn until(&self, end: Quarters) -> Score {
        let mut score = self.clone();
        for part in &mut score.parts {
            part.notes.retain(|note| note.start < end);
            part.notes.iter_mut().for_each(|note| note.length = note.length.min(end - note.start));
        }
        score
    }

    /// Where bars begin, from 0 on, and last where the bar of the last note ends. A meter that changes within a bar
    /// holds from the next bar on, as in music21. A meter with a zero in it counts as 4/4.
    pub fn bar_lines(&self) -> Vec<Quarters> {
        let end = self.end();
        let mut meters = self.meters.iter().peekable();
        let (mut at, mut bar) = (Quarters::from_integer(0), Quarters::from_integer(4));
        let mut lines = vec![at];
        while at < end {
            while let Some(change) = meters.next_if(|change| change.at <= at) {
                bar = bar_length(change.value);
            }
            at += bar;
            lines.push(at);
        }
        lines
    }
}

/// The length of a bar.
fn bar_length((beats, unit): (u8, u8)) -> Quarters {
    if beats == 0 || unit == 0 {
        Quarters::from_integer(4)
    } else {
        Quarters::new(4 * i64::from(beats), i64::from(unit))
    }
}

/// The least common multiple of two numbers above 0, if it is no more than `most`.
pub(crate) fn least_common_multiple(a: i64, b: i64, most: i64) -> Option<i64> {
    let (mut gcd, mut rest) = (a, b);
    while rest != 0 {
        (gcd, rest) = (rest, gcd % rest);
    }
    (a / gcd).checked_mul(b).filter(|multiple| *multiple <= most)
}

/// Sorts changes by time; of several at one time, the last one holds. Those that change nothing are left out.
pub(crate) fn in_order<T: Copy + PartialEq>(mut changes: Vec<Change<T>>) -> Vec<Change<T>> {
    changes.sort_by_key(|change| change.at);
    let mut found: Vec<Change<T>> = vec![];
    for change in changes {
        if found.last().is_some_and(|last| last.at == change.at) {
            found.pop();
        }
        if found.last().is_none_or(|last| last.value != change.value) {
            found.push(change);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarters(numer: i64, denom: i64) -> Quarters {
        Quarters::new(numer, denom)
    }

    fn change<T>(at: i64, value: T) -> Change<T> {
        Change { at: Quarters::from_integer(at), value }
    }

    #[test]
    fn bars_follow_the_meters() {
        let note = Note::new(quarters(9, 1), Pitch::C4, quarters(1, 2));
        let part = Part { name: String::new(), program: 0, notes: vec![note] };
        let mut score = Score::new(vec![part], 120.0);
        // An upbeat; 3/4 from a bar line on; 6/8 from within a bar on; a meter that is none.
        score.meters = vec![change(0, (1, 4)), change(1, (3, 4)), change(5, (3, 8)), change(8, (0, 4))];
        let lines = [(0, 1), (1, 1), (4, 1), (7, 1), (17, 2), (25, 2)].map(|(numer, denom)| quarters(numer, denom));
        assert_eq!(score.bar_lines(), lines);
        assert_eq!(Score::new(vec![], 120.0).bar_lines(), [quarters(0, 1)]);
    }

    #[test]
    fn changes_are_sorted_and_thinned() {
        let changes =
            vec![change(4, 'c'), change(0, 'a'), change(4, 'a'), change(6, 'b'), change(6, 'd'), change(8, 'd')];
        assert_eq!(in_order(changes), [change(0, 'a'), change(6, 'd')]);
    }
}
