//! A vocabulary of word pieces, `tokenizer.json` or `vocab.txt`, and a text with it.
#![no_main]

use ch09::models::word_pieces::WordPieces;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let name = if bytes.starts_with(b"{") { "tokenizer.json" } else { "vocab.txt" };
    let Ok(pieces) = WordPieces::load(&fuzz::file(name, bytes)) else { return };
    if let Ok(tokens) = pieces.encode_framed("The fox said: grapes.", 16) {
        let _ = pieces.decode(&tokens);
    }
});
