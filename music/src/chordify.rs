use crate::{Note, Part, Pitch, Quarters, Score};
use anyhow::{Context, Result, ensure};

/// What sounds from one time to the next.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slice {
    /// Where it begins.
    pub start: Quarters,
    /// All pitches that sound, rising; none in a rest.
    pub pitches: Vec<Pitch>,
    /// How long it lasts.
    pub length: Quarters,
}

/// The name of a slice without pitches.
const REST: &str = "rest";

impl Slice {
    /// Its name as the book writes it: `G2`, or with more than one pitch `C4.E4.G4`; `rest` if nothing sounds.
    pub fn name(&self) -> String {
        if self.is_rest() {
            return REST.to_string();
        }
        let names: Vec<String> = self.pitches.iter().map(Pitch::to_string).collect();
        names.join(".")
    }

    /// The slice of this name, which has the form of [`Slice::name`].
    ///
    /// # Errors
    /// A part of the name is not a pitch.
    pub fn from_name(name: &str, start: Quarters, length: Quarters) -> Result<Slice> {
        let names = name.split('.').filter(|_| name != REST);
        let pitches = names.map(str::parse).collect::<Result<Vec<Pitch>>>();
        let mut pitches = pitches.with_context(|| format!("`{name}` is not the name of a slice"))?;
        pitches.sort_unstable();
        pitches.dedup();
        Ok(Slice { start, pitches, length })
    }

    /// Whether nothing sounds.
    pub fn is_rest(&self) -> bool {
        self.pitches.is_empty()
    }

    /// The slice so many semitones higher; none if a pitch leaves MIDI's range. music21 transposes spelled pitches by
    /// an interval; here, a pitch keeps its only name ([`Pitch`]).
    pub fn transposed(&self, semitones: i32) -> Option<Slice> {
        let pitches = self.pitches.iter().map(|pitch| pitch.transposed(semitones)).collect::<Option<Vec<_>>>()?;
        Some(Slice { pitches, ..self.clone() })
    }
}

/// Cuts a score at each start and each end of a note and at each bar line, as music21's `chordify` does: each slice has
/// all pitches that sound from one cut to the next, each once. Slices follow each other from time 0 to the end of the
/// last bar.
///
/// The book's list of notes and durations is what is left without rests: its loop asks each element of the chordified
/// score whether it is a `note.Note` or a `chord.Chord`, and a rest of music21 is neither. It comes from a MIDI file by
///
/// ```
/// # fn main() -> anyhow::Result<()> {
/// # let bytes = music::midi::write(&music::Score::new(vec![music::Part {
/// #     name: String::new(), program: 0, notes: vec![music::Note::new(0.into(), music::Pitch::C4, 6.into())]
/// # }], 120.0))?;
/// let score = music::quantize(&music::midi::read(&bytes)?);
/// let slices: Vec<music::Slice> = music::chordify(&score).into_iter().filter(|slice| !slice.is_rest()).collect();
/// # assert_eq!(slices.iter().map(|slice| (slice.name(), slice.length)).collect::<Vec<_>>(),
/// #     [("C4".to_string(), 4.into()), ("C4".to_string(), 2.into())]);
/// # Ok(())
/// # }
/// ```
pub fn chordify(score: &Score) -> Vec<Slice> {
    slices(score, &score.bar_lines())
}

/// As [`chordify`], with ties merged: bar lines cut no note and no rest. Slices end with the last note.
pub fn chordify_tied(score: &Score) -> Vec<Slice> {
    slices(score, &[Quarters::from_integer(0)])
}

/// The slices between starts, ends and these other times.
fn slices(score: &Score, lines: &[Quarters]) -> Vec<Slice> {
    let notes =
        || score.parts.iter().flat_map(|part| &part.notes).filter(|note| note.length > Quarters::from_integer(0));
    let starts = notes().map(|note| (note.start, Some((note.pitch, 1))));
    let ends = notes().map(|note| (note.end(), Some((note.pitch, -1))));
    let mut cuts: Vec<_> = starts.chain(ends).chain(lines.iter().map(|line| (*line, None))).collect();
    cuts.sort_by_key(|(time, _)| *time);
    let mut sounding = [0; 128];
    let mut slices = vec![];
    for (cut, next) in cuts.iter().zip(cuts.iter().skip(1).map(|(time, _)| *time)) {
        let (start, change) = *cut;
        if let Some((pitch, change)) = change {
            sounding[usize::from(pitch.midi())] += change;
        }
        if next > start {
            let numbers = (0..128).filter(|number| sounding[usize::from(*number)] > 0);
            let pitches = numbers.flat_map(Pitch::from_midi).collect();
            slices.push(Slice { start, pitches, length: next - start });
        }
    }
    slices
}

/// A score of one part, General MIDI's cello, from slices: a note for each pitch of each slice, struck anew. Its meter
/// is 4/4, so [`chordify_tied`] gives back the slices; give it the meters of the first score for [`chordify`] to do so.
///
/// # Errors
/// A slice begins before time 0, or has no length.
pub fn from_slices(slices: &[Slice], tempo: f64) -> Result<Score> {
    let zero = Quarters::from_integer(0);
    let mut notes = vec![];
    for (number, Slice { start, pitches, length }) in slices.iter().enumerate() {
        ensure!(*start >= zero && *length > zero, "slice {number} begins at {start} and has the length {length}");
        notes.extend(pitches.iter().map(|pitch| Note::new(*start, *pitch, *length)));
    }
    notes.sort_by_key(|note| (note.start, note.pitch));
    Ok(Score::new(vec![Part { name: "Violoncello".to_string(), program: 42, notes }], tempo))
}
