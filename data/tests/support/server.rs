//! A web server on this machine that answers as a test tells it to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Request {
    pub path: String,
    /// The first byte of `Range: bytes=100-`.
    pub range: Option<usize>,
    pub if_range: Option<String>,
}

/// What is answered.
#[derive(Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: Vec<u8>,
    /// After so many bytes of the body, the connection breaks.
    pub breaks_after: Option<usize>,
    /// The length that it claims to have, if it is not that of the body.
    pub claims: Option<u64>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, body: body.into(), ..Reply::default() }
    }

    pub fn header(mut self, header: impl Into<String>) -> Reply {
        self.headers.push(header.into());
        self
    }

    pub fn breaks_after(self, bytes: usize) -> Reply {
        Reply { breaks_after: Some(bytes), ..self }
    }

    pub fn claims(self, bytes: u64) -> Reply {
        Reply { claims: Some(bytes), ..self }
    }

    /// Answers as a proper server does that has `body` in the state `tag`.
    pub fn with_ranges(request: &Request, body: &[u8], tag: &str) -> Reply {
        let same = request.if_range.as_deref().is_none_or(|asked| asked == tag);
        let reply = match request.range {
            Some(start) if same => Reply::new(206, &body[start..]).header(format!(
                "Content-Range: bytes {start}-{}/{}",
                body.len() - 1,
                body.len()
            )),
            _ => Reply::new(200, body),
        };
        reply.header(format!("ETag: {tag}"))
    }
}

/// The server. It ends with the test's process.
pub struct Server {
    /// Its address, ending in `/`.
    pub base: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server; `answer` gets each request and its number, from 0.
    pub fn start(answer: impl Fn(&Request, usize) -> Reply + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(request) = read(&stream) {
                    let number = seen.lock().unwrap().len();
                    seen.lock().unwrap().push(request.clone());
                    let _ = send(stream, &answer(&request, number));
                }
            }
        });
        Server { base, requests }
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let path = lines.next()?.split(' ').nth(1)?.to_string();
    let mut request = Request { path, range: None, if_range: None };
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ")?;
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range = value.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok(),
            "if-range" => request.if_range = Some(value.to_string()),
            _ => {}
        }
    }
    Some(request)
}

fn send(mut stream: TcpStream, reply: &Reply) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {} Whatever\r\nConnection: close\r\n", reply.status)?;
    write!(stream, "Content-Length: {}\r\n", reply.claims.unwrap_or(reply.body.len() as u64))?;
    for header in &reply.headers {
        write!(stream, "{header}\r\n")?;
    }
    write!(stream, "\r\n")?;
    stream.write_all(&reply.body[..reply.breaks_after.unwrap_or(reply.body.len())])
}
