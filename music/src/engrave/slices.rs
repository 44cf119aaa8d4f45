//! What sounds in each bar of a part, on a grid that can be written.

use super::rhythm::SHORTEST;
use crate::bars::Bar;
use crate::{Note, Quarters};
use num_rational::Ratio;

/// How far the grid may move a time, in quarter notes.
const TOLERANCE: Quarters = Ratio::new_raw(1, 32);

/// A beat, and the grid of the times in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beat {
    pub start: Quarters,
    pub end: Quarters,
    /// The distance of the grid's times.
    step: Quarters,
    /// Whether it is written as a triplet.
    pub triplet: bool,
}

/// A stretch of a bar in which nothing begins or ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slice {
    pub start: Quarters,
    pub end: Quarters,
    /// The sounding notes by pitch; none in a rest.
    pub tones: Vec<Tone>,
}

/// A note in a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tone {
    /// The note's place in the part.
    pub note: usize,
    /// It sounded before the slice.
    pub held: bool,
    /// It sounds on after the slice.
    pub holds: bool,
}

/// A bar of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub beats: Vec<Beat>,
    pub slices: Vec<Slice>,
}

/// The content of each bar. Times are moved to the grid of their beat: to sixteenths, triplet eighths, thirty-seconds,
/// triplet sixteenths or sixty-fourths, the first of these that moves none by more than a 1/32 of a quarter note. Notes
/// without a length there are left out. A pitch that begins again while it sounds ends its earlier note.
pub(super) fn contents(notes: &[Note], bars: &[Bar]) -> Vec<Content> {
    let times: Vec<Quarters> = notes.iter().flat_map(|note| [note.start, note.end()]).collect();
    let beats: Vec<Vec<Beat>> = bars.iter().map(|bar| beats(bar, &times)).collect();
    let all: Vec<Beat> = beats.concat();
    let mut moved: Vec<Moved> = (0..notes.len())
        .map(|note| Moved { note, start: on_grid(notes[note].start, &all), end: on_grid(notes[note].end(), &all) })
        .collect();
    moved.sort_by_key(|moved| (notes[moved.note].pitch, moved.start, moved.end));
    for i in 1..moved.len() {
        let (before, next) = (moved[i - 1], moved[i]);
        if notes[before.note].pitch == notes[next.note].pitch {
            moved[i - 1].end = before.end.min(next.start);
        }
    }
    moved.retain(|moved| moved.start < moved.end);
    bars.iter().zip(beats).map(|(bar, beats)| Content { slices: slices(&moved, bar), beats }).collect()
}

/// A note with its times on the grid.
#[derive(Clone, Copy)]
struct Moved {
    note: usize,
    start: Quarters,
    end: Quarters,
}

/// The beats of a bar with their grids: a quarter note, or what the meter counts if that is shorter.
fn beats(bar: &Bar, times: &[Quarters]) -> Vec<Beat> {
    let length = Ratio::new(4, i64::from(bar.meter.1)).min(Quarters::from_integer(1));
    let mut beats = vec![];
    let mut start = bar.start;
    while start < bar.end() {
        let end = start + length;
        let within: Vec<Quarters> =
            times.iter().filter(|time| start < **time && **time < end).map(|time| time - start).collect();
        let (step, triplet) = grid(&within, end - start);
        beats.push(Beat { start, end, step, triplet });
        start = end;
    }
    beats
}

/// The step of the grid for times in a beat of this length, and whether it makes a triplet.
fn grid(times: &[Quarters], length: Quarters) -> (Quarters, bool) {
    // A triplet in a beat of a sixteenth or less is too fine.
    let may_be_triplet = length >= Ratio::new(1, 2);
    let steps = [(4, false), (3, true), (8, false), (6, true), (16, false), (12, true)];
    let steps: Vec<(Quarters, bool)> = steps
        .into_iter()
        .filter(|(_, triplet)| may_be_triplet || !triplet)
        .map(|(parts, triplet)| (if triplet { length / parts } else { Ratio::new(1, parts) }, triplet))
        .collect();
    let off = |step: Quarters| {
        let distance = |time: &Quarters| (nearest(*time, step) - time).max(time - nearest(*time, step));
        times.iter().map(distance).max().unwrap_or(Quarters::from_integer(0))
    };
    let within = |most: Quarters| steps.iter().copied().find(|(step, _)| off(*step) <= most);
    let (step, triplet) = within(Quarters::from_integer(0)).or_else(|| within(TOLERANCE)).unwrap_or((SHORTEST, false));
    // A triplet whose times happen to be those of plain notes is none.
    let plain = times.iter().all(|time| (nearest(*time, step) / SHORTEST).is_integer());
    (step, triplet && !plain)
}

fn nearest(time: Quarters, step: Quarters) -> Quarters {
    (time / step).round() * step
}

/// A time on the grid of its beat; times outside the bars stay where they are.
fn on_grid(time: Quarters, beats: &[Beat]) -> Quarters {
    let index = beats.partition_point(|beat| beat.end <= time);
    match beats.get(index).filter(|beat| beat.start < time) {
        Some(beat) => (beat.start + nearest(time - beat.start, beat.step)).min(beat.end),
        None => time,
    }
}

fn slices(moved: &[Moved], bar: &Bar) -> Vec<Slice> {
    let here: Vec<&Moved> = moved.iter().filter(|note| note.start < bar.end() && note.end > bar.start).collect();
    let mut times: Vec<Quarters> = here.iter().flat_map(|note| [note.start, note.end]).collect();
    times.retain(|time| bar.start < *time && *time < bar.end());
    times.extend([bar.start, bar.end()]);
    times.sort_unstable();
    times.dedup();
    let slice = |ends: &[Quarters]| {
        let (start, end) = (ends[0], ends[1]);
        let sounding = here.iter().filter(|note| note.start <= start && note.end >= end);
        let tones = sounding.map(|note| Tone { note: note.note, held: note.start < start, holds: note.end > end });
        Slice { start, end, tones: tones.collect() }
    };
    times.windows(2).map(slice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quarters {
        text.parse().unwrap()
    }

    fn notes(words: &str) -> Vec<Note> {
        let note = |word: &str| {
            let parts: Vec<&str> = word.split(':').collect();
            Note::new(q(parts[1]), parts[0].parse().unwrap(), q(parts[2]))
        };
        words.split_whitespace().map(note).collect()
    }

    const BAR: Bar = Bar { start: Ratio::new_raw(0, 1), meter: (4, 4) };

    /// Each slice as its end and its notes' places, with `~` before or after those that are tied.
    fn written(words: &str) -> String {
        let notes = notes(words);
        let content = contents(&notes, &[BAR]).remove(0);
        let tone = |tone: &Tone| {
            format!("{}{}{}", if tone.held { "~" } else { "" }, tone.note, if tone.holds { "~" } else { "" })
        };
        let slice = |slice: &Slice| {
            let tones: Vec<String> = slice.tones.iter().map(tone).collect();
            format!("{}[{}]", slice.end, tones.join(" "))
        };
        content.slices.iter().map(slice).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn slices_hold_what_sounds() {
        assert_eq!(written(""), "4[]");
        assert_eq!(written("C4:0:1 E4:0:1 G4:2:4"), "1[0 1] 2[] 4[2~]");
        assert_eq!(written("C3:0:2 E4:1:2"), "1[0~] 2[~0 1~] 3[~1] 4[]");
        assert_eq!(written("C4:0:3 C4:1:1"), "1[0] 2[1] 4[]"); // begins again
        assert_eq!(written("C4:0:1 C4:0:2"), "2[1] 4[]");
    }

    #[test]
    fn times_are_moved_to_what_can_be_written() {
        assert_eq!(written("C4:0:49/100 E4:51/100:49/100"), "1/2[0] 1[1] 4[]");
        // A grace note of a 64th before the beat.
        assert_eq!(written("C4:1/4:85/192 D4:133/192:7/128 E4:3/4:1/4"), "1/4[] 11/16[0] 3/4[1] 1[2] 4[]");
        assert_eq!(written("C4:0:1/3 D4:1/3:1/3 E4:2/3:1/3"), "1/3[0] 2/3[1] 1[2] 4[]");
        assert_eq!(written("C4:0:1/100 D4:1:1"), "1[] 2[1] 4[]"); // too short
        assert_eq!(written("C4:399/100:2"), "4[]"); // belongs to the next bar
        assert_eq!(written("C4:0:1/5 D4:1/5:4/5"), "3/16[0] 1[1] 4[]"); // there are no quintuplets
    }

    #[test]
    fn triplets_are_told_from_plain_beats() {
        let triplets = |words: &str| -> Vec<bool> {
            contents(&notes(words), &[BAR]).remove(0).beats.iter().map(|beat| beat.triplet).collect()
        };
        assert_eq!(triplets("C4:0:1/3 D4:1:1/2 E4:2:1/6 F4:3:1/16"), [true, false, true, false]);
        assert_eq!(triplets("C4:0:2/3 D4:2/3:2/3"), [true, true, false, false]);
        let six_eight = Bar { meter: (6, 8), ..BAR };
        let beats = contents(&notes("C4:0:1/6 D4:1/2:1"), &[six_eight]).remove(0).beats;
        assert_eq!(beats.len(), 6);
        assert!(beats[0].triplet && beats[1..].iter().all(|beat| !beat.triplet));
    }
}
