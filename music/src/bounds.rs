use crate::{Quarters, Score};
use anyhow::{Result, ensure};

/// The latest time in a score, in quarter notes: at this time no piece has started over a day ago.
const LATEST: i64 = 200_000;
/// The finest part of a quarter note.
const FINEST: i64 = 100_000;

/// Checks that all times of a score can be added and compared: none before 0, too late or too fine.
pub(crate) fn check(score: &Score) -> Result<()> {
    let (zero, latest) = (Quarters::from_integer(0), Quarters::from_integer(LATEST));
    let usable = |time: Quarters| (1..=FINEST).contains(time.denom()) && (zero..=latest).contains(&time);
    for (number, part) in (1..).zip(&score.parts) {
        for note in &part.notes {
            ensure!(
                usable(note.start) && usable(note.length) && note.length > zero,
                "part {number} has a note that starts at {} and lasts {} quarter notes: it must start at 0 or later, last \
                 longer than 0, and both must be at most {LATEST}, in parts not below 1/{FINEST}",
                note.start,
                note.length
            );
        }
    }
    let changes = score.tempos.iter().map(|change| change.at);
    let changes = changes.chain(score.meters.iter().map(|change| change.at));
    for at in changes.chain(score.keys.iter().map(|change| change.at)) {
        ensure!(usable(at), "a tempo, meter or key that begins at {at} quarter notes: it must be 0 to {LATEST}");
    }
    Ok(())
}
