//! The packets that keyrings and signatures are rows of
//! (<https://www.rfc-editor.org/rfc/rfc9580.html#name-packet-syntax>).
//!
//! What is in a packet is read by `pgp`; where one ends, and which are passed over, is decided here, so that the same
//! keys are found as Helm finds them.

use pgp::packet::{PacketHeader, PublicKey, PublicSubkey, SecretKey, SecretSubkey, Signature, UserId};
use pgp::types::Tag;

use super::Fault;

/// A packet that matters here.
pub(super) enum Packet {
    Signature(Box<Signature>),
    PublicKey(Box<PublicKey>),
    PublicSubkey(Box<PublicSubkey>),
    SecretKey(Box<SecretKey>),
    SecretSubkey(Box<SecretSubkey>),
    UserId(Box<UserId>),
    /// Another one that is understood, but says nothing here.
    Other,
}

/// A row of packets, read one by one.
pub(super) struct Packets<'a> {
    rest: &'a [u8],
    /// A packet that was looked at and belongs to whoever reads next.
    unread: Option<Packet>,
}

impl<'a> Packets<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { rest: data, unread: None }
    }

    /// Gives a packet back, to be read again.
    pub(super) fn unread(&mut self, packet: Packet) {
        self.unread = Some(packet);
    }

    /// The next packet that is understood; nothing at the end.
    pub(super) fn next(&mut self) -> Result<Option<Packet>, Fault> {
        if let Some(packet) = self.unread.take() {
            return Ok(Some(packet));
        }
        while !self.rest.is_empty() {
            let (tag, body) = self.frame()?;
            match parse(tag, &body) {
                Err(Fault::Unsupported(_)) | Ok(None) => {}
                other => return other,
            }
        }
        Ok(None)
    }

    /// The kind of the next packet, and what is in it.
    fn frame(&mut self) -> Result<(u8, Vec<u8>), Fault> {
        let first = self.take(1)?[0];
        if first & 0x80 == 0 {
            return Err(Fault::Structure(String::from("tag byte does not have MSB set")));
        }
        if first & 0x40 == 0 {
            let tag = (first & 0x3F) >> 2;
            let length = match first & 3 {
                3 => self.rest.len(),
                kind => number(self.take(1 << kind)?),
            };
            return Ok((tag, self.take(length)?.to_vec()));
        }
        let tag = first & 0x3F;
        let mut body = Vec::new();
        loop {
            let length = self.take(1)?[0];
            let (length, is_last) = match length {
                0..=191 => (usize::from(length), true),
                192..=223 => (usize::from(length - 192) * 256 + usize::from(self.take(1)?[0]) + 192, true),
                224..=254 => (1 << (length & 0x1F), false),
                255 => (number(self.take(4)?), true),
            };
            body.extend_from_slice(self.take(length)?);
            if is_last {
                return Ok((tag, body));
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        if let Some((taken, rest)) = self.rest.split_at_checked(length) {
            self.rest = rest;
            Ok(taken)
        } else {
            self.rest = &[];
            Err(Fault::Truncated)
        }
    }
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// A packet of a kind; nothing if there is nothing to say about it.
fn parse(tag: u8, body: &[u8]) -> Result<Option<Packet>, Fault> {
    let header = |tag| {
        let length = u32::try_from(body.len()).map_err(|_| Fault::Truncated)?;
        Ok::<_, Fault>(PacketHeader::new_fixed(tag, length))
    };
    let packet = match tag {
        2 => {
            check_signature(body)?;
            let signature = Signature::try_from_reader(header(Tag::Signature)?, body);
            Packet::Signature(Box::new(signature.map_err(|error| broken(&error))?))
        }
        5 => {
            check_key(body)?;
            Packet::SecretKey(Box::new(
                SecretKey::try_from_reader(header(Tag::SecretKey)?, body).map_err(|error| broken(&error))?,
            ))
        }
        6 => {
            check_key(body)?;
            Packet::PublicKey(Box::new(
                PublicKey::try_from_reader(header(Tag::PublicKey)?, body).map_err(|error| broken(&error))?,
            ))
        }
        7 => {
            check_key(body)?;
            let key = SecretSubkey::try_from_reader(header(Tag::SecretSubkey)?, body);
            Packet::SecretSubkey(Box::new(key.map_err(|error| broken(&error))?))
        }
        14 => {
            check_key(body)?;
            let key = PublicSubkey::try_from_reader(header(Tag::PublicSubkey)?, body);
            Packet::PublicSubkey(Box::new(key.map_err(|error| broken(&error))?))
        }
        13 => {
            let id = UserId::try_from_reader(header(Tag::UserId)?, body);
            Packet::UserId(Box::new(id.map_err(|error| broken(&error))?))
        }
        1 | 3 | 4 | 8 | 9 | 11 | 17 | 18 | 20 | 21 => Packet::Other,
        // A marker, notes that a keyring's owner makes for himself, and what need not be understood.
        10 | 12 | 40.. => return Ok(None),
        _ => return Err(Fault::Other(format!("openpgp: unknown critical packet type: {tag}"))),
    };
    Ok(Some(packet))
}

/// Whether a signature is of a version and made with algorithms that are understood.
fn check_signature(body: &[u8]) -> Result<(), Fault> {
    let [version, _, key, hash, ..] = *body else { return Err(Fault::Truncated) };
    if !matches!(version, 4 | 6) {
        return Err(Fault::Unsupported(format!("signature packet version {version}")));
    }
    if !matches!(key, 1 | 3 | 17 | 19 | 22 | 27 | 28) {
        return Err(Fault::Unsupported(format!("public key algorithm {key}")));
    }
    // SHA-1 is still good enough for old keys, but not for those of version 6.
    if !matches!(hash, 8..=12 | 14) && (hash, version) != (2, 4) {
        return Err(Fault::Unsupported(format!("hash function {hash}")));
    }
    Ok(())
}

/// Whether a key is of a version that is understood.
fn check_key(body: &[u8]) -> Result<(), Fault> {
    match body.first() {
        None => Err(Fault::Truncated),
        Some(4 | 6) => Ok(()),
        Some(version) => Err(Fault::Unsupported(format!("public key version {version}"))),
    }
}

fn broken(error: &pgp::errors::Error) -> Fault {
    match error {
        pgp::errors::Error::Unsupported { message, .. } => Fault::Unsupported(message.clone()),
        other => Fault::Structure(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Packet, Packets};

    #[test]
    fn both_forms_of_headers_are_read() -> Result<(), super::Fault> {
        // A user's name in the old form, a marker, one with its length in parts, one of a kind to come.
        let data = b"\xB4\x03one\xCA\x03PGP\xCD\xE1tw\x01o\xFF\x01x";
        let mut packets = Packets::new(data);
        let mut names = Vec::new();
        while let Some(packet) = packets.next()? {
            if let Packet::UserId(id) = packet {
                names.push(id.as_str().unwrap_or_default().to_owned());
            }
        }
        assert_eq!(names, ["one", "two"]);
        Ok(())
    }

    #[test]
    fn what_is_no_packet_is_told() {
        let problem = |data: &[u8]| Packets::new(data).next().err().map(|fault| fault.to_string());
        assert_eq!(
            problem(b"text").as_deref(),
            Some("openpgp: invalid data: tag byte does not have MSB set")
        );
        assert_eq!(problem(b"\xB4\x09one").as_deref(), Some("unexpected EOF"));
        assert_eq!(problem(b"\xE7\x01x").as_deref(), Some("openpgp: unknown critical packet type: 39"));
        assert_eq!(problem(b""), None);
    }
}
