//! Numbers, dates and strings of TOML as Go values.
//!
//! Source: [`parse.go`](https://github.com/BurntSushi/toml/blob/v1.6.0/parse.go). Dates and times without an offset are
//! Go times in one of three zones, by whose names they are known again when they are written.

use longshore_go::strconv::quoted;
use longshore_go::time::{self, Location, Time};
use longshore_go::{Value, rune, strconv, strings};

use super::parser::Zones;

/// The zone of dates with a time and no offset.
pub(super) const LOCAL_DATETIME: &str = "datetime-local";
/// The zone of dates without a time.
pub(super) const LOCAL_DATE: &str = "date-local";
/// The zone of times without a date.
pub(super) const LOCAL_TIME: &str = "time-local";

/// The forms of dates and times in the order in which they are tried, with their zones.
const FORMS: [(&[u8], Option<&str>); 7] = [
    (b"2006-01-02T15:04:05.999999999Z07:00", None),
    (b"2006-01-02T15:04:05.999999999", Some(LOCAL_DATETIME)),
    (b"2006-01-02", Some(LOCAL_DATE)),
    (b"15:04:05.999999999", Some(LOCAL_TIME)),
    (b"2006-01-02T15:04Z07:00", None),
    (b"2006-01-02T15:04", Some(LOCAL_DATETIME)),
    (b"15:04", Some(LOCAL_TIME)),
];

/// An `int64`.
pub(super) fn integer(text: &[u8]) -> Result<Value, String> {
    if !underscores_ok(text) {
        return Err(format!("Invalid integer {}: underscores must be surrounded by digits", quoted(text)));
    }
    if has_leading_zero(text) {
        return Err(format!("Invalid integer {}: cannot have leading zeroes", quoted(text)));
    }
    match strconv::parse_int(text, 0, 64) {
        Ok(number) => Ok(Value::int64(number)),
        // The lexer lets nothing through that is no number.
        Err(_) => Err(format!("{} is out of range for int64", String::from_utf8_lossy(text))),
    }
}

/// A `float64`.
pub(super) fn float(text: &[u8]) -> Result<Value, String> {
    let mut parts = text.split(|byte| matches!(byte, b'.' | b'e' | b'E')).filter(|part| !part.is_empty());
    if !parts.clone().all(underscores_ok) {
        return Err(format!("Invalid float {}: underscores must be surrounded by digits", quoted(text)));
    }
    if parts.next().is_some_and(has_leading_zero) {
        return Err(format!("Invalid float {}: cannot have leading zeroes", quoted(text)));
    }
    let bare_point = |pair: &[u8]| pair[0] == b'.' && !pair[1].is_ascii_digit();
    if text.ends_with(b".") || text.windows(2).any(bare_point) {
        return Err(format!("Invalid float {}: '.' must be followed by one or more digits", quoted(text)));
    }
    let plain = strings::replace_all(text, b"_", b"");
    let plain = match &plain[..] {
        b"+nan" | b"-nan" => b"nan",
        plain => plain,
    };
    match strconv::parse_float(plain) {
        Ok(number) => Ok(Value::Float(if text == b"-nan" { number.copysign(-1.0) } else { number })),
        Err(error) if error.fault == strconv::NumFault::Range => {
            Err(format!("{} is out of range for float64", String::from_utf8_lossy(text)))
        }
        Err(_) => Err(format!("Invalid float value: {}", quoted(text))),
    }
}

/// A `time.Time`.
pub(super) fn datetime(text: &[u8], zones: &Zones) -> Result<Value, String> {
    let text: Vec<u8> = text
        .iter()
        .map(|byte| match byte {
            b'z' => b'Z',
            b't' | b' ' => b'T',
            byte => *byte,
        })
        .collect();
    for (form, zone) in FORMS {
        let location = match zone {
            None => zones.local.clone(),
            Some(zone) => Location::fixed(zone, zones.offset),
        };
        if let Ok(time) = time::parse(form, &text, &location) {
            if lacks_zero(&text, form) {
                break;
            }
            return Ok(time.into_value());
        }
    }
    Err(format!("invalid datetime: {}", quoted(&text)))
}

/// The layout in which a time is written: that of its zone, if it is one of the three.
pub(super) fn layout(time: &Time) -> Option<&'static [u8]> {
    let Location::Fixed { name: Some(name), .. } = &time.location else { return None };
    match name.as_str()? {
        LOCAL_DATETIME => Some(FORMS[1].0),
        LOCAL_DATE => Some(FORMS[2].0),
        LOCAL_TIME => Some(FORMS[3].0),
        _ => None,
    }
}

/// Whether separators are elsewhere than in the form, as they are if a number lacks its zero.
fn lacks_zero(text: &[u8], form: &[u8]) -> bool {
    let fixed = form.iter().take_while(|byte| !matches!(byte, b'.' | b'Z')).enumerate();
    let mut separators = fixed.filter(|(_, byte)| !byte.is_ascii_digit());
    separators.any(|(at, byte)| text.get(at) != Some(byte))
}

fn has_leading_zero(text: &[u8]) -> bool {
    match text {
        [b'0', b'b' | b'o' | b'x', ..] => false,
        [b'0', _, ..] | [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

fn underscores_ok(text: &[u8]) -> bool {
    if matches!(text, b"nan" | b"+nan" | b"-nan" | b"inf" | b"-inf" | b"+inf") {
        return true;
    }
    let mut after_digit = false;
    for byte in text {
        if *byte == b'_' && !after_digit {
            return false;
        }
        after_digit = byte.is_ascii_hexdigit();
    }
    after_digit
}

pub(super) fn without_first_newline(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\n").or_else(|| text.strip_prefix(b"\r\n")).unwrap_or(text)
}

/// Without backslashes at the ends of lines and the white space after each.
pub(super) fn without_escaped_newlines(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let rest = &text[at + 1..];
        let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        if rest[..space].contains(&b'\n') {
            at += 1 + space;
            continue;
        }
        // Another escape, of which a second backslash is part.
        out.push(byte);
        at += 1;
        if rest.first() == Some(&b'\\') {
            out.push(b'\\');
            at += 1;
        }
    }
    out
}

/// Escapes replaced by what they stand for. The lexer has seen that they are whole.
pub(super) fn unescape(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let escape = text.get(at).copied().unwrap_or_default();
        at += 1;
        let digits = match escape {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        out.push(match escape {
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'f' => 12,
            b'r' => b'\r',
            b'e' => 27,
            b'"' | b'\\' => escape,
            b'x' | b'u' | b'U' => {
                let code = text.get(at..at + digits).unwrap_or_default();
                at += digits;
                let shown = String::from_utf8_lossy(code);
                let Some(c) = u32::from_str_radix(&shown, 16).ok().and_then(char::from_u32) else {
                    return Err(format!("Escaped character '\\u{shown}' is not valid UTF-8."));
                };
                rune::push(&mut out, c);
                continue;
            }
            other => return Err(format!("invalid escape: '\\{}'", char::from(other))),
        });
    }
    Ok(out)
}
