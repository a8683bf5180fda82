//! Versions and constraints against recorded output of Masterminds semver.

use longshore_go::Str;
use longshore_go::semver::{Constraint, Version, VersionError};
use longshore_go::strconv::quote;

use serde_json::Value as Json;

use super::value::bytes;

fn shown(result: Result<Version, VersionError>) -> String {
    match result {
        Ok(version) => {
            let quoted = |text: &str| String::from_utf8_lossy(&quote(text.as_bytes())).into_owned();
            format!(
                "{} {} {} {} {} {} {version}",
                version.major,
                version.minor,
                version.patch,
                quoted(&version.pre),
                quoted(&version.metadata),
                quoted(&version.original.to_str_lossy()),
            )
        }
        Err(error) => format!("error: {error}"),
    }
}

/// What we say to a case, and what Go said.
pub(crate) fn check(case: &Json) -> (Vec<u8>, Vec<u8>) {
    let (a, b) = (Str::from(bytes(&case["a"])), bytes(&case["b"]));
    let version = || Version::parse(&a).unwrap();
    let ours = match case["call"].as_str().unwrap() {
        "Parse" => shown(Version::parse(&a)),
        "ParseStrict" => shown(Version::parse_strict(&a)),
        "Compare" => (version().cmp(&Version::parse(&b).unwrap()) as i8).to_string(),
        _ => match Constraint::parse(&b) {
            Ok(mut constraint) => {
                let plain = constraint.check(&version());
                constraint.include_prerelease = true;
                format!("{plain} {}", constraint.check(&version()))
            }
            Err(error) => format!("error: {error}"),
        },
    };
    (ours.into_bytes(), bytes(&case["want"]))
}
