//! The figures of 09_04 about the music that the net composes.

use crate::experiments::musenet::{Composer, evaluate};
use crate::models::event_windows::{EventWindows, event_row};
use crate::models::music_numbers::{overlap, pitch_classes, steps};
use crate::models::music_source::names;
use anyhow::{Context, Result};
use common::cli::Figures;
use common::music::engrave::Layout;
use common::music::midi;
use common::plot::{Chart, Color, Engraved, Figure, PianoRoll, Polygon, Table};
use common::{files, say};
use serde::Serialize;

/// Bars of a score in a figure.
const BARS: usize = 8;
/// The number of the piece in the figures; those that are measured have others.
const SHOWN: u64 = u64::MAX;
const CLASSES: [&str; 12] = ["C", "C#", "D", "E♭", "E", "F", "F#", "G", "G#", "A", "B♭", "B"];

/// A piece that the net composes from the beginning of a held-out one, as a score and as a piano roll.
pub fn piece(figures: &Figures, composer: &Composer) -> Result<()> {
    let config = &composer.run.params.config;
    let vocabulary = &composer.vocabulary;
    let given = composer.held_out.first().context("there is no held-out piece")?;
    let events = vocabulary.encode(given)?;
    let piece = composer.compose(vocabulary.beginning(&events, config.beginning), SHOWN)?;
    let score = vocabulary.score(&piece)?;
    files::write(&figures.run().path.join("scores/piece.mid"), &midi::write(&score)?)?;
    let from = match config.beginning {
        0 => "from nothing".to_string(),
        sixteenths => format!("from the first {sixteenths} sixteenths of a held-out piece"),
    };
    let about = format!(
        "A piece for {} that the net composed {from}, event by event, {} notes, temperature {}",
        names(&vocabulary.instruments),
        piece.notes().len(),
        config.sampling.temperature
    );
    let engraved = Engraved::from_score(&score, &Layout { bars: 0..BARS, ..Layout::default() })?;
    let caption = format!("{about}; its first {BARS} bars. All bars count as four quarter notes.");
    figures.save_with_sound("score", &caption, Figure::fitted(&[&[&engraved]], 10.0)?, &score)?;
    let roll = PianoRoll::from_score(&score)?;
    figures.save("piano_roll", &format!("{about}; each instrument has a colour."), Figure::of(&roll, (12.0, 5.0))?)
}

/// How good a net is, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
struct Numbers {
    /// Cross-entropy of the next event of held-out pieces, in nats.
    held_out_loss: f64,
    /// The same for the frequencies of the events that were learned.
    frequencies_loss: f64,
    /// What pitch classes of composed and of learned pieces have in common, 0 to 1; and those of held-out and learned ones.
    pitch_classes: [f64; 2],
    /// The same for the steps from note to note.
    steps: [f64; 2],
    /// The mean number of notes of a composed piece.
    notes: f64,
}

/// Numbers of the net and of what it composes from nothing, and histograms (`numbers.json`).
pub fn numbers(figures: &Figures, composer: &Composer) -> Result<()> {
    let Composer { net, vocabulary, learned, held_out, run, .. } = composer;
    let config = &run.params.config;
    let composed = (0..config.compositions).map(|number| composer.compose(&[], number)).collect::<Result<Vec<_>>>()?;
    for (number, piece) in composed.iter().enumerate() {
        let score = vocabulary.score(piece)?;
        let file = figures.run().path.join(format!("scores/from_nothing_{:02}.mid", number + 1));
        files::write(&file, &midi::write(&score)?)?;
    }
    let windows = EventWindows::new(held_out, vocabulary, config.net.n_positions, figures.device())?;
    let all = [&composed[..], held_out, learned];
    let (classes, steps) = (all.map(pitch_classes), all.map(steps));
    let notes: usize = composed.iter().map(|piece| piece.notes().len()).sum();
    let numbers = Numbers {
        held_out_loss: evaluate(net, &windows),
        frequencies_loss: frequencies_loss(composer)?,
        pitch_classes: [0, 1].map(|i| overlap(&classes[i], &classes[2])),
        steps: [0, 1].map(|i| overlap(&steps[i], &steps[2])),
        notes: notes as f64 / composed.len() as f64,
    };
    save(figures, &numbers)?;
    histograms(figures, [&classes[0], &classes[1]], [&steps[0], &steps[1]])
}

/// The mean of -log p of held-out events, by the frequencies of those that were learned; each counts once more.
fn frequencies_loss(composer: &Composer) -> Result<f64> {
    let Composer { vocabulary, learned, held_out, .. } = composer;
    let mut counts = vec![1.0; vocabulary.len() as usize];
    event_row(learned, vocabulary)?.into_iter().for_each(|token| counts[token as usize] += 1.0);
    let sum: f64 = counts.iter().sum();
    let row = event_row(held_out, vocabulary)?;
    Ok(row.iter().map(|token| -(counts[*token as usize] / sum).ln()).sum::<f64>() / row.len() as f64)
}

fn save(figures: &Figures, numbers: &Numbers) -> Result<()> {
    let json = serde_json::to_string_pretty(numbers).context("cannot encode the numbers as JSON")?;
    files::write(&figures.run().path.join("numbers.json"), (json + "\n").as_bytes())?;
    let Numbers { held_out_loss, frequencies_loss, pitch_classes, steps, notes } = *numbers;
    say!("held out: {held_out_loss:.3} nats an event, {frequencies_loss:.3} by the events' frequencies");
    say!(
        "in common with the learned pieces: {:.2} of the pitch classes, {:.2} of the steps",
        pitch_classes[0],
        steps[0]
    );
    let row = |name: &str, composed: String, held_out: String| [name.to_string(), composed, held_out];
    let two = |[composed, held_out]: [f64; 2]| (format!("{composed:.2}"), format!("{held_out:.2}"));
    let ((classes, of_held_out), (steps, steps_of_held_out)) = (two(pitch_classes), two(steps));
    let table = Table::new(["", "net", "for comparison"])
        .row(row("loss of an event, held out", format!("{held_out_loss:.3}"), format!("{frequencies_loss:.3}")))
        .row(row("pitch classes in common", classes, of_held_out))
        .row(row("steps in common", steps, steps_of_held_out))
        .row(row("notes of a composed piece", format!("{notes:.0}"), String::new()));
    let caption = "Cross-entropy of the next event of held-out pieces in nats, beside that of the frequencies of the learned \
                   events; what pitch classes, and steps from note to note, of pieces composed from nothing have in common \
                   with the learned pieces (1: all), beside what held-out pieces have; and the mean length of the composed \
                   pieces.";
    figures.save("numbers", caption, Figure::fitted(&[&[&table]], 7.0)?)
}

/// Shares of pitch classes and of steps: of composed pieces, and of held-out ones.
fn histograms(figures: &Figures, classes: [&[f64]; 2], steps: [&[f64]; 2]) -> Result<()> {
    let octave = (steps[0].len() / 2) as i64;
    let step_names = (-octave..=octave).map(|step| if step % 4 == 0 { format!("{step:+}") } else { String::new() });
    let charts = [
        bars("pitch classes", classes).x_names((0..).map(|i: i32| f64::from(i)).zip(CLASSES)),
        bars("steps in semitones", steps).x_names((0..).map(|i: i32| f64::from(i)).zip(step_names)),
    ];
    let caption = "Shares of the twelve pitch classes, and of the steps from a note to the next one of the same instrument: \
                   of pieces that the net composed from nothing (blue), and of held-out pieces (orange).";
    figures.save("histograms", caption, Figure::grid(&charts, 2, (12.0, 4.6))?)
}

/// Two bars side by side for each place.
fn bars(title: &str, both: [&[f64]; 2]) -> Chart {
    let mut chart = Chart::new().title(title).y_label("share");
    for (i, shares) in both.into_iter().enumerate() {
        for (place, share) in shares.iter().enumerate() {
            let left = place as f32 - 0.4 + 0.4 * i as f32;
            let bar = Polygon::rectangle((left, 0.0), (left + 0.4, *share as f32));
            chart = chart.with(bar.fill(Color::tab10(i), 1.0));
        }
    }
    chart
}
