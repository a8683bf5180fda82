//! One encrypted value: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.

use aes_gcm::aead::consts::U32;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Key, Nonce, Tag};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::tree::Leaf;

/// SOPS draws nonces of 32 bytes, where the mode has 12 by default.
const NONCE: usize = 32;
const TAG: usize = 16;

/// The data key of a file.
pub(super) struct DataKey(AesGcm<Aes256, U32>);

impl DataKey {
    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        Self(AesGcm::new(Key::<Aes256>::from_slice(bytes)))
    }

    /// The value that was encrypted for `path`; nothing if it was not, or not with this key.
    pub(super) fn open(&self, sealed: &Sealed<'_>, path: &str) -> Option<Leaf> {
        let mut bytes = Zeroizing::new(STANDARD.decode(sealed.data).ok()?);
        let nonce = STANDARD.decode(sealed.iv).ok().filter(|nonce| nonce.len() == NONCE)?;
        let tag = STANDARD.decode(sealed.tag).ok().filter(|tag| tag.len() == TAG)?;
        let opened = self.0.decrypt_in_place_detached(
            Nonce::<U32>::from_slice(&nonce),
            path.as_bytes(),
            &mut bytes,
            Tag::from_slice(&tag),
        );
        opened.ok()?;
        typed(sealed.kind, bytes)
    }

    /// Encrypts as SOPS does.
    #[cfg(test)]
    pub(super) fn seal(&self, value: &[u8], path: &str, kind: &str, nonce: &[u8; NONCE]) -> String {
        let mut bytes = value.to_vec();
        let nonce = Nonce::<U32>::from_slice(nonce);
        let tag = self.0.encrypt_in_place_detached(nonce, path.as_bytes(), &mut bytes).unwrap();
        let [data, iv, tag] = [&bytes[..], nonce, &tag].map(|bytes| STANDARD.encode(bytes));
        format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{kind}]")
    }
}

/// An encrypted value, taken apart.
pub(super) struct Sealed<'t> {
    data: &'t str,
    iv: &'t str,
    tag: &'t str,
    kind: &'t str,
}

impl<'t> Sealed<'t> {
    /// Takes the text apart; nothing if it is none.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let rest = text.strip_prefix("ENC[AES256_GCM,data:")?.strip_suffix(']')?;
        let (data, rest) = rest.split_once(",iv:")?;
        let (iv, rest) = rest.split_once(",tag:")?;
        let (tag, kind) = rest.split_once(",type:")?;
        Some(Self { data, iv, tag, kind })
    }

    /// Whether it is a comment, which in a list stands where an item would, and is no part of the MAC.
    pub(super) fn is_comment(&self) -> bool {
        self.kind == "comment"
    }
}

fn typed(kind: &str, bytes: Zeroizing<Vec<u8>>) -> Option<Leaf> {
    let text = std::str::from_utf8(&bytes);
    Some(match kind {
        // Times are texts as SOPS hashes them.
        "str" | "bytes" | "time" => Leaf::Text(bytes),
        "int" => Leaf::Int(text.ok()?.parse().ok()?),
        "float" => Leaf::Float(text.ok()?.parse().ok()?),
        "bool" => match text.ok()? {
            "True" | "true" => Leaf::Bool(true),
            "False" | "false" => Leaf::Bool(false),
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DataKey, Sealed};

    /// What was sealed for a path opens there and nowhere else, and not after any change.
    #[test]
    fn a_value_opens_where_it_was_sealed_and_as_it_was() {
        let key = DataKey::new(&[7; 32]);
        let text = key.seal(b"hunter2", "db:password:", "str", &[9; 32]);
        let open = |key: &DataKey, text: &str, path: &str| {
            key.open(&Sealed::read(text)?, path).map(|leaf| leaf.shown().to_vec())
        };
        assert_eq!(open(&key, &text, "db:password:").as_deref(), Some(&b"hunter2"[..]));
        assert_eq!(open(&key, &text, "db:user:"), None);
        assert_eq!(open(&DataKey::new(&[8; 32]), &text, "db:password:"), None);
        for at in ["data:", "iv:", "tag:"] {
            let place = text.find(at).unwrap() + at.len();
            let mut changed = text.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(open(&key, &String::from_utf8(changed).unwrap(), "db:password:"), None, "{at}");
        }
        let short = key.seal(b"1", "a:", "int", &[9; 32]).replace("type:int", "type:map");
        assert_eq!(open(&key, &short, "a:"), None);
        assert_eq!(open(&key, &key.seal(b"x", "a:", "int", &[1; 32]), "a:"), None);
        assert_eq!(open(&key, &key.seal(b"True", "a:", "bool", &[1; 32]), "a:").unwrap(), b"true");
    }

    proptest! {
        #[test]
        fn nothing_that_is_written_breaks_the_reader(text in "(ENC\\[AES256_GCM,)?(data:)?[A-Za-z0-9+/=,:\\]]{0,60}(,iv:A,tag:B,type:str\\])?") {
            let opened = Sealed::read(&text).and_then(|sealed| DataKey::new(&[7; 32]).open(&sealed, "a:"));
            prop_assert!(opened.is_none());
        }

        #[test]
        fn whatever_is_sealed_is_opened(value: Vec<u8>, path in "([a-z]{1,5}:){1,3}", nonce: [u8; 32]) {
            let key = DataKey::new(&[7; 32]);
            let text = key.seal(&value, &path, "str", &nonce);
            let opened = key.open(&Sealed::read(&text).unwrap(), &path).unwrap();
            prop_assert_eq!(opened.shown().to_vec(), value);
        }
    }
}
