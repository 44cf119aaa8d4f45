//! The tables and images of 01_02 (table 1.1 to figure 1.9 of the book).

use crate::models::multinomial::Multinomial;
use crate::models::naive_bayes::NaiveBayes;
use crate::models::outfits::{BOOK, FEATURES, Outfit, SIZES, values_of};
use anyhow::{Context as _, Result};
use common::cli::Figures;
use common::plot::{Figure, ImageGrid, Plot, Table};
use ndarray::{Array3, Array4, Axis, stack};
use synthetic::avatar;

/// Side of the avatars, in pixels.
const SIDE: u32 = 128;

/// The first ten observations as a table.
pub fn first_rows(figures: &Figures, observed: &[Outfit]) -> Result<()> {
    let mut table = Table::new([""].iter().chain(&FEATURES));
    for (i, outfit) in observed.iter().take(10).enumerate() {
        table = table.row([i.to_string()].into_iter().chain(outfit.names()));
    }
    let of = match figures.data().name == BOOK {
        true => " The book prints only counts: the rows are a reconstruction with the same counts.",
        false => "",
    };
    let caption = format!("The first ten of {} observed outfits.{of}", observed.len());
    figures.save("first_rows", &caption, Figure::fitted(&[&[&table]], 9.0)?)
}

/// The first ten observations as avatars.
pub fn observed(figures: &Figures, observed: &[Outfit]) -> Result<()> {
    let first = &observed[..observed.len().min(10)];
    let caption = "The first ten observed outfits as avatars.";
    figures.save("observed", caption, Figure::fitted(&[&[&people(first)?]], 9.6)?)
}

/// Counts and probabilities of a few outfits by the three models.
pub fn probabilities(
    figures: &Figures,
    observed: &[Outfit],
    blue: Outfit,
    multinomial: &Multinomial,
    naive: &NaiveBayes,
) -> Result<()> {
    let smoothed = multinomial.clone().smoothed(1.0);
    let mut table =
        Table::new(FEATURES.into_iter().chain(["n", "n / N", "(n + 1) / (N + d)", "naive Bayes"]).map(str::to_string));
    for outfit in [observed[0], blue].iter().chain(observed.iter().skip(1).take(8)) {
        let probability = |log: f64| format!("{:.5}", log.exp());
        let numbers = [
            multinomial.count(outfit).to_string(),
            probability(multinomial.log_probability(outfit)),
            probability(smoothed.log_probability(outfit)),
            probability(naive.log_probability(&outfit.0)),
        ];
        table = table.row(outfit.names().into_iter().chain(numbers));
    }
    let second = if multinomial.count(&blue) == 0 { " The second outfit was never observed." } else { "" };
    let caption = format!(
        "Counts and probabilities of some of the {} possible outfits: multinomial model ({} free parameters; unobserved \
         outfits are impossible), the same with additive smoothing, and naive Bayes ({} free parameters).{second}",
        Multinomial::OUTCOMES,
        Multinomial::FREE_PARAMETERS,
        naive.free_parameters()
    );
    figures.save("multinomial", &caption, Figure::fitted(&[&[&table]], 11.0)?)
}

/// All parameters of naive Bayes.
pub fn parameters(figures: &Figures, naive: &NaiveBayes) -> Result<()> {
    let tables: Vec<Table> = (0..FEATURES.len())
        .map(|feature| {
            let row = |table: Table, (value, name): (usize, String)| {
                let count = naive.count(feature, value).to_string();
                table.row([name, count, format!("{:.2}", naive.theta(feature, value))])
            };
            let empty = Table::new([FEATURES[feature], "n", "θ"]);
            values_of(feature).into_iter().enumerate().take(SIZES[feature]).fold(empty, row)
        })
        .collect();
    let plots: Vec<&dyn Plot> = tables.iter().map(|table| table as &dyn Plot).collect();
    let caption = format!(
        "The parameters of naive Bayes: count n and probability θ of each value. The probabilities of a feature sum to \
         one, so {} of them are free.",
        naive.free_parameters()
    );
    figures.save("parameters", &caption, Figure::fitted(&[&plots], 14.0)?)
}

/// New outfits as avatars, with their features below.
pub fn new_outfits(figures: &Figures, new: &[Outfit], observed: &[Outfit]) -> Result<()> {
    let unseen = new.iter().filter(|outfit| !observed.contains(outfit)).count();
    let caption = format!(
        "Ten outfits sampled from naive Bayes, each feature independently. {unseen} of them were never observed."
    );
    figures.save("new_outfits", &caption, Figure::fitted(&[&[&people(new)?]], 9.6)?)
}

/// Avatars in these outfits, five in a row, with their features below.
fn people(outfits: &[Outfit]) -> Result<ImageGrid> {
    let images = images(outfits, SIDE)?;
    let captions = outfits.iter().map(|outfit| outfit.names().join("\n"));
    Ok(ImageGrid::new(images.view()).columns(5).captions(captions).gap(10.0))
}

/// Avatars in these outfits, `[n, side, side, 3]` in [0, 1].
pub fn images(outfits: &[Outfit], side: u32) -> Result<Array4<f32>> {
    let draw = |outfit: &Outfit| {
        let image = avatar::draw(&outfit.avatar(), side, side);
        let values = image.rgb.into_iter().map(|byte| f32::from(byte) / 255.0).collect();
        Array3::from_shape_vec((side as usize, side as usize, 3), values)
    };
    let images = outfits.iter().map(draw).collect::<Result<Vec<_>, _>>()?;
    let views: Vec<_> = images.iter().map(Array3::view).collect();
    stack(Axis(0), &views).context("no outfits to draw")
}
