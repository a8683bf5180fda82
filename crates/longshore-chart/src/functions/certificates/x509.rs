//! Certificates of others: what signing with one needs to know of it.
//!
//! Read in the order and with the words of Go's
//! [`x509.ParseCertificate`](https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/crypto/x509/parser.go).
//! Left out are the contents of names, dates and extensions, but for the key identifier: Go refuses some that are
//! odd, and here they pass.

use longshore_go::strconv;

use super::der::{self, Reader};
use super::key::{Curve, EC_OID, ED25519_OID, RSA_OID, dotted};

/// A certificate, as far as one that it signs depends on it.
#[derive(Debug)]
pub(super) struct Parsed {
    /// Its subject in DER, which becomes the issuer.
    pub(super) subject: Vec<u8>,
    /// Its public key with the algorithm, in DER; `None` if Go does not know the algorithm.
    pub(super) public_key: Option<Vec<u8>>,
    /// The identifier of its key; empty if it has none.
    pub(super) subject_key_id: Vec<u8>,
}

/// Reads a certificate.
///
/// # Errors
/// What `x509.ParseCertificate` says.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, String> {
    let malformed = |what: &str| format!("x509: malformed {what}");
    let mut outer = Reader(bytes);
    let (_, whole) = outer.element(der::SEQUENCE).ok_or_else(|| malformed("certificate"))?;
    let trailing = !outer.is_empty();
    let mut input = Reader(whole);
    let mut tbs = Reader(input.read(der::SEQUENCE).ok_or_else(|| malformed("tbs certificate"))?);
    let version = match tbs.optional(0xA0).ok_or_else(|| malformed("version"))? {
        None => 1,
        Some(content) => match Reader(content).integer() {
            Some([version @ 0..=2]) => version + 1,
            Some([0 | 3..=0x7F, ..]) => return Err("x509: invalid version".to_owned()),
            _ => return Err(malformed("version")),
        },
    };
    if tbs.integer().ok_or_else(|| malformed("serial number"))?[0] & 0x80 != 0 {
        return Err("x509: negative serial number".to_owned());
    }
    let inner = tbs.read(der::SEQUENCE).ok_or_else(|| malformed("signature algorithm identifier"))?;
    if input.read(der::SEQUENCE).ok_or_else(|| malformed("algorithm identifier"))? != inner {
        return Err("x509: inner and outer signature algorithm identifiers don't match".to_owned());
    }
    algorithm(inner)?;
    name(tbs.element(der::SEQUENCE).ok_or_else(|| malformed("issuer"))?.1)?;
    let mut validity = Reader(tbs.read(der::SEQUENCE).ok_or_else(|| malformed("validity"))?);
    for _ in 0..2 {
        let tag = if validity.peek(der::UTC_TIME) { der::UTC_TIME } else { der::GENERALIZED_TIME };
        if !validity.peek(tag) {
            return Err("x509: unsupported time format".to_owned());
        }
        let form = if tag == der::UTC_TIME { "UTCTime" } else { "GeneralizedTime" };
        validity.read(tag).ok_or_else(|| malformed(form))?;
    }
    let (subject, names) = tbs.element(der::SEQUENCE).ok_or_else(|| malformed("issuer"))?;
    name(names)?;
    let (key, content) = tbs.element(der::SEQUENCE).ok_or_else(|| malformed("spki"))?;
    let is_known = public_key(content)?;
    let mut subject_key_id = Vec::new();
    if version > 1 {
        tbs.optional(0x81).ok_or_else(|| malformed("issuerUniqueID"))?;
        tbs.optional(0x82).ok_or_else(|| malformed("subjectUniqueID"))?;
    }
    if version == 3
        && let Some(list) = tbs.optional(0xA3).ok_or_else(|| malformed("extensions"))?
    {
        subject_key_id = extensions(list)?;
    }
    input.bit_string().ok_or_else(|| malformed("signature"))?;
    if trailing {
        return Err("x509: trailing data".to_owned());
    }
    let public_key = is_known.then(|| key.to_vec());
    Ok(Parsed { subject: subject.to_vec(), public_key, subject_key_id })
}

/// An algorithm: its identifier and its parameters, empty if there are none.
fn algorithm(content: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let mut reader = Reader(content);
    let oid = reader.read(der::OID).filter(|oid| !oid.is_empty()).ok_or("x509: malformed OID")?;
    if reader.is_empty() {
        return Ok((oid, &[]));
    }
    let (_, parameters, _) = reader.any().ok_or("x509: malformed parameters")?;
    Ok((oid, parameters))
}

fn name(content: &[u8]) -> Result<(), String> {
    const INVALID: &str = "x509: invalid RDNSequence";
    let mut reader = Reader(content);
    while !reader.is_empty() {
        let mut set = Reader(reader.read(der::SET).ok_or(INVALID)?);
        while !set.is_empty() {
            let attribute = set.read(der::SEQUENCE).ok_or_else(|| format!("{INVALID}: invalid attribute"))?;
            let mut attribute = Reader(attribute);
            attribute.read(der::OID).ok_or_else(|| format!("{INVALID}: invalid attribute type"))?;
            attribute.any().ok_or_else(|| format!("{INVALID}: invalid attribute value"))?;
        }
    }
    Ok(())
}

/// Whether Go knows the key's algorithm.
fn public_key(content: &[u8]) -> Result<bool, String> {
    let said = |text: &str| Err(format!("x509: {text}"));
    let mut reader = Reader(content);
    let chosen = reader.read(der::SEQUENCE).ok_or("x509: malformed public key algorithm identifier")?;
    let (oid, parameters) = algorithm(chosen)?;
    let bits = reader.bit_string().ok_or("x509: malformed subjectPublicKey")?;
    match oid {
        RSA_OID => {
            if parameters != [der::NULL, 0] {
                return said("RSA key missing NULL parameters");
            }
            let mut numbers = Reader(Reader(bits).read(der::SEQUENCE).ok_or("x509: invalid RSA public key")?);
            let modulus = numbers.integer().ok_or("x509: invalid RSA modulus")?;
            let exponent = numbers.integer().filter(|bytes| bytes.len() <= 8);
            let exponent = exponent.ok_or("x509: invalid RSA public exponent")?;
            for (name, number) in [("modulus", modulus), ("public exponent", exponent)] {
                if matches!(number, [0] | [0x80..=0xFF, ..]) {
                    return Err(format!("x509: RSA {name} is not a positive number"));
                }
            }
        }
        EC_OID => match Reader(parameters).read(der::OID) {
            None => return said("invalid ECDSA parameters"),
            Some(oid) if Curve::of(oid).is_none() => return said("unsupported elliptic curve"),
            Some(_) => {}
        },
        ED25519_OID if !parameters.is_empty() => return said("Ed25519 key encoded with illegal parameters"),
        ED25519_OID if bits.len() != 32 => return said("wrong Ed25519 public key size"),
        ED25519_OID => {}
        _ => return Ok(false),
    }
    Ok(true)
}

/// The key identifier among the extensions.
fn extensions(list: &[u8]) -> Result<Vec<u8>, String> {
    const KEY_ID: &[u8] = &[0x55, 0x1D, 14];
    let mut reader = Reader(Reader(list).read(der::SEQUENCE).ok_or("x509: malformed extensions")?);
    let mut seen = std::collections::BTreeSet::new();
    let mut key_id = Vec::new();
    while !reader.is_empty() {
        let mut extension = Reader(reader.read(der::SEQUENCE).ok_or("x509: malformed extension")?);
        let oid = extension.read(der::OID).ok_or("x509: malformed extension OID field")?;
        extension.optional(0x01).ok_or("x509: malformed extension critical field")?;
        let value = extension.read(der::OCTET_STRING).ok_or("x509: malformed extension value field")?;
        if !seen.insert(oid) {
            let oid = strconv::quote(dotted(oid).as_bytes());
            let oid = String::from_utf8_lossy(&oid);
            return Err(format!("x509: certificate contains duplicate extension with OID {oid}"));
        }
        if oid == KEY_ID {
            let id = Reader(value).read(der::OCTET_STRING);
            key_id = id.ok_or("x509: invalid subject key identifier")?.to_vec();
        }
    }
    Ok(key_id)
}
