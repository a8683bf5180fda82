//! Targets of `longshore-go`: every small language of Go's libraries that a chart can reach.

use longshore_go::semver::{Constraint, Version};
use longshore_go::time::{self, Location, Time};
use longshore_go::{Duration, Map, Value, deep_equal, encoding, fmt, json, path, regexp, strconv, url};

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] = &[
    ("go_fmt", formats),
    ("go_strconv", numbers),
    ("go_regexp", patterns),
    ("go_semver", versions),
    ("go_time", times),
    ("go_json", jsons),
    ("go_url", urls),
    ("go_path", paths),
    ("go_encoding", encodings),
];

/// The first line, and what follows it.
fn first_line(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|&byte| byte == b'\n') {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, b""),
    }
}

/// A format string on values of all kinds.
pub fn formats(input: &[u8]) {
    let (format, text) = first_line(input);
    let map: Map = [("a", Value::Nil), ("b", Value::from(1.5))].into_iter().collect();
    let args = [
        Value::str(text),
        Value::int(-42),
        Value::from(1e21),
        Value::from(true),
        Value::Nil,
        Value::list(vec![Value::int(1), Value::str(text)]),
        Value::Map(map),
        Time::unix(1_600_000_000, 5).into_value(),
    ];
    for count in [0, 1, args.len()] {
        let _ = fmt::sprintf(format, &args[..count]);
    }
    let mut turned = args;
    turned.reverse();
    let _ = fmt::sprintf(format, &turned);
}

/// Numbers, bools and quoting: what is formatted is parsed as the same.
pub fn numbers(input: &[u8]) {
    if let Ok(float) = strconv::parse_float(input) {
        for form in *b"eEfgG" {
            for precision in [None, Some(0), Some(3), Some(17)] {
                let text = strconv::format_float(float, form, precision);
                let again = strconv::parse_float(text.as_bytes());
                if precision.is_none() && !float.is_nan() {
                    assert_eq!(again.map(f64::to_bits).ok(), Some(float.to_bits()), "{text}");
                }
            }
        }
    }
    for base in [0, 2, 8, 10, 16, 36] {
        for bits in [8, 32, 64] {
            let _ = strconv::parse_int(input, base, bits);
            let _ = strconv::parse_uint(input, base, bits);
        }
    }
    let _ = strconv::parse_bool(input);
    let quoted = strconv::quote(input);
    assert!(quoted.len() >= input.len() + 2);
    assert!(strconv::quote_to_ascii(input).is_ascii());
    let _ = strconv::can_backquote(input);
}

/// The first line as a pattern, on the rest: found, split, replaced.
pub fn patterns(input: &[u8]) {
    let (pattern, text) = first_line(input);
    let Ok(compiled) = regexp::Regexp::compile(pattern) else { return };
    assert_eq!(compiled.is_match(text), compiled.find(text).is_some());
    let _ = compiled.find_all(text, None);
    let parts = compiled.split(text, None);
    assert!(parts.iter().map(|part| part.len()).sum::<usize>() <= text.len());
    let _ = compiled.replace_all(text, b"<$0${1}$name>");
    let _ = compiled.replace_all_literal(text, b"$0");
    if std::str::from_utf8(text).is_ok() {
        let quoted = regexp::Regexp::compile(&regexp::quote_meta(text)).expect("it is plain text");
        assert_eq!(quoted.find(text), Some(text));
    }
}

/// Masterminds' limit, in bytes.
const LONGEST_VERSION: usize = 256;

/// The first line as a version, the rest as a constraint: what is printed is read as the same.
pub fn versions(input: &[u8]) {
    let (version, constraint) = first_line(input);
    let constraint = Constraint::parse(constraint);
    let _ = Version::parse_strict(version);
    let Ok(version) = Version::parse(version) else { return };
    // Written out, `1-x` is two numbers longer, and may be longer than a version may be.
    let printed = version.to_string();
    if printed.len() <= LONGEST_VERSION {
        assert_eq!(version, Version::parse(printed.as_bytes()).expect("it was printed"));
    }
    if let Ok(constraint) = constraint {
        let _ = constraint.check(&version);
    }
}

/// The first line as a layout, the rest as a time in it, and as a duration.
pub fn times(input: &[u8]) {
    let (layout, text) = first_line(input);
    let zone = Location::fixed("XXT", -12_600);
    if let Ok(time) = time::parse(layout, text, &zone) {
        let _ = time.format(layout);
        let _ = time.format(b"2006-01-02T15:04:05.999999999Z07:00 Mon Jan _2 __2 MST");
    }
    let _ = Time::unix(-1, 999_999_999).in_location(zone).format(layout);
    if let Ok(duration) = Duration::parse(text) {
        let shown = duration.to_string();
        assert_eq!(Duration::parse(shown.as_bytes()).ok(), Some(duration), "{shown}");
        let _ = (duration.round(Duration(7)), duration.truncate(Duration(1_000_000_000)), duration.abs());
    }
}

/// JSON read, written and read again.
pub fn jsons(input: &[u8]) {
    let Ok(value) = json::parse(input) else { return };
    let mut text = Vec::new();
    json::append(&mut text, &value, json::EscapeHtml::Yes).expect("what was read can be written");
    let again = json::parse(&text).expect("what was written can be read");
    assert!(deep_equal(&value, &again), "{value:?} {again:?}");
    let mut text = Vec::new();
    let _ = json::append_indented(&mut text, &value, "  ");
}

/// URLs, read and printed.
pub fn urls(input: &[u8]) {
    let _ = url::query_escape(input);
    if let Ok(parsed) = url::Url::parse(input) {
        let _ = (parsed.hostname(), parsed.to_bytes());
    }
}

/// The first line as a pattern of paths, the rest as a path.
pub fn paths(input: &[u8]) {
    let (pattern, name) = first_line(input);
    let _ = path::matches(pattern, name);
    let clean = path::clean(name);
    assert_eq!(path::clean(&clean), clean);
    let _ = (path::base(name), path::dir(name), path::ext(name), path::is_abs(name));
    let _ = path::join(&[pattern, name]);
}

/// Base32 and base64, both ways.
pub fn encodings(input: &[u8]) {
    let _ = (encoding::decode_base32(input), encoding::decode_base64(input));
    let text = encoding::encode_base32(input);
    assert_eq!(encoding::decode_base32(text.as_bytes()).ok().as_deref(), Some(input));
    let text = encoding::encode_base64(input);
    assert_eq!(encoding::decode_base64(text.as_bytes()).ok().as_deref(), Some(input));
}
