//! The figures of 07_05 about one sample.

use crate::experiments::musegan_train::Trained;
use crate::models::bars::{self, N_TRACKS};
use crate::models::musegan::Noise;
use anyhow::{Context, Result, ensure};
use common::cli::Figures;
use common::device;
use common::music::Score;
use common::music::engrave::Layout;
use common::plot::{ColorMap, Engraved, Figure, HeatMap, Plot};
use ndarray::Array2;
use tch::{Device, Kind, Tensor};

/// The value that the book puts in the place of each noise.
const CHANGED: f64 = 5.0;
/// Names of the tracks.
const TRACKS: [&str; N_TRACKS as usize] = ["soprano", "alto", "tenor", "bass"];

/// A generated score.
#[derive(Debug)]
pub struct Sample {
    noise: Noise,
    /// `[1, n_bars, 16, n_pitches, tracks]`
    values: Tensor,
    score: Score,
}

impl Sample {
    /// A score of random noise, always the same for a seed.
    ///
    /// # Errors
    /// libtorch fails.
    pub fn new(figures: &Figures, trained: &Trained) -> Result<Sample> {
        device::seed(&[figures.seed(), 2]);
        Sample::of(trained.gan.noise(1), trained)
    }

    fn of(noise: Noise, trained: &Trained) -> Result<Sample> {
        let values = trained.gan.scores(&noise);
        let score = first_score(&values)?;
        Ok(Sample { noise, values, score })
    }
}

/// The first of some scores as notes.
fn first_score(values: &Tensor) -> Result<Score> {
    bars::to_score(bars::steps(values)?.first().context("there is no score")?)
}

/// Scores of two bars or a few more, one below the other, each with a title.
fn engraved(scores: &[(&str, &Score)]) -> Result<Figure> {
    let panels = scores.iter().map(|(title, score)| Ok(Engraved::from_score(score, &Layout::default())?.title(title)));
    let panels = panels.collect::<Result<Vec<_>>>()?;
    let rows: Vec<[&dyn Plot; 1]> = panels.iter().map(|panel| [panel as &dyn Plot]).collect();
    let rows: Vec<&[&dyn Plot]> = rows.iter().map(|row| &row[..]).collect();
    Figure::fitted(&rows, 10.0)
}

/// The sample as an engraved score (p. 269).
pub fn score(figures: &Figures, sample: &Sample) -> Result<()> {
    let caption = "A score that the generator made from random noise: of each voice and sixteenth the pitch with the highest \
                   value. A note ends where the pitch changes, and at each quarter note.";
    let engraved = Engraved::from_score(&sample.score, &Layout::default())?;
    figures.save_with_sound("score", caption, Figure::fitted(&[&[&engraved]], 10.0)?, &sample.score)
}

/// The values that the generator makes, bar by bar and track by track (the book's `draw_score`).
pub fn piano_roll(figures: &Figures, sample: &Sample) -> Result<()> {
    let values = sample.values.get(0).to_device(Device::Cpu).to_kind(Kind::Float);
    let n_bars = values.size()[0];
    let mut maps = vec![];
    for track in 0..N_TRACKS {
        for bar in 0..n_bars {
            // [steps, pitches, tracks] -> [pitches, steps]
            let pixels = values.get(bar).select(2, track).transpose(0, 1).contiguous();
            let pixels: ndarray::ArrayD<f32> = (&pixels).try_into()?;
            let pixels: Array2<f32> = pixels.into_dimensionality()?;
            let map = HeatMap::new(pixels.view()).map(ColorMap::Binary).range(-1.0, 1.0).upwards().stretched().no_bar();
            maps.push(map.y_label("pitch").title(&format!("{}, bar {}", TRACKS[track as usize], bar + 1)));
        }
    }
    let caption = "The values that the generator makes, for each voice and bar: sixteenths from left to right, pitches from \
                   low to high; -1 is white and 1 is black.";
    let columns = n_bars as usize;
    figures.save("piano_roll", caption, Figure::grid(&maps, columns, (4.0 * columns as f32, 12.0))?)
}

/// The sample, and the training piece that is nearest to it (p. 270).
pub fn nearest(figures: &Figures, trained: &Trained, sample: &Sample) -> Result<()> {
    let (row, distance) = nearest_piece(&sample.values, &trained.scores)?;
    let piece = bars::to_score(&trained.pieces[row])?;
    let between = mean_distance_of_pieces(&trained.scores);
    let caption = format!(
        "The score, and below it the one of {} training pieces that is nearest to it (piece {row}, with sound): the Euclidean \
         distance of all values is {distance:.1}. A training piece is {between:.1} from its nearest neighbour, on average.",
        trained.pieces.len()
    );
    let figure = engraved(&[("generated", &sample.score), ("the nearest training piece", &piece)])?;
    figures.save_with_sound("nearest", &caption, figure, &piece)
}

/// The row of the piece nearest to a score by Euclidean distance, and the distance.
fn nearest_piece(score: &Tensor, pieces: &Tensor) -> Result<(usize, f64)> {
    ensure!(score.size()[1..] == pieces.size()[1..], "the score has another shape than the pieces");
    let (distance, row) = Tensor::cdist(&score.flatten(1, -1), &pieces.flatten(1, -1), 2.0, None).min_dim(1, false);
    Ok((row.int64_value(&[0]) as usize, distance.double_value(&[0])))
}

/// The mean distance of pieces to their nearest neighbours; 0 if there is one piece.
fn mean_distance_of_pieces(pieces: &Tensor) -> f64 {
    let flat = pieces.flatten(1, -1);
    let nearest_two = Tensor::cdist(&flat, &flat, 2.0, None).topk(2.min(flat.size()[0]), 1, false, true).0;
    nearest_two.select(1, -1).mean(Kind::Float).double_value(&[])
}

/// The same score with one of the four noises replaced by fives (pp. 270-273).
pub fn changes(figures: &Figures, trained: &Trained, sample: &Sample) -> Result<()> {
    let Noise { chords, style, melody, groove } = &sample.noise;
    let unchanged =
        || Noise { chords: chords.copy(), style: style.copy(), melody: melody.copy(), groove: groove.copy() };
    let with = |noise: &Tensor, track: i64| {
        let _ = noise.select(1, track).fill_(CHANGED);
    };
    let (soprano, bass) = (unchanged(), unchanged());
    with(&soprano.melody, 0);
    with(&bass.groove, N_TRACKS - 1);
    let fives = |noise: &Tensor| noise.full_like(CHANGED);
    for (what, name, noise) in [
        (
            "changed_chords",
            "other chords: all voices change, from bar to bar",
            Noise { chords: fives(chords), ..unchanged() },
        ),
        ("changed_style", "another style: all voices change in all bars", Noise { style: fives(style), ..unchanged() }),
        ("changed_melody", "another melody of the soprano: the other voices stay", soprano),
        ("changed_groove", "another groove of the bass: the other voices stay", bass),
    ] {
        let changed = Sample::of(noise, trained)?.score;
        let caption = format!("The score, and what becomes of it with {name}. The noise is {CHANGED} everywhere.");
        let figure = engraved(&[("generated", &sample.score), (name, &changed)])?;
        figures.save_with_sound(what, &caption, figure, &changed)?;
    }
    Ok(())
}
