//! Downloads over http(s) that resume after an interruption.
//!
//! `<file>.part` has the bytes so far, `<file>.part.tag` the server's name for that version of the file: its ETag, or the
//! time of its last change. The next attempt, in this run or a later one, requests the rest on condition that the version
//! is the same (`If-Range`); a server that does not support this sends the whole file, and the download starts over.

use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use indicatif::ProgressBar;
use ureq::http::{Response, StatusCode, Uri, header};
use ureq::{Agent, Body};

use crate::progress;

/// Attempts without progress before giving up.
const ATTEMPTS: u32 = 3;

/// The server has no such file.
#[derive(Debug)]
pub(crate) struct NotThere(StatusCode);

impl std::error::Error for NotThere {}

impl fmt::Display for NotThere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server has no such file (HTTP {})", self.0.as_u16())
    }
}

/// Fetches files over http(s).
#[derive(Clone, Debug)]
pub(crate) struct Http {
    agent: Agent,
}

/// The result of an attempt that did not fail for good.
enum Outcome {
    Whole,
    /// The connection broke with this error, when the file had this number of bytes.
    Broken(anyhow::Error, u64),
}

impl Http {
    /// Times out early, so that a machine without a network tries the next source soon.
    pub fn new() -> Http {
        let roots = ureq::tls::RootCerts::PlatformVerifier;
        let config = Agent::config_builder()
            .timeout_resolve(Some(Duration::from_secs(10)))
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            .tls_config(ureq::tls::TlsConfig::builder().root_certs(roots).build());
        Http { agent: config.build().into() }
    }

    /// Downloads `url` to the file `to`, at most `limit` bytes. Returns at once if `to` exists.
    pub fn download(&self, url: &str, to: &Path, limit: u64) -> Result<()> {
        if to.is_file() {
            return Ok(());
        }
        let part = with_suffix(to, ".part");
        // A server that cannot resume begins anew each time: progress is only what no attempt had before.
        let (mut failures, mut furthest) = (0, 0);
        loop {
            let outcome = self.attempt(url, &part, limit, failures > 0);
            match outcome.with_context(|| format!("cannot download {}", name_of(url)))? {
                Outcome::Whole => break,
                Outcome::Broken(error, bytes) => {
                    failures = if bytes > furthest { 1 } else { failures + 1 };
                    furthest = furthest.max(bytes);
                    if failures >= ATTEMPTS {
                        return Err(
                            error.context(format!("the download of {} was interrupted {ATTEMPTS} times", name_of(url)))
                        );
                    }
                    std::thread::sleep(Duration::from_millis(500) * failures);
                }
            }
        }
        fs::rename(&part, to).with_context(|| format!("cannot write {}", to.display()))?;
        let _ = fs::remove_file(tag_of(&part));
        Ok(())
    }

    /// One request. With `again`, the server has answered before: no answer is another broken connection.
    fn attempt(&self, url: &str, part: &Path, limit: u64, again: bool) -> Result<Outcome> {
        let have = resumable(part);
        let response = match self.get(url, have.as_ref()) {
            Err(error) if again => return Ok(Outcome::Broken(error, 0)),
            response => response?,
        };
        let status = response.status();
        let start = match (&have, status) {
            (_, StatusCode::OK) => 0,
            (Some((have, _)), StatusCode::PARTIAL_CONTENT) if starts_at(&response) == Some(*have) => *have,
            (Some(_), StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE) => {
                let tag = tag_of(part);
                fs::remove_file(&tag).with_context(|| format!("cannot remove {}", tag.display()))?;
                return self.attempt(url, part, limit, again); // without a tag it starts over
            }
            (_, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::GONE) => {
                bail!(NotThere(status))
            }
            _ if again && status.is_server_error() => {
                return Ok(Outcome::Broken(anyhow!("the server answered HTTP {status}"), 0));
            }
            _ => bail!("the server answered HTTP {status}"),
        };
        let rest: Option<u64> = number(&response, header::CONTENT_LENGTH);
        let total = rest.map(|rest| start.saturating_add(rest));
        ensure!(
            total.unwrap_or(0) <= limit,
            "the server's file has {} bytes, more than the {limit} allowed",
            total.unwrap_or(0)
        );
        let file = if start == 0 {
            write_tag(part, &response)?;
            File::create(part)
        } else {
            File::options().append(true).open(part)
        };
        let file = file.with_context(|| format!("cannot write {}", part.display()))?;
        let bar = progress::bar(name_of(url), start, total);
        let outcome = receive(response, file, start, total, limit, &bar);
        bar.finish_and_clear();
        outcome
    }

    /// Requests the file, or the rest of it.
    fn get(&self, url: &str, have: Option<&(u64, String)>) -> Result<Response<Body>> {
        let uri: Uri = url.parse().context("the address is invalid")?;
        let near = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let mut request = self.agent.get(uri).header(header::ACCEPT_ENCODING, "identity");
        if let Some((start, tag)) = have {
            request = request.header(header::RANGE, format!("bytes={start}-")).header(header::IF_RANGE, tag);
        }
        let answer = if near {
            request.config().proxy(None).build().call() // a proxy would connect to its own machine
        } else {
            request.call()
        };
        answer.map_err(|error| {
            let error = match error {
                ureq::Error::Io(error) => error.to_string(),
                error => error.to_string(),
            };
            match self.proxy_of(url).filter(|_| !near) {
                Some(proxy) => {
                    anyhow!("no answer through the proxy {proxy} ({error}); NO_PROXY names hosts without it")
                }
                None => anyhow!("no answer ({error})"),
            }
        })
    }

    /// The proxy for this address, without its password: `HTTPS_PROXY` and the like, unless `NO_PROXY` names the host.
    fn proxy_of(&self, url: &str) -> Option<String> {
        let uri: Uri = url.parse().ok()?;
        let proxy = self.agent.config().proxy().filter(|proxy| !proxy.is_no_proxy(&uri))?;
        Some(format!("{}:{}", proxy.host(), proxy.port()))
    }
}

/// Appends the body to the file.
fn receive(
    response: Response<Body>,
    mut file: File,
    start: u64,
    total: Option<u64>,
    limit: u64,
    bar: &ProgressBar,
) -> Result<Outcome> {
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 1 << 16];
    let mut at = start;
    loop {
        let n = match body.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) => return Ok(Outcome::Broken(error.into(), at)),
        };
        at += n as u64;
        ensure!(at <= limit, "the server sends more than the {limit} bytes allowed");
        file.write_all(&buffer[..n]).context("cannot write to the disk")?;
        bar.set_position(at);
    }
    match total {
        Some(total) if at < total => Ok(Outcome::Broken(anyhow!("only {at} of {total} bytes arrived"), at)),
        _ => Ok(Outcome::Whole),
    }
}

/// The length and the tag of an interrupted download; none if it has to start over.
fn resumable(part: &Path) -> Option<(u64, String)> {
    let length = fs::metadata(part).ok()?.len();
    let tag = fs::read_to_string(tag_of(part)).ok()?;
    (length > 0 && !tag.is_empty()).then_some((length, tag))
}

/// Saves the tag of the file that is about to arrive: without one, the file could change between two attempts.
fn write_tag(part: &Path, response: &Response<Body>) -> Result<()> {
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let strong = |tag: &&str| !tag.starts_with("W/");
    let path = tag_of(part);
    // Remove the old bytes first: they must never be combined with the new tag.
    let _ = fs::remove_file(part);
    match text(header::ETAG).filter(strong).or_else(|| text(header::LAST_MODIFIED)) {
        Some(tag) => fs::write(&path, tag).with_context(|| format!("cannot write {}", path.display())),
        None => {
            let _ = fs::remove_file(path);
            Ok(())
        }
    }
}

/// The first byte of a partial response, from `Content-Range: bytes 100-199/200`.
fn starts_at(response: &Response<Body>) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

fn number(response: &Response<Body>, name: header::HeaderName) -> Option<u64> {
    response.headers().get(name)?.to_str().ok()?.parse().ok()
}

/// The last component of an address.
fn name_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}

fn tag_of(part: &Path) -> PathBuf {
    with_suffix(part, ".tag")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
