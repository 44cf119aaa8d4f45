//! Files of older versions, which called some things otherwise.

use anyhow::Result;
use common::gallery::Image;
use common::keras::precision::Precision;
use common::training::{DataInfo, ExperimentConfig, FitConfig, Preset, RunFolder, configure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value, json, to_value};

/// The new field name for the old one.
fn renamed(mut json: Value) -> Value {
    let fields = json.as_object_mut().unwrap();
    let value = fields.remove("stand_in").unwrap();
    fields.insert("synthetic".to_string(), value);
    json
}

#[test]
fn the_data_of_older_runs_is_read() {
    let old = json!({
        "name": "mnist",
        "title": "generated digits, not MNIST",
        "origin": "generated digits, not MNIST",
        "stand_in": true,
        "checksum": "0123456789abcdef",
    });
    let info: DataInfo = from_value(old.clone()).unwrap();
    assert!(info.synthetic);
    assert_eq!(to_value(info).unwrap(), renamed(old));
}

#[test]
fn images_of_older_galleries_are_read() {
    let old = json!({
        "experiment": "03_02_autoencoder_analysis",
        "title": "Its latent space",
        "pages": "101-104",
        "order": 1,
        "caption": "New digits.",
        "data": "generated digits, not MNIST (generated digits, not MNIST)",
        "stand_in": true,
        "made": "preset quick, 4 epochs",
        "metrics": [["loss", 0.5]],
        "command": "cargo book figures 03_02 --preset quick --data generated",
        "file": "ch03/03_02_new_digits.png",
    });
    let image: Image = from_value(old.clone()).unwrap();
    assert!(image.synthetic);
    assert_eq!(to_value(image).unwrap(), renamed(old));
}

#[derive(Serialize, Deserialize)]
struct Config {
    images: i64,
    #[serde(flatten)]
    fit: FitConfig,
}

impl ExperimentConfig for Config {
    fn preset(_: Preset) -> Config {
        Config { images: 6000, fit: FitConfig::new(64, 10).print_every_n_batches(5) }
    }

    fn check(&self) -> Result<()> {
        self.fit.check(1..=100)
    }
}

#[test]
fn configurations_of_older_runs_are_read_and_old_keys_are_taken() {
    let run = RunFolder::new(tempfile::tempdir().unwrap().keep());
    let params = json!({
        "experiment": "04_02",
        "preset": "smoke",
        "settings": ["pictures=40"],
        "seed": 42,
        "device": "cpu",
        "data": { "name": "cifar10", "title": "t", "origin": "o", "stand_in": true, "checksum": "0" },
        "versions": { "tch": "0.24" },
        "config": { "pictures": 40, "batch_size": 8, "epochs": 2, "print_every_n_batches": 1 },
    });
    std::fs::write(run.path.join("params.json"), params.to_string()).unwrap();
    let params = run.params::<Config>().unwrap();
    assert_eq!(params.precision, Precision::F32);
    let config = params.config;
    assert_eq!((config.images, config.fit), (40, FitConfig::new(8, 2).print_every_n_batches(1)));
    std::fs::remove_dir_all(&run.path).unwrap();

    let set = |key: &str| configure::<Config>(Preset::Quick, &[(key.to_string(), "7".to_string())]);
    assert_eq!((set("pictures").unwrap().images, set("epochs").unwrap().fit.epochs), (7, 7));
    let message = format!("{:#}", set("photos").err().unwrap());
    assert!(message.contains("unknown key 'photos'; valid keys are images, batch_size, epochs"), "{message}");
}
