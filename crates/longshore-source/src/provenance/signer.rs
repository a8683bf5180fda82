//! Signing with a secret key.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PacketTrait, SecretKey, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails, KeyVersion, Password, S2kParams, SecretParams, StringToKey, Timestamp};
use zeroize::Zeroizing;

use super::entity::Entity;
use super::{Fault, cleartext};

/// The kind of a protected key whose secret is not there, as GnuPG marks it.
const GNU: u8 = 101;

/// A secret key that is ready to sign.
#[derive(Debug)]
pub struct Signer<'k> {
    key: &'k SecretKey,
    password: Password,
}

impl<'k> Signer<'k> {
    /// Makes a key ready; `ask` gets the owner's name and gives the passphrase, if the key is protected by one.
    ///
    /// # Errors
    /// There is no such key, it is only the public half, or the passphrase is wrong.
    pub fn unlock(
        entity: Option<&'k Entity>,
        ask: impl FnOnce(&str) -> Result<Zeroizing<Vec<u8>>, Fault>,
    ) -> Result<Self, Fault> {
        let entity = entity.ok_or_else(|| Fault::Other(String::from("private key not found")))?;
        let Some(key) = &entity.secret else {
            return Err(Fault::Other(String::from(
                "provided key is not a private key. Try providing a keyring with secret keys",
            )));
        };
        if is_dummy(key) || matches!(key.secret_params(), SecretParams::Plain(_)) {
            return Ok(Self { key, password: Password::empty() });
        }
        let passphrase = ask(entity.names().next().unwrap_or("Unknown"))?;
        let password = Password::Static(passphrase);
        match key.unlock(&password, |_, _| Ok(())) {
            Ok(Ok(())) => Ok(Self { key, password }),
            _ => Err(Fault::Structure(String::from("private key checksum failure"))),
        }
    }

    /// The text with a signature below it, made at a time in seconds since 1970.
    ///
    /// # Errors
    /// The secret half of the key is not here, or cannot sign.
    pub fn clear_sign(&self, text: &str, now: u64) -> Result<String, Fault> {
        let failed =
            |fault: &str| Fault::Other(format!("failed to either sign or armor message block: {fault}"));
        if is_dummy(self.key) {
            return Err(failed(&Fault::Dummy.to_string()));
        }
        let (shown, signed) = cleartext::forms(text);
        let is_new = self.key.version() == KeyVersion::V6;
        let hash = (!is_new).then_some("SHA512");
        match self.sign(&signed, now) {
            Ok(signature) => Ok(cleartext::encode(&shown, hash, &signature)),
            Err(error) => Err(failed(&error.to_string())),
        }
    }

    /// The packet of a signature over a text.
    fn sign(&self, text: &[u8], now: u64) -> pgp::errors::Result<Vec<u8>> {
        const HASH: HashAlgorithm = HashAlgorithm::Sha512;
        let kind = SignatureType::Text;
        let mut config = if self.key.version() == KeyVersion::V6 {
            let mut salt = vec![0; HASH.salt_len().unwrap_or_default()];
            aws_lc_rs::rand::fill(&mut salt).map_err(|_| std::io::Error::other("no random numbers"))?;
            SignatureConfig::v6_with_salt(kind, self.key.algorithm(), HASH, salt)
        } else {
            SignatureConfig::v4(kind, self.key.algorithm(), HASH)
        };
        let time = Timestamp::from_secs(u32::try_from(now).unwrap_or(u32::MAX));
        config.hashed_subpackets = vec![Subpacket::critical(SubpacketData::SignatureCreationTime(time))?];
        if self.key.version() != KeyVersion::V6 {
            let id = SubpacketData::IssuerKeyId(self.key.legacy_key_id());
            config.hashed_subpackets.push(Subpacket::regular(id)?);
        }
        let fingerprint = SubpacketData::IssuerFingerprint(self.key.fingerprint());
        config.hashed_subpackets.push(Subpacket::regular(fingerprint)?);
        let mut packet = Vec::new();
        config.sign(self.key, &self.password, text)?.to_writer_with_header(&mut packet)?;
        Ok(packet)
    }
}

/// Whether the secret itself is kept elsewhere.
fn is_dummy(key: &SecretKey) -> bool {
    let SecretParams::Encrypted(secret) = key.secret_params() else { return false };
    match secret.string_to_key_params() {
        S2kParams::Aead { s2k, .. } | S2kParams::Cfb { s2k, .. } | S2kParams::MalleableCfb { s2k, .. } => {
            matches!(s2k, StringToKey::Private { typ: GNU, .. })
        }
        S2kParams::Unprotected | S2kParams::LegacyCfb { .. } => false,
    }
}
