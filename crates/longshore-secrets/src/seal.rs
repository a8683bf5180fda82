//! Sealing bytes to recipients, and opening them again.

use std::io::{Read, Write};

use zeroize::Zeroizing;

use crate::identity::{Identity, Recipient};

/// What may be opened is at most as large as this, in bytes.
pub const MAX_SEALED: u64 = 256 << 20;

/// Why something was not sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A recipient that is none.
    #[error("`{text}` is no age recipient: those begin with `age1`")]
    Recipient {
        /// What was read.
        text: String,
    },
    /// A line of an identity file that holds none.
    #[error("line {line} is no age identity: those begin with `AGE-SECRET-KEY-1`")]
    Identity {
        /// Which, from 1.
        line: usize,
    },
    /// There is no identity.
    #[error("there is no age identity in it")]
    NoIdentity,
    /// There is nobody to seal to.
    #[error("there is no recipient to seal to")]
    NoRecipient,
    /// It was sealed to others.
    #[error("it is sealed to other recipients")]
    NotForUs,
    /// It was changed, or is cut short.
    #[error("it is no age file, or was changed after it was sealed")]
    Broken,
    /// It is larger than what is opened.
    #[error("it is larger than {} MiB", MAX_SEALED >> 20)]
    TooLarge,
}

/// Seals bytes so that each of the recipients can open them, and nobody else.
///
/// # Errors
/// There is no recipient.
pub fn seal(bytes: &[u8], recipients: &[Recipient]) -> Result<Vec<u8>, SealError> {
    let keys = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(keys).map_err(|_| SealError::NoRecipient)?;
    let mut sealed = Vec::with_capacity(bytes.len() + 512);
    // Writing to memory does not fail.
    let written = encryptor.wrap_output(&mut sealed).and_then(|mut writer| {
        writer.write_all(bytes)?;
        writer.finish().map(drop)
    });
    written.map_err(|_| SealError::Broken)?;
    Ok(sealed)
}

/// Opens what was sealed to one of the identities. What it gives is wiped when it is dropped.
///
/// # Errors
/// It was sealed to others, was changed, or is too large.
pub fn open(sealed: &[u8], identities: &[Identity]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let decryptor = age::Decryptor::new_buffered(sealed).map_err(|_| SealError::Broken)?;
    let keys = identities.iter().map(|identity| &identity.0 as &dyn age::Identity);
    let reader = decryptor.decrypt(keys).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys => SealError::NotForUs,
        _ => SealError::Broken,
    })?;
    let mut bytes = Zeroizing::new(Vec::new());
    reader.take(MAX_SEALED + 1).read_to_end(&mut bytes).map_err(|_| SealError::Broken)?;
    if bytes.len() as u64 > MAX_SEALED { Err(SealError::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::{SealError, open, seal};
    use crate::{Identity, Recipient, identities};

    #[test]
    fn each_recipient_opens_it_and_nobody_else() {
        let (ann, bob, eve) = (Identity::generate(), Identity::generate(), Identity::generate());
        let sealed = seal(b"secret", &[ann.recipient(), bob.recipient()]).unwrap();
        for identity in [&ann, &bob] {
            assert_eq!(&**open(&sealed, &[eve.clone(), identity.clone()]).unwrap(), b"secret");
        }
        assert_eq!(open(&sealed, &[eve]).unwrap_err(), SealError::NotForUs);
        assert_eq!(seal(b"secret", &[]).unwrap_err(), SealError::NoRecipient);
    }

    #[test]
    fn what_was_changed_is_not_opened() {
        let ann = Identity::generate();
        let sealed = seal(&vec![7; 100_000], &[ann.recipient()]).unwrap();
        for at in [0, 40, sealed.len() / 2, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&changed, std::slice::from_ref(&ann)).is_err(), "{at}");
        }
        assert!(open(&sealed[..sealed.len() - 20], std::slice::from_ref(&ann)).is_err());
        assert_eq!(open(b"", &[ann]).unwrap_err(), SealError::Broken);
    }

    #[test]
    fn keys_are_read_and_never_told() {
        let ann = Identity::generate();
        let text = format!("# created: today\n\n{}\n", ann.secret().expose_secret());
        let read = identities(&text).unwrap();
        assert_eq!(read[0].recipient().to_string(), ann.recipient().to_string());
        assert!(!format!("{read:?}").contains("SECRET"));
        let broken = identities("AGE-SECRET-KEY-1NOT").unwrap_err();
        assert_eq!(broken.to_string(), "line 1 is no age identity: those begin with `AGE-SECRET-KEY-1`");
        assert_eq!(identities("# nothing").unwrap_err(), SealError::NoIdentity);
        assert!("age1nonsense".parse::<Recipient>().is_err());
    }
}
