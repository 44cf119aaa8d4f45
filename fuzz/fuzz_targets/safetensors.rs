//! Weights as safetensors: loaded into a net, and mapped.
#![no_main]

use common::keras::{MappedWeights, Sequential, weights};
use tch::Device;
use tch::nn::VarStore;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let path = fuzz::file("weights.safetensors", bytes);
    let variables = VarStore::new(Device::Cpu);
    Sequential::input(&variables.root(), [2]).dense("dense", 1).model("net").expect("it fits");
    let _ = weights::load(&variables, &path);
    if let Ok(mapped) = MappedWeights::open(&path) {
        for tensor in mapped.tensors().values() {
            let _ = tensor.copy();
        }
    }
});
