//! Chorales as MuseGAN has them: bars of sixteenths, one-hot over pitches (pp. 260-262), and back to notes.

use anyhow::{Result, ensure};
use common::datasets::jsb_chorales::{Step, VOICES};
use common::music::{Note, Part, Pitch, Quarters, Score};
use tch::{Device, Kind, Tensor};

/// Tracks: soprano, alto, tenor, bass.
pub const N_TRACKS: i64 = VOICES as i64;
/// Sixteenths in a bar.
pub const N_STEPS_PER_BAR: i64 = 16;

/// Sixteenths in a quarter note.
const QUARTER: usize = 4;
/// Quarter notes per minute.
const TEMPO: f64 = 66.0;
const NAMES: [&str; VOICES] = ["Soprano", "Alto", "Tenor", "Bass"];

/// The first bars of each piece, `[pieces][n_bars · 16]`, from the first quarter note on in which no voice is silent, as the
/// book's `load_music` cuts them. Pieces that are not longer than that are left out.
pub fn first_bars(pieces: &[Vec<Step>], n_bars: i64) -> Vec<Vec<Step>> {
    let length = (n_bars * N_STEPS_PER_BAR) as usize;
    let cut = |piece: &Vec<Step>| {
        let silent = |quarter: &[Step]| quarter.iter().any(|step| step.contains(&None));
        let first = piece.chunks(QUARTER).position(|quarter| !silent(quarter))? * QUARTER;
        piece.get(first..first + length).filter(|_| piece.len() > length).map(<[Step]>::to_vec)
    };
    pieces.iter().filter_map(cut).collect()
}

/// Bars as the critic sees them: `[pieces, n_bars, 16, n_pitches, tracks]`, 1 at the pitch of a voice and -1 elsewhere. A
/// voice that is silent is -1 everywhere.
///
/// # Errors
/// There is no piece, pieces have different lengths, or a pitch is not below `n_pitches`.
pub fn one_hot(pieces: &[Vec<Step>], n_pitches: i64) -> Result<Tensor> {
    let length = pieces.first().map_or(0, Vec::len);
    ensure!(length > 0 && pieces.iter().all(|piece| piece.len() == length), "there are no pieces of one length");
    let pitches = pieces.iter().flatten().flatten().flatten();
    let highest = pitches.max().copied().unwrap_or(0);
    ensure!(i64::from(highest) < n_pitches, "the music has the pitch {highest}: n_pitches must be above that");
    // Silence is one pitch more, which is cut off.
    let place = |pitch: &Option<u8>| pitch.map_or(n_pitches, i64::from);
    let places: Vec<i64> = pieces.iter().flatten().flatten().map(place).collect();
    let shape = |size: i64| [pieces.len() as i64, -1, N_STEPS_PER_BAR, size, N_TRACKS];
    let places = Tensor::from_slice(&places).view(shape(1));
    let mut all = shape(n_pitches + 1);
    all[1] = places.size()[1];
    let ones = Tensor::full(all, -1.0, (Kind::Float, Device::Cpu)).scatter_value(3, &places, 1.0);
    Ok(ones.narrow(3, 0, n_pitches).contiguous())
}

/// The pitch of each voice in each step, `[pieces][steps]`: the one with the highest value (the book's `binarise_output`).
/// A voice is silent where no value is above -1.
///
/// `scores` is `[pieces, n_bars, 16, n_pitches, tracks]`.
///
/// # Errors
/// There are other axes, or more than 128 pitches.
pub fn steps(scores: &Tensor) -> Result<Vec<Vec<Step>>> {
    let [_, n_bars, N_STEPS_PER_BAR, ..=128, N_TRACKS] = scores.size()[..] else {
        anyhow::bail!("scores are [pieces, bars, 16, pitches, 4], not {:?}", scores.size())
    };
    let (highest, places) = scores.max_dim(3, false);
    let places = places.where_scalarother(&highest.gt(-1.0), -1).reshape(-1).to_device(Device::Cpu);
    let places = Vec::<i64>::try_from(places)?;
    let (voices, _) = places.as_chunks::<VOICES>();
    let step = |voices: &[i64; VOICES]| voices.map(|pitch| u8::try_from(pitch).ok());
    let length = (n_bars * N_STEPS_PER_BAR) as usize;
    Ok(voices.chunks(length.max(1)).map(|piece| piece.iter().map(step).collect()).collect())
}

/// Steps as notes for four voices (the book's `notes_to_midi`): a note ends where the pitch changes, and at each quarter
/// note. Where the book writes a note of pitch 0 for a voice that is silent, it rests here.
///
/// # Errors
/// A pitch is above MIDI's.
pub fn to_score(steps: &[Step]) -> Result<Score> {
    let mut parts = vec![];
    for (voice, name) in NAMES.into_iter().enumerate() {
        let mut notes = vec![];
        let mut start = 0;
        for end in 1..=steps.len() {
            let pitch = steps[start][voice];
            if end == steps.len() || steps[end][voice] != pitch || end.is_multiple_of(QUARTER) {
                if let Some(pitch) = pitch {
                    let time = |steps: usize| Quarters::new(steps as i64, QUARTER as i64);
                    notes.push(Note::new(time(start), Pitch::from_midi(pitch)?, time(end - start)));
                }
                start = end;
            }
        }
        parts.push(Part { name: name.to_string(), program: 0, notes });
    }
    Ok(Score::new(parts, TEMPO))
}
