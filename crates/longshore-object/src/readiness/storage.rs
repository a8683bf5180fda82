//! Claims and namespaces.

use serde_json::Value as Json;

use super::Readiness;
use crate::live::text;

/// An unbound claim is on its way, never a failure: its class may wait for the first pod.
pub(super) fn claim(live: &Json) -> Readiness {
    match text(live, "/status/phase") {
        "Bound" => Readiness::Ready,
        "Lost" => Readiness::failed("the volume of the claim is lost", true),
        _ => Readiness::progressing("no volume bound yet (it may wait for its first pod)"),
    }
}

pub(super) fn namespace(live: &Json) -> Readiness {
    match text(live, "/status/phase") {
        "Terminating" => Readiness::progressing("being deleted"),
        _ => Readiness::Ready,
    }
}
