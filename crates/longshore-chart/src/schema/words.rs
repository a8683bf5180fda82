//! How Helm's schema library words numbers, strings and types.

use longshore_go::strconv;
use serde_json::Value as Json;

/// In single quotes, with Go's escapes.
pub(super) fn quote(text: &str) -> String {
    let quoted = strconv::quote(text.as_bytes());
    // The library does this with the quotes around it, which takes half of a backslash at the end.
    let quoted = String::from_utf8_lossy(&quoted).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &quoted[1..quoted.len() - 1])
}

/// Each in single quotes, with commas.
pub(super) fn quote_all(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quote(text)).collect();
    quoted.join(", ")
}

/// A value in a message.
pub(super) fn display(json: &Json) -> String {
    match json {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        Json::Null => "<nil>".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(number) => number.to_string(),
    }
}

/// The type of a value; whole numbers are numbers too.
pub(super) fn type_of(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// A count, English: `1,000`.
pub(super) fn count(number: usize) -> String {
    grouped(&number.to_string())
}

/// A float, English: `5,000`, `0.5`, from a million on `1×10⁰⁶`.
pub(super) fn float(number: f64) -> String {
    let text = strconv::format_float(number, b'g', None);
    let Some((mantissa, exponent)) = text.split_once('e') else {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
        let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        return format!("{sign}{}{rest}", grouped(whole));
    };
    let exponent: String = exponent
        .chars()
        .filter_map(|c| match c {
            '-' => Some('⁻'),
            '0' => Some('⁰'),
            '1' => Some('¹'),
            '2' => Some('²'),
            '3' => Some('³'),
            digit @ '4'..='9' => char::from_u32(0x2070 + (digit as u32 - '0' as u32)),
            _ => None,
        })
        .collect();
    format!("{mantissa}×10{exponent}")
}

fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{count, float, quote};

    #[test]
    fn numbers_are_english() {
        // As `golang.org/x/text/message` prints them with `%v`.
        for (number, expected) in [
            (0.0, "0"),
            (-5000.0, "-5,000"),
            (1234.5678, "1,234.5678"),
            (999_999.0, "999,999"),
            (1e6, "1×10⁰⁶"),
            (1_234_567.5, "1.2345675×10⁰⁶"),
            (1e-4, "0.0001"),
            (1.5e-7, "1.5×10⁻⁰⁷"),
            (1e100, "1×10¹⁰⁰"),
        ] {
            assert_eq!(float(number), expected);
        }
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(quote("a'b\"c\n"), "'a\\'b\"c\\n'");
        assert_eq!(quote("\\a\\"), r"'\\a\'");
    }
}
