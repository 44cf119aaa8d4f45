//! The bars of a score.

use crate::{Change, Quarters, Score, bounds};
use anyhow::{Result, ensure};
use num_rational::Ratio;

/// The longest bar that can be written, in quarter notes.
const LONGEST: i64 = 16;

/// A bar of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Where it begins.
    pub start: Quarters,
    /// Its meter: beats, and what a beat is.
    pub meter: (u8, u8),
}

impl Bar {
    /// Its length.
    pub fn length(&self) -> Quarters {
        let (beats, beat) = self.meter;
        Ratio::new(4 * i64::from(beats), i64::from(beat))
    }

    /// Where it ends.
    pub fn end(&self) -> Quarters {
        self.start + self.length()
    }
}

/// The bars of a score, as [`Score::bar_lines`] has them, with their meters: up to the end of its last note, at least one, and
/// no more than `most` of them.
///
/// # Errors
/// A time is below 0 or too large; a meter has no beat, a beat that is not 1, 2, 4, 8, 16 or 32, or a bar of more than 16
/// quarter notes.
pub fn bars(score: &Score, most: usize) -> Result<Vec<Bar>> {
    bounds::check(score)?;
    for Change { at, value: meter @ (beats, beat) } in &score.meters {
        ensure!(
            *beats > 0 && beat.is_power_of_two() && *beat <= 32,
            "the meter {beats}/{beat} at {at} cannot be written: a bar has at least one beat, and a beat is 1, 2, 4, 8, 16 \
             or 32"
        );
        let length = Bar { start: *at, meter: *meter }.length();
        ensure!(
            length <= Quarters::from_integer(LONGEST),
            "the meter {beats}/{beat} at {at} cannot be written: a bar has at most {LONGEST} quarter notes, not {length}"
        );
    }
    let mut bars: Vec<Bar> = vec![];
    let (end, mut start) = (score.end(), Quarters::from_integer(0));
    while (bars.is_empty() || start < end) && bars.len() < most {
        let known = score.meters.iter().filter(|change| change.at <= start).max_by_key(|change| change.at);
        let bar = Bar { start, meter: known.map_or((4, 4), |change| change.value) };
        start = bar.end();
        bars.push(bar);
    }
    Ok(bars)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Note, Part, Pitch};

    #[test]
    fn bars_lie_between_the_bar_lines() {
        let q = |numer, denom| Quarters::new(numer, denom);
        let note = Note::new(q(9, 1), Pitch::C4, q(1, 2));
        let part = Part { name: String::new(), program: 0, notes: vec![note] };
        let mut score = Score::new(vec![part], 120.0);
        let meter = |at, value| Change { at: Quarters::from_integer(at), value };
        score.meters = vec![meter(0, (1, 4)), meter(1, (3, 4)), meter(5, (3, 8))];
        let found = bars(&score, 100).unwrap();
        assert_eq!(found.iter().map(|bar| bar.meter).collect::<Vec<_>>(), [(1, 4), (3, 4), (3, 4), (3, 8), (3, 8)]);
        let ends: Vec<Quarters> = [q(0, 1)].into_iter().chain(found.iter().map(Bar::end)).collect();
        assert_eq!(ends, score.bar_lines());
        assert_eq!(bars(&score, 2).unwrap(), found[..2]);
        assert_eq!(bars(&Score::new(vec![], 120.0), 100).unwrap(), [Bar { start: q(0, 1), meter: (4, 4) }]);
        for (meter, complaint) in
            [((0, 4), "at least one beat"), ((4, 3), "beat is 1"), ((4, 64), "beat is 1"), ((255, 4), "at most 16")]
        {
            score.meters = vec![Change { at: q(0, 1), value: meter }];
            let error = bars(&score, 100).unwrap_err().to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
