//! Jobs: ready when complete, failed when their controller has given up.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::Readiness;
use crate::live::{Condition, condition, count, number};

pub(super) fn verdict(live: &Json) -> Readiness {
    // `FailureTarget` says that the Job will fail as soon as its last pods are gone.
    for kind in ["Failed", "FailureTarget"] {
        if let Some(failed) = condition(live, kind).filter(Condition::is_true) {
            let reason = match (failed.reason, failed.message) {
                ("", message) => message.to_owned(),
                (reason, "") => reason.to_owned(),
                (reason, message) => format!("{reason}: {message}"),
            };
            return Readiness::failed(format!("the Job failed: {reason}"), true);
        }
    }
    if condition(live, "Complete").is_some_and(|c| c.is_true()) {
        return Readiness::Ready;
    }
    if live.pointer("/spec/suspend").and_then(Json::as_bool) == Some(true) {
        return Readiness::Ready;
    }
    let wanted = number(live, "/spec/completions").unwrap_or(1);
    let mut reason = format!("{} of {wanted} completions", count(live, "/status/succeeded"));
    let failed = count(live, "/status/failed");
    if failed > 0 {
        let _ = write!(reason, ", {failed} failed attempts");
    }
    Readiness::progressing(reason)
}
