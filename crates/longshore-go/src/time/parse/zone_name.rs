//! What may be the name of a zone: `CET`, `ChST`, `GMT+3`, `+03`.

/// How many bytes of the text are a zone's name.
pub(super) fn size(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset(rest));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_offset(text)).filter(|&size| size > 0);
    }
    let capitals = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match capitals {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// The size of a sign with hours up to 23, or 0.
fn signed_offset(text: &[u8]) -> usize {
    if !matches!(text.first(), Some(b'+' | b'-')) {
        return 0;
    }
    let digits = text[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours = text[1..=digits]
        .iter()
        .fold(0u32, |hours, digit| hours.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
    if digits == 0 || hours > 23 { 0 } else { 1 + digits }
}

/// The offset in seconds that `GMT+3` names; 0 for every other name.
pub(super) fn gmt_offset(name: &[u8]) -> i32 {
    let hours = name.strip_prefix(b"GMT").filter(|hours| !hours.is_empty());
    let hours = hours.and_then(|hours| crate::strconv::atoi(hours).ok()).unwrap_or(0);
    hours as i32 * 3600
}
