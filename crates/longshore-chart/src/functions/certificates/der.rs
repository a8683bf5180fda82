//! DER: writing what certificates and keys need of it, and reading it as Go's `cryptobyte` does.

/// `INTEGER`
pub(super) const INTEGER: u8 = 0x02;
/// `BIT STRING`
pub(super) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`
pub(super) const OCTET_STRING: u8 = 0x04;
/// `NULL`
pub(super) const NULL: u8 = 0x05;
/// `OBJECT IDENTIFIER`
pub(super) const OID: u8 = 0x06;
/// `UTF8String`
pub(super) const UTF8_STRING: u8 = 0x0C;
/// `PrintableString`
pub(super) const PRINTABLE_STRING: u8 = 0x13;
/// `UTCTime`
pub(super) const UTC_TIME: u8 = 0x17;
/// `GeneralizedTime`
pub(super) const GENERALIZED_TIME: u8 = 0x18;
/// `SEQUENCE`
pub(super) const SEQUENCE: u8 = 0x30;
/// `SET`
pub(super) const SET: u8 = 0x31;

/// An element: tag, length, content.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let skipped = bytes.iter().take_while(|byte| **byte == 0).count();
        out.push(0x80 | (bytes.len() - skipped) as u8);
        out.extend_from_slice(&bytes[skipped..]);
    }
    out.extend_from_slice(content);
    out
}

/// A sequence of elements.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &parts.concat())
}

/// A number that is not negative, from its bytes with the greatest first.
pub(super) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut content = bytes[zeros..].to_vec();
    if content.first().is_none_or(|byte| byte & 0x80 != 0) {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

/// A bit string of whole bytes.
pub(super) fn bits(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

/// What is left to read of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn peek(self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element whatever it is: its tag, all of it, and its content.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        // Tags of several bytes do not occur.
        if tag & 0x1F == 0x1F {
            return None;
        }
        let (&first, rest) = rest.split_first()?;
        let (length, header) = if first & 0x80 == 0 {
            (usize::from(first), 2)
        } else {
            let count = usize::from(first & 0x7F);
            if count == 0 || count > 4 {
                return None;
            }
            let bytes = rest.get(..count)?;
            let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            // The shortest form is the only one.
            if length < 0x80 || bytes[0] == 0 {
                return None;
            }
            (length, 2 + count)
        };
        let whole = self.0.get(..header.checked_add(length)?)?;
        self.0 = &self.0[whole.len()..];
        Some((tag, whole, &whole[header..]))
    }

    /// The content of the next element, which must have this tag.
    pub(super) fn read(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element(tag).map(|(_, content)| content)
    }

    /// The next element and its content; it must have this tag.
    pub(super) fn element(&mut self, tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let mut ahead = *self;
        let (found, whole, content) = ahead.any()?;
        if found != tag {
            return None;
        }
        *self = ahead;
        Some((whole, content))
    }

    /// The content of the next element if it has this tag; the outer `None` is for one that is broken.
    #[expect(clippy::option_option, reason = "absent and broken are not the same")]
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        if self.peek(tag) { self.read(tag).map(Some) } else { Some(None) }
    }

    /// An integer's bytes, in their shortest form.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        let bytes = self.read(INTEGER)?;
        match bytes {
            [] | [0, 0..=0x7F, ..] | [0xFF, 0x80..=0xFF, ..] => None,
            bytes => Some(bytes),
        }
    }

    /// A bit string of whole bytes, or with its last bits cut off, which nobody here uses.
    pub(super) fn bit_string(&mut self) -> Option<&'a [u8]> {
        match self.read(BIT_STRING)? {
            [padding @ 0..=7, bytes @ ..] if *padding == 0 || !bytes.is_empty() => Some(bytes),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{INTEGER, Reader, element, unsigned};

    #[test]
    fn lengths_are_as_short_as_they_can_be() {
        assert_eq!(element(4, &[0; 127])[..2], [4, 127]);
        assert_eq!(element(4, &[0; 128])[..3], [4, 0x81, 128]);
        assert_eq!(element(4, &[0; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(unsigned(&[0, 0, 0x80]), [INTEGER, 2, 0, 0x80]);
        assert_eq!(unsigned(&[]), [INTEGER, 1, 0]);
    }

    #[test]
    fn what_is_not_der_is_not_read() {
        for bytes in
            [&[][..], &[2], &[2, 1], &[2, 0x81, 1, 0], &[2, 0x80], &[0x1F, 0], &[2, 0x84, 255, 255, 255, 255]]
        {
            assert!(Reader(bytes).any().is_none(), "{bytes:?}");
        }
        for bytes in [&[2, 0][..], &[2, 2, 0, 1], &[2, 2, 255, 128]] {
            assert!(Reader(bytes).integer().is_none(), "{bytes:?}");
        }
        assert_eq!(Reader(&[2, 2, 0, 0x80]).integer(), Some(&[0, 0x80][..]));
    }
}
