//! Where a mirror is: a folder or an http(s) address, as a reader writes it into `GDL_MIRROR`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

/// The place of a mirror.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Location {
    Folder(PathBuf),
    /// Without a final `/`.
    Address(String),
}

/// Reads a folder (`~/data`, `file:///data`) or an http(s) address, whose scheme may be in capitals.
pub(crate) fn parse(place: &str) -> Result<Location> {
    let home = std::env::home_dir().unwrap_or_default();
    parse_with(place.trim(), &home)
}

fn parse_with(place: &str, home: &Path) -> Result<Location> {
    if let Some((scheme, rest)) = place.split_once("://") {
        return match scheme.to_ascii_lowercase().as_str() {
            scheme @ ("http" | "https") => Ok(Location::Address(format!("{scheme}://{}", rest.trim_end_matches('/')))),
            "file" => Ok(Location::Folder(file_path(rest))),
            _ => bail!("GDL_MIRROR may be a folder or an http(s) address, not `{scheme}://...`"),
        };
    }
    // A shell leaves `~` alone within quotes.
    let below_home = place.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
    Ok(Location::Folder(match below_home {
        Some(rest) => home.join(rest.trim_start_matches(['/', '\\'])),
        None => PathBuf::from(place),
    }))
}

/// The path in a `file://` address: without its host, and with its `%20` as blanks.
fn file_path(rest: &str) -> PathBuf {
    let path = rest.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest);
    // `/C:/data` on Windows.
    let path = if cfg!(windows) { path.trim_start_matches('/') } else { path };
    let (mut bytes, mut at) = (Vec::new(), path.as_bytes());
    while let [first, rest @ ..] = at {
        let escaped = match (first, rest) {
            (b'%', [high, low, ..]) => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        at = if escaped.is_some() { &rest[2..] } else { rest };
    }
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_are_written_in_many_ways() {
        let folder = |path: &str| Location::Folder(PathBuf::from(path));
        let cases = [
            ("/data", folder("/data")),
            ("data/mirror", folder("data/mirror")),
            ("~", folder("/home/me")),
            ("~/data", folder("/home/me/data")),
            ("~other/data", folder("~other/data")),
            ("file:///my%20data/100%", folder("/my data/100%")),
            ("FILE://localhost/data", folder("/data")),
            ("HTTP://Host:8000/Data/", Location::Address("http://Host:8000/Data".to_string())),
            ("https://host", Location::Address("https://host".to_string())),
        ];
        for (place, location) in cases {
            assert_eq!(parse_with(place, Path::new("/home/me")).unwrap(), location, "{place}");
        }
        let error = parse_with("s3://bucket", Path::new("/")).unwrap_err().to_string();
        assert!(error.contains("a folder or an http(s) address"), "{error}");
    }
}
