//! What a file is by its first bytes, where it is not what its name says: for messages that name the near cause.

/// The kind of a file that is no data of any set, with an article: "a web page (HTML)".
pub fn foreign(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: [(&[u8], &str); 10] = [
        (b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS, not the file itself (run `git lfs pull`)"),
        (b"PK\x03\x04", "a zip archive or a spreadsheet"),
        (&[0x1f, 0x8b], "a gzip file"),
        (b"Rar!", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"BZh", "a bzip2 file"),
        (b"\xfd7zXZ", "an xz file"),
        (b"%PDF", "a PDF document"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"<?xml", "an XML document"),
    ];
    if let Some((_, kind)) = STARTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(kind);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some("an HEIC, AVIF or video file");
    }
    let text = bytes.trim_ascii_start();
    let page = |start: &str| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start.as_bytes()));
    (page("<!doctype html") || page("<html")).then_some("a web page (HTML)")
}
