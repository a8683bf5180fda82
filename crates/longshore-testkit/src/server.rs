//! An HTTP server on loopback that answers as a test wants, and tells what it was asked.
//!
//! It speaks just enough HTTP/1.1: one request for each connection, with or without TLS of an authority of its own.

mod tls;

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::Result;

pub use tls::TestAuthority;

/// What a server was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET`.
    pub method: String,
    /// Path and query as they were sent; the whole address, if the server is asked as a proxy.
    pub target: String,
    /// The headers, their names in small letters.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }
}

/// What a server answers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Code and words: `200 OK`.
    pub status: String,
    /// More headers than the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// After how many bytes of the body the connection is closed, if before its end.
    pub breaks_after: Option<usize>,
}

impl Answer {
    /// A file.
    pub fn file(body: impl Into<Vec<u8>>) -> Self {
        Self { status: "200 OK".to_owned(), headers: Vec::new(), body: body.into(), breaks_after: None }
    }

    /// Nothing but a status.
    pub fn status(status: &str) -> Self {
        Self { status: status.to_owned(), ..Self::file("") }
    }

    /// The file is elsewhere.
    pub fn redirect(to: &str) -> Self {
        Self { headers: vec![("location".to_owned(), to.to_owned())], ..Self::status("302 Found") }
    }

    /// The connection is closed after so many bytes of the body.
    pub fn breaking_after(self, bytes: usize) -> Self {
        Self { breaks_after: Some(bytes), ..self }
    }
}

/// A running server; it ends when it is dropped.
///
/// ```
/// use longshore_testkit::{Answer, TestServer};
/// let server = TestServer::start(|asked| Answer::file(asked.target.clone()))?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Debug)]
pub struct TestServer {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

type Handler = dyn Fn(&Asked) -> Answer + Send + Sync;

impl TestServer {
    /// Starts a server without TLS.
    ///
    /// # Errors
    /// There is no port.
    pub fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Result<Self> {
        Self::listen(None, Arc::new(answer))
    }

    /// Starts a server with a certificate of `authority`.
    ///
    /// # Errors
    /// There is no port, or no certificate.
    pub fn start_tls(
        authority: &TestAuthority,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Result<Self> {
        Self::listen(Some(authority.server()?), Arc::new(answer))
    }

    fn listen(tls: Option<Arc<rustls::ServerConfig>>, answer: Arc<Handler>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ends = Arc::new(AtomicBool::new(false));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (seen, end) = (Arc::clone(&asked), Arc::clone(&ends));
        let thread = thread::spawn(move || {
            for connection in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (tls, seen, answer) = (tls.clone(), Arc::clone(&seen), Arc::clone(&answer));
                let Ok(connection) = connection else { continue };
                // A client that goes away in the middle is its own affair.
                thread::spawn(move || {
                    let _ = serve(connection, tls, &seen, &*answer);
                });
            }
        });
        Ok(Self { address, scheme, asked, ends, thread: Some(thread) })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // It waits for connections: one more wakes it.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(
    connection: TcpStream,
    tls: Option<Arc<rustls::ServerConfig>>,
    seen: &Mutex<Vec<Asked>>,
    answer: &Handler,
) -> Result<()> {
    match tls {
        None => exchange(connection, seen, answer),
        Some(config) => {
            let session = rustls::ServerConnection::new(config)?;
            exchange(rustls::StreamOwned::new(session, connection), seen, answer)
        }
    }
}

fn exchange(mut stream: impl Read + Write, seen: &Mutex<Vec<Asked>>, answer: &Handler) -> Result<()> {
    /// No test sends more.
    const MAX_HEAD: u64 = 64 << 10;
    let mut lines = BufReader::new(&mut stream).take(MAX_HEAD).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut words = first.split(' ').map(str::to_owned);
    let mut asked = Asked {
        method: words.next().unwrap_or_default(),
        target: words.next().unwrap_or_default(),
        headers: Vec::new(),
    };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        asked.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let answer = answer(&asked);
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    write!(
        stream,
        "HTTP/1.1 {}\r\nconnection: close\r\ncontent-length: {}\r\n",
        answer.status,
        answer.body.len()
    )?;
    for (name, value) in &answer.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    let end = answer.breaks_after.unwrap_or(answer.body.len()).min(answer.body.len());
    stream.write_all(&answer.body[..end])?;
    stream.flush()?;
    Ok(())
}
