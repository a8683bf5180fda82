//! Making certificates, byte for byte what Go's `x509.CreateCertificate` makes of sprig's templates.
//!
//! Sources: `getBaseCertTemplate` of [sprig](https://github.com/Masterminds/sprig/blob/v3.3.0/crypto.go),
//! `CreateCertificate` of [crypto/x509](https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/crypto/x509/x509.go).

use std::net::IpAddr;

use longshore_go::time::{Location, Time};
use longshore_go::{Duration, Value, fmt, rune, strconv};
use sha2::{Digest, Sha256};

use super::der;
use super::key::{EC_OID, ED25519_OID, PrivateKey, RSA_OID};
use super::x509::Parsed;
use crate::functions::keys::Keys;

/// `1.2.840.113549.1.1.11`, `sha256WithRSAEncryption`
const RSA_WITH_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
/// Bytes of a serial number: sprig draws below 2 to the power of 128.
pub(super) const SERIAL: usize = 16;

/// What a certificate is to say.
#[derive(Debug)]
pub(super) struct Template {
    common_name: Vec<u8>,
    addresses: Vec<IpAddr>,
    names: Vec<Vec<u8>>,
    not_before: Time,
    not_after: Time,
    serial: [u8; SERIAL],
    is_authority: bool,
}

impl Template {
    /// sprig's template of a server's and client's certificate that is valid from now on.
    ///
    /// # Errors
    /// For what is no text, or no address.
    pub(super) fn new(
        common_name: &[u8],
        addresses: Option<&Value>,
        names: Option<&Value>,
        days: i64,
        now: &Time,
        serial: [u8; SERIAL],
    ) -> Result<Self, String> {
        const DAY: i64 = 24 * 3_600_000_000_000;
        let addresses = items(addresses).map(address).collect::<Result<_, _>>()?;
        let names = items(names).map(alternative).collect::<Result<_, _>>()?;
        Ok(Self {
            common_name: common_name.to_vec(),
            addresses,
            names,
            not_before: now.clone(),
            not_after: now.clone().after(Duration(DAY.wrapping_mul(days))),
            serial,
            is_authority: false,
        })
    }

    /// The same for an authority.
    pub(super) fn authority(self) -> Self {
        Self { is_authority: true, ..self }
    }

    /// The subject in DER.
    fn subject(&self) -> Result<Vec<u8>, String> {
        if self.common_name.is_empty() {
            return Ok(der::sequence(&[]));
        }
        let printable = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+,-./ :=?".contains(byte);
        let tag = if self.common_name.iter().all(printable) {
            der::PRINTABLE_STRING
        } else if std::str::from_utf8(&self.common_name).is_ok() {
            der::UTF8_STRING
        } else {
            return Err("asn1: string not valid UTF-8".to_owned());
        };
        let kind = der::element(der::OID, &[0x55, 4, 3]);
        let attribute = der::sequence(&[&kind, &der::element(tag, &self.common_name)]);
        Ok(der::sequence(&[&der::element(der::SET, &attribute)]))
    }

    fn extensions(&self, subject: &[u8], key: &[u8], authority_key_id: &[u8]) -> Result<Vec<u8>, String> {
        // Digital signature and key encipherment; for authorities signing certificates too.
        let usage: &[u8] = if self.is_authority { &[2, 0xA4] } else { &[5, 0xA0] };
        let mut list = vec![
            extension(15, true, &der::element(der::BIT_STRING, usage)),
            // Server and client.
            extension(37, false, &der::sequence(&[&purpose(1), &purpose(2)])),
            extension(19, true, if self.is_authority { &[0x30, 3, 1, 1, 0xFF] } else { &[0x30, 0] }),
        ];
        if self.is_authority {
            let id = Sha256::digest(key);
            list.push(extension(14, false, &der::element(der::OCTET_STRING, &id[..20])));
        }
        if !authority_key_id.is_empty() {
            list.push(extension(35, false, &der::sequence(&[&der::element(0x80, authority_key_id)])));
        }
        if !self.names.is_empty() || !self.addresses.is_empty() {
            let mut alternatives = Vec::new();
            for name in &self.names {
                if rune::iter(name).any(|(_, c)| !c.is_ascii()) {
                    let name = strconv::quote(name);
                    let name = String::from_utf8_lossy(&name);
                    return Err(format!("x509: {name} cannot be encoded as an IA5String"));
                }
                alternatives.push(der::element(0x82, name));
            }
            alternatives.extend(self.addresses.iter().map(|address| match address.to_canonical() {
                IpAddr::V4(address) => der::element(0x87, &address.octets()),
                IpAddr::V6(address) => der::element(0x87, &address.octets()),
            }));
            // A certificate without a subject is only about its alternatives.
            let is_critical = subject == [der::SEQUENCE, 0];
            list.push(extension(17, is_critical, &der::element(der::SEQUENCE, &alternatives.concat())));
        }
        Ok(der::element(0xA3, &der::element(der::SEQUENCE, &list.concat())))
    }

    /// The certificate, signed by an authority or by its own key.
    ///
    /// # Errors
    /// What `x509.CreateCertificate` says, and what the provider says.
    pub(super) fn issue(
        &self,
        keys: &dyn Keys,
        key: &PrivateKey,
        authority: Option<(&Parsed, &PrivateKey)>,
    ) -> Result<Vec<u8>, String> {
        let signer = authority.map_or(key, |(_, signer)| signer);
        if !signer.can_sign() {
            return Err("x509: certificate private key does not implement crypto.Signer".to_owned());
        }
        let public_key = key.public_key(keys)?;
        let subject = self.subject()?;
        let issuer = authority.map_or(&subject, |(certificate, _)| &certificate.subject);
        let authority_key_id = match authority {
            Some((certificate, _)) if *issuer != subject => &certificate.subject_key_id[..],
            _ => &[],
        };
        if let Some((certificate, signer)) = authority
            && let Some(expected) = &certificate.public_key
            && *expected != subject_public_key(signer, &signer.public_key(keys)?)
        {
            return Err("x509: provided PrivateKey doesn't match parent's PublicKey".to_owned());
        }
        let algorithm = signature_algorithm(signer);
        let to_sign = der::sequence(&[
            // Version 3.
            &der::element(0xA0, &der::unsigned(&[2])),
            &der::unsigned(&self.serial),
            &algorithm,
            issuer,
            &der::sequence(&[&moment(&self.not_before), &moment(&self.not_after)]),
            &subject,
            &subject_public_key(key, &public_key),
            &self.extensions(&subject, &public_key, authority_key_id)?,
        ]);
        let signature = keys.sign(&signer.to_pkcs8(), &to_sign)?;
        Ok(der::sequence(&[&to_sign, &algorithm, &der::bits(&signature)]))
    }
}

/// The items of a list that may be nil.
fn items(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_list).into_iter().flat_map(|list| list.iter())
}

/// `getNetIPs`
fn address(value: &Value) -> Result<IpAddr, String> {
    let text = text(value).ok_or_else(|| format!("error parsing ip: {} is not a string", shown(value)))?;
    let read = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    read.ok_or_else(|| format!("error parsing ip: {}", String::from_utf8_lossy(text)))
}

/// `getAlternateDNSStrs`
fn alternative(value: &Value) -> Result<Vec<u8>, String> {
    let text = text(value)
        .ok_or_else(|| format!("error processing alternate dns name: {} is not a string", shown(value)))?;
    Ok(text.to_vec())
}

fn text(value: &Value) -> Option<&[u8]> {
    value.as_str().map(|text| &text[..])
}

/// `%v`
fn shown(value: &Value) -> String {
    let mut out = Vec::new();
    fmt::append_value(&mut out, value);
    String::from_utf8_lossy(&out).into_owned()
}

/// An extension of the arc `2.5.29`.
fn extension(number: u8, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let oid = der::element(der::OID, &[0x55, 0x1D, number]);
    let critical: &[u8] = if is_critical { &[1, 1, 0xFF] } else { &[] };
    der::sequence(&[&oid, critical, &der::element(der::OCTET_STRING, value)])
}

/// A purpose of keys, of the arc `1.3.6.1.5.5.7.3`.
fn purpose(number: u8) -> Vec<u8> {
    der::element(der::OID, &[0x2B, 6, 1, 5, 5, 7, 3, number])
}

/// A moment to the second: two digits of the year between 1950 and 2049, four beyond.
fn moment(time: &Time) -> Vec<u8> {
    let time = time.clone().in_location(Location::Utc);
    if (1950..2050).contains(&time.civil().year) {
        der::element(der::UTC_TIME, &time.format(b"060102150405Z"))
    } else {
        der::element(der::GENERALIZED_TIME, &time.format(b"20060102150405Z"))
    }
}

/// The algorithm that a key signs with by default.
fn signature_algorithm(key: &PrivateKey) -> Vec<u8> {
    let oid = |oid| der::element(der::OID, oid);
    match key {
        PrivateKey::Rsa { .. } => der::sequence(&[&oid(RSA_WITH_SHA256), &der::element(der::NULL, &[])]),
        PrivateKey::Ec { curve, .. } => der::sequence(&[&oid(curve.signature)]),
        // The others do not sign.
        _ => der::sequence(&[&oid(ED25519_OID)]),
    }
}

/// `SubjectPublicKeyInfo`
fn subject_public_key(key: &PrivateKey, public_key: &[u8]) -> Vec<u8> {
    let (algorithm, parameters) = match key {
        PrivateKey::Rsa { .. } => (RSA_OID, der::element(der::NULL, &[])),
        PrivateKey::Ec { curve, .. } => (EC_OID, der::element(der::OID, curve.oid)),
        _ => (ED25519_OID, Vec::new()),
    };
    let algorithm = der::sequence(&[&der::element(der::OID, algorithm), &parameters]);
    der::sequence(&[&algorithm, &der::bits(public_key)])
}
