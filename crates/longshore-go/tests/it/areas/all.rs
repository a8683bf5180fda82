//! How the cases of each area are replayed: shared by the tests and by `examples/replay.rs`.

use serde_json::Value as Json;

pub(crate) mod fmt;
pub(crate) mod path;
pub(crate) mod regexp;
pub(crate) mod semver;
pub(crate) mod strconv;
pub(crate) mod time;
pub(crate) mod value;

/// Gives what we say to a case, and what Go said.
pub(crate) type Check = fn(&Json) -> (Vec<u8>, Vec<u8>);

/// The areas by name, as `tools/oracle-go` calls them.
pub(crate) const AREAS: &[(&str, Check)] = &[
    ("fmt", fmt::check),
    ("path", path::check),
    ("regexp", regexp::check),
    ("semver", semver::check),
    ("strconv", strconv::check),
    ("time", time::check),
];

/// The check of an area.
pub(crate) fn named(area: &str) -> Option<Check> {
    AREAS.iter().find(|(name, _)| *name == area).map(|(_, check)| *check)
}
