//! Outfits on planet Wrodl (Irma in the Russian edition): five features, each one of a few values (pp. 35-37).

use anyhow::{Context, Result, bail, ensure};
use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::str::FromStr;
use synthetic::avatar::{Accessories, Avatar, Clothing, ClothingColor, HairColor, Top};

/// The book's names of the features, in the order of the table's columns.
pub const FEATURES: [&str; 5] = ["topType", "hairColor", "accessoriesType", "clothingType", "clothingColor"];

/// Number of values of each feature.
pub const SIZES: [usize; 5] =
    [Top::ALL.len(), HairColor::ALL.len(), Accessories::ALL.len(), Clothing::ALL.len(), ClothingColor::ALL.len()];

/// Fifty observed outfits, a reconstruction: the book prints the counts of values, but not the rows. The table has
/// exactly the book's counts, the first outfit twice, and the same outfit in Blue01 never.
pub const WRODL: &str = include_str!("../../wrodl.csv");

/// The name of this table in a run's parameters.
pub const BOOK: &str = "wrodl";

/// An outfit: the value of each feature, numbered from 0, in the order of [`FEATURES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outfit(pub [usize; 5]);

impl Outfit {
    /// An outfit from the names of its values.
    ///
    /// # Errors
    /// A value is unknown; the message lists the valid ones.
    pub fn new(values: [&str; 5]) -> Result<Outfit> {
        let mut numbers = [0; 5];
        for (feature, value) in values.into_iter().enumerate() {
            let known = values_of(feature);
            numbers[feature] = known.iter().position(|name| name == value).with_context(|| {
                format!("{}: unknown value `{value}`; valid values are {}", FEATURES[feature], known.join(", "))
            })?;
        }
        Ok(Outfit(numbers))
    }

    /// The names of its values.
    pub fn names(&self) -> [String; 5] {
        std::array::from_fn(|feature| values_of(feature)[self.0[feature]].clone())
    }

    /// An avatar in this outfit.
    pub fn avatar(&self) -> Avatar {
        let [top, hair_color, accessories, clothing, clothing_color] = self.0;
        Avatar {
            top: Top::ALL[top],
            hair_color: HairColor::ALL[hair_color],
            accessories: Accessories::ALL[accessories],
            clothing: Clothing::ALL[clothing],
            clothing_color: ClothingColor::ALL[clothing_color],
            ..Avatar::default()
        }
    }
}

/// Names of all values of a feature, in order.
pub fn values_of(feature: usize) -> Vec<String> {
    fn names<T: Display + FromStr>(all: &[T]) -> Vec<String> {
        all.iter().map(T::to_string).collect()
    }
    match feature {
        0 => names(Top::ALL),
        1 => names(HairColor::ALL),
        2 => names(Accessories::ALL),
        3 => names(Clothing::ALL),
        _ => names(ClothingColor::ALL),
    }
}

/// Reads a table of outfits from a CSV file; see [`parse`].
///
/// # Errors
/// The file cannot be read, or is not such a table.
pub fn read(path: &Path) -> Result<(String, Vec<Outfit>)> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read the table {}", path.display()))?;
    let outfits = parse(&text).with_context(|| format!("the table {}", path.display()))?;
    Ok((text, outfits))
}

/// Reads a table of outfits: CSV with [`FEATURES`] as its heading and an outfit in each row.
///
/// # Errors
/// The heading differs, a row has too few or too many cells, a cell is empty or has an unknown value, or there are no
/// rows. The message names the line.
pub fn parse(text: &str) -> Result<Vec<Outfit>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let heading = reader.headers().context("cannot read the heading")?;
    ensure!(
        heading.iter().eq(FEATURES),
        "the heading is `{}`, expected `{}`",
        heading.iter().collect::<Vec<_>>().join(","),
        FEATURES.join(",")
    );
    let mut outfits = vec![];
    for record in reader.records() {
        let record = record.context("cannot read a row")?;
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Vec<&str> = record.iter().collect();
        let Ok(values) = <[&str; 5]>::try_from(cells) else {
            bail!("line {line} has {} cells, expected 5", record.len());
        };
        if let Some(feature) = values.iter().position(|value| value.is_empty()) {
            bail!("line {line}: the cell of {} is empty", FEATURES[feature]);
        }
        outfits.push(Outfit::new(values).with_context(|| format!("line {line}"))?);
    }
    ensure!(!outfits.is_empty(), "it has no outfits: a model needs at least one row below the heading");
    Ok(outfits)
}
