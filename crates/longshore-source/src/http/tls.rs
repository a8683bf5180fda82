//! The files of certificates that a request is made with.

use longshore_go::os::reason;
use std::fs;

use longshore_tls::{ClientError, ClientOptions, client_config};

use super::{HttpError, TlsFileError};

/// Whom to trust and who to be, by the names of files; an empty name stands for none.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TlsFiles {
    /// Authorities in PEM, in place of the system's.
    pub ca: String,
    /// The client's certificates in PEM.
    pub cert: String,
    /// The key of the client's certificate in PEM.
    pub key: String,
    /// Take any certificate of the server.
    pub insecure: bool,
}

impl TlsFiles {
    /// The configuration, with the files read.
    ///
    /// As in Helm, a certificate without a key is passed over unless there is something else to be read, and a key
    /// without a certificate too.
    ///
    /// # Errors
    /// A file cannot be read or used.
    pub fn config(&self) -> Result<rustls::ClientConfig, HttpError> {
        let is_pair = !self.cert.is_empty() && !self.key.is_empty();
        let mut options = ClientOptions::default();
        if is_pair || !self.ca.is_empty() || self.insecure {
            options.insecure = self.insecure;
            let mut problems = Vec::new();
            let mut read = |what, path: &str| match fs::read(path) {
                Ok(bytes) => Some(bytes),
                Err(error) => {
                    problems.push(TlsFileError::Unreadable {
                        what,
                        path: path.to_owned(),
                        reason: reason(&error),
                    });
                    None
                }
            };
            if !(self.cert.is_empty() && self.key.is_empty()) {
                // What cannot be read hides what comes behind it.
                options.identity = read("cert", &self.cert)
                    .and_then(|cert| Some((cert, read("key", &self.key)?)))
                    .filter(|(cert, key)| !cert.is_empty() && !key.is_empty());
            }
            if !self.ca.is_empty() {
                options.authorities = read("CA", &self.ca).filter(|bytes| !bytes.is_empty());
            }
            if !problems.is_empty() {
                return Err(HttpError::Tls { files: self.clone(), problems });
            }
        }
        client_config(&options).map_err(|error| HttpError::Tls {
            files: self.clone(),
            problems: vec![match error {
                ClientError::NoAuthority => TlsFileError::NoAuthority,
                ClientError::Identity(problem) => TlsFileError::Identity(problem),
            }],
        })
    }
}
