//! CRDs, APIServices and everything without a rule of its own.

use serde_json::Value as Json;

use super::{Readiness, unobserved};
use crate::live::{Condition, condition};

/// A CRD serves its kind once it is established; a name that is taken stays taken.
pub(super) fn definition(live: &Json) -> Readiness {
    if let Some(names) = condition(live, "NamesAccepted").filter(Condition::is_false) {
        return Readiness::failed(format!("names not accepted: {}", names.words()), true);
    }
    match condition(live, "Established") {
        Some(established) if established.is_true() => Readiness::Ready,
        Some(established) if established.is_false() && established.reason != "Installing" => {
            Readiness::failed(format!("not established: {}", established.words()), true)
        }
        _ => Readiness::progressing("not established yet"),
    }
}

/// An aggregated API is there once its Service answers.
pub(super) fn api_service(live: &Json) -> Readiness {
    match condition(live, "Available") {
        Some(available) if available.is_true() => Readiness::Ready,
        Some(available) => Readiness::progressing(format!("not available: {}", available.words())),
        None => Readiness::progressing("not available yet"),
    }
}

/// The conventions that kstatus expects of custom resources: `observedGeneration`, `Reconciling`,
/// `Stalled`, `Ready`. An object without any of them is ready as soon as it exists.
pub(super) fn verdict(live: &Json) -> Readiness {
    if let Some(waiting) = unobserved(live) {
        return waiting;
    }
    if let Some(stalled) = condition(live, "Stalled").filter(Condition::is_true) {
        return Readiness::failed(format!("stalled: {}", stalled.words()), true);
    }
    if let Some(reconciling) = condition(live, "Reconciling").filter(Condition::is_true) {
        return Readiness::progressing(format!("reconciling: {}", reconciling.words()));
    }
    match condition(live, "Ready") {
        Some(ready) if !ready.is_true() => Readiness::progressing(format!("not ready: {}", ready.words())),
        _ => Readiness::Ready,
    }
}

/// Whether an object has any of what [`verdict`] looks at.
pub(super) fn says_something(live: &Json) -> bool {
    live.pointer("/status/observedGeneration").is_some()
        || ["Stalled", "Reconciling", "Ready"].into_iter().any(|kind| condition(live, kind).is_some())
}
