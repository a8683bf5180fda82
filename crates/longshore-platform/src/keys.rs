//! The keys that charts ask for, made by the one provider of cryptography.

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
