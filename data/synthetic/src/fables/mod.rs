//! Synthetic data for Aesop's Fables: fables written by a grammar, in the form of Project Gutenberg's text.
//!
//! A plot is a list of sentences with choices; animals of fitting sizes, and things, take its roles. The plots are not
//! Aesop's.

mod animals;
mod plots;

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::dice::Dice;
use crate::grammar;
use animals::Animal;
use plots::{LISTS, PLOTS, Plot};

/// Columns of a line.
const WIDTH: usize = 70;

/// How many fables to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Seed of all choices.
    pub seed: u64,
    /// Number of fables.
    pub fables: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config { seed: 1912, fables: 300 }
    }
}

/// Writes `11339.txt` to the folder `dir`: a title page, the fables, and the heading of a list of illustrations, which
/// ends them. The first fable is called The Fox and the Grapes, as the first one of the real file.
///
/// # Errors
/// The file cannot be written.
pub fn write(dir: &Path, config: &Config) -> Result<()> {
    let mut text = String::from("SYNTHETIC FABLES\n\n\nWritten by a grammar, not by Aesop.\n\n\n\n\n");
    for number in 0..config.fables {
        text += &fable(number, &mut Dice::new(config.seed, 0, number))?;
        text += "\n\n\n\n";
    }
    text += "ILLUSTRATIONS\n\n\n[Illustration: none]\n";
    let path = dir.join("11339.txt");
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// A fable, from its title to the end of its last line.
fn fable(number: u64, dice: &mut Dice) -> Result<String> {
    // All plots take turns, so that none is rare.
    let plot = &PLOTS[number as usize % PLOTS.len()];
    let mut cast = Cast::of(plot, number == 0, dice);
    let title = grammar::sentence(plot.title, dice, |key, dice| cast.look_up(key, dice))?.text;
    let mut body = vec![];
    for template in plot.sentences {
        body.push(grammar::sentence(template, dice, |key, dice| cast.look_up(key, dice))?.text);
    }
    let moral = if dice.chance(0.7) { format!("\n{}", wrapped(dice.any(plot.morals), 4)) } else { String::new() };
    Ok(format!("{}\n\n\n{}{moral}", title.to_uppercase(), wrapped(&body.join(" "), 0)))
}

/// The animals and things of one fable.
struct Cast {
    /// An animal for each role, and whether it is female.
    animals: Vec<(Animal, bool)>,
    /// Things that were chosen from a list, by the list's name.
    things: HashMap<String, &'static str>,
}

impl Cast {
    /// Animals of the plot's sizes, all different. The first fable is about a fox and grapes.
    fn of(plot: &Plot, first: bool, dice: &mut Dice) -> Cast {
        let mut animals: Vec<(Animal, bool)> = vec![];
        for size in plot.roles {
            let left: Vec<Animal> =
                animals::of_size(*size).filter(|new| animals.iter().all(|(old, _)| old != new)).collect();
            let animal = if first && animals.is_empty() { animals::FOX } else { dice.any(&left) };
            animals.push((animal, dice.chance(0.5)));
        }
        let things = if first { HashMap::from([("fruit".to_string(), "Grapes")]) } else { HashMap::new() };
        Cast { animals, things }
    }

    /// `the a`, `an a`, `he a`, `home a` and the like about the animal in a role, or a thing from a list, which stays
    /// the same through the fable. A capital gives a capital.
    fn look_up(&mut self, key: &str, dice: &mut Dice) -> Result<String> {
        let lower = key.to_lowercase();
        let text = match lower.rsplit_once(' ') {
            Some((what, role)) => self.about(what, role)?,
            None if lower.len() == 1 => self.about("", &lower)?,
            None => self.thing(&lower, dice)?.to_string(),
        };
        Ok(if lower == key { text } else { grammar::capitalized(&text) })
    }

    fn about(&self, what: &str, role: &str) -> Result<String> {
        let index = role.bytes().next().unwrap_or_default().wrapping_sub(b'a');
        let (animal, female) = self.animals.get(usize::from(index)).context("no such role")?;
        let name = animal.name;
        Ok(match (what, female) {
            ("", _) => name.to_string(),
            ("the", _) => format!("the {name}"),
            ("an", _) => grammar::with_article(name),
            ("home", _) => animal.home.to_string(),
            ("food", _) => animal.food.to_string(),
            ("he", false) => "he".to_string(),
            ("he", true) => "she".to_string(),
            ("him", false) => "him".to_string(),
            ("him" | "his", true) => "her".to_string(),
            ("his", false) => "his".to_string(),
            ("himself", false) => "himself".to_string(),
            ("himself", true) => "herself".to_string(),
            _ => bail!("unknown key"),
        })
    }

    fn thing(&mut self, list: &str, dice: &mut Dice) -> Result<&'static str> {
        if let Some(thing) = self.things.get(list) {
            return Ok(thing);
        }
        let (_, things) = LISTS.iter().find(|(name, _)| *name == list).context("unknown key")?;
        let thing = dice.any(things);
        self.things.insert(list.to_string(), thing);
        Ok(thing)
    }
}

/// The text in lines of at most [`WIDTH`] columns, with a margin.
fn wrapped(text: &str, margin: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        if column > 0 && column + 1 + word.len() <= WIDTH {
            lines.push(' ');
        } else {
            let end = if column > 0 { "\n" } else { "" };
            lines += &format!("{end}{}", " ".repeat(margin));
            column = margin;
        }
        lines += word;
        column += 1 + word.len();
    }
    lines + "\n"
}
