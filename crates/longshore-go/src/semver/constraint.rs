//! Constraints: `^1.2`, `>=1.0 <2.0 || ~3.1`, `1.2 - 1.4`.

use crate::strings;

use super::version::{Version, compare_prereleases};

mod parse;

pub use parse::ConstraintError;

/// What stands before the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    /// Nothing or `=`.
    Equal,
    NotEqual,
    Greater,
    Less,
    /// `>=` or `=>`
    AtLeast,
    /// `<=` or `=<`
    AtMost,
    /// `~` or `~>`
    Tilde,
    Caret,
}

/// One comparison.
#[derive(Debug, Clone)]
struct Comparison {
    operator: Operator,
    version: Version,
    /// Some number is missing or a wildcard.
    dirty: bool,
    /// The first that is so is the second number.
    minor_dirty: bool,
    /// The first that is so is the third number.
    patch_dirty: bool,
}

/// Comparisons that must all hold.
#[derive(Debug, Clone)]
struct Group {
    comparisons: Vec<Comparison>,
    /// One of them names a pre-release, which lets pre-releases in.
    names_prerelease: bool,
}

/// Groups of comparisons, one of which must hold.
///
/// ```
/// use longshore_go::semver::{Constraint, Version};
/// let constraint = Constraint::parse(b">=1.21.0 <1.30").unwrap();
/// assert!(constraint.check(&Version::parse(b"1.25").unwrap()));
/// assert!(!constraint.check(&Version::parse(b"1.25.3-gke.1").unwrap()));
/// ```
#[derive(Debug, Clone)]
pub struct Constraint {
    groups: Vec<Group>,
    /// Lets pre-releases in where no comparison names one (`IncludePrerelease`).
    pub include_prerelease: bool,
}

impl Constraint {
    /// `semver.NewConstraint`.
    pub fn parse(text: &[u8]) -> Result<Self, ConstraintError> {
        parse::groups(text).map(|groups| Self { groups, include_prerelease: false })
    }

    /// Whether the version satisfies it.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            let prereleases = self.include_prerelease || group.names_prerelease;
            (prereleases || !version.is_prerelease())
                && group.comparisons.iter().all(|comparison| comparison.holds(version))
        })
    }
}

impl Comparison {
    fn holds(&self, version: &Version) -> bool {
        match self.operator {
            Operator::Equal if self.dirty => self.tilde(version),
            Operator::Equal => version == &self.version,
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => self.greater(version),
            Operator::Less => version < &self.version,
            Operator::AtLeast => version >= &self.version,
            Operator::AtMost => self.at_most(version),
            Operator::Tilde => self.tilde(version),
            Operator::Caret => self.caret(version),
        }
    }

    fn not_equal(&self, version: &Version) -> bool {
        let own = &self.version;
        if self.dirty {
            if own.major != version.major {
                return true;
            }
            if self.minor_dirty {
                return false;
            }
            if own.minor != version.minor {
                return true;
            }
            if self.patch_dirty {
                return compare_prereleases(&version.pre, &own.pre).is_ne();
            }
            if own.patch != version.patch {
                return true;
            }
        }
        version != own
    }

    fn greater(&self, version: &Version) -> bool {
        let own = &self.version;
        if !self.dirty || version.major != own.major {
            return if self.dirty { version.major > own.major } else { version > own };
        }
        if self.minor_dirty {
            // `>11` asks for 12.
            return false;
        }
        if self.patch_dirty {
            return version.minor > own.minor;
        }
        version > own
    }

    fn at_most(&self, version: &Version) -> bool {
        let own = &self.version;
        if !self.dirty {
            return version <= own;
        }
        version.major <= own.major
            && !(version.major == own.major && version.minor > own.minor && !self.minor_dirty)
    }

    /// The same minor version, from the given one on.
    fn tilde(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        let zero = own.major == 0 && own.minor == 0 && own.patch == 0;
        if zero && !self.minor_dirty && !self.patch_dirty {
            return true;
        }
        version.major == own.major && (version.minor == own.minor || self.minor_dirty)
    }

    /// The same leftmost number that is not zero, from the given version on.
    fn caret(&self, version: &Version) -> bool {
        let own = &self.version;
        if version < own {
            return false;
        }
        if own.major > 0 || self.minor_dirty {
            return version.major == own.major;
        }
        if version.major > 0 {
            return false;
        }
        if own.minor > 0 || self.patch_dirty {
            return version.minor == own.minor;
        }
        version.minor == 0 && version.patch == own.patch
    }
}

/// Offset of the first `part`, for the rewriting of ranges.
fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    strings::find(text, part)
}
