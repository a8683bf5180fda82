//! Objects whose API version Kubernetes gives up.

use longshore_object::lifecycle;

use super::documents::Object;

/// Refuses an object whose API version is deprecated in the Kubernetes version of these numbers.
pub(super) fn check(object: &Object, (major, minor): (&str, &str)) -> Result<(), String> {
    let Some(end) = lifecycle::of(&object.api_version, &object.kind) else { return Ok(()) };
    let number = |text: &str| text.parse::<u64>().unwrap_or_default();
    match (number(major), number(minor)) {
        (0, 0) => {}
        now if now < (1, u64::from(end.since)) => return Ok(()),
        _ => {}
    }
    Err(end.to_string())
}
