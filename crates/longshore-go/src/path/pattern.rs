//! `path.Match`: shell patterns without `**`.

use crate::rune;

/// A pattern that is not one: an open bracket, a trailing backslash (`path.ErrBadPattern`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// Whether the whole name matches: `*` any run without `/`, `?` any character but `/`, `[a-z]` and
/// `[^a-z]` classes, `\` before a character takes it as it is.
///
/// As in Go, a malformed rest of the pattern is noticed even where the name has already failed.
///
/// ```
/// use longshore_go::path::{BadPattern, matches};
/// assert_eq!(matches(b"a*.txt", b"abc.txt"), Ok(true));
/// assert_eq!(matches(b"*", b"a/b"), Ok(false));
/// assert_eq!(matches(b"[", b"x"), Err(BadPattern));
/// ```
pub fn matches(pattern: &[u8], name: &[u8]) -> Result<bool, BadPattern> {
    matches_with(pattern, name, true)
}

/// As [`matches()`], but a malformed rest of the pattern is not noticed where the name has already failed: Go's
/// `filepath.Match`.
///
/// ```
/// use longshore_go::path::{matches, matches_file};
/// assert!(matches(b"/*[", b"abc").is_err());
/// assert_eq!(matches_file(b"/*[", b"abc"), Ok(false));
/// ```
pub fn matches_file(pattern: &[u8], name: &[u8]) -> Result<bool, BadPattern> {
    matches_with(pattern, name, false)
}

fn matches_with(mut pattern: &[u8], mut name: &[u8], checks_rest: bool) -> Result<bool, BadPattern> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            // A star at the end takes all that has no slash.
            return Ok(!name.contains(&b'/'));
        }
        let (found, after) = match_chunk(chunk, name)?;
        if found && (after.is_empty() || !pattern.is_empty()) {
            name = after;
            continue;
        }
        if star {
            // Let the star take one byte more each time.
            let literal = chunk.first().copied().filter(|byte| !matches!(byte, b'[' | b'?' | b'\\'));
            for skip in 0..name.len() {
                if name[skip] == b'/' {
                    break;
                }
                // The chunk has been read once, so that it is well-formed.
                if literal.is_some() && literal != name.get(skip + 1).copied() {
                    continue;
                }
                let (found, after) = match_chunk(chunk, &name[skip + 1..])?;
                if found && (!pattern.is_empty() || after.is_empty()) {
                    name = after;
                    continue 'pattern;
                }
            }
        }
        // The name does not match; the rest of the pattern is still checked.
        while checks_rest && !pattern.is_empty() {
            let (_, chunk, rest) = scan_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, b"")?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Whether stars come first, the pattern up to the next star, and the rest from there.
fn scan_chunk(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|&&byte| byte == b'*').count();
    let pattern = &pattern[stars..];
    let mut in_class = false;
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'\\' => at += usize::from(at + 1 < pattern.len()),
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    (stars > 0, &pattern[..at], &pattern[at..])
}

/// Whether a pattern without stars matches the start of the name, and what is left of the name.
fn match_chunk<'n>(mut chunk: &[u8], mut name: &'n [u8]) -> Result<(bool, &'n [u8]), BadPattern> {
    let mut failed = false;
    while let Some(&first) = chunk.first() {
        failed |= name.is_empty();
        match first {
            b'[' => {
                let mut c = '\0';
                if !failed {
                    let (read, size) = rune::decode(name);
                    c = read;
                    name = &name[size..];
                }
                let (inside, rest) = match_class(&chunk[1..], c)?;
                chunk = rest;
                failed |= !inside;
            }
            b'?' => {
                if !failed {
                    failed = name[0] == b'/';
                    let (_, size) = rune::decode(name);
                    name = &name[size..];
                }
                chunk = &chunk[1..];
            }
            _ => {
                if first == b'\\' {
                    chunk = &chunk[1..];
                }
                let literal = *chunk.first().ok_or(BadPattern)?;
                if !failed {
                    failed = literal != name[0];
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Ok(if failed { (false, b"") } else { (true, name) })
}

/// A class after its `[`: whether the character is in it, and what follows its `]`.
fn match_class(mut chunk: &[u8], c: char) -> Result<(bool, &[u8]), BadPattern> {
    let negated = chunk.first() == Some(&b'^');
    if negated {
        chunk = &chunk[1..];
    }
    let mut found = false;
    let mut count = 0;
    loop {
        if chunk.first() == Some(&b']') && count > 0 {
            return Ok((found != negated, &chunk[1..]));
        }
        let (low, rest) = class_character(chunk)?;
        chunk = rest;
        let mut high = low;
        if chunk.first() == Some(&b'-') {
            (high, chunk) = class_character(&chunk[1..])?;
        }
        found |= low <= c && c <= high;
        count += 1;
    }
}

/// One character of a class, which may be escaped; there must be something after it.
fn class_character(chunk: &[u8]) -> Result<(char, &[u8]), BadPattern> {
    let chunk = match chunk {
        [] | [b'-' | b']', ..] => return Err(BadPattern),
        [b'\\', rest @ ..] => rest,
        chunk => chunk,
    };
    let (c, size) = rune::decode(chunk);
    if size == 0 || c == rune::ERROR && size == 1 {
        return Err(BadPattern);
    }
    let rest = &chunk[size..];
    if rest.is_empty() { Err(BadPattern) } else { Ok((c, rest)) }
}
