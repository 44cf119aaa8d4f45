//! The chapter's models against hand-computed values.

use ch01::experiments::fashion::naive_bayes;
use ch01::models::density::{Density, OverLand, Point, Rectangle};
use ch01::models::mixture::{grow, log_sum_exp};
use ch01::models::multinomial::Multinomial;
use ch01::models::naive_bayes::NaiveBayes;
use ch01::models::outfits::{FEATURES, Outfit, SIZES, WRODL, parse, values_of};
use ch01::models::rules::{Verdict, clearest, judge};
use common::datasets::land::{self, Land};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

#[track_caller]
fn assert_near(actual: f64, expected: f64) {
    testing::assert_near("value", actual, expected, 1e-12);
}

fn outfit(color: &str) -> Outfit {
    Outfit::new(["LongHairStraight", "Red", "Round", "ShirtScoopNeck", color]).unwrap()
}

#[test]
fn the_table_has_the_books_counts() {
    let table = parse(WRODL).unwrap();
    assert_eq!(table.len(), 50);
    assert_eq!(table[0], outfit("White"), "the book's first outfit");
    let mut times = BTreeMap::new();
    table.iter().for_each(|outfit| *times.entry(outfit).or_insert(0) += 1);
    assert_eq!(times[&outfit("White")], 2);
    assert_eq!(times.len(), 49, "all others once");
    assert!(!times.contains_key(&outfit("Blue01")));
}

/// The book's table of how often each value occurs among 50 outfits.
const COUNTS: [&[(&str, u32)]; 5] = [
    &[
        ("NoHair", 7),
        ("LongHairBun", 0),
        ("LongHairCurly", 1),
        ("LongHairStraight", 23),
        ("ShortHairShortWaved", 1),
        ("ShortHairShortFlat", 11),
        ("ShortHairFrizzle", 7),
    ],
    &[("Black", 7), ("Blonde", 6), ("Brown", 2), ("PastelPink", 3), ("Red", 8), ("SilverGray", 24)],
    &[("Blank", 11), ("Round", 22), ("Sunglasses", 17)],
    &[("Hoodie", 7), ("Overall", 18), ("ShirtScoopNeck", 19), ("ShirtVNeck", 6)],
    &[
        ("Black", 0),
        ("Blue01", 4),
        ("Gray01", 10),
        ("PastelGreen", 5),
        ("PastelOrange", 2),
        ("Pink", 4),
        ("Red", 3),
        ("White", 22),
    ],
];

#[test]
fn all_parameters_of_naive_bayes_are_the_hand_computed_ones() {
    let model = naive_bayes(&parse(WRODL).unwrap());
    assert_eq!(model.free_parameters(), 23);
    for (feature, counts) in COUNTS.iter().enumerate() {
        let names: Vec<&str> = counts.iter().map(|(name, _)| *name).collect();
        assert_eq!(values_of(feature), names, "{}", FEATURES[feature]);
        for (value, (name, count)) in counts.iter().enumerate() {
            assert_eq!(model.count(feature, value), *count, "{name}");
            assert_near(model.theta(feature, value), f64::from(*count) / 50.0);
        }
        assert_near((0..counts.len()).map(|value| model.theta(feature, value)).sum(), 1.0);
    }
}

#[test]
fn probabilities_are_the_books() {
    let table = parse(WRODL).unwrap();
    let multinomial = Multinomial::fit(&table);
    assert_eq!((Multinomial::OUTCOMES, Multinomial::FREE_PARAMETERS), (4032, 4031));
    assert_near(multinomial.log_probability(&outfit("White")), 0.04f64.ln());
    assert_eq!(multinomial.log_probability(&outfit("Blue01")), f64::NEG_INFINITY);
    let smoothed = multinomial.smoothed(1.0);
    assert_near(smoothed.log_probability(&outfit("White")), (3.0f64 / 4082.0).ln());
    assert_near(smoothed.log_probability(&outfit("Blue01")), (1.0f64 / 4082.0).ln());
    let naive = naive_bayes(&table);
    let white = naive.log_probability(&outfit("White").0);
    assert_near(white, (0.46f64 * 0.16 * 0.44 * 0.38 * 0.44).ln());
    assert_eq!(format!("{:.4}", white.exp()), "0.0054");
    assert_near(naive.log_probability(&outfit("Blue01").0), white + (0.08f64 / 0.44).ln());
}

#[test]
fn probabilities_of_all_outfits_sum_to_one() {
    let table = parse(WRODL).unwrap();
    let (multinomial, naive) = (Multinomial::fit(&table), naive_bayes(&table));
    let (smoothed, smoothed_naive) = (multinomial.clone().smoothed(1.0), naive.clone().smoothed(1.0));
    let mut sums = [0.0; 4];
    for i in 0..Multinomial::OUTCOMES {
        let mut rest = i;
        let outfit = Outfit(SIZES.map(|size| {
            let value = rest % size;
            rest /= size;
            value
        }));
        let logs = [
            multinomial.log_probability(&outfit),
            smoothed.log_probability(&outfit),
            naive.log_probability(&outfit.0),
            smoothed_naive.log_probability(&outfit.0),
        ];
        sums.iter_mut().zip(logs).for_each(|(sum, log)| *sum += log.exp());
    }
    sums.into_iter().for_each(|sum| assert!((sum - 1.0).abs() < 1e-9, "{sum}"));
}

#[test]
fn samples_have_the_models_frequencies_and_depend_on_the_seed_alone() {
    let model = naive_bayes(&parse(WRODL).unwrap()).smoothed(2.0);
    let draw = |seed| -> Vec<Vec<usize>> {
        let mut random = random(seed);
        (0..20_000).map(|_| model.sample(&mut random)).collect()
    };
    let rows = draw(5);
    for (feature, size) in SIZES.into_iter().enumerate() {
        for value in 0..size {
            let share = rows.iter().filter(|row| row[feature] == value).count() as f64 / rows.len() as f64;
            assert!((share - model.theta(feature, value)).abs() < 0.015, "{feature} {value}: {share}");
        }
    }
    assert_eq!(rows, draw(5));
    assert_ne!(rows, draw(6));

    let (table, mut dice) = (parse(WRODL).unwrap(), random(1));
    let multinomial = Multinomial::fit(&table);
    assert!((0..1000).all(|_| table.contains(&multinomial.sample(&mut dice))), "it can only repeat");
    let smoothed = multinomial.smoothed(1.0);
    let new = (0..1000).filter(|_| !table.contains(&smoothed.sample(&mut dice))).count();
    // (4032 - 49) / 4082 of the mass lies on outfits that were never seen.
    assert!((new as f64 / 1000.0 - 0.976).abs() < 0.02, "{new} of 1000");
}

#[test]
fn thousands_of_features_do_not_underflow() {
    let rows: Vec<Vec<usize>> = (0..2).map(|row| vec![row; 10_000]).collect();
    let model = NaiveBayes::fit(&[2; 10_000], rows.iter().map(Vec::as_slice));
    assert_near(model.log_probability(&[0; 10_000]), 10_000.0 * 0.5f64.ln());
}

#[test]
fn tables_with_mistakes_are_named() {
    let heading = FEATURES.join(",");
    let good = "LongHairStraight,Red,Round,ShirtScoopNeck,White";
    assert_eq!(parse(&format!("{heading}\n{good}\n")).unwrap(), [outfit("White")]);
    let cases: [(String, &[&str]); 8] = [
        (String::new(), &["heading"]),
        (format!("{heading}\n"), &["no outfit"]),
        (format!("{good}\n"), &["heading", "topType,hairColor"]),
        (format!("{heading}\n{good}\nLongHairStraight,Red,Round\n"), &["line 3", "3 cells", "5"]),
        (format!("{heading}\n{good},extra\n"), &["line 2", "6 cells"]),
        (format!("{heading}\nLongHairStraight,,Round,Hoodie,White\n"), &["line 2", "hairColor", "empty"]),
        (
            format!("{heading}\nLongHairStraight,Green,Round,Hoodie,White\n"),
            &["line 2", "hairColor", "`Green`", "SilverGray"],
        ),
        (format!("{heading}\nLongHairStraight,Red,Round,Hoodie,white\n"), &["clothingColor", "`white`"]),
    ];
    for (text, words) in cases {
        let error = format!("{:#}", parse(&text).unwrap_err());
        words.iter().for_each(|word| assert!(error.contains(word), "no '{word}' in: {error}"));
    }
    let error = format!("{:#}", Outfit::new(["Wig", "Red", "Round", "Hoodie", "White"]).unwrap_err());
    assert!(error.contains("topType") && error.contains("`Wig`") && error.contains("NoHair"), "{error}");
}

#[test]
fn the_tight_rectangle_is_the_likeliest() {
    let points = [[1.0, 2.0], [-3.0, 4.0], [0.0, -1.0]];
    let tight = Rectangle::around(&points).unwrap();
    assert_eq!(tight, Rectangle { low: [-3.0, -1.0], high: [1.0, 4.0] });
    assert_near(tight.log_likelihood(&points), -3.0 * 20f64.ln());
    assert!(tight.log_likelihood(&points) > tight.scaled(1.01).log_likelihood(&points));
    assert_eq!(tight.scaled(0.99).log_likelihood(&points), f64::NEG_INFINITY, "one point missed is enough");
    let left = Rectangle { high: [0.0, 90.0], ..Rectangle::MAP };
    assert_eq!(left.log_likelihood(&points), f64::NEG_INFINITY);
    assert_near(Rectangle::MAP.log_likelihood(&points), -3.0 * 64_800f64.ln());
    assert!(tight.samples(1000, &mut random(1)).iter().all(|&point| tight.contains(point)));
    assert_eq!(Rectangle::around(&[]), None);
}

fn drawn_land() -> Land {
    let folder = tempfile::tempdir().unwrap();
    synthetic::land::write(folder.path()).unwrap();
    land::read(folder.path()).unwrap()
}

#[test]
fn mixtures_are_distributions_and_get_better_on_what_they_are_fitted_to() {
    let land = drawn_land();
    let points = OverLand(&land).samples(500, &mut random(2));
    let mixtures = grow(&points, 30, 5.0);
    assert_eq!(mixtures.len(), 30);
    for (i, mixture) in mixtures.iter().enumerate() {
        assert_eq!(mixture.components.len(), i + 1);
        let weights: Vec<f64> = mixture.components.iter().map(|(log_weight, _)| *log_weight).collect();
        assert_near(log_sum_exp(&weights), 0.0);
        let area: f64 = mixture.components.iter().map(|(_, rectangle)| rectangle.area()).sum();
        assert_near(area, 64_800.0);
    }
    assert_near(mixtures[0].log_density([3.0, 3.0]), -64_800f64.ln());
    assert!(mixtures[29].log_likelihood(&points) > mixtures[9].log_likelihood(&points));
    assert!(mixtures[9].log_likelihood(&points) > mixtures[0].log_likelihood(&points));
    let others = OverLand(&land).samples(500, &mut random(3));
    assert!(mixtures[29].log_likelihood(&others).is_finite(), "no place is impossible");

    // Points in one quarter only: the first cuts fence that quarter in.
    let quarter = Rectangle { low: [0.0, 0.0], high: [180.0, 90.0] };
    let mixtures = grow(&quarter.samples(200, &mut random(4)), 3, 45.0);
    assert!(mixtures[2].components.iter().any(|(_, rectangle)| *rectangle == quarter));
    let inside = mixtures[2].samples(1000, &mut random(5)).iter().filter(|&&p| quarter.contains(p)).count();
    assert!(inside > 950, "{inside} of 1000");
    // Nothing to fit: even all over the map, and no cut makes that better.
    assert_eq!(grow(&[], 5, 5.0).len(), 1);
}

#[test]
fn log_sum_exp_stays_in_log_space() {
    assert_near(log_sum_exp(&[-1000.0, -1000.0]), -1000.0 + 2f64.ln());
    assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 3]), f64::NEG_INFINITY);
    assert_eq!(log_sum_exp(&[f64::NEG_INFINITY, -2.0]), -2.0);
}

#[test]
fn the_rules_tell_sea_copy_and_success() {
    let land = drawn_land();
    let observations: [Point; 2] = [[20.0, 10.0], [-100.0, 45.0]]; // Africa and North America
    assert_eq!(judge([-150.0, 0.0], &land, &observations, 2.0), Verdict::BreaksRule1, "the Pacific");
    assert_eq!(judge([51.0, 42.0], &land, &observations, 2.0), Verdict::BreaksRule1, "the Caspian Sea");
    assert_eq!(judge([21.0, 10.0], &land, &observations, 2.0), Verdict::BreaksRule2);
    assert_eq!(judge([20.0, 20.0], &land, &observations, 2.0), Verdict::Success);
    let samples = [[-150.0, 0.0], [-140.0, 20.0], [21.0, 10.0], [20.5, 10.0], [20.0, 20.0], [135.0, -25.0]];
    let found = clearest(&samples, &land, &observations, 2.0).map(|judged| judged.unwrap().point);
    assert_eq!(found, [[-150.0, 0.0], [20.5, 10.0], [135.0, -25.0]]);
    assert_eq!(clearest(&[], &land, &observations, 2.0), [None; 3]);
}

#[test]
fn points_of_the_truth_are_on_land_everywhere() {
    let land = drawn_land();
    let truth = OverLand(&land);
    let points = truth.samples(2000, &mut random(6));
    assert!(points.iter().all(|&point| land.contains(point)));
    assert_near(truth.log_likelihood(&points), -2000.0 * land.area().ln());
    // Antarctica's share on the flat map is what its area says.
    let south = points.iter().filter(|point| point[1] < -60.0).count() as f64 / 2000.0;
    assert!((0.2..0.5).contains(&south), "{south}");
}
