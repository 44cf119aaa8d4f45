//! 01_02: naive Bayes on outfits of planet Wrodl (pp. 35-44).

use crate::figures::fashion as draw;
use crate::models::multinomial::Multinomial;
use crate::models::naive_bayes::NaiveBayes;
use crate::models::outfits::{self, BOOK, Outfit, SIZES, WRODL};
use crate::models::random::generator;
use anyhow::{Result, ensure};
use common::cli::Context;
use common::say;
use common::training::{DataInfo, ExperimentConfig, Preset};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Hyper-parameters of 01_02.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// A table of outfits (CSV) instead of the chapter's own.
    pub table: Option<PathBuf>,
    /// Number of samples of each model, to count new outfits.
    pub samples: usize,
}

impl ExperimentConfig for Config {
    fn preset(preset: Preset) -> Config {
        let samples = if preset == Preset::Smoke { 100 } else { 10_000 };
        Config { table: None, samples }
    }

    fn check(&self) -> Result<()> {
        ensure!((10..=1_000_000).contains(&self.samples), "samples must lie between 10 and 1000000");
        Ok(())
    }
}

/// The observed outfits of an experiment, and their entry in the run's parameters.
pub fn observations(table: &Option<PathBuf>) -> Result<(DataInfo, Vec<Outfit>)> {
    Ok(match table {
        None => (DataInfo::own(BOOK, "50 outfits, a reconstruction", WRODL.as_bytes()), outfits::parse(WRODL)?),
        Some(path) => {
            let (text, outfits) = outfits::read(path)?;
            let title = format!("{} outfits of {}", outfits.len(), path.display());
            (DataInfo::own("outfits", &title, text.as_bytes()), outfits)
        }
    })
}

/// Naive Bayes on the five features.
pub fn naive_bayes(observed: &[Outfit]) -> NaiveBayes {
    NaiveBayes::fit(&SIZES, observed.iter().map(|outfit| outfit.0.as_slice()))
}

/// 01_02: fits both models to the observed outfits and samples new ones.
pub fn run(context: &Context) -> Result<()> {
    let config = context.config::<Config>()?;
    let (data, observed) = observations(&config.table)?;
    say!("data: {}", data.title);
    let run = context.plain_run::<Config>("fashion", "outfits", data)?;
    let figures = context.figures(&run);

    let multinomial = Multinomial::fit(&observed);
    let smoothed = multinomial.clone().smoothed(1.0);
    let naive = naive_bayes(&observed);
    say!("free parameters: multinomial {}, naive Bayes {}", Multinomial::FREE_PARAMETERS, naive.free_parameters());
    let first = observed[0];
    let blue = Outfit::new(["LongHairStraight", "Red", "Round", "ShirtScoopNeck", "Blue01"])?;
    say!("{:<62} {:>11} {:>9} {:>11}", "probability of", "multinomial", "smoothed", "naive Bayes");
    for outfit in [first, blue] {
        let [a, b, c] =
            [multinomial.log_probability(&outfit), smoothed.log_probability(&outfit), naive.log_probability(&outfit.0)]
                .map(f64::exp);
        say!("{:<62} {a:>11.4} {b:>9.5} {c:>11.5}", outfit.names().join(" "));
    }

    let mut random = generator(&run, 0);
    let mut share_new = |sample: &dyn Fn(&mut ChaCha8Rng) -> Outfit| {
        let new = (0..config.samples).filter(|_| !observed.contains(&sample(&mut random))).count();
        100.0 * new as f64 / config.samples as f64
    };
    say!(
        "unobserved outfits among the samples: multinomial {:.1} %, smoothed {:.1} %, naive Bayes {:.1} %",
        share_new(&|random| multinomial.sample(random)),
        share_new(&|random| smoothed.sample(random)),
        share_new(&|random| sample(&naive, random)),
    );

    draw::first_rows(&figures, &observed)?;
    draw::observed(&figures, &observed)?;
    draw::probabilities(&figures, &observed, blue, &multinomial, &naive)?;
    draw::parameters(&figures, &naive)?;
    let mut random = generator(&run, 1);
    let new: Vec<Outfit> = (0..10).map(|_| sample(&naive, &mut random)).collect();
    draw::new_outfits(&figures, &new, &observed)
}

/// An outfit sampled from naive Bayes.
pub fn sample(naive: &NaiveBayes, random: &mut ChaCha8Rng) -> Outfit {
    let row = naive.sample(random);
    Outfit(std::array::from_fn(|feature| row[feature]))
}
