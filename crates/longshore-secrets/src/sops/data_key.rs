//! The data key of a SOPS file: opened with an age identity, or put together of parts that were.

use std::io::Read;

use zeroize::Zeroizing;

use super::SopsError;
use super::cipher::DataKey;
use super::metadata::{Group, Metadata};
use super::shamir;
use crate::Identity;

/// A data key has 32 bytes, a part of one has a byte more.
const MAX_PART: u64 = 64;

/// Opens the data key.
pub(super) fn open(metadata: &Metadata, identities: &[Identity]) -> Result<DataKey, SopsError> {
    let groups = &metadata.groups;
    if groups.iter().all(|group| group.age.is_empty()) {
        let kinds: Vec<&str> = groups.iter().flat_map(|group| &group.others).map(String::as_str).collect();
        return Err(SopsError::OtherKeys { kinds: kinds.join(", ") });
    }
    let parts: Vec<_> = groups.iter().filter_map(|group| part(group, identities)).collect();
    let key = match (&parts[..], groups.len()) {
        ([], _) => return Err(not_for_us(groups, identities.len())),
        ([whole], 1) => whole.clone(),
        (parts, count) if parts.len() < metadata.threshold.max(2) => {
            let threshold = metadata.threshold;
            return Err(SopsError::Groups { opened: parts.len(), groups: count, threshold });
        }
        (parts, _) => shamir::combined(parts).ok_or(SopsError::DataKey)?,
    };
    let key = <&[u8; 32]>::try_from(key.as_slice()).map_err(|_| SopsError::DataKey)?;
    Ok(DataKey::new(key))
}

fn not_for_us(groups: &[Group], tried: usize) -> SopsError {
    let mut names = Vec::new();
    for group in groups {
        names.extend(group.age.iter().map(|key| key.recipient.as_str()));
        names.extend(group.others.iter().map(String::as_str));
    }
    SopsError::NotForUs { recipients: names.join(", "), tried }
}

/// What a group's keys open, with the first that does.
fn part(group: &Group, identities: &[Identity]) -> Option<Zeroizing<Vec<u8>>> {
    group.age.iter().find_map(|key| {
        let armored = age::armor::ArmoredReader::new(key.sealed.as_bytes());
        let decryptor = age::Decryptor::new_buffered(armored).ok()?;
        let keys = identities.iter().map(|identity| &identity.0 as &dyn age::Identity);
        let reader = decryptor.decrypt(keys).ok()?;
        let mut bytes = Zeroizing::new(Vec::new());
        reader.take(MAX_PART + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= MAX_PART).then_some(bytes)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::open;
    use crate::Identity;
    use crate::sops::SopsError;
    use crate::sops::metadata::{AgeKey, Group, Metadata};
    use crate::sops::rule::Rule;

    fn sealed(part: &[u8], identity: &Identity) -> Group {
        let recipient = identity.recipient();
        let armored = age::armor::ArmoredWriter::wrap_output(Vec::new(), age::armor::Format::AsciiArmor);
        let encryptor =
            age::Encryptor::with_recipients(std::iter::once(&recipient.0 as &dyn age::Recipient)).unwrap();
        let mut writer = encryptor.wrap_output(armored.unwrap()).unwrap();
        writer.write_all(part).unwrap();
        let text = writer.finish().and_then(age::armor::ArmoredWriter::finish).unwrap();
        let key = AgeKey { recipient: recipient.to_string(), sealed: String::from_utf8(text).unwrap() };
        Group { age: vec![key], others: Vec::new() }
    }

    /// Parts that are too few give another key, not none: nothing but their number tells.
    #[test]
    fn fewer_groups_than_it_takes_open_nothing() {
        let (ours, other) = (Identity::generate(), Identity::generate());
        let part = |point: u8| [[point; 32].as_slice(), &[point]].concat();
        let metadata = |threshold| Metadata {
            groups: vec![sealed(&part(1), &ours), sealed(&part(2), &ours), sealed(&part(3), &other)],
            threshold,
            modified: String::new(),
            mac: String::new(),
            rule: Rule::NotSuffix(String::new()),
            is_mac_of_encrypted: false,
        };
        assert!(open(&metadata(2), std::slice::from_ref(&ours)).is_ok());
        let refused = open(&metadata(3), &[ours]).err();
        assert!(matches!(refused, Some(SopsError::Groups { opened: 2, groups: 3, threshold: 3 })));
    }
}
