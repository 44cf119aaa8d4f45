//! English sentences and their German translations, made by a small grammar. German puts verbs at other places, and
//! articles and adjectives follow gender and case: there is something to attend to.

use common::samples::random;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// A sentence in both languages, words and signs between single blanks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pair {
    /// English.
    pub english: String,
    /// German.
    pub german: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gender {
    Masculine,
    Feminine,
    Neuter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Nominative,
    Accusative,
}

use Gender::{Feminine, Masculine, Neuter};

/// English noun, gender, German nominative and accusative.
const NOUNS: [(&str, Gender, &str, &str); 12] = [
    ("fox", Masculine, "Fuchs", "Fuchs"),
    ("lion", Masculine, "Löwe", "Löwen"),
    ("wolf", Masculine, "Wolf", "Wolf"),
    ("bear", Masculine, "Bär", "Bären"),
    ("stork", Masculine, "Storch", "Storch"),
    ("crow", Feminine, "Krähe", "Krähe"),
    ("mouse", Feminine, "Maus", "Maus"),
    ("goat", Feminine, "Ziege", "Ziege"),
    ("cat", Feminine, "Katze", "Katze"),
    ("sheep", Neuter, "Schaf", "Schaf"),
    ("horse", Neuter, "Pferd", "Pferd"),
    ("lamb", Neuter, "Lamm", "Lamm"),
];

/// English adjective, and the German one without its ending.
const ADJECTIVES: [(&str, &str); 6] = [
    ("small", "klein"),
    ("old", "alt"),
    ("hungry", "hungrig"),
    ("clever", "klug"),
    ("young", "jung"),
    ("tired", "müd"),
];

/// English present, participle and infinitive, and the German ones.
const VERBS: [[&str; 6]; 6] = [
    ["sees", "seen", "see", "sieht", "gesehen", "sehen"],
    ["hears", "heard", "hear", "hört", "gehört", "hören"],
    ["seeks", "sought", "seek", "sucht", "gesucht", "suchen"],
    ["finds", "found", "find", "findet", "gefunden", "finden"],
    ["asks", "asked", "ask", "fragt", "gefragt", "fragen"],
    ["knows", "known", "know", "kennt", "gekannt", "kennen"],
];

/// Adverbs that may open a sentence.
const ADVERBS: [(&str, &str); 4] = [("today", "heute"), ("now", "jetzt"), ("here", "hier"), ("often", "oft")];

/// The sentence of a seed and a number.
pub fn sentence(seed: u64, number: u64) -> Pair {
    let random = &mut random(&[seed, number]);
    let Pair { english, german } = match random.random_range(0..5) {
        0 => quoted(random),
        _ => main_clause(random),
    };
    Pair { english: format!("{english} ."), german: format!("{german} .") }
}

/// `the fox says that the crow has seen the wolf`: the German verb goes to the end.
fn quoted(random: &mut ChaCha8Rng) -> Pair {
    let [speaker, subject] = [noun_phrase(random, Case::Nominative), noun_phrase(random, Case::Nominative)];
    let Clause { english, object, finite, rest } = clause(random);
    let end = [rest, finite.to_string()].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    Pair {
        english: format!("{} says that {} {english}", speaker.english, subject.english),
        german: format!("{} sagt , dass {} {object} {end}", speaker.german, subject.german),
    }
}

/// `today the fox has seen the crow`: after an adverb the German verb comes before its subject.
fn main_clause(random: &mut ChaCha8Rng) -> Pair {
    let subject = noun_phrase(random, Case::Nominative);
    let Clause { english, object, finite, rest } = clause(random);
    let rest = if rest.is_empty() { String::new() } else { format!(" {rest}") };
    match ADVERBS.choose(random).filter(|_| random.random_bool(0.5)) {
        Some((english_adverb, german_adverb)) => Pair {
            english: format!("{english_adverb} {} {english}", subject.english),
            german: format!("{german_adverb} {finite} {} {object}{rest}", subject.german),
        },
        None => Pair {
            english: format!("{} {english}", subject.english),
            german: format!("{} {finite} {object}{rest}", subject.german),
        },
    }
}

/// A verb in one of three tenses, and its object.
struct Clause {
    english: String,
    object: String,
    finite: &'static str,
    /// The German participle or infinitive.
    rest: String,
}

fn clause(random: &mut ChaCha8Rng) -> Clause {
    let [present, participle, infinitive, gegenwart, partizip, grundform] = VERBS[random.random_range(0..VERBS.len())];
    let object = noun_phrase(random, Case::Accusative);
    let (english, finite, rest) = match random.random_range(0..3) {
        0 => (present.to_string(), gegenwart, ""),
        1 => (format!("has {participle}"), "hat", partizip),
        _ => (format!("will {infinitive}"), "wird", grundform),
    };
    Clause { english: format!("{english} {}", object.english), object: object.german, finite, rest: rest.to_string() }
}

/// `the small fox`, `der kleine Fuchs` or `den kleinen Fuchs`.
fn noun_phrase(random: &mut ChaCha8Rng, case: Case) -> Pair {
    let (noun, gender, nominative, accusative) = NOUNS[random.random_range(0..NOUNS.len())];
    let (article, ending) = match (gender, case) {
        (Masculine, Case::Nominative) => ("der", "e"),
        (Masculine, Case::Accusative) => ("den", "en"),
        (Feminine, _) => ("die", "e"),
        (Neuter, _) => ("das", "e"),
    };
    let german = if case == Case::Nominative { nominative } else { accusative };
    match ADJECTIVES.choose(random).filter(|_| random.random_bool(0.5)) {
        Some((adjective, stem)) => {
            Pair { english: format!("the {adjective} {noun}"), german: format!("{article} {stem}{ending} {german}") }
        }
        None => Pair { english: format!("the {noun}"), german: format!("{article} {german}") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn word_order_and_cases_are_german() {
        let all: HashSet<Pair> = (0..300_000).map(|number| sentence(1, number)).collect();
        for (english, german) in [
            ("the small fox sees the lion .", "der kleine Fuchs sieht den Löwen ."),
            ("today the crow has seen the wolf .", "heute hat die Krähe den Wolf gesehen ."),
            ("the lamb will ask the old bear .", "das Lamm wird den alten Bären fragen ."),
        ] {
            let pair = all.iter().find(|pair| pair.english == english).expect(english);
            assert_eq!(pair.german, german);
        }
        // In a clause after "dass" the finite verb comes last.
        for (english, german) in
            [(" has seen ", " gesehen hat ."), (" will ask ", " fragen wird ."), (" knows ", " kennt .")]
        {
            let quoted =
                all.iter().filter(|pair| pair.english.contains(" says that ") && pair.english.contains(english));
            let is_right = |pair: &&Pair| pair.german.contains(" sagt , dass ") && pair.german.ends_with(german);
            assert!(quoted.clone().count() > 1000 && quoted.clone().all(|pair| is_right(&pair)), "{english}");
        }
        assert_eq!(sentence(1, 7), sentence(1, 7));
        // A sentence has one translation.
        let english: HashSet<&str> = all.iter().map(|pair| pair.english.as_str()).collect();
        assert_eq!(english.len(), all.len());
    }
}
