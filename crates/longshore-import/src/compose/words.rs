//! Texts of a Compose file: command lines taken apart as a shell would, hosts with ports, durations and sizes.

/// A command line's words, as a shell takes it apart; nothing is expanded.
pub(super) fn split(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) =
        (Vec::new(), None, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None) => word.get_or_insert_default().extend(chars.next()),
            ('\\', Some('"')) => match chars.next() {
                Some(next) if "\"\\$`".contains(next) => word.get_or_insert_default().push(next),
                Some(next) => word.get_or_insert_default().extend(['\\', next]),
                None => {}
            },
            (c, Some(end)) if c == end => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Calls `found` with each `host:port` in a text.
pub(super) fn addresses(text: &str, mut found: impl FnMut(&str, u16)) {
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    for (place, _) in text.match_indices(':') {
        let digits: String = text[place + 1..].chars().take_while(char::is_ascii_digit).collect();
        // `1.2` and `16-alpine` are no ports.
        let behind = text[place + 1 + digits.len()..].chars().next();
        if behind.is_some_and(&is_host) {
            continue;
        }
        let Ok(port) = digits.parse::<u16>() else { continue };
        let host = text[..place].rsplit(|c: char| !is_host(c)).next().unwrap_or_default();
        if port != 0 && !host.is_empty() {
            found(host, port);
        }
    }
}

/// Seconds of `1m30s`, rounded up; none if it is no duration.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let (mut total, mut rest) = (0.0_f64, text.trim());
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..length].parse().ok()?;
        let unit: String = rest[length..].chars().take_while(char::is_ascii_alphabetic).collect();
        total += number
            * match unit.as_str() {
                "us" => 0.000_001,
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return None,
            };
        rest = &rest[length + unit.len()..];
    }
    Some(total.ceil().min(86_400.0 * 365.0) as i64)
}

/// A size of Docker's (`512M`, binary units) as a quantity of Kubernetes.
pub(super) fn size(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let number = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = lower[number.len()..].trim_end_matches('b').trim_end_matches('i');
    let value: f64 = number.parse().ok().filter(|value: &f64| *value > 0.0)?;
    let (factor, suffix) = match unit {
        "" => (1.0, ""),
        "k" => (1024.0, "Ki"),
        "m" => (1024.0 * 1024.0, "Mi"),
        "g" => (1024.0 * 1024.0 * 1024.0, "Gi"),
        _ => return None,
    };
    if value.fract() == 0.0 {
        return Some(format!("{value:.0}{suffix}"));
    }
    Some(format!("{:.0}", value * factor))
}

#[cfg(test)]
mod tests {
    use super::{addresses, seconds, size, split};

    #[test]
    fn command_lines_are_taken_apart() {
        assert_eq!(
            split(r#"sh -c "a \"b\" $X" 'c d' e\ f ''"#),
            ["sh", "-c", "a \"b\" $X", "c d", "e f", ""]
        );
        assert!(split("  ").is_empty());
    }

    #[test]
    fn hosts_with_ports_are_found() {
        let mut all = Vec::new();
        addresses("postgres://u:p@db:5432/x redis:6379,a.b:80 web:1.2 db:16-x x:", |host, port| {
            all.push(format!("{host} {port}"));
        });
        assert_eq!(all, ["db 5432", "redis 6379", "a.b 80"]);
    }

    #[test]
    fn durations_and_sizes() {
        assert_eq!(
            ["90s", "1m30s", "500ms", "2h", "", "5", "1x"].map(seconds),
            [Some(90), Some(90), Some(1), Some(7200), None, None, None]
        );
        let sizes = ["512M", "1g", "64mb", "2GiB", "100", "1.5g", "x", "0"].map(size);
        let expected = ["512Mi", "1Gi", "64Mi", "2Gi", "100", "1610612736"].map(|text| Some(text.to_owned()));
        assert_eq!(sizes[..6], expected);
        assert_eq!(sizes[6..], [None, None]);
    }
}
