//! GnuPG's keybox (`pubring.kbx`), of which only the OpenPGP keys are taken.
//!
//! A keybox is a row of blobs, each led by its length in four bytes, its kind and a version. The first is a header with
//! the mark `KBXf`; one of kind 2 holds a key, and says where in it the key lies and how long it is.
//!
//! The format: <https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;a=blob;f=kbx/keybox-blob.c>.

const HEADER: u8 = 1;
const OPENPGP: u8 = 2;
/// Set on a blob that GnuPG itself passes over: something it fetched, but was not told to keep.
const EPHEMERAL: u32 = 0x0002;

/// Whether a file is a keybox.
pub(super) fn is_keybox(data: &[u8]) -> bool {
    data.len() >= 12 && data[4] == HEADER && &data[8..12] == b"KBXf"
}

/// The keys, one behind the other, as a keyring holds them.
///
/// # Errors
/// What is wrong with the keybox, in Helm's words.
pub(super) fn keys(data: &[u8]) -> Result<Vec<u8>, String> {
    let mut keys = Vec::new();
    let mut offset = 0;
    while let Some(rest) = data.get(offset..).filter(|rest| !rest.is_empty()) {
        let (Some(length), Some(kind)) = (number(rest, 0, 4), rest.get(4)) else {
            return Err(format!("truncated blob header at offset {offset}"));
        };
        if length < 5 {
            return Err(format!("invalid blob length {length} at offset {offset}"));
        }
        let Some(blob) = rest.get(..length as usize) else {
            let left = rest.len();
            return Err(format!(
                "blob at offset {offset} has length {length} exceeding the {left} remaining bytes"
            ));
        };
        if *kind == OPENPGP {
            let (Some(flags), Some(start), Some(size)) =
                (number(blob, 6, 2), number(blob, 8, 4), number(blob, 12, 4))
            else {
                return Err(format!("OpenPGP blob at offset {offset} is too short"));
            };
            let key =
                (start as usize).checked_add(size as usize).and_then(|end| blob.get(start as usize..end));
            match key {
                None => return Err(format!("OpenPGP blob at offset {offset} has an out-of-range keyblock")),
                Some(key) if flags & EPHEMERAL == 0 => keys.extend_from_slice(key),
                Some(_) => {}
            }
        }
        offset += blob.len();
    }
    if keys.is_empty() { Err(String::from("keybox contains no OpenPGP keys")) } else { Ok(keys) }
}

/// A number of so many bytes, the highest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::{is_keybox, keys};

    fn blob(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
        let mut blob = vec![0, 0, 0, 16 + body.len() as u8, kind, 1, 0, flags];
        blob.extend([0, 0, 0, 16, 0, 0, 0, body.len() as u8]);
        blob.extend_from_slice(body);
        blob
    }

    fn header() -> Vec<u8> {
        let mut header = blob(1, 0, &[0; 16]);
        header[8..12].copy_from_slice(b"KBXf");
        header
    }

    #[test]
    fn keys_are_taken_and_the_rest_is_passed_over() {
        let all =
            [header(), blob(2, 0, b"one"), blob(3, 0, b"x509"), blob(2, 2, b"fetched"), blob(2, 0, b"two")];
        let all = all.concat();
        assert!(is_keybox(&all) && !is_keybox(&all[32..]));
        assert_eq!(keys(&all).as_deref(), Ok(b"onetwo".as_slice()));
    }

    #[test]
    fn what_is_broken_is_told_with_its_place() {
        let with = |blob: &[u8]| keys(&[header(), blob.to_vec()].concat()).unwrap_err();
        assert_eq!(keys(&header()).unwrap_err(), "keybox contains no OpenPGP keys");
        assert_eq!(with(&[0, 0]), "truncated blob header at offset 32");
        assert_eq!(with(&[0, 0, 0, 4, 2]), "invalid blob length 4 at offset 32");
        assert_eq!(
            with(&[0, 0, 5, 0, 2]),
            "blob at offset 32 has length 1280 exceeding the 5 remaining bytes"
        );
        assert_eq!(with(&[0, 0, 0, 6, 2, 1]), "OpenPGP blob at offset 32 is too short");
        let mut far = blob(2, 0, b"key");
        far[11] = 200;
        assert_eq!(with(&far), "OpenPGP blob at offset 32 has an out-of-range keyblock");
    }
}
