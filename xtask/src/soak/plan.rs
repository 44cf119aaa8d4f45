//! What is played: which sections, how long they train, how many kills each of them gets, and when.

use std::collections::VecDeque;

use anyhow::Result;
use catalog::Entry;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Usage;
use crate::experiments::{Chapter, Experiments};
use crate::jobs::jobs;

/// The most that a run is lengthened.
const LONGER: u64 = 500;

/// A section to play.
#[derive(Debug)]
pub struct Section<'a> {
    pub chapter: &'a Chapter,
    pub entry: &'a Entry,
    /// False if it is only run, once, because others go on with its results.
    pub killed: bool,
}

/// The sections that `words` name (all without words), and those before them, in the book's order.
///
/// # Errors
/// [`Usage`] for an unknown word, or if none of them trains.
pub fn sections<'a>(experiments: &'a Experiments, words: &[String]) -> Result<Vec<Section<'a>>> {
    let mut sections = Vec::new();
    for job in jobs(experiments, words)? {
        let chapter = job.chapter;
        let ids: Vec<String> = job.ids.iter().map(|id| id.to_string()).collect();
        for entry in chapter.table.with_needs(&ids)? {
            let named = ids.is_empty() || ids.contains(&entry.id);
            sections.push(Section { chapter, entry, killed: named && entry.needs.is_none() });
        }
    }
    if !sections.iter().any(|section| section.killed) {
        return Err(Usage(format!("`{}` analyses what another section trains: name that one", words.join(" "))).into());
    }
    Ok(sections)
}

/// The kills of a section, if so many are `left` for it and for those `behind` it.
pub fn share(left: usize, behind: &[Section]) -> usize {
    left.div_ceil(1 + behind.iter().filter(|section| section.killed).count())
}

/// The moments of a section's kills, as parts of the time of a whole run, in [0, 1): one in each of as many equal parts,
/// in random order.
pub fn moments(seed: u64, id: &str, kills: usize) -> VecDeque<f64> {
    // A section's moments do not depend on the others, so that it can be repeated alone.
    let own = id.bytes().fold(0u64, |number, byte| (number << 8) | u64::from(byte));
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ (own << 20));
    let mut moments: Vec<f64> = (0..kills).map(|part| (part as f64 + random.random::<f64>()) / kills as f64).collect();
    moments.shuffle(&mut random);
    moments.into()
}

/// The epochs with which a run trains for about so many seconds, if its `own` number of them took `trained` seconds.
pub fn epochs(own: u64, trained: f64, seconds: u32) -> u64 {
    let wanted = own as f64 * f64::from(seconds) / trained; // infinite without any time
    (wanted.ceil() as u64).clamp(own, own.saturating_mul(LONGER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_spread_and_depend_on_seed_and_section() {
        let moments = moments(7, "05_01", 13);
        let mut parts: Vec<usize> = moments.iter().map(|moment| (moment * 13.0) as usize).collect();
        assert!(moments.iter().all(|moment| (0.0..1.0).contains(moment)));
        assert_ne!(parts, (0..13).collect::<Vec<_>>(), "in random order");
        parts.sort_unstable();
        assert_eq!(parts, (0..13).collect::<Vec<_>>(), "one in each part");
        assert_eq!(moments, super::moments(7, "05_01", 13));
        assert_ne!(moments, super::moments(8, "05_01", 13));
        assert_ne!(moments, super::moments(7, "05_02", 13));
    }

    #[test]
    fn a_run_is_lengthened_and_never_shortened() {
        assert_eq!(epochs(2, 1.0, 4), 8);
        assert_eq!(epochs(3, 0.7, 2), 9);
        assert_eq!(epochs(3, 60.0, 4), 3);
        assert_eq!(epochs(2, 0.0, 4), 2 * LONGER);
    }

    #[test]
    fn sections_come_with_those_before_them_and_share_the_kills() {
        let experiments = Experiments::load(&data::root().unwrap()).unwrap();
        let ids = |words: &[&str]| -> Vec<(String, bool)> {
            let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
            let sections = sections(&experiments, &words).unwrap();
            sections.iter().map(|section| (section.entry.id.clone(), section.killed)).collect()
        };
        let named = |id: &str, killed| (id.to_string(), killed);
        assert_eq!(ids(&["08_02"]), [named("08_01", false), named("08_02", true)]);
        assert_eq!(ids(&["03_01", "03_02"]), [named("03_01", true), named("03_02", false)]);
        assert!(ids(&[]).len() > 30);
        let error = sections(&experiments, &["03_02".to_string()]).unwrap_err();
        assert!(error.is::<Usage>() && error.to_string().contains("03_02"), "{error}");

        let all = sections(&experiments, &[]).unwrap();
        let (mut left, mut given) = (300, 0);
        for (at, _) in all.iter().enumerate().filter(|(_, section)| section.killed) {
            let kills = share(left, &all[at + 1..]);
            (left, given) = (left - kills, given + kills);
        }
        assert_eq!((left, given), (0, 300));
    }
}
