//! Base 32 with padding, standard alphabet.

use super::CorruptInput;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// `base32.StdEncoding.EncodeToString`.
///
/// ```
/// assert_eq!(longshore_go::encoding::encode_base32(b"hi"), "NBUQ====");
/// ```
pub fn encode_base32(data: &[u8]) -> String {
    let mut out = String::with_capacity(data.len().div_ceil(5) * 8);
    for chunk in data.chunks(5) {
        let bits =
            (0..5).fold(0u64, |bits, index| bits << 8 | u64::from(chunk.get(index).copied().unwrap_or(0)));
        let digits = (chunk.len() * 8).div_ceil(5);
        for place in 0..8 {
            if place < digits {
                let digit = bits >> (35 - 5 * place) & 31;
                out.push(ALPHABET[digit as usize] as char);
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// `base32.StdEncoding.DecodeString`.
pub fn decode_base32(text: &[u8]) -> Result<Vec<u8>, CorruptInput> {
    // Errors count in the text without its line breaks, as Go's do.
    let text: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5 + 5);
    let mut at = 0;
    let mut ended = false;
    while at < text.len() && !ended {
        let mut bits = 0u64;
        let mut count = 0;
        while count < 8 {
            let corrupt = |at| CorruptInput { encoding: "base32", at };
            let Some(&byte) = text.get(at) else {
                return Err(corrupt(at - count));
            };
            at += 1;
            let left = text.len() - at;
            if byte == b'=' && count >= 2 && left < 8 {
                padding(&text[at..], count).map_err(|wrong| match wrong {
                    Wrong::Short => corrupt(text.len()),
                    Wrong::At(index) => corrupt(at + index - 1),
                })?;
                ended = true;
                break;
            }
            let digit = digit(byte).ok_or_else(|| corrupt(at - 1))?;
            bits = bits << 5 | digit;
            count += 1;
        }
        let bytes = (bits << (5 * (8 - count))).to_be_bytes();
        out.extend_from_slice(&bytes[3..3 + count * 5 / 8]);
    }
    Ok(out)
}

fn digit(byte: u8) -> Option<u64> {
    Some(u64::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'2'..=b'7' => byte - b'2' + 26,
        _ => return None,
    }))
}

/// What is wrong with the padding.
enum Wrong {
    /// There is too little of it.
    Short,
    /// The byte at this offset after the first `=` is none, or the count of digits cannot be.
    At(usize),
}

/// Checks what follows the first `=`, which came after `count` digits.
fn padding(rest: &[u8], count: usize) -> Result<(), Wrong> {
    if rest.len() + count < 7 {
        return Err(Wrong::Short);
    }
    if let Some(index) = rest.iter().take(7 - count).position(|&byte| byte != b'=') {
        return Err(Wrong::At(index));
    }
    // Three or six digits do not end on a whole byte.
    if matches!(count, 1 | 3 | 6) {
        return Err(Wrong::At(0));
    }
    Ok(())
}
