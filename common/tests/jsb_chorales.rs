//! The reader of the chorales: what was written is read, any bytes give pieces or an error, and no pickle runs anything.

use common::datasets::jsb_chorales::{JsbChorales, Step};
use half::f16;
use proptest::prelude::*;
use std::io::{Cursor, Write};
use synthetic::chorales;
use synthetic::format::objects;

/// An archive with the same file for each array.
fn archive(npy: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
    for name in ["train.npy", "valid.npy", "test.npy"] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(npy).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A `.npy` file of these pieces.
fn npy(pieces: &[Vec<Step>]) -> Vec<u8> {
    let number = |pitch: Option<u8>| pitch.map_or(f16::NAN, f16::from);
    let tables: Vec<Vec<[f16; 4]>> =
        pieces.iter().map(|piece| piece.iter().map(|step| step.map(number)).collect()).collect();
    let mut bytes = vec![];
    objects::write(&mut bytes, &tables).unwrap();
    bytes
}

/// A `.npy` file of one object with this pickle.
fn pickled(pickle: &[u8]) -> Vec<u8> {
    let header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n";
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), pickle].concat()
}

fn refusal(npy: &[u8]) -> String {
    format!("{:#}", JsbChorales::parse(&archive(npy)).unwrap_err())
}

fn pieces() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = prop::array::uniform4(prop::option::of(0u8..128));
    prop::collection::vec(prop::collection::vec(step, 0..5), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_is_read(pieces in pieces()) {
        let read = JsbChorales::parse(&archive(&npy(&pieces))).unwrap();
        prop_assert_eq!(&read.train, &pieces);
        prop_assert_eq!(&read.test, &pieces);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = JsbChorales::parse(&bytes);
        let _ = JsbChorales::parse(&archive(&bytes));
        let _ = JsbChorales::parse(&archive(&pickled(&bytes)));
    }

    #[test]
    fn damaged_files_are_read_or_refused(pieces in pieces(), at in any::<usize>(), byte in any::<u8>(), length in any::<usize>()) {
        let mut bytes = npy(&pieces);
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = JsbChorales::parse(&archive(&bytes));
        bytes.truncate(length % bytes.len());
        prop_assert!(JsbChorales::parse(&archive(&bytes)).is_err());
    }
}

#[test]
fn foreign_names_are_refused() {
    for pickle in [&b"\x80\x02cos\nsystem\nU\x02ls\x85R."[..], b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R."]
    {
        let said = refusal(&pickled(pickle));
        assert!(
            said.contains("`train`") && said.contains("`os.system`") && said.contains("nothing of it is run"),
            "{said}"
        );
    }
}

#[test]
fn a_piece_that_is_repeated_is_no_bomb() {
    // One piece of 50,000 steps, of which a list of two bytes an entry has 1,000.
    let piece = [vec![[Some(60); 4]; 50_000]];
    let many = 1_000u16;
    let mut whole = npy(&piece);
    let pieces = whole.windows(6).position(|window| window == b"J\x01\x00\x00\x00\x85").unwrap();
    whole[pieces + 1..pieces + 3].copy_from_slice(&many.to_le_bytes());
    // `h` 0x09 recalls the piece, which `q` 0x09 remembers; then the list's `e`, and the end of the whole.
    let (body, end) = whole.split_at(whole.len() - 4);
    let bomb = [body, b"q\x09", &b"h\x09".repeat(usize::from(many) - 1)[..], end].concat();
    let said = refusal(&bomb);
    assert!(said.contains("more than"), "{said}");
}

#[test]
fn wrong_arrays_are_named() {
    let good = npy(&[vec![[Some(60), Some(55), None, Some(40)]; 3]]);
    JsbChorales::parse(&archive(&good)).unwrap();
    let replaced = |from: &[u8], to: &[u8]| {
        let at = good.windows(from.len()).position(|window| window == from).unwrap();
        [&good[..at], to, &good[at + from.len()..]].concat()
    };
    let half = f16::from_f32(60.5).to_le_bytes();
    for (bytes, words) in [
        (replaced(b"'|O'", b"'<2'"), "dtype=object"),
        (
            replaced(b"J\x04\x00\x00\x00\x86", b"J\x05\x00\x00\x00\x86"),
            "piece 0, counted from 0: it has the shape [3, 5]",
        ),
        (replaced(b"J\x03\x00\x00\x00J", b"J\x02\x00\x00\x00J"), "12 numbers for 2 steps"),
        (replaced(b"U\x02f2", b"U\x02c8"), "of the type c8"),
        (replaced(b"K\x03U\x01<", b"K\x03U\x01>"), "highest byte first"),
        (replaced(&f16::from(60u8).to_le_bytes(), &half), "step 0, counted from 0: 60.5 is no MIDI pitch"),
        (replaced(b"\x80\x02", b"\x80\x09"), "protocol 9"),
        (pickled(&[&b"\x80\x02"[..], &b"N".repeat(1 << 21)].concat()), "more than 1048576 steps"),
        (good[..good.len() - 1].to_vec(), "truncated"),
        (npy(&[]), "no piece"),
    ] {
        let said = refusal(&bytes);
        assert!(said.contains(words), "no '{words}' in: {said}");
    }
    let said = format!("{:#}", JsbChorales::parse(b"PK nothing").unwrap_err());
    assert!(said.contains("no npz archive"), "{said}");
}

#[test]
fn synthetic_chorales_obey_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    chorales::write(folder.path(), &chorales::Config { seed: 1, train: 40, valid: 3, test: 2 }).unwrap();
    let read = JsbChorales::read(&folder.path().join("Jsb16thSeparated.npz")).unwrap();
    assert_eq!([read.train.len(), read.valid.len(), read.test.len()], [40, 3, 2]);
    let ranges = [(60, 79), (55, 74), (50, 67), (40, 62)];
    let (mut sounding, mut passing) = (0, 0);
    for piece in &read.train {
        assert!(piece.len() >= 4 * 32 && piece.len() % 32 == 0, "{} steps", piece.len());
        for step in piece.iter().filter(|step| step[0].is_some()) {
            let voices = step.map(Option::unwrap);
            assert!(voices.iter().zip(ranges).all(|(pitch, (low, high))| (low..=high).contains(pitch)), "{voices:?}");
            assert!(voices.is_sorted_by(|high, low| high >= low), "crossed: {voices:?}");
        }
        // What sounds on a beat is a chord: three pitch classes at most.
        for beat in piece.chunks(4).filter(|beat| beat[0][0].is_some()) {
            let mut classes: Vec<u8> = beat[0].iter().flatten().map(|pitch| pitch % 12).collect();
            classes.sort_unstable();
            classes.dedup();
            assert!((2..=3).contains(&classes.len()), "{beat:?}");
            sounding += 1;
            passing += usize::from(beat[0] != beat[3]);
        }
    }
    assert!(passing * 10 > sounding, "passing notes in {passing} of {sounding} beats");
}
