//! Finds a set by its name. A family is an entry of the manifest for many sets in the same format, such as the 345
//! categories of Quick, Draw!: `quickdraw/{category}` stands for `quickdraw/camel` and all others.

use anyhow::{Context, Result, bail};
use toml::Value;

use crate::manifest::{Manifest, Set};
use crate::near::nearest;

/// The placeholder for a category in the texts of a family.
pub(crate) const CATEGORY: &str = "{category}";

impl Manifest {
    /// The set of this name. The name of a family's set may be written in lowercase and with `-` for spaces:
    /// `quickdraw/hot-air-balloon`.
    ///
    /// # Errors
    /// There is no such set; the message suggests the most similar name.
    pub fn set(&self, name: &str) -> Result<Set> {
        if let Some(set) = self.sets.iter().find(|set| set.categories.is_empty() && set.name == name) {
            return Ok(set.clone());
        }
        let names = || self.sets.iter().map(|set| set.name.clone());
        let Some(family) = self.family_of(name) else {
            let all: Vec<String> = names().collect();
            bail!("there is no data set `{name}`{} (data sets: {})", did_you_mean(name, names()), all.join(", "))
        };
        let category = name[family.stem().len()..].trim_start_matches('/');
        if let Some(known) = family.categories.iter().find(|known| plain(known) == plain(category)) {
            return family.of(known);
        }
        let all = format!("to list all {}: cargo book data list {}", family.categories.len(), family.stem());
        if category.is_empty() {
            bail!("`{name}` has one data set per category; name one, such as `{}` ({all})", family.sample()?.name);
        }
        let members = family.categories.iter().map(|category| family.name.replace(CATEGORY, category));
        bail!("there is no data set `{name}`{} ({all})", did_you_mean(name, members))
    }

    /// The family that has this name, or a set of this name.
    pub(crate) fn family_of(&self, name: &str) -> Option<&Set> {
        let stem = name.split('/').next()?;
        self.sets.iter().find(|set| !set.categories.is_empty() && set.stem() == stem)
    }

    /// The names of all sets of this set's family that have synthetic data, if there are any.
    pub(crate) fn synthetic_beside(&self, set: &Set) -> Option<String> {
        let family = self.family_of(&set.name)?;
        let names = family.synthetic.iter().flat_map(|synthetic| &synthetic.categories);
        let names: Vec<String> = names.map(|category| family.name.replace(CATEGORY, category)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

impl Set {
    /// The name without a category: `quickdraw`. It is also the name of the folder in a mirror.
    pub(crate) fn stem(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// The set itself; of a family, a set that has everything its sets may have.
    pub(crate) fn sample(&self) -> Result<Set> {
        let made = self.synthetic.iter().flat_map(|synthetic| &synthetic.categories);
        made.chain(&self.categories).next().map_or_else(|| Ok(self.clone()), |category| self.of(category))
    }

    /// The sets of a family, by name.
    pub(crate) fn members(&self) -> impl Iterator<Item = String> {
        self.categories.iter().map(|category| self.name.replace(CATEGORY, category))
    }

    /// The set of one category of this family.
    pub(crate) fn of(&self, category: &str) -> Result<Set> {
        let made = |categories: &[String]| categories.is_empty() || categories.iter().any(|known| known == category);
        let synthetic = self.synthetic.clone().filter(|synthetic| made(&synthetic.categories));
        let set = Set { categories: vec![], synthetic, ..self.clone() };
        let texts = fill(Value::try_from(&set)?, category);
        texts.try_into().with_context(|| format!("the entry of `{}` is invalid", self.name))
    }
}

/// Fills a category into all texts, and into all keys: members of archives are keys.
fn fill(value: Value, category: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace(CATEGORY, category)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| fill(item, category)).collect()),
        Value::Table(fields) => {
            let filled = fields.into_iter().map(|(key, item)| (key.replace(CATEGORY, category), fill(item, category)));
            Value::Table(filled.collect())
        }
        other => other,
    }
}

/// A category's name, normalized as on a command line.
pub(crate) fn plain(category: &str) -> String {
    category.trim().to_lowercase().replace(['-', '_'], " ")
}

/// A name, quoted for a shell.
pub(crate) fn quoted(name: &str) -> String {
    if name.contains(' ') { format!("\"{name}\"") } else { name.to_string() }
}

/// "; did you mean `mnist`?", if there is a similar name.
fn did_you_mean(name: &str, known: impl Iterator<Item = String>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}
