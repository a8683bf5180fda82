//! Kubernetes' quantities (`500m`, `2Gi`, `1e3`) as whole thousandths.

use serde_json::Value;

/// A quantity in thousandths; `None` if it is none, or too large to be one.
pub(crate) fn milli(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => parse(text.trim()),
        Value::Number(number) => parse(&number.to_string()),
        _ => None,
    }
}

fn parse(text: &str) -> Option<i128> {
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && (*c == '-' || *c == '+'))))
        .map_or(text.len(), |(at, _)| at);
    let (number, suffix) = text.split_at(end);
    let factor: (i128, i128) = match suffix {
        "n" => (1, 1_000_000),
        "u" => (1, 1_000),
        "m" => (1, 1),
        "" => (1_000, 1),
        "k" => (1_000_000, 1),
        "M" => (1_000_000_000, 1),
        "G" => (1_000_000_000_000, 1),
        "T" => (1_000_000_000_000_000, 1),
        "P" => (1_000_000_000_000_000_000, 1),
        "E" => (1_000_000_000_000_000_000_000, 1),
        "Ki" => (1_000 << 10, 1),
        "Mi" => (1_000 << 20, 1),
        "Gi" => (1_000 << 30, 1),
        "Ti" => (1_000 << 40, 1),
        "Pi" => (1_000 << 50, 1),
        "Ei" => (1_000 << 60, 1),
        exponent => (1_000_i128.checked_mul(power(exponent.strip_prefix(['e', 'E'])?)?)?, 1),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // More digits than any quantity has.
    if fraction.len() > 18 || whole.len() > 20 {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_i128.pow(fraction.len() as u32).checked_mul(factor.1)?;
    Some(digits.checked_mul(factor.0)? / scale)
}

fn power(exponent: &str) -> Option<i128> {
    exponent.parse::<u32>().ok().filter(|exponent| *exponent <= 18).map(|exponent| 10_i128.pow(exponent))
}

/// An amount as a person would write it; memory and storage in binary units.
pub(crate) fn shown(milli: i128, resource: &str) -> String {
    if milli % 1000 != 0 {
        return format!("{milli}m");
    }
    let whole = milli / 1000;
    if resource.ends_with("memory") || resource.ends_with("storage") {
        for (suffix, shift) in [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)] {
            if whole != 0 && whole % (1_i128 << shift) == 0 {
                return format!("{}{suffix}", whole >> shift);
            }
        }
    }
    whole.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{milli, shown};

    #[test]
    fn quantities_are_read_in_all_forms() {
        for (text, expected) in [
            ("1", Some(1000)),
            ("500m", Some(500)),
            ("0.5", Some(500)),
            ("1.5Gi", Some(1_610_612_736_000)),
            ("2k", Some(2_000_000)),
            ("1e3", Some(1_000_000)),
            ("-1", Some(-1000)),
            ("100u", Some(0)),
            ("", None),
            ("x", None),
            ("1x", None),
            ("1e99", None),
            ("9999999999999999999999999", None),
        ] {
            assert_eq!(milli(&json!(text)), expected, "{text}");
        }
        assert_eq!(milli(&json!(2)), Some(2000));
        assert_eq!(milli(&json!(null)), None);
    }

    #[test]
    fn amounts_are_shown_in_their_units() {
        assert_eq!(shown(1_610_612_736_000, "requests.memory"), "1536Mi");
        assert_eq!(shown(1500, "requests.cpu"), "1500m");
        assert_eq!(shown(3000, "pods"), "3");
    }
}
