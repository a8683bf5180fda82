//! The keys that charts ask for, made by the one provider of cryptography.

use std::sync::OnceLock;

use longshore_chart::{KeyKind, Keys};
use longshore_tls::PrivateKey;

/// The provider, as templates see it.
pub(crate) struct Provider;

impl Keys for Provider {
    fn generate(&self, kind: KeyKind) -> Result<Vec<u8>, String> {
        let kind = match kind {
            KeyKind::Rsa2048 => longshore_tls::KeyKind::Rsa2048,
            KeyKind::Rsa4096 => longshore_tls::KeyKind::Rsa4096,
            KeyKind::EcdsaP256 => longshore_tls::KeyKind::EcdsaP256,
            KeyKind::Ed25519 => longshore_tls::KeyKind::Ed25519,
        };
        PrivateKey::generate(kind).and_then(|key| key.to_pkcs8()).map_err(|error| error.to_string())
    }

    fn public_key(&self, pkcs8: &[u8]) -> Result<Vec<u8>, String> {
        PrivateKey::from_pkcs8(pkcs8).map(|key| key.public_key().to_vec()).map_err(|error| error.to_string())
    }

    fn sign(&self, pkcs8: &[u8], message: &[u8]) -> Result<Vec<u8>, String> {
        PrivateKey::from_pkcs8(pkcs8).and_then(|key| key.sign(message)).map_err(|error| error.to_string())
    }
}

/// The provider where nobody uses what is rendered: RSA keys take seconds to make, so that all are one, of the smaller
/// size.
pub(crate) struct Throwaway;

impl Keys for Throwaway {
    fn generate(&self, kind: KeyKind) -> Result<Vec<u8>, String> {
        static RSA: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
        match kind {
            KeyKind::Rsa2048 | KeyKind::Rsa4096 => {
                RSA.get_or_init(|| Provider.generate(KeyKind::Rsa2048)).clone()
            }
            KeyKind::EcdsaP256 | KeyKind::Ed25519 => Provider.generate(kind),
        }
    }

    fn public_key(&self, pkcs8: &[u8]) -> Result<Vec<u8>, String> {
        Provider.public_key(pkcs8)
    }

    fn sign(&self, pkcs8: &[u8], message: &[u8]) -> Result<Vec<u8>, String> {
        Provider.sign(pkcs8, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throwaway_key_is_made_once_and_signs_like_any_other() {
        let key = Throwaway.generate(KeyKind::Rsa4096).unwrap();
        assert_eq!(Throwaway.generate(KeyKind::Rsa2048).unwrap(), key);
        assert_ne!(
            Throwaway.generate(KeyKind::Ed25519).unwrap(),
            Throwaway.generate(KeyKind::Ed25519).unwrap()
        );
        assert_eq!(Throwaway.sign(&key, b"text").unwrap().len(), 256);
        assert_eq!(Throwaway.public_key(&key).unwrap(), Provider.public_key(&key).unwrap());
    }
}
