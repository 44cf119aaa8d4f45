//! GPT-2's folder: a number of two bytes, so many bytes of `config.json` (without any there is no such file), and the
//! weights.
#![no_main]

use std::fs;
use tch::Device;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let Some((config, weights)) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length))) else { return };
    let folder = fuzz::scratch().join("gpt2");
    if config.is_empty() {
        let _ = fs::remove_file(folder.join("config.json"));
    } else {
        fuzz::file("gpt2/config.json", config);
    }
    fuzz::file("gpt2/model.safetensors", weights);
    let _ = ch09::models::gpt2_file::open(&folder, Device::Cpu);
});
