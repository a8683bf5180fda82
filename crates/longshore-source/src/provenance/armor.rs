//! OpenPGP data as text: base64 between lines with dashes
//! (<https://www.rfc-editor.org/rfc/rfc9580.html#name-forming-ascii-armor>).
//!
//! What is taken for armour, and that its checksum is not looked at, is as in the library that Helm uses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Fault;

const START: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// No line of base64 is longer.
const LONGEST: usize = 96;

/// A block of armour.
#[derive(Debug)]
pub(super) struct Block {
    /// What it says it is, as `PGP SIGNATURE`.
    pub(super) kind: String,
    /// What is in it, or why it is not base64: that matters only to who wants a block of this kind.
    pub(super) data: Result<Vec<u8>, Fault>,
}

/// The next block, and what follows it; nothing if there is none.
pub(super) fn next(text: &[u8]) -> Option<(Block, &[u8])> {
    let mut rest = text;
    'block: loop {
        let kind = loop {
            let (line, behind) = line(rest)?;
            rest = behind;
            if line.len() > START.len() + DASHES.len()
                && let Some(kind) = line.strip_prefix(START)
            {
                break String::from_utf8_lossy(&kind[..kind.len() - DASHES.len()]).into_owned();
            }
        };
        loop {
            let (header, behind) = line(rest)?;
            rest = behind;
            if header.is_empty() {
                break;
            }
            if !header.contains(&b':') {
                // No header, so that what stands above was no block.
                continue 'block;
            }
        }
        let data = body(&mut rest);
        return Some((Block { kind, data }, rest));
    }
}

/// The data up to the end of the block, behind which `rest` is left.
fn body(rest: &mut &[u8]) -> Result<Vec<u8>, Fault> {
    let mut letters = Vec::new();
    while let Some((line, behind)) = line(rest) {
        *rest = behind;
        if line.starts_with(END) || line.len() == 5 && line[0] == b'=' {
            break;
        }
        if line.len() > LONGEST {
            return Err(Fault::Structure(String::from("armor invalid")));
        }
        letters.extend_from_slice(line);
    }
    STANDARD.decode(&letters).map_err(|error| match error {
        base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => {
            Fault::Other(format!("illegal base64 data at input byte {at}"))
        }
        _ => Fault::Truncated,
    })
}

/// A line without the white space around it, and what follows it.
fn line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let end = text.iter().position(|byte| *byte == b'\n');
    let (line, rest) = match end {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &[][..]),
    };
    Some((line.trim_ascii(), rest))
}

/// Wraps data up as a block.
pub(super) fn write(kind: &str, data: &[u8], text: &mut String) {
    const WIDTH: usize = 64;
    let letters = STANDARD.encode(data);
    text.extend(["-----BEGIN ", kind, "-----\n\n"]);
    for at in (0..letters.len()).step_by(WIDTH) {
        text.push_str(&letters[at..letters.len().min(at + WIDTH)]);
        text.push('\n');
    }
    text.extend(["-----END ", kind, "-----"]);
}

#[cfg(test)]
mod tests {
    use super::{next, write};

    #[test]
    fn what_is_written_is_read_again() {
        let data: Vec<u8> = (0..=255).collect();
        let mut text = String::from("garbage\n-----BEGIN X-----\nnot a header\n");
        write("PGP SIGNATURE", &data, &mut text);
        text.push_str("\nmore");
        let (block, rest) = next(text.as_bytes()).unwrap();
        assert_eq!((block.kind.as_str(), block.data.unwrap()), ("PGP SIGNATURE", data));
        assert_eq!(rest, b"more");
        assert!(next(rest).is_none());
    }

    #[test]
    fn headers_and_a_checksum_are_passed_over() {
        let text = "-----BEGIN PGP X-----\r\nComment: c\r\n\r\naGk=\r\n=AAAA\r\n-----END PGP X-----\r\n";
        assert_eq!(next(text.as_bytes()).unwrap().0.data.unwrap(), b"hi");
    }

    #[test]
    fn what_is_not_base64_is_told() {
        let problem = |text: &[u8]| next(text).unwrap().0.data.unwrap_err().to_string();
        assert_eq!(problem(b"-----BEGIN PGP X-----\n\na!==\n"), "illegal base64 data at input byte 1");
        assert_eq!(problem(b"-----BEGIN PGP X-----\n\naGkaG\n"), "unexpected EOF");
    }
}
