//! What certificates need of a provider of cryptography: keys, and signatures with them.
//!
//! Everything else about them (PEM, DER, X.509, and sprig's words for what is wrong) is text and bytes, and
//! stays here.

/// The kinds of keys that templates can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with a modulus of 2,048 bits, for certificates.
    Rsa2048,
    /// RSA with a modulus of 4,096 bits, what `genPrivateKey "rsa"` makes.
    Rsa4096,
    /// ECDSA on the curve P-256.
    EcdsaP256,
    /// Ed25519.
    Ed25519,
}

/// A provider of cryptography, as far as template functions need one.
///
/// Private keys are PKCS#8 (version 1, DER) on the way in and out. Errors are sentences for the user.
pub trait Keys {
    /// Makes a private key.
    fn generate(&self, kind: KeyKind) -> Result<Vec<u8>, String>;

    /// The public key as a certificate holds it: what is in the bit string `subjectPublicKey`.
    fn public_key(&self, pkcs8: &[u8]) -> Result<Vec<u8>, String>;

    /// Signs as Go's `crypto/x509` does by default: RSA with PKCS#1 v1.5 and SHA-256; ECDSA with the hash
    /// that is as strong as the curve, in DER; Ed25519.
    fn sign(&self, pkcs8: &[u8], message: &[u8]) -> Result<Vec<u8>, String>;
}
