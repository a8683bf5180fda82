//! Keyrings: whose keys are known, and which of them may sign.
//!
//! Which keys of a ring are taken is as in the library that Helm uses
//! (<https://pkg.go.dev/github.com/ProtonMail/go-crypto/openpgp#ReadKeyRing>): a key that is broken or of an unknown kind
//! is passed over, as long as another one is good.

use std::path::Path;

use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::{PublicKey, SecretKey};
use pgp::types::KeyDetails;

use super::entity::{self, Entity};
use super::packet::{Packet, Packets};
use super::{Fault, Formats, armor, keybox};

/// The keys of a file.
#[derive(Debug, Default)]
pub struct Keyring {
    pub(super) entities: Vec<Entity>,
}

impl Keyring {
    /// Reads a keyring.
    ///
    /// # Errors
    /// The file cannot be read, or no key in it is good.
    pub fn open(path: &str, formats: Formats) -> Result<Self, Fault> {
        let file = Path::new(path);
        if file.is_dir() {
            return Err(Fault::File(format!("read {path}: is a directory")));
        }
        let data = super::read(path)?;
        Self::parse(&data, path, formats)
    }

    /// Reads the bytes of a keyring; `path` is for errors.
    ///
    /// # Errors
    /// No key in it is good.
    pub fn parse(data: &[u8], path: &str, formats: Formats) -> Result<Self, Fault> {
        let entities = match formats {
            Formats::All if keybox::is_keybox(data) => {
                let keys = keybox::keys(data)
                    .map_err(|problem| Fault::Other(format!("reading keybox {path}: {problem}")))?;
                entities(&keys)?
            }
            Formats::All if data.trim_ascii().starts_with(b"-----BEGIN PGP") => armored(data)
                .map_err(|fault| Fault::Other(format!("reading armored keyring {path}: {fault}")))?,
            _ => entities(data)?,
        };
        Ok(Self { entities })
    }

    /// The key whose owner is called `id`, or has it in his name: nothing if there is none.
    ///
    /// # Errors
    /// Several owners have it in their names, and nobody is called so.
    pub fn find(&self, id: &str) -> Result<Option<&Entity>, Fault> {
        let mut found = None;
        let mut is_vague = false;
        for entity in &self.entities {
            for name in entity.names() {
                if name == id {
                    return Ok(Some(entity));
                }
                if name.contains(id) {
                    is_vague |= found.is_some();
                    found = Some(entity);
                }
            }
        }
        if is_vague {
            let id = longshore_go::strconv::quote(id.as_bytes());
            let id = String::from_utf8_lossy(&id);
            return Err(Fault::Other(format!("more than one key contain the id {id}")));
        }
        Ok(found)
    }
}

/// The keys of all blocks of armour.
fn armored(data: &[u8]) -> Result<Vec<Entity>, Fault> {
    let mut all = Vec::new();
    let mut rest = data;
    while let Some((block, behind)) = armor::next(rest) {
        if !matches!(block.kind.as_str(), "PGP PUBLIC KEY BLOCK" | "PGP PRIVATE KEY BLOCK") {
            return Err(Fault::Other(format!(
                "expected a public or private key block, got {:?}",
                block.kind
            )));
        }
        all.extend(entities(&block.data?)?);
        rest = behind;
    }
    if all.is_empty() { Err(Fault::Other(String::from("no keys found"))) } else { Ok(all) }
}

/// All good keys of a row of packets.
fn entities(data: &[u8]) -> Result<Vec<Entity>, Fault> {
    let mut packets = Packets::new(data);
    let mut all = Vec::new();
    let mut last = None;
    loop {
        match next(&mut packets) {
            Ok(Some(entity)) => all.push(entity),
            Ok(None) => break,
            Err(fault) if fault.concerns_one_key() => {
                last = Some(fault);
                if !skip(&mut packets)? {
                    break;
                }
            }
            Err(fault) => return Err(fault),
        }
    }
    match last {
        Some(fault) if all.is_empty() => Err(fault),
        _ => Ok(all),
    }
}

/// Goes on to the next key: whether there is one.
fn skip(packets: &mut Packets<'_>) -> Result<bool, Fault> {
    while let Some(packet) = packets.next()? {
        if matches!(packet, Packet::PublicKey(_)) {
            packets.unread(packet);
            return Ok(true);
        }
    }
    Ok(false)
}

/// The next key with all that belongs to it.
fn next(packets: &mut Packets<'_>) -> Result<Option<Entity>, Fault> {
    let (key, secret): (PublicKey, Option<SecretKey>) = match packets.next()? {
        None => return Ok(None),
        Some(Packet::PublicKey(key)) => (*key, None),
        Some(Packet::SecretKey(secret)) => (secret.public_key().clone(), Some(*secret)),
        Some(other) => {
            packets.unread(other);
            return Err(Fault::Structure(String::from("first packet was not a public/private key")));
        }
    };
    let cannot_sign = matches!(
        key.algorithm(),
        PublicKeyAlgorithm::RSAEncrypt | PublicKeyAlgorithm::ElgamalEncrypt | PublicKeyAlgorithm::ECDH
    );
    if cannot_sign {
        return Err(Fault::Structure(String::from("primary key cannot be used for signatures")));
    }
    entity::read(key, secret, packets).map(Some)
}
