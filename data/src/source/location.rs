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

/// The place as messages and records show it: without the name and password of an address.
pub(crate) fn shown(place: &str) -> String {
    match place.split_once("://") {
        Some((scheme, rest)) if !scheme.eq_ignore_ascii_case("file") => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        _ => place.to_string(),
    }
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
    fn mirrors_are_written_in_many_ways_and_shown_without_passwords() {
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
        for (place, seen) in [
            ("https://me:secret@host:8000/data", "https://host:8000/data"),
            ("http://me:p@ss@host", "http://host"),
            ("https://host/a@b", "https://host/a@b"),
            ("file:///data@home", "file:///data@home"),
            ("me@home/data", "me@home/data"),
        ] {
            assert_eq!(shown(place), seen);
        }
        let error = parse_with("s3://bucket", Path::new("/")).unwrap_err().to_string();
        assert!(error.contains("a folder or an http(s) address"), "{error}");
    }
}
