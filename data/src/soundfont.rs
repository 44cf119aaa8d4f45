//! Sound fonts in the format SoundFont 2, a RIFF file: checks that one is whole.

use std::path::Path;

use anyhow::{Context, Result, ensure};

/// The tables of a sound font, in their order, with the length of a record. The last record of each is no entry.
const TABLES: [(&[u8; 4], usize); 9] = [
    (b"phdr", 38),
    (b"pbag", 4),
    (b"pmod", 10),
    (b"pgen", 4),
    (b"inst", 22),
    (b"ibag", 4),
    (b"imod", 10),
    (b"igen", 4),
    (b"shdr", 46),
];

/// Checks that a file is a sound font with all of its tables, and that its samples are in the file.
///
/// # Errors
/// It is not, or it cannot be read.
pub fn check(path: &Path) -> Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    check_bytes(&bytes).with_context(|| format!("{} is no sound font in the format SF2", path.display()))
}

fn check_bytes(bytes: &[u8]) -> Result<()> {
    let (_, riff) = chunks(bytes)?.into_iter().find(|(name, _)| *name == b"RIFF").context("it is no RIFF file")?;
    let body = riff.strip_prefix(b"sfbk").context("its RIFF file is of another kind")?;
    let lists = chunks(body)?;
    let list = |kind: &[u8; 4]| -> Result<&[u8]> {
        let found = lists.iter().filter(|(name, _)| *name == b"LIST").find_map(|(_, list)| list.strip_prefix(kind));
        found.with_context(|| format!("it has no list `{}`", kind.escape_ascii()))
    };
    list(b"INFO")?;
    let samples =
        chunks(list(b"sdta")?)?.into_iter().find(|(name, _)| *name == b"smpl").context("it has no samples")?;
    let samples = samples.1.len() / 2;
    let tables = chunks(list(b"pdta")?)?;
    for ((name, record), (found, table)) in TABLES.into_iter().zip(&tables) {
        let shown = name.escape_ascii();
        ensure!(name.as_slice() == *found, "it has `{}` where its table `{shown}` should be", found.escape_ascii());
        ensure!(
            !table.is_empty() && table.len() % record == 0,
            "its table `{shown}` has {} bytes, no multiple of {record}",
            table.len()
        );
    }
    ensure!(tables.len() == TABLES.len(), "it has {} tables instead of {}", tables.len(), TABLES.len());
    for (name, record, what) in [(0, 38, "programs"), (4, 22, "instruments"), (8, 46, "samples")] {
        ensure!(tables[name].1.len() > record, "it has no {what}");
    }
    let (_, headers) = tables[8];
    for header in headers.chunks_exact(46).rev().skip(1) {
        let number =
            |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
        let (start, end) = (number(20), number(24));
        ensure!(start < end && end <= samples, "one of its samples is not in the file: {start} to {end} of {samples}");
    }
    Ok(())
}

/// A chunk's name and content.
type Chunk<'a> = (&'a [u8], &'a [u8]);

/// The chunks of a RIFF file or list: name, length, content, and a byte more if the length is odd.
fn chunks(mut bytes: &[u8]) -> Result<Vec<Chunk<'_>>> {
    let mut chunks = vec![];
    while let Some((head, rest)) = bytes.split_at_checked(8) {
        let (name, length) = head.split_at(4);
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        ensure!(length <= rest.len(), "it is cut off: its part `{}` has {length} bytes", name.escape_ascii());
        chunks.push((name, &rest[..length]));
        bytes = rest.get(length + length % 2..).unwrap_or_default();
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sound_fonts_pass_and_damaged_ones_do_not() {
        let font = synthetic::soundfont::bytes();
        check_bytes(&font).unwrap();
        for length in [0, 4, 11, 12, 100, font.len() / 2, font.len() - 1] {
            assert!(check_bytes(&font[..length]).is_err(), "cut at {length}");
        }
        let at = |text: &[u8]| font.windows(text.len()).position(|window| window == text).unwrap();
        let cases: [(&[u8], &[u8], &str); 4] = [
            (b"RIFF", b"RIFX", "no RIFF file"),
            (b"sfbk", b"WAVE", "of another kind"),
            (b"smpl", b"smp2", "no samples"),
            (b"igen", b"iger", "table `igen` should be"),
        ];
        for (right, wrong, complaint) in cases {
            let mut damaged = font.clone();
            damaged[at(right)..][..4].copy_from_slice(wrong);
            let error = format!("{:#}", check_bytes(&damaged).unwrap_err());
            assert!(error.contains(complaint), "{error}");
        }
        let mut beyond = font.clone();
        beyond[at(b"shdr") + 8 + 24 + 3] = 1; // the end of the first sample
        let error = format!("{:#}", check_bytes(&beyond).unwrap_err());
        assert!(error.contains("not in the file"), "{error}");
    }
}
