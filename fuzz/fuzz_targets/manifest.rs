//! The manifest of data sets, and the sets of its families.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Ok(manifest) = data::Manifest::parse(text) else { return };
    for set in &manifest.sets {
        let _ = manifest.set(&set.name);
        for category in &set.categories {
            let _ = manifest.set(&set.name.replace("{category}", category));
        }
    }
});
