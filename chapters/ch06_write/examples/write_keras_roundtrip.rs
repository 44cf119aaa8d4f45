//! The Rust half of `chapters/ch06_write/tests/fixtures/keras_roundtrip.py`: weights to tf.keras and back, at full size.
//! NETS is `text` or `qa`.
//!
//! ```sh
//! cargo run -p ch06 --example write_keras_roundtrip -- NETS export DIR     # writes rust.safetensors and rust.npz
//! python chapters/ch06_write/tests/fixtures/keras_roundtrip.py NETS DIR/rust.safetensors DIR/rust.npz DIR/keras
//! cargo run -p ch06 --example write_keras_roundtrip -- NETS check DIR      # reads keras.safetensors and keras.npz
//! ```

#[path = "../../../common/tests/support/roundtrip.rs"]
mod roundtrip;

use anyhow::{Result, bail};
use ch06::models::question_answer::NetConfig as QaNetConfig;
use ch06::models::{NetConfig, QuestionAnswer, TextModel};
use roundtrip::Part;
use tch::{Device, Kind, Tensor};

/// The vocabularies of the book's data.
const TOTAL_WORDS: i64 = 4169;
const VOCABULARY: i64 = 9984;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [nets, command, folder] = &args[..] else { bail!("usage: write_keras_roundtrip text|qa export|check DIR") };
    let _no_grad = tch::no_grad_guard();
    match nets.as_str() {
        "text" => {
            let model = TextModel::new(&NetConfig::book(), TOTAL_WORDS, Device::Cpu)?;
            let net = |noise: &Tensor| model.model.forward_t(&tokens(noise, TOTAL_WORDS), false);
            let parts = [Part { input: "noise", output: "probabilities", net: &net }];
            roundtrip::run(command, folder, &model.variables, &[("noise", &[4, 20])], &parts)
        }
        "qa" => {
            let model = QuestionAnswer::new(&QaNetConfig::book(), VOCABULARY, Device::Cpu)?;
            let run = |noise: &Tensor| -> [Tensor; 2] {
                let documents = tokens(noise, VOCABULARY);
                // The document's first ten words are the question, its first three the answer.
                let masks = Tensor::eye_m(3, 20, (Kind::Float, Device::Cpu)).expand([4, 3, 20], false);
                model.total_model.forward_all(&[&documents, &documents.narrow(1, 0, 10), &masks], false)
            };
            let tags = |noise: &Tensor| run(noise)[0].shallow_clone();
            let words = |noise: &Tensor| run(noise)[1].shallow_clone();
            let parts = [
                Part { input: "noise", output: "tags", net: &tags },
                Part { input: "noise", output: "words", net: &words },
            ];
            roundtrip::run(command, folder, &model.variables, &[("noise", &[4, 20])], &parts)
        }
        other => bail!("unknown nets '{other}': text or qa"),
    }
}

/// Tokens from 1 on, of uniform noise.
fn tokens(noise: &Tensor, vocabulary: i64) -> Tensor {
    (noise.to_kind(Kind::Double) * (vocabulary - 1) as f64).floor().to_kind(Kind::Int64) + 1
}
