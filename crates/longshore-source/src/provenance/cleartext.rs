//! Text that is signed and stays readable
//! (<https://www.rfc-editor.org/rfc/rfc9580.html#name-cleartext-signature-framewo>).
//!
//! What is taken for such a text is as in <https://pkg.go.dev/github.com/ProtonMail/go-crypto/openpgp/clearsign>.

use super::{Fault, armor};

const START: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END: &[u8] = b"\n-----END PGP SIGNATURE-----";
const HASHES: [&str; 9] =
    ["MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512"];

/// A signed text.
#[derive(Debug)]
pub(super) struct Signed {
    /// The text as it is read: lines end with `\n`, and none with spaces.
    pub(super) text: Vec<u8>,
    /// The text as it is signed: with `\r\n` between lines.
    pub(super) bytes: Vec<u8>,
    /// The packets of the signatures, or why they cannot be had.
    pub(super) signatures: Result<Vec<u8>, Fault>,
}

/// The first signed text; nothing if there is none, or a broken one.
pub(super) fn decode(data: &[u8]) -> Option<Signed> {
    let mut rest = if let Some(rest) = data.strip_prefix(START.as_bytes()) {
        rest
    } else {
        let mark = [b"\n", START.as_bytes()].concat();
        &data[find(data, &mark)? + mark.len()..]
    };
    if !take_line(&mut rest).is_empty() {
        return None;
    }
    headers(&mut rest)?;
    let mut signed = Signed { text: Vec::new(), bytes: Vec::new(), signatures: Ok(Vec::new()) };
    let mut is_first = true;
    let armored = loop {
        let start = rest;
        let line = take_line(&mut rest);
        if line.is_empty() && rest.is_empty() {
            return None;
        }
        if line == SIGNATURE {
            break start;
        }
        if !std::mem::take(&mut is_first) {
            signed.bytes.extend_from_slice(b"\r\n");
            signed.text.push(b'\n');
        }
        let line = trim_end(line.strip_prefix(b"- ").unwrap_or(line), b" \t");
        signed.bytes.extend_from_slice(line);
        signed.text.extend_from_slice(line);
    };
    let end = find(armored, END)? + END.len();
    signed.signatures = armor::next(&armored[..end])?.0.data;
    Some(signed)
}

/// Passes over the headers, of which there may only be one kind.
fn headers(rest: &mut &[u8]) -> Option<()> {
    while !rest.is_empty() {
        let line = take_line(rest).trim_ascii();
        if line.is_empty() {
            return Some(());
        }
        let line =
            std::str::from_utf8(line).ok().filter(|line| line.chars().all(|c| (' '..='~').contains(&c)))?;
        let (key, values) = line.split_once(':')?;
        let is_known = |value: &str| HASHES.contains(&value.trim().to_ascii_uppercase().as_str());
        if key.trim() != "Hash" || !values.split(',').all(is_known) {
            return None;
        }
    }
    None
}

fn take_line<'t>(rest: &mut &'t [u8]) -> &'t [u8] {
    let (line, behind) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (*rest, &[][..]),
    };
    let had_end = line.len() < rest.len();
    *rest = behind;
    if had_end { line.strip_suffix(b"\r").unwrap_or(line) } else { line }
}

fn trim_end<'t>(mut line: &'t [u8], letters: &[u8]) -> &'t [u8] {
    while let [start @ .., last] = line
        && letters.contains(last)
    {
        line = start;
    }
    line
}

fn find(data: &[u8], part: &[u8]) -> Option<usize> {
    data.windows(part.len()).position(|window| window == part)
}

/// A text in both of its forms: as it is shown, and as it is signed.
pub(super) fn forms(text: &str) -> (String, Vec<u8>) {
    let mut shown = String::new();
    let mut signed = Vec::new();
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            shown.push('\n');
            signed.extend_from_slice(b"\r\n");
        }
        let line = line.trim_end_matches([' ', '\t', '\r']);
        if line.starts_with('-') {
            shown.push_str("- ");
        }
        shown.push_str(line);
        signed.extend_from_slice(line.as_bytes());
    }
    (shown, signed)
}

/// The signed text in full: what [`forms`] says is shown, and the signature's packet.
pub(super) fn encode(shown: &str, hash: Option<&str>, signature: &[u8]) -> String {
    let mut text = format!("{START}\n");
    if let Some(hash) = hash {
        text.extend(["Hash: ", hash, "\n"]);
    }
    text.push('\n');
    text.push_str(shown);
    text.push('\n');
    armor::write("PGP SIGNATURE", signature, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, forms};

    #[test]
    fn what_is_written_is_read_again() {
        let text = "name: c  \n- x\n---\nend\t\n";
        let (shown, signed) = forms(text);
        assert_eq!(shown, "name: c\n- - x\n- ---\nend\n");
        let all = encode(&shown, Some("SHA512"), b"signature");
        let read = decode(all.as_bytes()).unwrap();
        assert_eq!(read.bytes, signed);
        assert_eq!(read.text, b"name: c\n- x\n---\nend\n");
        assert_eq!(read.signatures.unwrap(), b"signature");
        // Lines that end as Windows ends them are the same text.
        let other = decode(format!("before\n{all}").replace('\n', "\r\n").as_bytes()).unwrap();
        assert_eq!((other.text, other.bytes), (read.text, read.bytes));
    }

    #[test]
    fn what_is_not_signed_text_is_nothing() {
        let good = encode("text", Some("SHA512"), b"signature");
        for (was, is) in [
            ("MESSAGE-----", "MESSAGE-----x"),
            ("Hash:", "Comment:"),
            ("SHA512", "SHA999"),
            ("Hash: SHA512", "Hash"),
            ("BEGIN PGP SIGNATURE", "BEGIN PGP"),
            ("END PGP SIGNATURE", "END PGP"),
        ] {
            assert!(decode(good.replace(was, is).as_bytes()).is_none(), "{is}");
        }
        assert!(decode(b"").is_none());
    }
}
