//! All values of a SOPS file in their order: decrypted, and hashed for the MAC.

use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::SopsError;
use super::cipher::{DataKey, Sealed};
use super::metadata::Metadata;
use super::tree::{Leaf, Tree};

/// What stands before the values of a MAC that is of encrypted values alone (the SHA-256 of `sops`), so that it is
/// never that of a file with a MAC of all values.
const ENCRYPTED_ALONE: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b,
    0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Decrypts all values in place.
///
/// # Errors
/// A value is not what was encrypted there, or the MAC is another. The documents are then of no use.
pub(super) fn decrypt(documents: &mut [Tree], metadata: &Metadata, key: &DataKey) -> Result<(), SopsError> {
    let mut walk = Walk { metadata, key, hash: Sha512::new(), path: Vec::new() };
    if metadata.is_mac_of_encrypted {
        walk.hash.update(ENCRYPTED_ALONE);
    }
    for document in documents {
        walk.tree(document)?;
    }
    let hash = walk.hash.finalize();
    let computed: String = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    let sealed = Sealed::read(&metadata.mac).ok_or(SopsError::Mac)?;
    match key.open(&sealed, &metadata.modified) {
        Some(mac) if *mac.shown() == computed.as_bytes() => Ok(()),
        _ => Err(SopsError::Mac),
    }
}

struct Walk<'a> {
    metadata: &'a Metadata,
    key: &'a DataKey,
    hash: Sha512,
    path: Vec<String>,
}

impl Walk<'_> {
    /// How deep it goes was limited when the file was read.
    fn tree(&mut self, tree: &mut Tree) -> Result<(), SopsError> {
        match tree {
            Tree::Map(entries) => {
                for (key, value) in entries {
                    self.path.push(key.clone());
                    self.tree(value)?;
                    self.path.pop();
                }
            }
            // The number of an item is no part of the path.
            Tree::List(items) => {
                for item in items {
                    self.tree(item)?;
                }
            }
            Tree::Leaf(leaf) => self.leaf(leaf)?,
        }
        Ok(())
    }

    fn leaf(&mut self, leaf: &mut Leaf) -> Result<(), SopsError> {
        if matches!(leaf, Leaf::Null) {
            return Ok(());
        }
        let is_encrypted = self.metadata.rule.is_encrypted(&self.path);
        if is_encrypted {
            *leaf = self.opened(leaf)?;
        }
        if (is_encrypted || !self.metadata.is_mac_of_encrypted)
            && let Some(bytes) = leaf.hashed()
        {
            self.hash.update(&*bytes);
        }
        Ok(())
    }

    fn opened(&self, leaf: &Leaf) -> Result<Leaf, SopsError> {
        let plain = || SopsError::Plain { path: self.path.join(".") };
        let Leaf::Text(text) = leaf else { return Err(plain()) };
        // SOPS leaves an empty text as it is.
        if text.is_empty() {
            return Ok(Leaf::Text(Zeroizing::default()));
        }
        let text = std::str::from_utf8(text).map_err(|_| plain())?;
        let sealed = Sealed::read(text).ok_or_else(plain)?;
        let sealed_to = self.path.iter().fold(String::new(), |all, key| all + key + ":");
        self.key.open(&sealed, &sealed_to).ok_or_else(|| SopsError::Changed { path: self.path.join(".") })
    }
}
