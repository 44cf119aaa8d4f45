use super::IMAGE_SIZE;
use car_racing::Config;
use serde::{Deserialize, Serialize};

/// Which CarRacing is played. Its images are 64 x 64 in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// That of the book's repository: a larger field, no zoom at the start, driving direction upwards.
    Book,
    /// Gymnasium's CarRacing-v3.
    Gymnasium,
}

impl Environment {
    /// Its rules.
    pub fn config(self) -> Config {
        let config = match self {
            Environment::Book => Config::book(),
            Environment::Gymnasium => Config::gymnasium(),
        };
        Config { image_size: IMAGE_SIZE, ..config }
    }

    /// Its name in `--set environment=...`.
    pub fn name(self) -> &'static str {
        match self {
            Environment::Book => "book",
            Environment::Gymnasium => "gymnasium",
        }
    }
}
