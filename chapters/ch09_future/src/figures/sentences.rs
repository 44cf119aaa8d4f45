//! The figures of 09_03 about the meaning of sentences.

use crate::models::animals::animals_of;
use crate::models::sentences::{SentenceEncoder, nearest as nearest_of, principal_components};
use crate::models::tales::Tales;
use anyhow::Result;
use common::cli::Figures;
use common::images;
use common::plot::{Chart, Color, ColorMap, Figure, HeatMap, Label, Plot, Points, Table};
use ndarray::{Array2, ArrayD};
use tch::{Kind, Tensor};

/// Fables whose titles stand on the map, and the most letters of a title.
const LABELLED: usize = 16;
const TITLE: usize = 34;
/// Fables that are listed, and the letters of each that are shown.
const NEAREST: i64 = 8;
const BEGINNING: usize = 70;
/// Tokens of a sentence in the attention maps.
const MOST_TOKENS: usize = 16;
/// Points of a map.
const SIZE: f32 = 26.0;

/// The fables with their embeddings.
#[derive(Debug)]
pub struct Library<'a> {
    encoder: SentenceEncoder<'a>,
    /// Title and text of each.
    fables: Vec<(String, &'a str)>,
    /// `[fables, d]`
    embeddings: Tensor,
    /// What captions call the net.
    net: &'a str,
}

impl<'a> Library<'a> {
    /// Embeds the texts of the fables of both parts, without their titles.
    ///
    /// # Errors
    /// As [`SentenceEncoder::embed`].
    pub fn new(encoder: SentenceEncoder<'a>, tales: &'a Tales, net: &'a str) -> Result<Library<'a>> {
        let all = tales.learned.iter().chain(&tales.held_out);
        // A title stands before the first empty line.
        let parts = all.map(|tale| tale.split_once("\n\n").unwrap_or((tale.as_str(), tale.as_str())));
        let fables: Vec<(String, &str)> = parts.map(|(title, text)| (shortened(title, TITLE), text)).collect();
        let texts: Vec<&str> = fables.iter().map(|(_, text)| *text).collect();
        let embeddings = encoder.embed(&texts)?;
        Ok(Library { encoder, fables, embeddings, net })
    }

    /// Where the fables lie by their meaning: their embeddings' first two principal components.
    pub fn map(&self, figures: &Figures) -> Result<()> {
        let Library { fables, net, .. } = self;
        let (places, shares) = principal_components(&self.embeddings, 2)?;
        let places = matrix(&places)?; // [fables, 2]
        let titles: Vec<&str> = fables.iter().map(|(title, _)| title.as_str()).collect();
        let mut chart = Chart::new().x_label("first component").y_label("second component");
        for (i, (name, numbers)) in animals_of(&titles).into_iter().enumerate() {
            if numbers.is_empty() {
                continue;
            }
            let xy = Array2::from_shape_fn((numbers.len(), 2), |(row, axis)| places[[numbers[row], axis]]);
            let color = if name.is_empty() { Color::LIGHT_GREY } else { Color::tab10(i - 1) };
            let label = if name.is_empty() { "others" } else { name };
            chart = chart.with(Points::new(xy.view()).color(color).size(SIZE).label(label));
        }
        for number in images::evenly(fables.len(), LABELLED) {
            let at = (f64::from(places[[number, 0]]), f64::from(places[[number, 1]]));
            chart = chart.with(Label::new(titles[number], at).size(6.5));
        }
        let caption = format!(
            "The {} fables by their meaning: the first two principal components of their embeddings, which have {:.0} % of the \
             variance, coloured by the animal in the title, which is not part of the text that is embedded. The net is {net}.",
            fables.len(),
            100.0 * shares.iter().sum::<f64>()
        );
        figures.save("map", &caption, Figure::of(&chart, (10.5, 8.0))?)
    }

    /// The fables that are nearest to a sentence.
    pub fn nearest(&self, figures: &Figures, sentence: &str) -> Result<()> {
        let Library { fables, net, .. } = self;
        let of = self.encoder.embed(&[sentence])?.squeeze_dim(0); // [1, d] -> [d]
        let mut table = Table::new(["cosine", "fable", "it begins"]).title(&shortened(sentence, BEGINNING));
        for (number, cosine) in nearest_of(&self.embeddings, &of, NEAREST)? {
            let (title, text) = &fables[number];
            let beginning = shortened(&text.split_whitespace().collect::<Vec<_>>().join(" "), BEGINNING);
            table = table.row([format!("{cosine:.3}"), title.clone(), beginning]);
        }
        let caption = format!(
            "The fables nearest to the sentence \"{sentence}\", by the cosine of the angle between their embeddings: 1 for the \
             same direction. The net is {net}. Choose another sentence with `--set sentence=\"..\"`."
        );
        figures.save("nearest", &caption, Figure::fitted(&[&[&table]], 10.0)?)
    }

    /// Attention maps of all heads of a middle block.
    pub fn attention(&self, figures: &Figures, sentence: &str) -> Result<()> {
        let (encoder, net) = (&self.encoder, self.net);
        let tokens = encoder.pieces.encode_framed(sentence, MOST_TOKENS)?;
        let names: Vec<String> = tokens.iter().filter_map(|token| encoder.pieces.piece(*token)).collect();
        let row = Tensor::from_slice(&tokens).unsqueeze(0).to_device(encoder.bert.device()); // [1, time]
        let weights = encoder.bert.attention_weights(&row); // [layers, heads, time, time]
        let [layers, heads] = [weights.size()[0], weights.size()[1]];
        let layer = layers / 2;
        let mut maps = vec![];
        for head in 0..heads {
            let weights = matrix(&weights.get(layer).get(head))?;
            let map = HeatMap::new(weights.view()).map(ColorMap::Viridis).range(0.0, 1.0).no_bar();
            maps.push(map.x_names(&names).y_names(&names).title(&format!("head {}", head + 1)));
        }
        let columns = heads.min(4) as usize;
        let rows: Vec<Vec<&dyn Plot>> =
            maps.chunks(columns).map(|row| row.iter().map(|map| map as &dyn Plot).collect()).collect();
        let rows: Vec<&[&dyn Plot]> = rows.iter().map(Vec::as_slice).collect();
        let caption = format!(
            "Attention of block {} of {layers} over the sentence \"{sentence}\": row by row, how much a token takes from each \
             token, before and after it. Yellow is 1. The net is {net}.",
            layer + 1
        );
        figures.save("attention", &caption, Figure::fitted(&rows, 3.4 * columns as f32)?)
    }
}

/// At most so many letters of a text.
fn shortened(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}..", text[..end].trim_end()),
        None => text.to_string(),
    }
}

/// A matrix on the CPU.
fn matrix(tensor: &Tensor) -> Result<Array2<f32>> {
    let tensor = tensor.to_device(tch::Device::Cpu).to_kind(Kind::Float).contiguous();
    let array: ArrayD<f32> = (&tensor).try_into()?;
    Ok(array.into_dimensionality()?)
}
