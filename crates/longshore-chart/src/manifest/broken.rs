//! Rendered files that are no UTF-8. Their texts have U+FFFD for each bad byte; real Helm's YAML reader sees the bytes,
//! and refuses them in words of its own.

use super::split;
use crate::compat::Rules;

/// A bad byte stands as the character this far in the last private area while a file is split.
const MARK: u32 = 0x10_FF00;

/// The documents of a file with their bytes, as [`split`] finds them.
pub(super) fn documents(bytes: &[u8], rules: &Rules) -> Vec<Vec<u8>> {
    split(&marked(bytes), rules).into_iter().map(unmarked).collect()
}

fn marked(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(MARK + u32::from(*byte))));
    }
    text
}

fn unmarked(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match (c as u32).checked_sub(MARK).and_then(|byte| u8::try_from(byte).ok()) {
            Some(byte) if byte >= 0x80 => bytes.push(byte),
            _ => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::documents;
    use crate::compat::Level;

    #[test]
    fn documents_keep_their_bytes() {
        let bytes = b"a: \xFF\n---\nb: \xE2\x82\xC3\xA4\n";
        assert_eq!(documents(bytes, Level::V4_3.rules()), [&b"a: \xFF\n"[..], b"b: \xE2\x82\xC3\xA4\n"]);
    }
}
