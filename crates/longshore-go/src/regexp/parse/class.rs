//! Classes of characters: `[a-z\d]`, `\d`, `[[:alpha:]]`, `\p{Greek}`.
//!
//! They are written out in the crate's syntax at once. `\d` and its like are ASCII in Go, so they become
//! ranges; negated ones within a class become a class within it.

use super::group::check_utf8;
use super::{Node, Parser, RegexpError, RegexpFault, Step};
use crate::regexp::classes::CLASSES;
use crate::regexp::emit::character;
use crate::rune;

/// Part of a class in the crate's syntax, and the pattern after it.
type Found<'p> = Option<(String, &'p [u8])>;

impl Parser<'_> {
    /// `[…]`
    pub(super) fn class(&mut self) -> Step<()> {
        let whole = self.rest;
        self.rest = &whole[1..];
        let mut text = String::from("[");
        if self.rest.first() == Some(&b'^') {
            self.rest = &self.rest[1..];
            text.push('^');
        }
        let mut first = true;
        let mut has_items = false;
        while first || self.rest.first() != Some(&b']') {
            first = false;
            let found = match self.rest {
                [b'[', b':', _, ..] => posix_class(self.rest)?,
                [b'\\', ..] => match unicode_class(self.rest)? {
                    Some(found) => Some(found),
                    None => perl_class(self.rest),
                },
                _ => None,
            };
            if let Some((item, rest)) = found {
                text.push_str(&item);
                self.rest = rest;
                has_items = true;
                continue;
            }
            let start = self.rest;
            let low = self.class_character(whole)?;
            let mut high = low;
            if let [b'-', next, ..] = self.rest
                && *next != b']'
            {
                self.rest = &self.rest[1..];
                high = self.class_character(whole)?;
                if high < low {
                    let written = &start[..start.len() - self.rest.len()];
                    return Err(RegexpError::new(RegexpFault::CharRange, written));
                }
            }
            has_items |= push_range(&mut text, low, high);
        }
        self.rest = &self.rest[1..];
        if !has_items {
            // Nothing but surrogates, which no text holds.
            text.push_str(r"[^\x00-\x{10FFFF}]");
        }
        text.push(']');
        let fold = self.flags.fold;
        self.push(Node::Class { text, fold });
        Ok(())
    }

    fn class_character(&mut self, whole: &[u8]) -> Step<u32> {
        match self.rest.first() {
            None => Err(RegexpError::new(RegexpFault::Bracket, whole)),
            Some(b'\\') => self.escaped(),
            Some(_) => Ok(self.next_rune()? as u32),
        }
    }
}

/// Writes a range without its surrogates; false if nothing is left.
fn push_range(text: &mut String, low: u32, high: u32) -> bool {
    let low = char::from_u32(low).unwrap_or('\u{E000}');
    let high = char::from_u32(high).unwrap_or('\u{D7FF}');
    if low > high {
        return false;
    }
    text.push_str(&character(low));
    if high > low {
        text.push('-');
        text.push_str(&character(high));
    }
    true
}

/// `\d`, `\W` and so on.
pub(super) fn perl_class(pattern: &[u8]) -> Found<'_> {
    let ([b'\\', letter], rest) = pattern.split_first_chunk()? else {
        return None;
    };
    let ranges = match letter.to_ascii_lowercase() {
        b'd' => "0-9",
        b's' => r"\t\n\x0c\r\x20",
        b'w' => "0-9A-Z_a-z",
        _ => return None,
    };
    Some((maybe_negated(letter.is_ascii_uppercase(), ranges), rest))
}

fn maybe_negated(negated: bool, ranges: &str) -> String {
    if negated { format!("[^{ranges}]") } else { ranges.to_owned() }
}

/// `[:alpha:]` and so on, within a class; `None` if it does not end.
fn posix_class(pattern: &[u8]) -> Step<Found<'_>> {
    let Some(end) = crate::strings::find(&pattern[2..], b":]").map(|end| end + 4) else {
        return Ok(None);
    };
    let (written, rest) = pattern.split_at(end);
    let name = &written[2..end - 2];
    let negated = name.first() == Some(&b'^');
    let ranges = match &name[usize::from(negated)..] {
        b"alnum" => "0-9A-Za-z",
        b"alpha" => "A-Za-z",
        b"ascii" => r"\x00-\x7f",
        b"blank" => r"\t\x20",
        b"cntrl" => r"\x00-\x1f\x7f",
        b"digit" => "0-9",
        b"graph" => r"\x21-\x7e",
        b"lower" => "a-z",
        b"print" => r"\x20-\x7e",
        b"punct" => r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
        b"space" => r"\t-\r\x20",
        b"upper" => "A-Z",
        b"word" => "0-9A-Z_a-z",
        b"xdigit" => "0-9A-Fa-f",
        _ => return Err(RegexpError::new(RegexpFault::CharRange, written)),
    };
    Ok(Some((maybe_negated(negated, ranges), rest)))
}

/// `\pL`, `\p{Greek}`, `\P{^Lu}`.
pub(super) fn unicode_class(pattern: &[u8]) -> Step<Found<'_>> {
    let [b'\\', letter @ (b'p' | b'P'), after @ ..] = pattern else {
        return Ok(None);
    };
    let mut negated = *letter == b'P';
    let (c, size) = rune::decode(after);
    if c == rune::ERROR && size == 1 {
        return Err(RegexpError::new(RegexpFault::Utf8, after));
    }
    let (mut name, written, rest) = if c == '{' {
        let Some(end) = pattern.iter().position(|&byte| byte == b'}') else {
            check_utf8(pattern)?;
            return Err(RegexpError::new(RegexpFault::CharRange, pattern));
        };
        check_utf8(&pattern[3..end])?;
        (&pattern[3..end], &pattern[..=end], &pattern[end + 1..])
    } else {
        (&after[..size], &pattern[..2 + size], &after[size..])
    };
    if let Some(plain) = name.strip_prefix(b"^") {
        negated = !negated;
        name = plain;
    }
    let name = canonical(name);
    let Ok(index) = CLASSES.binary_search_by(|(known, _)| known.cmp(&name.as_str())) else {
        return Err(RegexpError::new(RegexpFault::CharRange, written));
    };
    let known = CLASSES[index].1;
    if known == "Cs" {
        // Surrogates, which no text holds and the crate does not name.
        return Ok(Some((maybe_negated(!negated, r"\x00-\x{10FFFF}"), rest)));
    }
    Ok(Some((format!(r"\{}{{{known}}}", if negated { 'P' } else { 'p' }), rest)))
}

/// The name with its first letter in upper case, the others in lower case, without `_`, `-` and spaces.
fn canonical(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let kept = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    kept.enumerate()
        .map(|(index, c)| if index == 0 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect()
}
