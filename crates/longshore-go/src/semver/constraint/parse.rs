//! Reading constraints.
//!
//! The original does this with four regular expressions. None of them can go on after a character that
//! no version has, so that reading greedily from left to right finds the same.

use super::{Comparison, Group, Operator, find};
use crate::semver::version::Version;
use crate::{Str, strconv};

const MAX_LENGTH: usize = 512;
const MAX_GROUPS: usize = 32;

/// Why a text is no constraint, in the words of Masterminds semver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConstraintError {
    /// Longer than 512 bytes.
    #[error("constraint string is too long (max 512 bytes)")]
    TooLong,
    /// More than 32 groups with `||` between.
    #[error("too many constraint groups (max 32)")]
    TooManyGroups,
    /// A group that is none, `1.2.3 ||` for one.
    #[error("improper constraint: {}", strconv::quoted(.0))]
    Improper(Str),
    /// A version with a leading zero in its pre-release, or a number too large.
    #[error("constraint parser error")]
    Version,
}

pub(super) fn groups(text: &[u8]) -> Result<Vec<Group>, ConstraintError> {
    if text.len() > MAX_LENGTH {
        return Err(ConstraintError::TooLong);
    }
    let text = rewrite_ranges(text);
    let parts = crate::strings::split(&text, b"||", None);
    if parts.len() > MAX_GROUPS {
        return Err(ConstraintError::TooManyGroups);
    }
    parts.into_iter().map(group).collect()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|&byte| !is_space(byte)).unwrap_or(text.len());
    &text[end..]
}

/// Comparisons with white space or a comma between any two.
fn group(text: &[u8]) -> Result<Group, ConstraintError> {
    let improper = || ConstraintError::Improper(text.into());
    let mut all = Vec::new();
    let mut rest = skip_spaces(text);
    loop {
        let (operator, after) = operator(rest);
        let written = Written::read(skip_spaces(after)).ok_or_else(improper)?;
        rest = written.rest;
        all.push((operator, written));
        let spaced = skip_spaces(rest);
        if spaced.is_empty() {
            break;
        }
        rest = match spaced.strip_prefix(b",") {
            Some(after) => skip_spaces(after),
            None if spaced.len() < rest.len() => spaced,
            None => return Err(improper()),
        };
    }
    // Versions are judged only once the form of the whole group is known to be right.
    let comparisons = all.iter().map(|(operator, written)| written.comparison(*operator));
    let comparisons: Vec<Comparison> = comparisons.collect::<Result<_, _>>()?;
    let names_prerelease = comparisons.iter().any(|comparison| comparison.version.is_prerelease());
    Ok(Group { comparisons, names_prerelease })
}

fn operator(text: &[u8]) -> (Operator, &[u8]) {
    let table: [(&[u8], Operator); 11] = [
        (b"!=", Operator::NotEqual),
        (b">=", Operator::AtLeast),
        (b"=>", Operator::AtLeast),
        (b"<=", Operator::AtMost),
        (b"=<", Operator::AtMost),
        (b"~>", Operator::Tilde),
        (b"=", Operator::Equal),
        (b">", Operator::Greater),
        (b"<", Operator::Less),
        (b"~", Operator::Tilde),
        (b"^", Operator::Caret),
    ];
    let found = table.iter().find_map(|(sign, operator)| Some((*operator, text.strip_prefix(*sign)?)));
    found.unwrap_or((Operator::Equal, text))
}

/// A version as constraints write it: wildcards in place of numbers, and some numbers left out.
struct Written<'t> {
    /// All of it but for what stands behind.
    whole: &'t [u8],
    /// The numbers that are there.
    numbers: Vec<&'t [u8]>,
    /// From `-` on, without what follows `+`.
    pre: &'t [u8],
    /// Everything behind.
    rest: &'t [u8],
}

impl<'t> Written<'t> {
    fn read(text: &'t [u8]) -> Option<Self> {
        let mut rest = text.strip_prefix(b"v").unwrap_or(text);
        let mut numbers = vec![digits(rest)?];
        rest = &rest[numbers[0].len()..];
        while numbers.len() < 3
            && let Some(number) = rest.strip_prefix(b".").and_then(digits)
        {
            numbers.push(number);
            rest = &rest[number.len() + 1..];
        }
        let pre = tail(rest, b'-');
        rest = &rest[pre.len()..];
        let metadata = tail(rest, b'+');
        let rest = &rest[metadata.len()..];
        Some(Self { whole: &text[..text.len() - rest.len()], numbers, pre, rest })
    }

    fn comparison(&self, operator: Operator) -> Result<Comparison, ConstraintError> {
        // Up to the first wildcard; what follows it does not count.
        let known: Vec<&[u8]> = self
            .numbers
            .iter()
            .copied()
            .take_while(|number| !matches!(number, [b'x' | b'X' | b'*']))
            .collect();
        let mut text = known.join(&b'.');
        for place in known.len()..3 {
            text.extend_from_slice(if place == 0 { b"0" } else { b".0" });
        }
        text.extend_from_slice(self.pre);
        // With nothing missing it is read as it was written, and may be too long for that.
        let text = if known.len() == 3 { self.whole } else { &text };
        let version = Version::parse(text).map_err(|_| ConstraintError::Version)?;
        Ok(Comparison {
            operator,
            version,
            dirty: known.len() < 3,
            minor_dirty: known.len() == 1,
            patch_dirty: known.len() == 2,
        })
    }
}

/// Digits and wildcards, at least one. The bar is in the original's class as well.
fn digits(text: &[u8]) -> Option<&[u8]> {
    let end = text
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'|' | b'x' | b'X' | b'*'))
        .unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// The mark and the identifiers after it, or nothing.
fn tail(text: &[u8], mark: u8) -> &[u8] {
    if text.first() != Some(&mark) {
        return b"";
    }
    let identifier =
        |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let mut end = 1 + identifier(&text[1..]);
    if end == 1 {
        return b"";
    }
    while text.get(end) == Some(&b'.') {
        match identifier(&text[end + 1..]) {
            0 => break,
            size => end += 1 + size,
        }
    }
    &text[..end]
}

/// Turns each `1.2 - 1.4` into `>= 1.2, <= 1.4`.
fn rewrite_ranges(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let mut at = 0;
    while at < text.len() {
        let Some((low, high, end)) = range(&text[at..]) else {
            at += 1;
            continue;
        };
        let whole = &text[at..at + end];
        let new = [b">= ", low, b", <= ", high, b" "].concat();
        // The first place with that text, which need not be this one.
        if let Some(place) = find(&out, whole) {
            out.splice(place..place + whole.len(), new);
        }
        at += end;
    }
    out
}

/// A range at the start of the text: its two versions, and where it ends.
fn range(text: &[u8]) -> Option<(&[u8], &[u8], usize)> {
    let version = |text| Some(Written::read(text)?.rest.len());
    let start = skip_spaces(text);
    let low = &start[..start.len() - version(start)?];
    let rest = &start[low.len()..];
    let dash = skip_spaces(rest).strip_prefix(b"-")?;
    let second = skip_spaces(dash);
    if skip_spaces(rest).len() == rest.len() || second.len() == dash.len() {
        return None;
    }
    let high = &second[..second.len() - version(second)?];
    let rest = skip_spaces(&second[high.len()..]);
    Some((low, high, text.len() - rest.len()))
}
