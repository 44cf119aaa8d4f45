//! Five years of papers (p. 317).

use anyhow::Result;
use common::cli::Figures;
use common::plot::{Chart, Color, Figure, Label, Points};
use ndarray::Array2;

/// What a paper is about.
const KINDS: [&str; 4] = ["GANs", "GANs: images", "sequences", "others"];

/// The month of its first version on arXiv or of its announcement, name, kind, and row in the figure.
const PAPERS: [(f64, &str, usize, f64); 25] = [
    (at(2013, 12), "VAE", 3, 1.0),
    (at(2014, 6), "GAN", 0, 3.0),
    (at(2014, 9), "attention", 2, 2.0),
    (at(2014, 11), "conditional GAN", 0, 4.0),
    (at(2015, 11), "DCGAN", 1, 3.0),
    (at(2015, 12), "VAE-GAN", 1, 4.0),
    (at(2016, 6), "InfoGAN", 0, 3.0),
    (at(2016, 9), "WaveNet", 2, 2.0),
    (at(2016, 11), "pix2pix", 1, 4.0),
    (at(2017, 1), "WGAN", 0, 3.0),
    (at(2017, 3), "CycleGAN", 1, 5.0),
    (at(2017, 3), "WGAN-GP", 0, 6.0),
    (at(2017, 6), "Transformer", 2, 2.0),
    (at(2017, 9), "MuseGAN", 2, 1.0),
    (at(2017, 10), "ProGAN", 1, 4.0),
    (at(2018, 3), "World Models", 3, 3.0),
    (at(2018, 5), "SAGAN", 1, 5.0),
    (at(2018, 6), "GPT", 2, 2.0),
    (at(2018, 9), "BigGAN", 1, 6.0),
    (at(2018, 10), "BERT", 2, 1.0),
    (at(2018, 12), "StyleGAN", 1, 4.0),
    (at(2019, 2), "GPT-2", 2, 2.0),
    (at(2019, 3), "GauGAN", 1, 5.0),
    (at(2019, 4), "MuseNet", 2, 1.0),
    (at(2019, 4), "Sparse Transformer", 2, 3.0),
];

const fn at(year: u32, month: u32) -> f64 {
    year as f64 + (month as f64 - 0.5) / 12.0
}

/// The papers over time.
pub fn timeline(figures: &Figures) -> Result<()> {
    let mut chart = Chart::new().x_range(2013.7, 2020.0).y_range(0.3, 7.2).x_label("year");
    for (kind, name) in KINDS.iter().enumerate() {
        let papers: Vec<_> = PAPERS.iter().filter(|paper| paper.2 == kind).collect();
        let xy =
            Array2::from_shape_fn(
                (papers.len(), 2),
                |(i, axis)| {
                    if axis == 0 { papers[i].0 as f32 } else { papers[i].3 as f32 }
                },
            );
        let color = Color::tab10(kind);
        for (x, title, _, y) in papers {
            chart = chart.with(Label::new(title, (*x, y + 0.22)).color(color).size(9.0));
        }
        chart = chart.with(Points::new(xy.view()).color(color).size(5.0).label(name));
    }
    let chart =
        chart.grid().x_names((2014..=2020).map(|year| (f64::from(year), year))).y_names(Vec::<(f64, &str)>::new());
    let caption = "Five years of generative models (p. 317), by the month in which each paper or net appeared. Heights only keep \
                   the names apart.";
    figures.save("timeline", caption, Figure::of(&chart, (13.0, 5.0))?)
}
