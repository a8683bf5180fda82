//! One key of a keyring: the primary key, its owner's names, its subkeys, and what the owner signed about them.

use std::fmt;

use pgp::packet::{PublicKey, PublicSubkey, SecretKey, Signature, SignatureType, UserId};
use pgp::types::{KeyDetails, KeyVersion, Tag};

use super::facts::{Facts, revoked};
use super::packet::{Packet, Packets};
use super::{Fault, check};

/// A key with its owner's names.
#[derive(Debug)]
pub struct Entity {
    pub(super) key: PublicKey,
    pub(super) secret: Option<SecretKey>,
    identities: Vec<Identity>,
    pub(super) subkeys: Vec<Subkey>,
    revocations: Vec<Facts>,
    /// What a key of version 6 says about itself.
    direct: Option<Facts>,
}

/// A name of the owner.
#[derive(Debug)]
pub(super) struct Identity {
    name: String,
    signature: Option<Facts>,
    revocations: Vec<Facts>,
}

/// A key that acts for the primary key.
#[derive(Debug)]
pub(super) struct Subkey {
    pub(super) key: PublicSubkey,
    pub(super) signature: Facts,
    pub(super) revocations: Vec<Facts>,
}

impl Entity {
    /// The owner's names, as `Name (comment) <address>`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.identities.iter().map(|identity| identity.name.as_str())
    }

    /// The fingerprint of the primary key in capital hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint().as_bytes().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// What the owner says about the primary key, and the name beside which he says it.
    pub(super) fn self_signature(&self) -> Option<(&Facts, Option<&Identity>)> {
        if self.key.version() == KeyVersion::V6 {
            return self.direct.as_ref().map(|facts| (facts, None));
        }
        let best = self
            .identities
            .iter()
            .reduce(|best, other| if other.is_better_than(best) { other } else { best })?;
        Some((best.signature.as_ref()?, Some(best)))
    }

    /// Whether the owner took the key back.
    pub(super) fn is_revoked(&self, now: u64) -> bool {
        revoked(&self.revocations, now)
    }
}

impl Identity {
    /// Whether the owner took the name back.
    pub(super) fn is_revoked(&self, now: u64) -> bool {
        revoked(&self.revocations, now)
    }

    /// Whether it is to be asked first: not taken back, marked as the first one, newer.
    fn is_better_than(&self, other: &Self) -> bool {
        if self.revocations.len() != other.revocations.len() {
            return self.revocations.len() < other.revocations.len();
        }
        match (&self.signature, &other.signature) {
            (_, None) => true,
            (None, _) => false,
            (Some(own), Some(other)) if own.is_primary != other.is_primary => own.is_primary,
            (Some(own), Some(other)) => own.created > other.created,
        }
    }
}

/// Reads what follows a primary key, up to the next one.
pub(super) fn read(
    key: PublicKey,
    secret: Option<SecretKey>,
    packets: &mut Packets<'_>,
) -> Result<Entity, Fault> {
    let mut entity = Entity {
        key,
        secret,
        identities: Vec::new(),
        subkeys: Vec::new(),
        revocations: Vec::new(),
        direct: None,
    };
    let mut revocations = Vec::new();
    let mut direct = Vec::new();
    while let Some(packet) = packets.next()? {
        match packet {
            Packet::UserId(id) => entity.read_identity(&id, packets)?,
            Packet::Signature(signature) => match signature.typ() {
                Some(SignatureType::KeyRevocation) => revocations.push(signature),
                Some(SignatureType::Key) => direct.push(signature),
                _ => {}
            },
            Packet::PublicSubkey(subkey) => entity.read_subkey(*subkey, packets)?,
            Packet::SecretSubkey(subkey) => entity.read_subkey(subkey.public_key().clone(), packets)?,
            Packet::PublicKey(_) | Packet::SecretKey(_) => {
                packets.unread(packet);
                break;
            }
            Packet::Other => {}
        }
    }
    if entity.key.version() == KeyVersion::V6 {
        entity.direct = Some(entity.newest_direct(&direct)?);
    } else if entity.identities.is_empty() {
        return Err(structure("v4 entity without any identities"));
    }
    for revocation in revocations {
        if revocation.verify_key(&entity.key).is_err() {
            return Err(structure("revocation signature signed by alternate key"));
        }
        entity.revocations.push(Facts::of(&revocation)?);
    }
    Ok(entity)
}

impl Entity {
    /// A name, and the signatures beside it.
    fn read_identity(&mut self, id: &UserId, packets: &mut Packets<'_>) -> Result<(), Fault> {
        let name = String::from_utf8_lossy(id.id()).into_owned();
        let mut identity = Identity { name, signature: None, revocations: Vec::new() };
        let mut is_own = false;
        while let Some(packet) = packets.next()? {
            let Packet::Signature(signature) = packet else {
                packets.unread(packet);
                break;
            };
            let kind = signature.typ();
            if kind != Some(SignatureType::CertRevocation) && !signature.is_certification() {
                return Err(structure("user ID signature with wrong type"));
            }
            let Some(facts) = supported(&signature)? else { continue };
            if !facts.is_by(&self.key) {
                continue;
            }
            if signature.verify_certification(&self.key, Tag::UserId, id).is_err() {
                let fault = check::failure(&self.key);
                return Err(structure(format!("user ID self-signature invalid: {fault}")));
            }
            is_own = true;
            if kind == Some(SignatureType::CertRevocation) {
                identity.revocations.push(facts);
            } else if identity.signature.as_ref().is_none_or(|known| facts.created > known.created) {
                identity.signature = Some(facts);
            }
        }
        if is_own {
            self.identities.retain(|known| known.name != identity.name);
            self.identities.push(identity);
        }
        Ok(())
    }

    /// A subkey, and the signatures that bind it.
    fn read_subkey(&mut self, key: PublicSubkey, packets: &mut Packets<'_>) -> Result<(), Fault> {
        let invalid = |fault: &dyn fmt::Display| structure(format!("subkey signature invalid: {fault}"));
        let mut bound: Option<Facts> = None;
        let mut revocations = Vec::new();
        while let Some(packet) = packets.next().map_err(|fault| invalid(&fault))? {
            let Packet::Signature(signature) = packet else {
                packets.unread(packet);
                break;
            };
            let kind = signature.typ();
            if !matches!(kind, Some(SignatureType::SubkeyBinding | SignatureType::SubkeyRevocation)) {
                return Err(structure("subkey signature with wrong type"));
            }
            let Some(facts) = supported(&signature)? else { continue };
            if signature.verify_subkey_binding(&self.key, &key).is_err() {
                return Err(invalid(&check::failure(&self.key)));
            }
            if facts.may_sign {
                // Else anyone could claim another's key as his own.
                let Some(embedded) = &facts.embedded else {
                    return Err(invalid(&structure("signing subkey is missing cross-signature")));
                };
                if embedded.verify_primary_key_binding(&key, &self.key).is_err() {
                    let fault = check::failure(&key);
                    let fault = structure(format!("error while verifying cross-signature: {fault}"));
                    return Err(invalid(&fault));
                }
            }
            if kind == Some(SignatureType::SubkeyRevocation) {
                revocations.push(facts);
            } else if bound.as_ref().is_none_or(|known| facts.created > known.created) {
                bound = Some(facts);
            }
        }
        let Some(signature) = bound else {
            return Err(structure("subkey packet not followed by signature"));
        };
        self.subkeys.push(Subkey { key, signature, revocations });
        Ok(())
    }

    /// What a key of version 6 last said about itself.
    fn newest_direct(&self, signatures: &[Box<Signature>]) -> Result<Facts, Fault> {
        if signatures.is_empty() {
            return Err(structure("v6 entity without a valid direct-key signature"));
        }
        let mut newest: Option<(Facts, &Signature)> = None;
        for signature in signatures {
            let facts = Facts::of(signature)?;
            let is_newer = newest.as_ref().is_none_or(|(known, _)| facts.created > known.created);
            if facts.is_by(&self.key) && is_newer {
                newest = Some((facts, signature));
            }
        }
        let Some((facts, signature)) = newest else {
            return Err(structure("no valid direct-key self-signature for v6 primary key found"));
        };
        match signature.verify_key(&self.key) {
            Ok(()) => Ok(facts),
            Err(_) => Err(structure("invalid direct-key self-signature for v6 primary key")),
        }
    }
}

/// What a signature says; nothing if it is of a kind that is passed over.
fn supported(signature: &Signature) -> Result<Option<Facts>, Fault> {
    match Facts::of(signature) {
        Ok(facts) => Ok(Some(facts)),
        Err(Fault::Unsupported(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn structure(text: impl Into<String>) -> Fault {
    Fault::Structure(text.into())
}
