//! Which type a scalar has: the tables and number forms of go-yaml's `resolve`.
//!
//! v2 takes YAML 1.1's booleans (`yes`, `on`, `y`) and v3 only `true` and `false`; both read `0755`,
//! `0o755` and `0x1F` as integers, drop `_` from numbers, and leave base 60 alone.

mod number;
mod timestamp;

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::error::{Error, ErrorKind};
pub(crate) use number::{is_base60, parse_float};
pub(crate) use timestamp::Timestamp;

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// Only where it does not fit into `Int`.
    Uint(u64),
    Float(f64),
    Timestamp(Timestamp),
    /// The text itself.
    Str,
    /// The text as base64 of bytes.
    Binary,
    /// The text itself, under a tag that go-yaml does not know.
    Other,
}

/// The prefix that `!!` stands for.
const LONG: &str = "tag:yaml.org,2002:";

/// `!!x` for `tag:yaml.org,2002:x`, else the tag itself.
pub(crate) fn short_tag(tag: &str) -> Cow<'_, str> {
    match tag.strip_prefix(LONG) {
        Some(rest) => match known(rest) {
            Some(short) => Cow::Borrowed(short),
            None => Cow::Owned(format!("!!{rest}")),
        },
        None => Cow::Borrowed(tag),
    }
}

/// `tag:yaml.org,2002:x` for `!!x`, else the tag itself.
pub(crate) fn long_tag(tag: &str) -> Cow<'_, str> {
    match tag.strip_prefix("!!") {
        Some(rest) => Cow::Owned(format!("{LONG}{rest}")),
        None => Cow::Borrowed(tag),
    }
}

/// The static spelling of a known tag, from its part behind `!!`.
pub(crate) fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "null" => "!!null",
        "bool" => "!!bool",
        "int" => "!!int",
        "float" => "!!float",
        "str" => "!!str",
        "timestamp" => "!!timestamp",
        "binary" => "!!binary",
        "merge" => "!!merge",
        "map" => "!!map",
        "seq" => "!!seq",
        _ => return None,
    })
}

impl Scalar {
    /// The short tag of the type.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Int(_) | Self::Uint(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Timestamp(_) => "!!timestamp",
            Self::Str | Self::Other => "!!str",
            Self::Binary => "!!binary",
        }
    }
}

/// The type of an untagged plain scalar.
pub(crate) fn resolve(dialect: Dialect, text: &str) -> Scalar {
    // The first byte is hint enough for nearly all text.
    match text.as_bytes().first() {
        None => Scalar::Null,
        Some(b'0'..=b'9' | b'+' | b'-') => {
            if let Some(special) = lookup_float(text) {
                return special;
            }
            if let Some(time) = Timestamp::parse(text) {
                return Scalar::Timestamp(time);
            }
            number::resolve(dialect, text)
        }
        Some(b'.') => {
            lookup_float(text).or_else(|| parse_float(text).map(Scalar::Float)).unwrap_or(Scalar::Str)
        }
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~')
            if text.len() <= 5 =>
        {
            lookup_word(dialect, text)
        }
        Some(_) => Scalar::Str,
    }
}

fn lookup_float(text: &str) -> Option<Scalar> {
    Some(Scalar::Float(match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    }))
}

fn lookup_word(dialect: Dialect, text: &str) -> Scalar {
    match text {
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        "true" | "True" | "TRUE" => Scalar::Bool(true),
        "false" | "False" | "FALSE" => Scalar::Bool(false),
        _ if dialect == Dialect::V3 => Scalar::Str,
        _ => match old_bool(text) {
            Some(value) => Scalar::Bool(value),
            None => Scalar::Str,
        },
    }
}

/// The booleans of YAML 1.1 that 1.2 dropped.
pub(crate) fn old_bool(text: &str) -> Option<bool> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => true,
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => false,
        _ => return None,
    })
}

/// The type of a scalar under an explicit tag, which is in its long form.
///
/// # Errors
/// `yaml: cannot decode !!str `x` as a !!int`, if the text is not what the tag says.
pub(crate) fn resolve_tagged(dialect: Dialect, tag: &str, text: &str) -> Result<Scalar, Error> {
    let wanted = match tag.strip_prefix(LONG) {
        Some("str") => return Ok(Scalar::Str),
        Some("binary") => return Ok(Scalar::Binary),
        Some(name @ ("bool" | "int" | "float" | "null" | "timestamp")) => name,
        _ if tag.is_empty() => return Ok(resolve(dialect, text)),
        _ => return Ok(Scalar::Other),
    };
    let found = match resolve(dialect, text) {
        // Text is tried as a date only if nothing else is asked for.
        Scalar::Timestamp(_) if wanted != "timestamp" => number::resolve(dialect, text),
        found => found,
    };
    match (wanted, found) {
        ("float", Scalar::Int(value)) => Ok(Scalar::Float(value as f64)),
        _ if found.tag()[2..] == *wanted => Ok(found),
        _ => Err(Error::new(
            ErrorKind::Decode,
            format!("yaml: cannot decode {} `{text}` as a !!{wanted}", found.tag()),
        )),
    }
}
