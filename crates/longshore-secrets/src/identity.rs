//! Keys: to whom something is sealed, and who opens it.

use std::fmt;
use std::str::FromStr;

use age::x25519;
use secrecy::{ExposeSecret, SecretString};

use crate::seal::SealError;

/// Somebody who can open what is sealed to them: an age public key, `age1…`.
#[derive(Clone)]
pub struct Recipient(pub(crate) x25519::Recipient);

impl FromStr for Recipient {
    type Err = SealError;

    /// Reads `age1…`.
    fn from_str(text: &str) -> Result<Self, SealError> {
        text.trim().parse().map(Self).map_err(|_| SealError::Recipient { text: text.to_owned() })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({self})")
    }
}

/// The secret half of a recipient. It cannot be printed.
#[derive(Clone)]
pub struct Identity(pub(crate) x25519::Identity);

impl Identity {
    /// A new one, as `age-keygen` makes it.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// To whom one seals for it.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// The text for an identity file: `AGE-SECRET-KEY-1…`.
    pub fn secret(&self) -> SecretString {
        self.0.to_string().expose_secret().to_owned().into()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity of {}", self.recipient())
    }
}

/// The identities of a text as `age-keygen` writes it: a key on a line, and comments.
///
/// # Errors
/// A line is neither, or there is no key. Nothing of the text is told.
pub fn identities(text: &str) -> Result<Vec<Identity>, SealError> {
    let mut found = Vec::new();
    for (number, line) in text.lines().map(str::trim).enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let identity = line.parse().map_err(|_| SealError::Identity { line: number + 1 })?;
        found.push(Identity(identity));
    }
    if found.is_empty() { Err(SealError::NoIdentity) } else { Ok(found) }
}

/// The identities of a text as SOPS reads it: several may stand on a line, and those of kinds that are not known here
/// (of plugins, post-quantum ones) are passed over, because another may do.
///
/// # Errors
/// What stands there is no identity of any kind. Nothing of the text is told.
pub fn sops_identities(text: &str) -> Result<Vec<Identity>, SealError> {
    let mut found = Vec::new();
    for (number, line) in text.lines().map(str::trim).enumerate() {
        if line.starts_with('#') {
            continue;
        }
        for word in line.split_whitespace() {
            if word.starts_with("AGE-PLUGIN-") || word.starts_with("AGE-SECRET-KEY-PQ-1") {
                continue;
            }
            let identity = word.parse().map_err(|_| SealError::Identity { line: number + 1 })?;
            found.push(Identity(identity));
        }
    }
    Ok(found)
}
