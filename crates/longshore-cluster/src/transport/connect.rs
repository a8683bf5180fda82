//! Telling apart the ways in which there is no answer.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use kube::client::AuthError;

/// Why there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectProblem {
    /// The address exists and nobody listens there.
    Refused,
    /// No TCP connection or no TLS session within the connect timeout.
    ConnectTimeout,
    /// The host's name leads nowhere.
    UnknownHost {
        /// What the resolver says.
        message: String,
    },
    /// No way to the address.
    Unreachable {
        /// What the system says.
        message: String,
    },
    /// The server's certificate is not trusted.
    Untrusted {
        /// What is wrong with it.
        message: String,
    },
    /// Both sides speak, but not TLS with each other.
    Tls {
        /// What rustls says.
        message: String,
    },
    /// The connection broke before the answer was complete.
    Reset,
    /// Connected, sent, and no answer in time.
    NoAnswer {
        /// How long was waited.
        after: Duration,
    },
    /// The credential plugin failed.
    Plugin {
        /// What it did: its exit status and what it wrote to standard error, never its output.
        message: String,
        /// Whether there is no such program.
        missing: bool,
    },
    /// The credentials could not be made use of.
    Credentials {
        /// What is wrong with them.
        message: String,
    },
    /// The proxy would not connect us.
    Proxy {
        /// What it said.
        message: String,
    },
    /// Something else.
    Other {
        /// The chain of causes.
        message: String,
    },
}

/// A request without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectError {
    /// Why.
    pub problem: ConnectProblem,
    /// How often it was tried.
    pub attempts: u32,
}

impl ConnectError {
    pub(crate) fn new(problem: ConnectProblem) -> Self {
        Self { problem, attempts: 1 }
    }

    pub(super) fn no_answer(after: Duration) -> Self {
        Self::new(ConnectProblem::NoAnswer { after })
    }

    pub(super) fn unsendable(error: &http::Error) -> Self {
        Self::new(ConnectProblem::Other { message: error.to_string() })
    }

    /// An answer that broke off.
    pub(super) fn broken(error: &(dyn StdError + 'static)) -> Self {
        match classify(error) {
            ConnectProblem::Other { .. } => Self::new(ConnectProblem::Reset),
            problem => Self::new(problem),
        }
    }

    /// What the client says.
    pub(crate) fn of_client(error: &kube::Error) -> Self {
        Self::new(classify(error))
    }
}

/// Finds the innermost cause that is known.
fn classify(error: &(dyn StdError + 'static)) -> ConnectProblem {
    let mut texts: Vec<String> = Vec::new();
    let mut found = None;
    let mut next = Some(error);
    // A chain is as long as the layers are deep; the bound is against one that bites its tail.
    for _ in 0..32 {
        let Some(error) = next else { break };
        if let Some(problem) = known(error) {
            found = Some(problem);
        }
        let text = error.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
        next = inner(error);
    }
    found.unwrap_or_else(|| by_words(&texts))
}

/// The source, also where an `io::Error` hides it.
fn inner<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    if let Some(io) = error.downcast_ref::<io::Error>()
        && let Some(inner) = io.get_ref()
    {
        return Some(inner);
    }
    error.source()
}

fn known(error: &(dyn StdError + 'static)) -> Option<ConnectProblem> {
    if let Some(error) = error.downcast_ref::<AuthError>() {
        return Some(of_auth(error));
    }
    if let Some(kube::Error::Auth(error)) = error.downcast_ref::<kube::Error>() {
        return Some(of_auth(error));
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(error));
    }
    let io = error.downcast_ref::<io::Error>()?;
    let message = || io.to_string();
    match io.kind() {
        io::ErrorKind::ConnectionRefused => Some(ConnectProblem::Refused),
        io::ErrorKind::TimedOut => Some(ConnectProblem::ConnectTimeout),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(ConnectProblem::Reset),
        io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Some(ConnectProblem::Unreachable { message: message() }),
        _ => None,
    }
}

/// What only its words tell: name resolution, proxies, and hyper's private kinds.
fn by_words(texts: &[String]) -> ConnectProblem {
    let message = texts.join(": ");
    if message.contains("dns error") {
        let last = texts.last().cloned().unwrap_or_default();
        return ConnectProblem::UnknownHost { message: last };
    }
    if message.contains("tunnel error") || message.contains("SOCKS error") {
        let last = texts.last().cloned().unwrap_or_default();
        return ConnectProblem::Proxy { message: last };
    }
    let broken = ["connection closed", "channel closed", "end of file", "connection was not ready"];
    if broken.iter().any(|words| message.contains(words)) {
        return ConnectProblem::Reset;
    }
    ConnectProblem::Other { message }
}

fn of_tls(error: &rustls::Error) -> ConnectProblem {
    match error {
        rustls::Error::InvalidCertificate(why) => ConnectProblem::Untrusted { message: why.to_string() },
        rustls::Error::NoCertificatesPresented => {
            ConnectProblem::Untrusted { message: "the server shows no certificate".to_owned() }
        }
        rustls::Error::InvalidMessage(_) => {
            ConnectProblem::Tls { message: "the answer is not TLS; is this an http address?".to_owned() }
        }
        other => ConnectProblem::Tls { message: other.to_string() },
    }
}

fn of_auth(error: &AuthError) -> ConnectProblem {
    /// A plugin that fails at length is not quoted at length.
    const LINES: usize = 5;
    match error {
        AuthError::AuthExecStart(error) => ConnectProblem::Plugin {
            message: error.to_string(),
            missing: error.kind() == io::ErrorKind::NotFound,
        },
        AuthError::AuthExecRun { out, .. } => {
            let stderr = String::from_utf8_lossy(&out.stderr);
            let lines: Vec<_> = stderr.lines().filter(|line| !line.trim().is_empty()).collect();
            let tail = &lines[lines.len().saturating_sub(LINES)..];
            let mut message = out.status.to_string();
            if !tail.is_empty() {
                message = format!("{message}: {}", tail.join("; "));
            }
            ConnectProblem::Plugin { message, missing: false }
        }
        // Its message quotes the plugin's output, and with it the token.
        AuthError::AuthExecParse(_) => ConnectProblem::Plugin {
            message: "its output is not an ExecCredential".to_owned(),
            missing: false,
        },
        AuthError::ExecPluginFailed => {
            ConnectProblem::Plugin { message: "its output has no `status`".to_owned(), missing: false }
        }
        other => ConnectProblem::Credentials { message: other.to_string() },
    }
}
