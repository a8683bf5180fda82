//! Go's `net/netip`: whether a text is an address, and why it is none.
//!
//! The words are those of `netip.ParseAddr` (<https://pkg.go.dev/net/netip#ParseAddr>).

use crate::strconv::quoted;

/// What kind of address a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `127.0.0.1`
    V4,
    /// `::1`
    V6 {
        /// Whether a zone follows: `fe80::1%eth0`.
        zoned: bool,
    },
}

/// What is wrong, and the rest of the text from there on (empty where it is not told).
type Fault<'a> = (&'static str, &'a [u8]);

/// `netip.ParseAddr`, but for the address itself.
///
/// ```
/// use longshore_go::netip::{Family, parse_addr};
/// assert_eq!(parse_addr(b"127.0.0.1"), Ok(Family::V4));
/// assert_eq!(parse_addr(b"::1%eth0"), Ok(Family::V6 { zoned: true }));
/// assert_eq!(
///     parse_addr(b"1:2").unwrap_err(),
///     r#"ParseAddr("1:2"): address string too short"#
/// );
/// ```
pub fn parse_addr(text: &[u8]) -> Result<Family, String> {
    let read = match text.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b'.') => four(text).map(|()| Family::V4),
        Some(b':') => six(text),
        Some(_) => Err(("missing IPv6 address", &b""[..])),
        None => Err(("unable to parse IP", &b""[..])),
    };
    read.map_err(|(problem, at)| {
        let place = if at.is_empty() { String::new() } else { format!(" (at {})", quoted(at)) };
        format!("ParseAddr({}): {problem}{place}", quoted(text))
    })
}

/// Four numbers with dots between them.
fn four(text: &[u8]) -> Result<(), Fault<'_>> {
    let (mut value, mut digits, mut fields) = (0_u32, 0, 0);
    for (at, &byte) in text.iter().enumerate() {
        let rest = &text[at..];
        match byte {
            b'0'..=b'9' if digits == 1 && value == 0 => {
                return Err(("IPv4 field has octet with leading zero", b""));
            }
            b'0'..=b'9' => {
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(("IPv4 field has value >255", b""));
                }
            }
            b'.' if at == 0 || rest.len() == 1 || text[at - 1] == b'.' => {
                return Err(("IPv4 field must have at least one digit", rest));
            }
            b'.' if fields == 3 => return Err(("IPv4 address too long", b"")),
            b'.' => {
                fields += 1;
                (value, digits) = (0, 0);
            }
            _ => return Err(("unexpected character", rest)),
        }
    }
    if fields < 3 { Err(("IPv4 address too short", b"")) } else { Ok(()) }
}

/// Up to eight groups of hexadecimal digits, some left out by `::`, the last two perhaps written as four numbers.
fn six(text: &[u8]) -> Result<Family, Fault<'_>> {
    let (mut rest, zone) = match text.iter().position(|&byte| byte == b'%') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if zone.is_some_and(<[u8]>::is_empty) {
        return Err(("zone must be a non-empty string", b""));
    }
    let family = Family::V6 { zoned: zone.is_some() };
    let mut left_out = false;
    if let Some(behind) = rest.strip_prefix(b"::") {
        left_out = true;
        rest = behind;
        if rest.is_empty() {
            return Ok(family);
        }
    }
    let mut bytes = 0;
    while bytes < 16 {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits > 4 {
            return Err(("each group must have 4 or less digits", rest));
        }
        if digits == 0 {
            return Err(("each colon-separated field must have at least one digit", rest));
        }
        if rest.get(digits) == Some(&b'.') {
            if !left_out && bytes != 12 {
                return Err(("embedded IPv4 address must replace the final 2 fields of the address", rest));
            }
            if bytes + 4 > 16 {
                return Err(("too many hex fields to fit an embedded IPv4 at the end of the address", rest));
            }
            four(rest)?;
            rest = b"";
            bytes += 4;
            break;
        }
        bytes += 2;
        rest = &rest[digits..];
        match rest {
            [] => break,
            [b':'] => return Err(("colon must be followed by more characters", rest)),
            [b':', behind @ ..] => rest = behind,
            _ => return Err(("unexpected character, want colon", rest)),
        }
        if let [b':', behind @ ..] = rest {
            if left_out {
                return Err(("multiple :: in address", rest));
            }
            left_out = true;
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Err(("trailing garbage after address", rest));
    }
    match (bytes < 16, left_out) {
        (true, false) => Err(("address string too short", b"")),
        (false, true) => Err(("the :: must expand to at least one field of zeros", b"")),
        _ => Ok(family),
    }
}

#[cfg(test)]
mod tests {
    use super::parse_addr;

    /// As Go 1.26 answers.
    #[test]
    fn texts_that_are_no_addresses_are_told_why() {
        for (text, expected) in [
            ("", "unable to parse IP"),
            ("1.2.3", "IPv4 address too short"),
            ("1.2.3.4.5", "IPv4 address too long"),
            ("01.2.3.4", "IPv4 field has octet with leading zero"),
            ("1.2.3.256", "IPv4 field has value >255"),
            ("1..2.3", "IPv4 field must have at least one digit (at \".2.3\")"),
            ("1.2.3.x", "unexpected character (at \"x\")"),
            ("%eth0", "missing IPv6 address"),
            ("::1%", "zone must be a non-empty string"),
            ("12345::", "each group must have 4 or less digits (at \"12345::\")"),
            (":1", "each colon-separated field must have at least one digit (at \":1\")"),
            ("1:", "colon must be followed by more characters (at \":\")"),
            ("1:g", "each colon-separated field must have at least one digit (at \"g\")"),
            ("1g:", "unexpected character, want colon (at \"g:\")"),
            ("1::2::3", "multiple :: in address (at \":3\")"),
            ("1:2:3:4:5:6:7:8:9", "trailing garbage after address (at \"9\")"),
            ("1:2:3:4:5:6:7::8", "the :: must expand to at least one field of zeros"),
            (
                "1:1.2.3.4",
                "embedded IPv4 address must replace the final 2 fields of the address (at \"1.2.3.4\")",
            ),
        ] {
            assert_eq!(parse_addr(text.as_bytes()).unwrap_err(), format!("ParseAddr({text:?}): {expected}"));
        }
        for text in ["1.2.3.4", "::", "1::", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "fe80::1%eth0"] {
            assert!(parse_addr(text.as_bytes()).is_ok(), "{text}");
        }
    }
}
