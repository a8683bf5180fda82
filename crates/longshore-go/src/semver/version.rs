//! One version: reading, printing, order.

use std::cmp::Ordering;
use std::fmt;

use crate::Str;
use crate::strconv::{self, NumError};

/// The longest version that is read, in bytes.
const MAX_LENGTH: usize = 256;

/// Why a text is no version, in the words of Masterminds semver.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum VersionError {
    /// Not of the form of a version.
    #[error("invalid semantic version")]
    Invalid,
    /// Nothing at all, read strictly.
    #[error("version string empty")]
    Empty,
    /// Something other than digits in a number, read strictly.
    #[error("invalid characters in version")]
    Characters,
    /// A number with a leading zero.
    #[error("version segment starts with 0")]
    LeadingZero,
    /// An empty or odd part after `+`.
    #[error("invalid metadata string")]
    Metadata,
    /// An empty or odd part after `-`.
    #[error("invalid prerelease string")]
    Prerelease,
    /// Longer than 256 bytes.
    #[error("version string is too long (max 256 bytes)")]
    TooLong,
    /// A number beyond 64 bits.
    #[error("{}{}", if *.0 { "error parsing version segment: " } else { "" }, .1)]
    Segment(bool, NumError<u64>),
}

/// A semantic version.
///
/// ```
/// use longshore_go::semver::Version;
/// let version = Version::parse(b"v1.2-rc.1+build").unwrap();
/// assert_eq!(version.to_string(), "1.2.0-rc.1+build");
/// assert!(version < Version::parse(b"1.2").unwrap());
/// ```
#[derive(Debug, Clone)]
pub struct Version {
    /// First number.
    pub major: u64,
    /// Second number.
    pub minor: u64,
    /// Third number.
    pub patch: u64,
    /// What follows `-`, or nothing.
    pub pre: String,
    /// What follows `+`, or nothing; it does not count in comparisons.
    pub metadata: String,
    /// The text as it was read.
    pub original: Str,
}

impl Version {
    /// `semver.NewVersion`: one to three numbers, perhaps after a `v`; leading zeros are forgiven.
    pub fn parse(text: &[u8]) -> Result<Self, VersionError> {
        if text.len() > MAX_LENGTH {
            return Err(VersionError::TooLong);
        }
        let Parts { numbers, pre, metadata } = Parts::read(text).ok_or(VersionError::Invalid)?;
        let number = |digits: &[u8]| {
            strconv::parse_uint(digits, 10, 64).map_err(|error| VersionError::Segment(true, error))
        };
        let part = |index: usize| numbers.get(index).map_or(Ok(0), |digits| number(digits));
        let version = Self {
            major: part(0)?,
            minor: part(1)?,
            patch: part(2)?,
            pre: ascii(pre),
            metadata: ascii(metadata),
            original: text.into(),
        };
        check_prerelease(pre)?;
        Ok(version)
    }

    /// `semver.StrictNewVersion`: three numbers without leading zeros, no `v`.
    pub fn parse_strict(text: &[u8]) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(VersionError::TooLong);
        }
        let mut parts = text.splitn(3, |&byte| byte == b'.');
        let (Some(major), Some(minor), Some(mut patch)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VersionError::Invalid);
        };
        let mut cut = |mark: u8| {
            let at = patch.iter().position(|&byte| byte == mark)?;
            let tail = &patch[at + 1..];
            patch = &patch[..at];
            Some(tail)
        };
        let metadata = cut(b'+');
        if !metadata.is_none_or(identifiers) {
            return Err(VersionError::Metadata);
        }
        let pre = cut(b'-');
        if let Some(pre) = pre {
            if !identifiers(pre) {
                // A part that is wrong in itself and one with a leading zero: the first of them counts.
                check_prerelease(pre)?;
                return Err(VersionError::Prerelease);
            }
            check_prerelease(pre)?;
        }
        for number in [major, minor, patch] {
            if !number.iter().all(u8::is_ascii_digit) {
                return Err(VersionError::Characters);
            }
            if number.len() > 1 && number[0] == b'0' {
                return Err(VersionError::LeadingZero);
            }
        }
        let number = |digits: &[u8]| {
            strconv::parse_uint(digits, 10, 64).map_err(|error| VersionError::Segment(false, error))
        };
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            pre: ascii(pre.unwrap_or_default()),
            metadata: ascii(metadata.unwrap_or_default()),
            original: text.into(),
        })
    }

    /// Whether it is a pre-release.
    pub fn is_prerelease(&self) -> bool {
        !self.pre.is_empty()
    }
}

fn ascii(text: &[u8]) -> String {
    text.iter().map(|&byte| byte as char).collect()
}

/// A text of the form of a version, taken apart.
struct Parts<'t> {
    /// One to three of them.
    numbers: Vec<&'t [u8]>,
    /// What follows `-`.
    pre: &'t [u8],
    /// What follows `+`.
    metadata: &'t [u8],
}

impl<'t> Parts<'t> {
    fn read(text: &'t [u8]) -> Option<Self> {
        let mut rest = text.strip_prefix(b"v").unwrap_or(text);
        let mut numbers = Vec::with_capacity(3);
        loop {
            let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            numbers.push(&rest[..end]);
            rest = &rest[end..];
            match rest.split_first() {
                Some((b'.', more)) if numbers.len() < 3 => rest = more,
                _ => break,
            }
        }
        let mut pre: &[u8] = b"";
        if let Some(tail) = rest.strip_prefix(b"-") {
            let end = tail.iter().position(|&byte| byte == b'+').unwrap_or(tail.len());
            (pre, rest) = tail.split_at(end);
            if !identifiers(pre) {
                return None;
            }
        }
        let mut metadata: &[u8] = b"";
        if let Some(tail) = rest.strip_prefix(b"+") {
            (metadata, rest) = (tail, b"");
            if !identifiers(metadata) {
                return None;
            }
        }
        rest.is_empty().then_some(Self { numbers, pre, metadata })
    }
}

/// Parts of letters, digits and hyphens with dots between, none of them empty.
pub(super) fn identifiers(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'.')
        .all(|part| !part.is_empty() && part.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// Refuses what is no part of a pre-release, part by part from the left.
pub(super) fn check_prerelease(pre: &[u8]) -> Result<(), VersionError> {
    if pre.is_empty() {
        return Ok(());
    }
    for part in pre.split(|&byte| byte == b'.') {
        if !identifiers(part) {
            return Err(VersionError::Prerelease);
        }
        if part.len() > 1 && part[0] == b'0' && part.iter().all(u8::is_ascii_digit) {
            return Err(VersionError::LeadingZero);
        }
    }
    Ok(())
}

impl fmt::Display for Version {
    /// Three numbers, whatever was read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Ord for Version {
    /// By the numbers, then a pre-release before its release; metadata do not count.
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch)).then_with(
            || match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prereleases(&self.pre, &other.pre),
            },
        )
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

/// Part by part: numbers by size and before words, words by bytes, none before any.
pub(super) fn compare_prereleases(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (a, b) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => (a.unwrap_or(""), b.unwrap_or("")),
        };
        let order = match (a.is_empty(), b.is_empty()) {
            _ if a == b => Ordering::Equal,
            (true, _) => Ordering::Less,
            (_, true) => Ordering::Greater,
            _ => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b).then(Ordering::Less),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}
