//! Files of older versions, which called synthetic data a stand-in.

use common::gallery::Image;
use common::training::DataInfo;
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
