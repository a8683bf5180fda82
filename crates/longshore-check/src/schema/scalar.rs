//! Values without parts: what the API server's decoder takes for each kind of them.

use longshore_object::{Data, Tree};

use super::table::Holds;

/// Characters of a text that are shown.
const SHOWN: usize = 60;

/// What would have been expected, if the value is something else.
pub(super) fn mistake(holds: &Holds, value: &Tree) -> Option<&'static str> {
    let (is_right, expected) = match holds {
        Holds::Text | Holds::Time => (value.as_str().is_some(), "a string"),
        Holds::Bool => (value.as_bool().is_some(), "true or false"),
        Holds::Number => (matches!(value.data, Data::Number(_)), "a number"),
        Holds::Long => (whole(value).is_some(), "a whole number"),
        Holds::Int => match whole(value) {
            Some(number) => (i32::try_from(number).is_ok(), "a whole number of 32 bits"),
            None => (false, "a whole number"),
        },
        Holds::IntOrText => {
            (value.as_str().is_some() || whole(value).is_some(), "a whole number or a string")
        }
        Holds::Quantity => match &value.data {
            Data::Number(_) => (true, ""),
            Data::String(text) => (is_quantity(text), "a quantity such as `500m` or `1Gi`"),
            _ => (false, "a quantity such as `500m` or `1Gi`"),
        },
        Holds::Base64 => match value.as_str() {
            Some(text) => (is_base64(text), "base64; what is plain text belongs under `stringData`"),
            None => (false, "a string"),
        },
        _ => (true, ""),
    };
    (!is_right).then_some(expected)
}

/// Whether what was expected can be told from what was found by its type.
pub(super) fn is_plain(expected: &str) -> bool {
    !expected.starts_with("a quantity") && !expected.starts_with("base64")
}

/// The text, cut if it is long.
pub(super) fn short(text: &str) -> String {
    let short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// YAML's `1.0` is the whole number 1 by the time that it is JSON.
pub(super) fn whole(value: &Tree) -> Option<i64> {
    match &value.data {
        Data::Number(number) => {
            let float = || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < 9e15);
            number.as_i64().or_else(|| float().map(|float| float as i64))
        }
        _ => None,
    }
}

/// `^[+-]?([0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$` is what the server says; what it takes is decimal numbers with a suffix.
fn is_quantity(text: &str) -> bool {
    let text = text.trim();
    let number = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = number.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(number.len());
    let (digits, suffix) = number.split_at(end);
    let is_number = digits.matches('.').count() <= 1 && digits.bytes().any(|byte| byte.is_ascii_digit());
    let is_exponent = suffix.strip_prefix(['e', 'E']).is_some_and(|power| {
        let power = power.strip_prefix(['+', '-']).unwrap_or(power);
        !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
    });
    const SUFFIXES: [&str; 16] =
        ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    is_number && (is_exponent || SUFFIXES.contains(&suffix))
}

/// As Go decodes it: line ends count for nothing, padding must be there.
fn is_base64(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let body = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    text.len().is_multiple_of(4) && text.len() - body <= 2 && text[..body].iter().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::{is_base64, is_quantity};

    #[test]
    fn quantities_are_what_the_server_takes() {
        for good in
            ["1", "0.5", ".5", "5.", "100m", "1Gi", "1e3", "1E-3", "+1", "-1", "1E", " 1Gi", "1k", "0"]
        {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", "1GB", "1 Gi", "Gi", "1.2.3", "1gi", "1K", "one", ".", "1e", "1Mib", "500 m", "0x1"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }

    #[test]
    fn base64_is_what_go_takes() {
        for good in ["", "YQ==", "YWI=", "YWJj", "YWJj\nYWJj\n", "+/+/"] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["YQ", "YQ=", "Y===", "plain text", "a-b_", "====", "YQ==YQ=="] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}
