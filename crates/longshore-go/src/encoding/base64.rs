//! Base 64 with padding, standard alphabet.

use super::CorruptInput;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `base64.StdEncoding.EncodeToString`.
///
/// ```
/// assert_eq!(longshore_go::encoding::encode_base64(b"hi"), "aGk=");
/// ```
pub fn encode_base64(data: &[u8]) -> String {
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for chunk in data.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                let digit = bits >> (18 - 6 * place) & 63;
                out.push(ALPHABET[digit as usize] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// `base64.StdEncoding.DecodeString`.
pub fn decode_base64(text: &[u8]) -> Result<Vec<u8>, CorruptInput> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut at = 0;
    while at < text.len() {
        at = quantum(text, at, &mut out)?;
    }
    Ok(out)
}

fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Reads four digits from `at` on; gives where the next four start.
fn quantum(text: &[u8], mut at: usize, out: &mut Vec<u8>) -> Result<usize, CorruptInput> {
    let corrupt = |at| Err(CorruptInput { encoding: "base64", at });
    let mut bits = 0;
    let mut count = 0;
    while count < 4 {
        let Some(&byte) = text.get(at) else {
            return if count == 0 { Ok(at) } else { corrupt(at - count) };
        };
        at += 1;
        if let Some(digit) = digit(byte) {
            bits = bits << 6 | digit;
            count += 1;
        } else if byte == b'=' {
            at = padding(text, at, count).or_else(corrupt)?;
            break;
        } else if !matches!(byte, b'\n' | b'\r') {
            return corrupt(at - 1);
        }
    }
    let bytes = (bits << (6 * (4 - count as u32))).to_be_bytes();
    out.extend_from_slice(&bytes[1..count]);
    Ok(at)
}

/// Checks what follows the first `=`, which came after `count` digits; the text must end there.
fn padding(text: &[u8], mut at: usize, count: usize) -> Result<usize, usize> {
    let skip_breaks = |mut at: usize| {
        while matches!(text.get(at), Some(b'\n' | b'\r')) {
            at += 1;
        }
        at
    };
    match count {
        0 | 1 => return Err(at - 1),
        2 => {
            at = skip_breaks(at);
            match text.get(at) {
                None => return Err(text.len()),
                Some(b'=') => at += 1,
                Some(_) => return Err(at - 1),
            }
        }
        _ => {}
    }
    at = skip_breaks(at);
    if at < text.len() { Err(at) } else { Ok(at) }
}
