//! What fills the templates of reports: names, places, dates, numbers, prices.

use std::collections::HashMap;

use anyhow::{Result, bail};

use crate::dice::Dice;

/// Words of one sense, by the key that stands for them.
pub(crate) const LISTS: [(&str, &[&str]); 15] = [
    (
        "woman",
        &[
            "Anna", "Clara", "Elena", "Helen", "Irene", "Julia", "Laura", "Maria", "Martha", "Nora", "Olga", "Paula",
            "Rosa", "Ruth", "Sofia", "Vera", "Zoë",
        ],
    ),
    (
        "man",
        &[
            "Adam", "Boris", "Daniel", "Edgar", "Felix", "George", "Hugo", "Ivan", "Jacob", "Leo", "Martin", "Oscar",
            "Peter", "René", "Simon", "Thomas", "Victor",
        ],
    ),
    (
        "surname",
        &[
            "Abel", "Arden", "Barlow", "Belov", "Brandt", "Carver", "Castell", "Dalby", "Dorn", "Ekberg", "Farrow",
            "Fenn", "Garland", "Grieg", "Haller", "Holm", "Ibsen", "Jansen", "Keller", "Kovač", "Lang", "Lindgren",
            "Marlow", "Moreau", "Müller", "Novak", "Orlov", "Petrov", "Quill", "Reed", "Rossi", "Sorel", "Stone",
            "Tarrant", "Ullman", "Varga", "Weber", "Wynn", "Yates", "Zeman",
        ],
    ),
    (
        "town",
        &[
            "Aldport",
            "Ambry",
            "Brenholm",
            "Calder",
            "Corvale",
            "Dunmoor",
            "Eastmere",
            "Elling",
            "Fairwick",
            "Galden",
            "Harrow Bay",
            "Hollin",
            "Ivera",
            "Karlsby",
            "Lindale",
            "Marwick",
            "Millhaven",
            "Norby",
            "Oakford",
            "Orsk",
            "Pellin",
            "Quarrington",
            "Redcliff",
            "Rosby",
            "Sandmere",
            "Solberg",
            "Stanwick",
            "Thornby",
            "Upper Vale",
            "Valmont",
            "Westerly",
            "Winterfold",
            "Yarrow",
            "Zellin",
        ],
    ),
    (
        "river",
        &["Alma", "Brend", "Dravik", "Esk", "Linnet", "Morva", "Nevin", "Ostra", "Pel", "Rhona", "Selva", "Tarn"],
    ),
    (
        "month",
        &[
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    ),
    ("weekday", &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]),
    ("material", &["stone", "steel", "brick", "timber", "iron", "concrete", "granite"]),
    ("colour", &["red", "blue", "green", "white", "yellow", "black", "grey"]),
    ("job", &["doctor", "teacher", "carpenter", "baker", "lawyer", "farmer", "painter", "nurse", "sailor", "printer"]),
    ("subject", &["botany", "chemistry", "history", "medicine", "music", "astronomy", "law", "geology"]),
    ("crop", &["apples", "wheat", "potatoes", "onions", "plums", "barley", "pumpkins", "beans"]),
    ("animal", &["lion", "tiger", "giraffe", "penguin", "camel", "bear", "zebra", "seal"]),
    ("ware", &["clocks", "shoes", "bicycles", "lamps", "pianos", "boats", "chairs", "gloves"]),
    ("cause", &["fog", "heavy snow", "a broken signal", "a fallen tree", "thick ice", "a flood", "a loose rail"]),
];

/// Round numbers, so that there are not too many different ones.
const COUNTS: [u32; 24] =
    [12, 15, 18, 20, 24, 30, 36, 40, 45, 50, 60, 75, 80, 90, 120, 150, 180, 200, 240, 300, 400, 500, 600, 800];

/// What the keys of one report stand for.
#[derive(Default)]
pub(crate) struct Values {
    known: HashMap<String, String>,
    /// Keys of persons who are women.
    women: Vec<String>,
}

impl Values {
    /// The value of a key, which stays the same through a report. Keys may end in a digit, as `town2`: no two keys have
    /// the same value. `he`, `his` and `name` are about `person`, `he2` and so on about `person2`.
    pub fn look_up(&mut self, key: &str, dice: &mut Dice) -> Result<String> {
        let kind = key.trim_end_matches(|c: char| c.is_ascii_digit());
        let person = format!("person{}", &key[kind.len()..]);
        let woman = self.women.contains(&person);
        match (kind, woman) {
            ("he", false) => return Ok("he".to_string()),
            ("he", true) => return Ok("she".to_string()),
            ("his", false) => return Ok("his".to_string()),
            ("his", true) => return Ok("her".to_string()),
            ("name", _) => {
                let full = self.look_up(&person, dice)?;
                return Ok(full.rsplit(' ').next().unwrap_or_default().to_string());
            }
            _ => {}
        }
        if let Some(value) = self.known.get(key) {
            return Ok(value.clone());
        }
        let mut value = self.new_value(kind, key, dice)?;
        while self.known.values().any(|known| *known == value) {
            value = self.new_value(kind, key, dice)?;
        }
        self.known.insert(key.to_string(), value.clone());
        Ok(value)
    }

    fn new_value(&mut self, kind: &str, key: &str, dice: &mut Dice) -> Result<String> {
        let list = |name: &str, dice: &mut Dice| match LISTS.iter().find(|(known, _)| *known == name) {
            Some((_, words)) => Ok(dice.any(words)),
            None => bail!("unknown key `{key}`"),
        };
        Ok(match kind {
            "person" => {
                let woman = dice.chance(0.5);
                self.women.retain(|known| known != key);
                if woman {
                    self.women.push(key.to_string());
                }
                let given = list(if woman { "woman" } else { "man" }, dice)?;
                format!("{given} {}", list("surname", dice)?)
            }
            "year" => (1880 + u32::from(dice.below(120))).to_string(),
            // Some years after `year`.
            "later" => {
                let year: u32 = self.look_up("year", dice)?.parse()?;
                (year + 2 + u32::from(dice.below(18))).to_string()
            }
            "date" => {
                let day = 1 + dice.below(28);
                format!("{day} {}", list("month", dice)?)
            }
            "few" => (2 + dice.below(8)).to_string(),
            "count" => dice.any(&COUNTS).to_string(),
            "thousands" => format!("{},{}00", 1 + dice.below(9), dice.below(10)),
            "small" => (10 + dice.below(80)).to_string(),
            "length" => format!("{} metres", 10 + dice.below(90)),
            "hours" => format!("{} hours", 2 + dice.below(8)),
            "price" => format!("${}", 5 + dice.below(90)),
            "cost" => format!("${},000", dice.any(&COUNTS)),
            "percent" => format!("{} percent", 51 + dice.below(30)),
            "time" => format!("{} o'clock", 5 + dice.below(7)),
            list_name => list(list_name, dice)?.to_string(),
        })
    }
}
