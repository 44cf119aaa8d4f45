//! Finding a set by its name, also one of a family: many sets of one form under one entry of the manifest, as the 345
//! categories of Quick, Draw!. `quickdraw/{category}` stands for `quickdraw/camel` and for all the others.

use anyhow::{Context, Result, bail};
use toml::Value;

use crate::manifest::{Manifest, Set};

/// What stands for a category in the texts of a family.
pub(crate) const CATEGORY: &str = "{category}";

impl Manifest {
    /// The set of that name. Of a family, it is the set of one category, whose name may be written in small letters and
    /// with `-` for its spaces: `quickdraw/hot-air-balloon`.
    ///
    /// # Errors
    /// When there is none; the message has the nearest name.
    pub fn set(&self, name: &str) -> Result<Set> {
        if let Some(set) = self.sets.iter().find(|set| set.categories.is_empty() && set.name == name) {
            return Ok(set.clone());
        }
        let names = || self.sets.iter().map(|set| set.name.clone());
        let Some(family) = self.family_of(name) else {
            let all: Vec<String> = names().collect();
            bail!("there is no data set `{name}`{} (there are: {})", did_you_mean(name, names()), all.join(", "))
        };
        let category = name[family.stem().len()..].trim_start_matches('/');
        if let Some(known) = family.categories.iter().find(|known| plain(known) == plain(category)) {
            return family.of(known);
        }
        let all = format!("all {}: cargo book data list {}", family.categories.len(), family.stem());
        if category.is_empty() {
            bail!("`{name}` is one data set per category; name one, as in `{}` ({all})", family.sample()?.name);
        }
        let members = family.categories.iter().map(|category| family.name.replace(CATEGORY, category));
        bail!("there is no data set `{name}`{} ({all})", did_you_mean(name, members))
    }

    /// The family that a name belongs to: its own, or one of its sets'.
    pub(crate) fn family_of(&self, name: &str) -> Option<&Set> {
        let stem = name.split('/').next()?;
        self.sets.iter().find(|set| !set.categories.is_empty() && set.stem() == stem)
    }

    /// The sets of this one's family that have a stand-in, if they are not all.
    pub(crate) fn stand_ins_beside(&self, set: &Set) -> Option<String> {
        let family = self.family_of(&set.name)?;
        let names = family.stand_in.iter().flat_map(|stand_in| &stand_in.categories);
        let names: Vec<String> = names.map(|category| family.name.replace(CATEGORY, category)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

impl Set {
    /// The name without a category: `quickdraw`. It is the folder in a mirror, too.
    pub(crate) fn stem(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// The set itself; of a family, one that has all that its sets may have.
    pub(crate) fn sample(&self) -> Result<Set> {
        let made = self.stand_in.iter().flat_map(|stand_in| &stand_in.categories);
        made.chain(&self.categories).next().map_or_else(|| Ok(self.clone()), |category| self.of(category))
    }

    /// The sets of a family, by name.
    pub(crate) fn members(&self) -> impl Iterator<Item = String> {
        self.categories.iter().map(|category| self.name.replace(CATEGORY, category))
    }

    /// The set of one category of this family.
    pub(crate) fn of(&self, category: &str) -> Result<Set> {
        let made = |categories: &[String]| categories.is_empty() || categories.iter().any(|known| known == category);
        let stand_in = self.stand_in.clone().filter(|stand_in| made(&stand_in.categories));
        let set = Set { categories: vec![], stand_in, ..self.clone() };
        let texts = fill(Value::try_from(&set)?, category);
        texts.try_into().with_context(|| format!("the entry of `{}` has a mistake", self.name))
    }
}

/// Puts a category into all texts, and into the names of fields, for members of archives stand there.
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

/// A category's name as people write it on a command line.
pub(crate) fn plain(category: &str) -> String {
    category.trim().to_lowercase().replace(['-', '_'], " ")
}

/// "; did you mean `mnist`?", if there is a name like that.
fn did_you_mean(name: &str, known: impl Iterator<Item = String>) -> String {
    let likeness = |known: &String| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    let near = known.map(|known| (likeness(&known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((likeness, near)) if likeness > 0.7 => format!("; did you mean `{near}`?"),
        _ => String::new(),
    }
}
