//! Private keys: reading them out of PEM in the words of sprig and `crypto/x509`, and writing them back.
//!
//! Sources: `parsePrivateKeyPEM` and `pemBlockForKey` of
//! [sprig](https://github.com/Masterminds/sprig/blob/v3.3.0/crypto.go), and `pkcs1.go`, `pkcs8.go` and `sec1.go`
//! of [crypto/x509](https://pkg.go.dev/crypto/x509). Whether the numbers of an RSA key belong together is for the
//! provider to say, when it signs.

use super::asn1::{DSA, Fields, PKCS1, PKCS8, SEC1};
use super::{der, pem};
use crate::functions::keys::Keys;

/// `1.2.840.113549.1.1.1`, `rsaEncryption`
pub(super) const RSA_OID: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
/// `1.2.840.10045.2.1`, `id-ecPublicKey`
pub(super) const EC_OID: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
/// `1.3.101.112`
pub(super) const ED25519_OID: &[u8] = &[0x2B, 0x65, 0x70];
/// `1.3.101.110`
const X25519_OID: &[u8] = &[0x2B, 0x65, 0x6E];

/// A curve that Go knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Curve {
    /// Its object identifier.
    pub(super) oid: &'static [u8],
    /// Bytes of a private key.
    size: usize,
    /// The algorithm that keys of it sign with: `ecdsa-with-SHA…`.
    pub(super) signature: &'static [u8],
}

const SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
const SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3];
const SHA512: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 4];

/// P-224, P-256, P-384 and P-521.
static CURVES: [Curve; 4] = [
    Curve { oid: &[0x2B, 0x81, 4, 0, 0x21], size: 28, signature: SHA256 },
    Curve { oid: &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7], size: 32, signature: SHA256 },
    Curve { oid: &[0x2B, 0x81, 4, 0, 0x22], size: 48, signature: SHA384 },
    Curve { oid: &[0x2B, 0x81, 4, 0, 0x23], size: 66, signature: SHA512 },
];

impl Curve {
    pub(super) fn of(oid: &[u8]) -> Option<Self> {
        CURVES.iter().find(|curve| curve.oid == oid).copied()
    }
}

/// A private key.
#[derive(Debug)]
pub(super) enum PrivateKey {
    /// As PKCS#1 has it.
    Rsa { pkcs1: Vec<u8>, modulus: Vec<u8>, exponent: Vec<u8> },
    /// As many bytes as the curve asks for.
    Ec { curve: Curve, scalar: Vec<u8> },
    /// 32 bytes.
    Ed25519(Vec<u8>),
    /// As OpenSSL writes it. It cannot sign, but it can be passed on.
    Dsa(Vec<u8>),
    /// 32 bytes; for agreeing on keys, not for signing.
    X25519(Vec<u8>),
}

impl PrivateKey {
    /// Reads a key out of a PEM text.
    pub(super) fn of_pem(text: &[u8]) -> Result<Self, String> {
        let block = pem::decode(text).ok_or("no PEM data in input")?;
        let label = String::from_utf8_lossy(&block.label);
        if label == "PRIVATE KEY" {
            return Self::of_pkcs8(&block.bytes).map_err(|error| format!("decoding PEM as PKCS#8: {error}"));
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        let failed = |error| format!("parsing {kind} private key from PEM: {error}");
        match kind {
            "RSA" => Self::of_pkcs1(&block.bytes).map_err(failed),
            "EC" => Self::of_sec1(None, &block.bytes).map_err(failed),
            "DSA" => match DSA.read(&block.bytes) {
                Ok((fields, _)) => Ok(Self::Dsa(integers(&fields, 6))),
                Err(error) => Err(failed(error)),
            },
            _ => Err(format!("invalid private key type {label}")),
        }
    }

    /// `x509.ParsePKCS8PrivateKey`
    pub(super) fn of_pkcs8(bytes: &[u8]) -> Result<Self, String> {
        let (fields, _) = match PKCS8.read(bytes) {
            Ok(read) => read,
            Err(_) if SEC1.read(bytes).is_ok() => return Err(mistaken("ParseECPrivateKey")),
            Err(_) if PKCS1.read(bytes).is_ok() => return Err(mistaken("ParsePKCS1PrivateKey")),
            Err(error) => return Err(error),
        };
        let (algorithm, parameters, key) = (fields.bytes(1), fields.get(2), fields.bytes(3));
        match algorithm {
            RSA_OID => Self::of_pkcs1(key).map_err(|error| {
                format!("x509: failed to parse RSA private key embedded in PKCS#8: {error}")
            }),
            EC_OID => {
                let curve = parameters.and_then(|parameters| der::Reader(parameters).read(der::OID));
                Self::of_sec1(curve, key).map_err(|error| {
                    format!("x509: failed to parse EC private key embedded in PKCS#8: {error}")
                })
            }
            ED25519_OID | X25519_OID => {
                let name = if algorithm == ED25519_OID { "Ed25519" } else { "X25519" };
                if parameters.is_some() {
                    return Err(format!("x509: invalid {name} private key parameters"));
                }
                let Some(seed) = der::Reader(key).read(der::OCTET_STRING) else {
                    return Err(format!("x509: invalid {name} private key"));
                };
                match (seed.len(), name) {
                    (32, "Ed25519") => Ok(Self::Ed25519(seed.to_vec())),
                    (32, _) => Ok(Self::X25519(seed.to_vec())),
                    (length, "Ed25519") => Err(format!("x509: invalid Ed25519 private key length: {length}")),
                    _ => Err("crypto/ecdh: invalid private key size".to_owned()),
                }
            }
            other => Err(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {}",
                dotted(other)
            )),
        }
    }

    /// `x509.ParsePKCS1PrivateKey`
    fn of_pkcs1(bytes: &[u8]) -> Result<Self, String> {
        let (fields, rest) = match PKCS1.read(bytes) {
            Ok(read) => read,
            Err(_) if SEC1.read(bytes).is_ok() => return Err(mistaken("ParseECPrivateKey")),
            Err(_) if PKCS8.read(bytes).is_ok() => return Err(mistaken("ParsePKCS8PrivateKey")),
            Err(error) => return Err(error),
        };
        if !rest.is_empty() {
            return Err("asn1: syntax error: trailing data".to_owned());
        }
        if fields.int(0) > 1 {
            return Err("x509: unsupported private key version".to_owned());
        }
        if [1, 3, 4, 5, 6, 7, 8].into_iter().any(|index| fields.is_zero_or_less(index)) {
            return Err("x509: private key contains zero or negative value".to_owned());
        }
        // Beyond the nine numbers nothing is of use to a provider.
        let pkcs1 = if (6..=8).all(|index| fields.get(index).is_some()) {
            integers(&fields, 9)
        } else {
            bytes.to_vec()
        };
        Ok(Self::Rsa { pkcs1, modulus: fields.bytes(1).to_vec(), exponent: fields.bytes(2).to_vec() })
    }

    /// `x509.ParseECPrivateKey`, with the curve that PKCS#8 names around it.
    fn of_sec1(curve: Option<&[u8]>, bytes: &[u8]) -> Result<Self, String> {
        let (fields, _) = match SEC1.read(bytes) {
            Ok(read) => read,
            Err(_) if PKCS8.read(bytes).is_ok() => return Err(mistaken("ParsePKCS8PrivateKey")),
            Err(_) if PKCS1.read(bytes).is_ok() => return Err(mistaken("ParsePKCS1PrivateKey")),
            Err(error) => return Err(format!("x509: failed to parse EC private key: {error}")),
        };
        if fields.int(0) != 1 {
            return Err(format!("x509: unknown EC private key version {}", fields.int(0)));
        }
        let Some(curve) = curve.or_else(|| fields.get(2)).and_then(Curve::of) else {
            return Err("x509: unknown elliptic curve".to_owned());
        };
        // Zeros too many and zeros too few are both seen.
        let mut scalar = fields.bytes(1);
        while scalar.len() > curve.size {
            let [0, shorter @ ..] = scalar else { return Err("x509: invalid private key length".to_owned()) };
            scalar = shorter;
        }
        let scalar = [&vec![0; curve.size - scalar.len()], scalar].concat();
        Ok(Self::Ec { curve, scalar })
    }

    /// The key as `pemBlockForKey` writes it, whatever it was written as before.
    pub(super) fn to_pem(&self, keys: &dyn Keys) -> Result<Vec<u8>, String> {
        Ok(match self {
            Self::Rsa { pkcs1, .. } => pem::encode("RSA PRIVATE KEY", pkcs1),
            Self::Dsa(bytes) => pem::encode("DSA PRIVATE KEY", bytes),
            Self::Ec { curve, scalar } => {
                let point = self.public_key(keys)?;
                let curve = der::element(0xA0, &der::element(der::OID, curve.oid));
                let point = der::element(0xA1, &der::bits(&point));
                let scalar = der::element(der::OCTET_STRING, scalar);
                pem::encode(
                    "EC PRIVATE KEY",
                    &der::sequence(&[&der::unsigned(&[1]), &scalar, &curve, &point]),
                )
            }
            Self::Ed25519(_) | Self::X25519(_) => pem::encode("PRIVATE KEY", &self.to_pkcs8()),
        })
    }

    /// The key in the form that providers take.
    pub(super) fn to_pkcs8(&self) -> Vec<u8> {
        let (algorithm, parameters, key) = match self {
            Self::Rsa { pkcs1, .. } => (RSA_OID, der::element(der::NULL, &[]), pkcs1.clone()),
            Self::Ec { curve, scalar } => {
                let scalar = der::element(der::OCTET_STRING, scalar);
                (EC_OID, der::element(der::OID, curve.oid), der::sequence(&[&der::unsigned(&[1]), &scalar]))
            }
            Self::Ed25519(seed) => (ED25519_OID, Vec::new(), der::element(der::OCTET_STRING, seed)),
            Self::X25519(seed) => (X25519_OID, Vec::new(), der::element(der::OCTET_STRING, seed)),
            // There is no such form of it that anybody reads here.
            Self::Dsa(bytes) => (&[][..], Vec::new(), bytes.clone()),
        };
        let algorithm = der::sequence(&[&der::element(der::OID, algorithm), &parameters]);
        der::sequence(&[&der::unsigned(&[0]), &algorithm, &der::element(der::OCTET_STRING, &key)])
    }

    /// What a certificate holds of the key, without the algorithm.
    pub(super) fn public_key(&self, keys: &dyn Keys) -> Result<Vec<u8>, String> {
        match self {
            Self::Rsa { modulus, exponent, .. } => {
                Ok(der::sequence(&[&der::unsigned(modulus), &der::unsigned(exponent)]))
            }
            Self::Ec { .. } | Self::Ed25519(_) => keys.public_key(&self.to_pkcs8()),
            Self::Dsa(_) => Err("x509: unsupported public key type: *dsa.PublicKey".to_owned()),
            Self::X25519(_) => Err("x509: unsupported public key type: *ecdh.PublicKey".to_owned()),
        }
    }

    /// Whether it implements `crypto.Signer`.
    pub(super) fn can_sign(&self) -> bool {
        !matches!(self, Self::Dsa(_) | Self::X25519(_))
    }
}

fn mistaken(function: &str) -> String {
    format!("x509: failed to parse private key (use {function} instead for this key format)")
}

/// A sequence of the first fields, which are numbers.
fn integers(fields: &Fields<'_>, count: usize) -> Vec<u8> {
    let numbers: Vec<Vec<u8>> =
        (0..count).map(|index| der::element(der::INTEGER, fields.bytes(index))).collect();
    der::element(der::SEQUENCE, &numbers.concat())
}

/// An object identifier as `1.2.840`.
pub(super) fn dotted(oid: &[u8]) -> String {
    let mut numbers = Vec::new();
    let mut number = 0_u64;
    for byte in oid {
        number = number << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.push(first.to_string());
                number -= first * 40;
            }
            numbers.push(number.to_string());
            number = 0;
        }
    }
    numbers.join(".")
}
