//! A vocabulary of byte pairs, `tokenizer.json`, and a text with it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(pairs) = ch09::models::byte_pairs::BytePairs::load(&fuzz::file("tokenizer.json", bytes)) else { return };
    if let Ok(tokens) = pairs.encode("The fox said: grapes.") {
        pairs.decode(&tokens);
    }
});
