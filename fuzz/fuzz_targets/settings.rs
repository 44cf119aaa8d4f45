//! Values of `--set`: a byte that names an experiment, then a pair `KEY=VALUE` in each line.
#![no_main]

use ch05::experiments::style_transfer;
use ch08::experiments::{dream, train_rnn};
use ch09::experiments::{bert, gpt, musenet, sagan, stylegan};
use common::training::{ExperimentConfig, Preset, configure, settings};

/// Configures an experiment, and shows its configuration.
fn set<C: ExperimentConfig>(pairs: &[(String, String)]) {
    let _ = configure::<C>(Preset::Smoke, pairs).map(|config| settings(&config));
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((experiment, text)) = bytes.split_first() else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let pair = |line: &str| line.split_once('=').map(|(key, value)| (key.trim().to_string(), value.trim().to_string()));
    let pairs: Vec<(String, String)> = text.lines().filter_map(pair).collect();
    match experiment {
        b'0' => set::<style_transfer::Config>(&pairs),
        b'1' => set::<dream::Config>(&pairs),
        b'2' => set::<train_rnn::Config>(&pairs),
        b'3' => set::<bert::Config>(&pairs),
        b'4' => set::<gpt::Config>(&pairs),
        b'5' => set::<musenet::Config>(&pairs),
        b'6' => set::<sagan::Config>(&pairs),
        _ => set::<stylegan::Config>(&pairs),
    }
});
