//! Dates and times.

use longshore_go::strconv;
use longshore_go::time::{Location, parse};

use super::wrong;

pub(super) fn date(text: &str) -> Result<(), String> {
    parse(b"2006-01-02", text.as_bytes(), &Location::Utc).map(drop).map_err(|error| error.to_string())
}

pub(super) fn date_time(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    if bytes.len() < 20 {
        return wrong("less than 20 characters long");
    }
    if !matches!(bytes[10], b't' | b'T') {
        return wrong("11th character must be t or T");
    }
    let lossy = |bytes| String::from_utf8_lossy(bytes).into_owned();
    date(&lossy(&bytes[..10])).map_err(|problem| format!("invalid date element: {problem}"))?;
    time(&lossy(&bytes[11..])).map_err(|problem| format!("invalid time element: {problem}"))
}

/// Numbers between colons, up to so many.
fn numbers(text: &[u8], most: usize, what: &str) -> Result<Vec<i64>, String> {
    let mut numbers = Vec::new();
    for part in text.splitn(most, |byte| *byte == b':') {
        let number = strconv::atoi(part).map_err(|_| format!("invalid {what}"))?;
        if number < 0 {
            return Err(format!("non-positive {what}"));
        }
        numbers.push(number);
    }
    Ok(numbers)
}

pub(super) fn time(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    if bytes.len() < 9 {
        return wrong("less than 9 characters long");
    }
    if bytes[2] != b':' || bytes[5] != b':' {
        return wrong("missing colon in correct place");
    }
    let [mut hour, mut minute, second] = numbers(&bytes[..8], 3, "hour/min/sec")?[..] else {
        return wrong("missing hour/min/sec");
    };
    if hour > 23 || minute > 59 || second > 60 {
        return wrong("hour/min/sec out of range");
    }
    let mut rest = &bytes[8..];
    if let [b'.', fraction @ ..] = rest {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return wrong("no digits in second fraction");
        }
        rest = &fraction[digits..];
    }
    if !matches!(rest, b"z" | b"Z") {
        if rest.len() != 6 {
            return wrong("offset must be 6 characters long");
        }
        let sign = match rest[0] {
            b'+' => -1,
            b'-' => 1,
            _ => return wrong("offset must begin with plus/minus"),
        };
        if rest[3] != b':' {
            return wrong("missing colon in offset in correct place");
        }
        let [hours, minutes] = numbers(&rest[1..], 2, "hour/min in offset")?[..] else {
            return wrong("missing colon in offset in correct place");
        };
        if hours > 23 || minutes > 59 {
            return wrong("hour/min in offset out of range");
        }
        let mut of_day = (hour * 60 + minute) + sign * (hours * 60 + minutes);
        if of_day < 0 {
            of_day += 24 * 60;
        }
        (hour, minute) = (of_day / 60, of_day % 60);
    }
    if second >= 60 && (hour, minute) != (23, 59) {
        return wrong("invalid leap second");
    }
    Ok(())
}
