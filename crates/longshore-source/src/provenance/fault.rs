//! What can be wrong with keys and signatures, in the words of the library that Helm uses
//! (<https://pkg.go.dev/github.com/ProtonMail/go-crypto/openpgp/errors>): scripts look for them.

use std::io;

/// Why something is not signed as it should be, or cannot be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A file cannot be read; in Go's words, with what was done to which file.
    #[error("{0}")]
    File(String),
    /// Bytes that are no OpenPGP data.
    #[error("openpgp: invalid data: {0}")]
    Structure(String),
    /// Data of a kind that is not understood.
    #[error("openpgp: unsupported feature: {0}")]
    Unsupported(String),
    /// A signature that was not made by the key over this text.
    #[error("openpgp: invalid signature: {0}")]
    Signature(String),
    /// A key that cannot do what it is asked for.
    #[error("openpgp: invalid argument: {0}")]
    Argument(&'static str),
    /// The data ends within a packet.
    #[error("unexpected EOF")]
    Truncated,
    /// Signed by a key that is not in the keyring, or may not sign.
    #[error("openpgp: signature made by unknown entity")]
    UnknownSigner,
    /// The key was taken back by its owner.
    #[error("openpgp: signature made by revoked key")]
    Revoked,
    /// The key's time is over, or has not begun.
    #[error("openpgp: key expired")]
    KeyExpired,
    /// The signature's time is over, or has not begun.
    #[error("openpgp: signature expired")]
    SignatureExpired,
    /// The secret part of the key is elsewhere (a card, another computer).
    #[error("openpgp: s2k GNU dummy key: dummy key found")]
    Dummy,
    /// A statement that is not signed.
    #[error("signature block not found")]
    Unsigned,
    /// Everything else, told in full.
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// Whether another key of the same keyring may still be good.
    pub(super) fn concerns_one_key(&self) -> bool {
        matches!(self, Self::Structure(_) | Self::Unsupported(_))
    }

    /// Go's words for a file that cannot be opened or read.
    pub(super) fn file(doing: &str, path: &str, error: &io::Error) -> Self {
        let text = longshore_go::os::reason(error);
        Self::File(format!("{doing} {path}: {text}"))
    }
}
