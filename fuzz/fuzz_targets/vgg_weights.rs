//! The weights of VGG19 as people have them: `model.json` of TensorFlow.js, a file of PyTorch, safetensors.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let name = match bytes {
        [b'{', ..] => "model.json",
        [b'P', b'K', ..] | [0x80, 2..=5, 1..=255, ..] => "vgg19.pth",
        _ => "vgg19.safetensors",
    };
    let _ = ch05::models::vgg_weights::VggWeights::read(&fuzz::file(name, bytes));
});
