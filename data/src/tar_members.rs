//! The members of a tar stream, with a bound on what stands before each.
//!
//! The crate tar reads a long name and attributes into memory as a whole, and a few compressed bytes can hold gigabytes of
//! them.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::{Result, ensure};
use tar::EntryType;

/// Maximum length of what stands before the content of a member: headers, a long name, attributes.
const LONGEST_HEAD: u64 = 1 << 20;

/// A member of a tar stream.
pub(crate) struct Member<'a> {
    /// Its path as the archive has it, which may lead anywhere.
    pub path: PathBuf,
    /// Whether it is a file, a folder or a link.
    pub kind: EntryType,
    /// Length of its content in bytes.
    pub size: u64,
    /// Its content.
    pub content: &'a mut dyn Read,
}

/// Passes the members to `take`, one after the other.
///
/// # Errors
/// The stream cannot be read, has more than [`LONGEST_HEAD`] bytes before a member's content, or has a sparse file; or the
/// error of `take`.
pub(crate) fn for_each(stream: impl Read, mut take: impl FnMut(Member<'_>) -> Result<()>) -> Result<()> {
    let left = Cell::new(LONGEST_HEAD);
    let mut archive = tar::Archive::new(Bounded { stream, left: &left });
    for entry in archive.entries()? {
        let mut entry = entry?;
        let (path, kind, size) = (entry.path()?.into_owned(), entry.header().entry_type(), entry.size());
        // Its holes are no part of the stream, and may be of any length.
        ensure!(!kind.is_gnu_sparse(), "its member `{}` is a sparse file: pack it without --sparse", path.display());
        left.set(u64::MAX);
        take(Member { path, kind, size, content: &mut entry })?;
        io::copy(&mut entry, &mut io::sink())?; // what is left of it is no part of the next head
        left.set(LONGEST_HEAD);
    }
    Ok(())
}

/// A stream of which only `left` more bytes may be read.
struct Bounded<'a, R> {
    stream: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(buffer)?;
        let too_long =
            || io::Error::other(format!("the name or the attributes of a member are longer than {LONGEST_HEAD} bytes"));
        self.left.set(self.left.get().checked_sub(n as u64).ok_or_else(too_long)?);
        Ok(n)
    }
}
