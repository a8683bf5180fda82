//! Whether a signature over a text is good: who made it, whether he did, and whether he still may.
//!
//! The order of the questions decides which problem is told; it is that of
//! <https://pkg.go.dev/github.com/ProtonMail/go-crypto/openpgp#CheckDetachedSignature>.

use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails, VerifyingKey};

use super::Fault;
use super::entity::{Entity, Subkey};
use super::facts::{Facts, revoked};
use super::keyring::Keyring;
use super::packet::{Packet, Packets};

/// Who signed the text, of those in the keyring.
///
/// # Errors
/// Nobody did, or not as it should be.
pub(super) fn signer<'k>(
    keyring: &'k Keyring,
    text: &[u8],
    signatures: &[u8],
    now: u64,
) -> Result<&'k Entity, Fault> {
    let mut packets = Packets::new(signatures);
    while let Some(packet) = packets.next()? {
        let Packet::Signature(signature) = packet else {
            return Err(Fault::Structure(String::from("non signature packet found")));
        };
        let facts = match Facts::of(&signature) {
            Err(Fault::Unsupported(_)) => continue,
            other => other?,
        };
        let Some(issuer) = facts.issuer else {
            return Err(Fault::Structure(String::from("signature doesn't have an issuer")));
        };
        let keys = signing_keys(keyring, issuer);
        if !keys.is_empty() {
            return verified(&keys, &signature, &facts, text, now);
        }
    }
    Err(Fault::UnknownSigner)
}

/// A key that a signature may have been made with: the primary one, or a subkey.
type Candidate<'k> = (&'k Entity, Option<&'k Subkey>);

/// The keys of a number that may sign documents.
fn signing_keys(keyring: &Keyring, id: [u8; 8]) -> Vec<Candidate<'_>> {
    let mut keys = Vec::new();
    for entity in &keyring.entities {
        let may_sign = entity.self_signature().is_some_and(|(facts, _)| facts.may_sign);
        if may_sign && entity.key.legacy_key_id().as_ref() == id {
            keys.push((entity, None));
        }
        for subkey in &entity.subkeys {
            if subkey.signature.may_sign && subkey.key.legacy_key_id().as_ref() == id {
                keys.push((entity, Some(subkey)));
            }
        }
    }
    keys
}

fn verified<'k>(
    keys: &[Candidate<'k>],
    signature: &Signature,
    facts: &Facts,
    text: &[u8],
    now: u64,
) -> Result<&'k Entity, Fault> {
    if !matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text)) {
        let kind = signature.typ().map_or(0, u8::from);
        return Err(Fault::Unsupported(format!("unsupported signature type: {kind}")));
    }
    let mut last = Fault::UnknownSigner;
    for &(entity, subkey) in keys {
        let result = match subkey {
            None => verify(&entity.key, signature, text),
            Some(subkey) => verify(&subkey.key, signature, text),
        };
        match result {
            Ok(()) => return details(entity, subkey, facts, now).map(|()| entity),
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

/// Whether a key made a signature over a text.
fn verify(key: &impl VerifyingKey, signature: &Signature, text: &[u8]) -> Result<(), Fault> {
    if signature.config().map(|config| config.pub_alg) != Some(key.algorithm()) {
        return Err(Fault::Argument("public key and signature use different algorithms"));
    }
    signature.verify(key, text).map_err(|_| failure(key))
}

/// What is said of a signature that this key has not made.
pub(super) fn failure(key: &impl KeyDetails) -> Fault {
    let name = match key.algorithm() {
        PublicKeyAlgorithm::RSA | PublicKeyAlgorithm::RSASign => "RSA",
        PublicKeyAlgorithm::DSA => "DSA",
        PublicKeyAlgorithm::ECDSA => "ECDSA",
        PublicKeyAlgorithm::EdDSALegacy => "EdDSA",
        PublicKeyAlgorithm::Ed25519 => "Ed25519",
        PublicKeyAlgorithm::Ed448 => "ed448",
        _ => return Fault::Signature(String::from("Unsupported public key algorithm used in signature")),
    };
    Fault::Signature(format!("{name} verification failure"))
}

/// Whether key and signature still hold.
fn details(entity: &Entity, subkey: Option<&Subkey>, facts: &Facts, now: u64) -> Result<(), Fault> {
    let Some((own, identity)) = entity.self_signature() else { return Err(Fault::UnknownSigner) };
    let mut all = vec![facts, own];
    let cross = subkey.and_then(|subkey| subkey.signature.embedded.as_deref()).map(Facts::of).transpose()?;
    all.extend(subkey.map(|subkey| &subkey.signature));
    all.extend(&cross);
    if let Some(name) = all.iter().find_map(|facts| facts.critical.first()) {
        return Err(Fault::Signature(format!("unknown critical notation: {name}")));
    }
    if entity.is_revoked(now)
        || subkey.is_some_and(|subkey| revoked(&subkey.revocations, now))
        || identity.is_some_and(|identity| identity.is_revoked(now))
    {
        return Err(Fault::Revoked);
    }
    if own.has_key_expired(&entity.key, now)
        || subkey.is_some_and(|subkey| subkey.signature.has_key_expired(&subkey.key, now))
    {
        return Err(Fault::KeyExpired);
    }
    if all.iter().any(|facts| facts.is_expired(now)) {
        return Err(Fault::SignatureExpired);
    }
    Ok(())
}
