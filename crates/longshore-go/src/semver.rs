//! Versions and constraints as `github.com/Masterminds/semver/v3` 3.5 has them.
//!
//! Charts, dependencies, plugins and `semverCompare` all speak this dialect: `1.2` is a version, `v` may
//! come first, `1.2.3` as a constraint means exactly that, and a pre-release satisfies only a
//! constraint that names one itself.

mod constraint;
mod object;
mod version;

pub use constraint::{Constraint, ConstraintError};
pub use version::{Version, VersionError};
