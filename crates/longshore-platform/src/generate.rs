//! Secrets that are drawn once and kept: what `generate:` of a release makes.
//!
//! A chart can do this with `lookup`; plain manifests cannot. A key that the live Secret (or the last
//! record, if somebody deleted the Secret) already has keeps its value for ever; a new key is drawn.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use longshore_diag::Diagnostic;
use longshore_object::Object;
use serde_json::{Map, Value, json};

use crate::project::GeneratedSecret;

/// Where random bytes come from.
pub trait Random {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// What a generated value is made of: nothing that a URL, a shell or a YAML reader would take for its own.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The Secret's object. `existing` is the `data` of the Secret as it is now (base64 values).
///
/// # Errors
/// The name in the project file makes no object (it cannot, once the file was parsed).
pub(crate) fn secret(
    spec: &GeneratedSecret,
    existing: Option<&Map<String, Value>>,
    random: &mut dyn Random,
) -> Result<Object, Diagnostic> {
    let mut data = BTreeMap::new();
    for (key, value) in &spec.string_data {
        data.insert(key.clone(), Value::String(STANDARD.encode(value)));
    }
    for (key, length) in &spec.keys {
        let kept = existing
            .and_then(|data| data.get(key))
            .filter(|value| value.as_str().is_some_and(|v| !v.is_empty()));
        let value = match kept {
            Some(kept) => kept.clone(),
            None => Value::String(STANDARD.encode(draw(*length, random))),
        };
        data.insert(key.clone(), value);
    }
    let object = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": spec.name},
        "type": "Opaque",
        "data": data,
    });
    Object::from_json(object, spec.place.clone())
}

/// `length` characters, each equally likely (bytes past the last whole multiple of 62 are drawn again).
fn draw(length: u32, random: &mut dyn Random) -> String {
    let limit = 256 - 256 % ALPHABET.len();
    let mut out = String::with_capacity(length as usize);
    let mut bytes = [0u8; 64];
    while out.len() < length as usize {
        random.fill(&mut bytes);
        for byte in bytes {
            if usize::from(byte) < limit && out.len() < length as usize {
                out.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use longshore_diag::Place;
    use serde_json::json;

    use super::{Random, secret};
    use crate::project::GeneratedSecret;

    struct Counting(u8);

    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    fn spec() -> GeneratedSecret {
        GeneratedSecret {
            name: "postgres-secret".into(),
            keys: [("PASSWORD".to_owned(), 70)].into(),
            string_data: [("USER".to_owned(), "access".to_owned())].into(),
            place: Place::new("longshore.yaml", 9, 7),
        }
    }

    #[test]
    fn a_key_is_drawn_once_and_then_kept() {
        let first = secret(&spec(), None, &mut Counting(0)).unwrap().to_json();
        let password = STANDARD.decode(first["data"]["PASSWORD"].as_str().unwrap()).unwrap();
        assert_eq!(password.len(), 70);
        assert!(password.iter().all(u8::is_ascii_alphanumeric));
        let again = secret(&spec(), first["data"].as_object(), &mut Counting(99)).unwrap().to_json();
        assert_eq!(again, first);
    }

    #[test]
    fn given_values_follow_the_file_and_an_empty_key_is_drawn() {
        let old = json!({"USER": "b2xk", "PASSWORD": ""});
        let new = secret(&spec(), old.as_object(), &mut Counting(7)).unwrap().to_json();
        assert_eq!(new["data"]["USER"], STANDARD.encode("access"));
        assert_ne!(new["data"]["PASSWORD"], "");
    }

    #[test]
    fn bytes_that_would_favour_some_letters_are_drawn_again() {
        // 248..=255 lie past four whole alphabets.
        let object = secret(&spec(), None, &mut Counting(240)).unwrap().to_json();
        let text = STANDARD.decode(object["data"]["PASSWORD"].as_str().unwrap()).unwrap();
        assert_eq!(&text[..9], b"23456789A");
    }
}
