//! Private keys: making them, and signing with them.
//!
//! For the certificates that charts ask for. Connections take theirs through rustls.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _,
};

/// A kind of key, and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with a modulus of 2,048 bits.
    Rsa2048,
    /// RSA with a modulus of 4,096 bits.
    Rsa4096,
    /// ECDSA on the curve P-256.
    EcdsaP256,
    /// Ed25519.
    Ed25519,
}

/// Why there is no key, or no signature.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The bytes hold no key that the provider takes.
    #[error(
        "the private key is not one to sign with (RSA of 2048 to 8192 bits, ECDSA on P-256, P-384 or P-521, or \
         Ed25519)"
    )]
    Rejected,
    /// The provider failed and does not say why.
    #[error("the cryptography provider failed")]
    Failed,
}

impl From<aws_lc_rs::error::Unspecified> for KeyError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Failed
    }
}

/// A private key that can sign.
#[derive(Debug)]
pub struct PrivateKey(Pair);

#[derive(Debug)]
enum Pair {
    Rsa(signature::RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The curves that can be signed with.
static CURVES: [&EcdsaSigningAlgorithm; 3] =
    [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P521_SHA512_ASN1_SIGNING];

impl PrivateKey {
    /// Makes a key. One for RSA takes a tenth of a second to several seconds.
    ///
    /// # Errors
    /// If the provider fails.
    pub fn generate(kind: KeyKind) -> Result<Self, KeyError> {
        Ok(Self(match kind {
            KeyKind::Rsa2048 => Pair::Rsa(signature::RsaKeyPair::generate(rsa::KeySize::Rsa2048)?),
            KeyKind::Rsa4096 => Pair::Rsa(signature::RsaKeyPair::generate(rsa::KeySize::Rsa4096)?),
            KeyKind::EcdsaP256 => Pair::Ecdsa(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?),
            KeyKind::Ed25519 => Pair::Ed25519(Ed25519KeyPair::generate()?),
        }))
    }

    /// Reads a key in PKCS#8, DER. The key's numbers are checked.
    ///
    /// # Errors
    /// If it is no key, or none to sign with.
    ///
    /// ```
    /// use longshore_tls::{KeyKind, PrivateKey};
    /// let key = PrivateKey::generate(KeyKind::Ed25519)?;
    /// let same = PrivateKey::from_pkcs8(&key.to_pkcs8()?)?;
    /// assert_eq!(key.public_key(), same.public_key());
    /// assert!(PrivateKey::from_pkcs8(b"nothing").is_err());
    /// # Ok::<(), longshore_tls::KeyError>(())
    /// ```
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
            return Ok(Self(Pair::Ed25519(pair)));
        }
        for curve in CURVES {
            if let Ok(pair) = EcdsaKeyPair::from_pkcs8(curve, der) {
                return Ok(Self(Pair::Ecdsa(pair)));
            }
        }
        signature::RsaKeyPair::from_pkcs8(der)
            .map(|pair| Self(Pair::Rsa(pair)))
            .map_err(|_| KeyError::Rejected)
    }

    /// The key in PKCS#8 version 1, DER.
    ///
    /// # Errors
    /// If the provider fails.
    pub fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        Ok(match &self.0 {
            Pair::Rsa(pair) => pair.as_der()?.as_ref().to_vec(),
            Pair::Ecdsa(pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
        })
    }

    /// The public key as a certificate holds it, in the bit string `subjectPublicKey`: `RSAPublicKey` in DER, an
    /// uncompressed point, or 32 bytes of Ed25519.
    pub fn public_key(&self) -> &[u8] {
        match &self.0 {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ecdsa(pair) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    /// Signs: RSA with PKCS#1 v1.5 and SHA-256; ECDSA with SHA-256, SHA-384 or SHA-512 by the curve, in DER;
    /// Ed25519.
    ///
    /// # Errors
    /// If the provider fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut out)?;
                Ok(out)
            }
            Pair::Ecdsa(pair) => Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec()),
            Pair::Ed25519(pair) => Ok(pair.try_sign(message)?.as_ref().to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
    };

    use super::{KeyKind, PrivateKey};

    #[test]
    fn keys_sign_what_others_verify_also_when_read_back() {
        let cases: [(KeyKind, &dyn VerificationAlgorithm); 3] = [
            (KeyKind::Rsa2048, &RSA_PKCS1_2048_8192_SHA256),
            (KeyKind::EcdsaP256, &ECDSA_P256_SHA256_ASN1),
            (KeyKind::Ed25519, &ED25519),
        ];
        for (kind, algorithm) in cases {
            let key = PrivateKey::generate(kind).unwrap();
            let same = PrivateKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(key.public_key(), same.public_key(), "{kind:?}");
            let signature = same.sign(b"message").unwrap();
            let public_key = UnparsedPublicKey::new(algorithm, key.public_key());
            public_key.verify(b"message", &signature).unwrap();
            assert!(public_key.verify(b"another", &signature).is_err(), "{kind:?}");
        }
    }
}
