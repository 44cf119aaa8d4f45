//! From lengths to note values: where a length must be cut in tied notes so that a reader sees the beats.

use crate::Quarters;
use num_rational::Ratio;

/// The shortest note, in quarter notes: a sixty-fourth.
pub(super) const SHORTEST: Quarters = Ratio::new_raw(1, 16);

/// A note value: a power of two of a quarter note, perhaps with a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    /// 8 is a breve, 4 a whole note, 1/16 a sixty-fourth.
    pub base: Quarters,
    /// Half as much again.
    pub dotted: bool,
}

impl Value {
    /// The value of this length, if there is one.
    pub fn from_length(length: Quarters) -> Option<Value> {
        let power_of_two = |length: Quarters| {
            let (above, below) = (*length.numer(), *length.denom());
            above > 0 && above & (above - 1) == 0 && below & (below - 1) == 0 && above <= 8 && below <= 32
        };
        let plain = power_of_two(length).then_some(Value { base: length, dotted: false });
        let base = length * Ratio::new(2, 3);
        plain.or_else(|| power_of_two(base).then_some(Value { base, dotted: true }))
    }
}

/// The levels of a bar's beats, as distances in quarter notes from large to small: half bars, beats, halves of beats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Levels(Vec<Quarters>);

impl Levels {
    /// Those of a bar. 6/8, 9/8 and 12/8 have beats of three eighths.
    pub fn of_bar((beats, beat): (u8, u8)) -> Levels {
        let (beats, pulse) = (i64::from(beats), Ratio::new(4, i64::from(beat)));
        let compound = beats > 3 && beats % 3 == 0 && beat >= 8;
        let (beats, beat) = if compound { (beats / 3, pulse * 3) } else { (beats, pulse) };
        let mut levels = vec![];
        if beats > 2 && beats % 2 == 0 {
            levels.push(beat * (beats / 2));
        }
        levels.push(beat);
        Levels(levels).halved(pulse)
    }

    /// Those of a triplet: three notes of length `third`, as they are written.
    pub fn of_triplet(third: Quarters) -> Levels {
        Levels(vec![third]).halved(third)
    }

    /// Adds the parts of a pulse, down to the shortest note.
    fn halved(mut self, pulse: Quarters) -> Levels {
        if !self.0.contains(&pulse) {
            self.0.push(pulse);
        }
        let mut part = pulse / 2;
        while part >= SHORTEST {
            self.0.push(part);
            part /= 2;
        }
        self
    }

    /// Cuts the time from `start` to `end` in note values, so that it hides no beat stronger than those where it starts or
    /// ends. Times count from the beginning of the bar. Rests are cut more often: they never begin off the beat that they
    /// run over.
    pub fn cut(&self, start: Quarters, end: Quarters, rest: bool) -> Vec<(Quarters, Quarters)> {
        let mut cuts = vec![];
        self.cut_into(start, end, rest, &mut cuts);
        cuts
    }

    fn cut_into(&self, start: Quarters, end: Quarters, rest: bool, cuts: &mut Vec<(Quarters, Quarters)>) {
        let mut start = start;
        while start < end && !self.readable(start, end, rest) {
            // At a strongest beat within, as late as possible.
            let Some(level) = self.0.iter().copied().find(|level| first_after(start, *level) < end) else { break };
            let first = first_after(start, level);
            let mut beat = end - remainder(end, level);
            beat = if beat == end { end - level } else { beat };
            while beat > first && !self.readable(start, beat, rest) {
                beat -= level;
            }
            // Up to the first strong beat there may be weaker ones.
            self.cut_into(start, beat, rest, cuts);
            start = beat;
        }
        if start < end {
            cuts.push((start, end));
        }
    }

    /// Whether one note may last from `start` to `end`.
    fn readable(&self, start: Quarters, end: Quarters, rest: bool) -> bool {
        let Some(value) = Value::from_length(end - start) else { return false };
        let crossed = self.0.iter().position(|level| first_after(start, *level) < end);
        if rest && value.dotted && !self.0.contains(&(end - start)) {
            return false; // dots on rests are for beats of three
        }
        let Some(crossed) = crossed else { return true };
        let level = self.0[crossed];
        let on = |time: Quarters, level: Quarters| remainder(time, level) == Quarters::from_integer(0);
        if on(start, level) {
            return true;
        }
        // A syncopation: over one beat, from half a beat before to half a beat after it.
        let once = first_after(start, level) + level >= end;
        let half = self.0.get(crossed + 1).filter(|half| **half * 2 == level);
        !rest && once && half.is_some_and(|half| on(start, *half) && on(end, *half))
    }
}

/// The first beat of a level after a time.
fn first_after(time: Quarters, level: Quarters) -> Quarters {
    time - remainder(time, level) + level
}

fn remainder(time: Quarters, level: Quarters) -> Quarters {
    time - level * (time / level).floor()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quarters {
        text.parse().unwrap()
    }

    /// The lengths into which a time is cut.
    fn cut(meter: (u8, u8), from: &str, to: &str, rest: bool) -> String {
        let cuts = Levels::of_bar(meter).cut(q(from), q(to), rest);
        cuts.iter().map(|(start, end)| (end - start).to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn notes_show_the_beats() {
        let note = |from, to| cut((4, 4), from, to, false);
        assert_eq!(note("0", "4"), "4");
        assert_eq!(note("0", "5/4"), "1 1/4");
        assert_eq!(note("1", "3"), "2"); // a half note on the second beat
        assert_eq!(note("1/2", "3/2"), "1"); // the common syncopation
        assert_eq!(note("3/2", "5/2"), "1/2 1/2"); // not over the middle of the bar
        assert_eq!(note("1/2", "7/2"), "3/2 3/2");
        assert_eq!(note("1/4", "5/4"), "3/4 1/4");
        assert_eq!(note("0", "7/2"), "2 3/2");
        assert_eq!(note("1", "4"), "3");
        assert_eq!(note("1/16", "1/2"), "3/16 1/4");
        assert_eq!(cut((3, 4), "0", "3", false), "3");
        assert_eq!(cut((3, 4), "1/2", "5/2", false), "3/2 1/2");
        assert_eq!(cut((5, 4), "0", "5", false), "4 1");
        assert_eq!(cut((6, 8), "0", "3", false), "3");
        assert_eq!(cut((6, 8), "1", "2", false), "1/2 1/2");
        assert_eq!(cut((6, 8), "1/2", "3/2", false), "1");
        assert_eq!(cut((9, 8), "0", "9/2", false), "3 3/2");
        assert_eq!(cut((12, 8), "0", "6", false), "6");
    }

    #[test]
    fn rests_start_on_the_beat_that_they_run_over() {
        let rest = |from, to| cut((4, 4), from, to, true);
        assert_eq!(rest("0", "2"), "2");
        assert_eq!(rest("1", "3"), "1 1");
        assert_eq!(rest("0", "3/2"), "1 1/2");
        assert_eq!(rest("1/2", "3/2"), "1/2 1/2");
        assert_eq!(cut((6, 8), "0", "3/2", true), "3/2");
        assert_eq!(cut((3, 4), "1", "3", true), "2");
    }

    #[test]
    fn triplets_are_cut_as_a_beat_of_three() {
        let levels = Levels::of_triplet(q("1/2"));
        assert_eq!(levels.cut(q("1/2"), q("3/2"), false), [(q("1/2"), q("3/2"))]);
        assert_eq!(levels.cut(q("1/4"), q("3/4"), false), [(q("1/4"), q("3/4"))]);
        assert_eq!(levels.cut(q("0"), q("5/4"), false), [(q("0"), q("1")), (q("1"), q("5/4"))]);
    }

    /// Every stretch of every meter, on the grid of the shortest note: the cuts are note values and add up.
    #[test]
    fn every_length_can_be_written() {
        for meter in
            [(4, 4), (3, 4), (2, 2), (6, 8), (9, 8), (12, 8), (5, 4), (7, 8), (3, 8), (2, 4), (3, 2), (5, 16), (1, 32)]
        {
            let levels = Levels::of_bar(meter);
            let steps = 64 * i64::from(meter.0) / i64::from(meter.1);
            for from in 0..steps {
                for to in from + 1..=steps {
                    let (start, end) = (SHORTEST * from, SHORTEST * to);
                    for rest in [false, true] {
                        let cuts = levels.cut(start, end, rest);
                        assert_eq!((cuts[0].0, cuts[cuts.len() - 1].1), (start, end));
                        assert!(cuts.windows(2).all(|pair| pair[0].1 == pair[1].0));
                        let written = cuts.iter().all(|(from, to)| Value::from_length(to - from).is_some());
                        assert!(written, "{meter:?} {start} {end} {cuts:?}");
                    }
                }
            }
        }
    }
}
