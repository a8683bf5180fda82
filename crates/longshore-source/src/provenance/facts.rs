//! What a signature says about itself and the key, in the form in which it is decided upon.
//!
//! Only what is signed counts, but for who signed: that is found out anyway
//! (<https://www.rfc-editor.org/rfc/rfc9580.html#name-signature-subpacket-specifi>).

use pgp::packet::{RevocationCode, Signature, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails, KeyVersion};

use super::Fault;

/// What a signature says; times in seconds, since 1970 or as long as they last.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) created: u64,
    lifetime: u64,
    pub(super) key_lifetime: u64,
    /// Who signed, by number and by the full fingerprint.
    pub(super) issuer: Option<[u8; 8]>,
    fingerprint: Option<Vec<u8>>,
    /// Whether the key may sign documents.
    pub(super) may_sign: bool,
    pub(super) is_primary: bool,
    /// A revocation because the key is in wrong hands, so that it counts for the past too.
    pub(super) compromised: bool,
    /// Names of remarks that must be understood.
    pub(super) critical: Vec<String>,
    /// The signature by which a subkey takes part.
    pub(super) embedded: Option<Box<Signature>>,
}

impl Facts {
    /// What a signature says.
    ///
    /// # Errors
    /// It does not say when it was made, or is only for its maker.
    pub(super) fn of(signature: &Signature) -> Result<Self, Fault> {
        let Some(config) = signature.config() else {
            return Err(Fault::Unsupported(String::from("signature packet version")));
        };
        let mut facts = Self::default();
        let mut is_dated = false;
        for subpacket in config.hashed_subpackets() {
            is_dated |= matches!(subpacket.data, SubpacketData::SignatureCreationTime(_));
            facts.signed(subpacket)?;
            facts.signer(subpacket)?;
        }
        for subpacket in config.unhashed_subpackets() {
            facts.signer(subpacket)?;
        }
        if is_dated {
            Ok(facts)
        } else {
            Err(Fault::Structure(String::from("no creation time in signature")))
        }
    }

    fn signed(&mut self, subpacket: &Subpacket) -> Result<(), Fault> {
        match &subpacket.data {
            SubpacketData::SignatureCreationTime(time) => self.created = time.as_secs().into(),
            SubpacketData::SignatureExpirationTime(time) => self.lifetime = time.as_secs().into(),
            SubpacketData::KeyExpirationTime(time) => self.key_lifetime = time.as_secs().into(),
            SubpacketData::KeyFlags(flags) => self.may_sign = flags.sign(),
            SubpacketData::IsPrimary(is_primary) => self.is_primary = *is_primary,
            SubpacketData::ExportableCertification(false) => {
                return Err(Fault::Unsupported(String::from("signature with non-exportable certification")));
            }
            SubpacketData::RevocationReason(code, _) => {
                self.compromised = *code == RevocationCode::KeyCompromised;
            }
            SubpacketData::Notation(notation) if subpacket.is_critical => {
                self.critical.push(String::from_utf8_lossy(&notation.name).into_owned());
            }
            SubpacketData::Other(kind, _) | SubpacketData::Experimental(kind, _) if subpacket.is_critical => {
                return Err(Fault::Unsupported(format!("unknown critical signature subpacket type {kind}")));
            }
            _ => {}
        }
        Ok(())
    }

    fn signer(&mut self, subpacket: &Subpacket) -> Result<(), Fault> {
        match &subpacket.data {
            SubpacketData::IssuerKeyId(id) => self.issuer = id.as_ref().try_into().ok(),
            SubpacketData::IssuerFingerprint(fingerprint) => {
                let bytes = fingerprint.as_bytes();
                let id = match fingerprint.version() {
                    Some(KeyVersion::V6) => bytes.first_chunk(),
                    _ => bytes.last_chunk(),
                };
                self.issuer = id.copied();
                self.fingerprint = Some(bytes.to_vec());
            }
            SubpacketData::EmbeddedSignature(signature) => {
                if signature.typ() != Some(SignatureType::KeyBinding) {
                    return Err(Fault::Structure(String::from("cross-signature has unexpected type")));
                }
                self.embedded = Some(signature.clone());
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether it says that this key made it.
    pub(super) fn is_by(&self, key: &impl KeyDetails) -> bool {
        match &self.fingerprint {
            Some(fingerprint) => fingerprint == key.fingerprint().as_bytes(),
            None => self.issuer.as_ref().map(<[u8; 8]>::as_slice) == Some(key.legacy_key_id().as_ref()),
        }
    }

    /// Whether it does not hold at a time.
    pub(super) fn is_expired(&self, now: u64) -> bool {
        self.created > now || self.lifetime != 0 && now > self.created + self.lifetime
    }

    /// Whether a key that it speaks for does not hold at a time.
    pub(super) fn has_key_expired(&self, key: &impl KeyDetails, now: u64) -> bool {
        let created = u64::from(key.created_at().as_secs());
        created > now || self.key_lifetime != 0 && now > created + self.key_lifetime
    }
}

/// Whether one of these takes back what it stands for.
pub(super) fn revoked(revocations: &[Facts], now: u64) -> bool {
    revocations.iter().any(|revocation| revocation.compromised || !revocation.is_expired(now))
}
