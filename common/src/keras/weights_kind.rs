//! What a file of weights is if it is no safetensors file, by its content, and how to turn it into one.

use crate::shell::quoted;
use std::io::Cursor;
use std::path::Path;
use zip::ZipArchive;

/// The converter of the book's files.
const CONVERTER: &str = "common/python/h5_to_safetensors.py";

/// What the file is, with its path, and the next step.
pub(super) fn describe(path: &Path, bytes: &[u8]) -> String {
    let shown = path.display().to_string();
    let (kind, step) = kind(bytes).unwrap_or(Kind::Damaged).words(&shown);
    format!("{shown} is {kind}: {step}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    H5,
    Keras,
    PyTorch,
    Npz,
    Zip,
    Gzip,
    Html,
    LfsPointer,
    Empty,
    Damaged,
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    let text = bytes.trim_ascii_start();
    let begins = |start: &str| text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()));
    Some(match bytes {
        [] => Kind::Empty,
        [0x89, b'H', b'D', b'F', ..] => Kind::H5,
        [b'P', b'K', 3, 4, ..] => of_zip(bytes),
        // A pickle; a safetensors file begins with the length of its header, in which zeros follow.
        [0x80, 2..=5, code, ..] if *code != 0 => Kind::PyTorch,
        [0x1f, 0x8b, 8, ..] => Kind::Gzip,
        _ if begins("version https://git-lfs") => Kind::LfsPointer,
        _ if begins("<!doctype html") || begins("<html") => Kind::Html,
        _ => return None,
    })
}

fn of_zip(bytes: &[u8]) -> Kind {
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else { return Kind::Zip };
    let any = |ending: &str| archive.file_names().any(|name| name.ends_with(ending));
    match () {
        () if any(".weights.h5") => Kind::Keras,
        () if any("data.pkl") => Kind::PyTorch,
        () if any(".npy") => Kind::Npz,
        () => Kind::Zip,
    }
}

impl Kind {
    /// Its name, and the next step with the file `path`: in a shell, or in Python, whose strings are written alike.
    fn words(self, path: &str) -> (&'static str, String) {
        let (in_python, path) = (format!("{path:?}"), quoted(path));
        let save = "safetensors.numpy.save_file({v.path: v.numpy() for v in model.variables}, 'weights.safetensors')";
        let load = "then give --weights weights.safetensors";
        match self {
            Kind::H5 => {
                ("an HDF5 file of Keras (.h5)", format!("run `python {CONVERTER} {path} weights.safetensors`, {load}"))
            }
            Kind::Keras => (
                "an archive of Keras 3 (.keras)",
                format!(
                    "in Python, `model = keras.saving.load_model({in_python})` and `{save}`, {load}; {CONVERTER} reads .h5 files"
                ),
            ),
            Kind::PyTorch => (
                "a file of PyTorch (.pt, .pth)",
                format!(
                    "read it with `torch.load({in_python})` and write it with `safetensors.numpy.save_file`, under Keras' names and in \
                     Keras' layouts (kernels as height, width, in, out), {load}; {CONVERTER} reads .h5 files"
                ),
            ),
            Kind::Npz => (
                "a zip archive of NumPy arrays (.npz)",
                format!("write them with `safetensors.numpy.save_file`, {load}"),
            ),
            Kind::Zip => ("a zip archive", "unpack it, and name the file of weights in it".into()),
            Kind::Gzip => ("packed with gzip", format!("unpack it with `gunzip {path}`")),
            Kind::Html => (
                "a web page (HTML), not the file that was meant to be downloaded",
                "open the address in a browser, and download the file itself".into(),
            ),
            Kind::LfsPointer => {
                ("a pointer of Git LFS, not the file itself", "run `git lfs pull` where it comes from".into())
            }
            Kind::Empty => ("damaged: it is empty", "the download or the copy was interrupted; repeat it".into()),
            Kind::Damaged => ("damaged or no safetensors file", "copy or convert it again".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn zip(member: &str) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(vec![]));
        writer.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"weights").unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn other_files_are_named_with_the_next_step() {
        for (bytes, words) in [
            (
                b"\x89HDF\r\n\x1a\n....".to_vec(),
                "an HDF5 file of Keras (.h5): run `python common/python/h5_to_safetensors.py 'my weights'",
            ),
            (zip("model.weights.h5"), "Keras 3 (.keras): in Python, `model = keras.saving.load_model(\"my weights\")`"),
            (zip("archive/data.pkl"), "PyTorch (.pt, .pth)"),
            (b"\x80\x02}q\x00".to_vec(), "PyTorch (.pt, .pth)"),
            (zip("kernel.npy"), ".npz"),
            (zip("readme"), "a zip archive: unpack"),
            (vec![0x1f, 0x8b, 8, 0], "gunzip 'my weights'"),
            (b"\n<!DOCTYPE html><html>".to_vec(), "a web page"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:1".to_vec(), "git lfs pull"),
            (vec![], "it is empty"),
            (vec![0x80, 2, 0, 0, 0, 0, 0, 0, b'{'], "damaged or no safetensors file"),
            (b"PK\x03\x04 cut".to_vec(), "a zip archive"),
            (vec![7; 100], "damaged or no safetensors file"),
        ] {
            let said = describe(Path::new("my weights"), &bytes);
            assert!(said.starts_with("my weights is ") && said.contains(words), "{said}");
        }
    }
}
