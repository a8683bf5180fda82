//! Who judges an object: kstatus, or for hooks a judge that only knows Jobs and Pods.

use jiff::Timestamp;
use longshore_cluster::Selector;
use longshore_object::Gvk;
use serde_json::Value as Json;

use super::kstatus::{self, Status, Verdict, ended_job, is_unschedulable, text};
use crate::helm::Operation;

/// Which objects are judged, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    /// Everything; a Job that has started is fine.
    All,
    /// Everything; a Job must have ended.
    WithJobs,
    /// A Job or a Pod must have ended; all else is fine if it is there.
    Hooks,
}

impl Judge {
    /// The verdict on an object. Of what makes Pods itself the Pods may be asked for.
    pub(super) async fn verdict(self, operation: &Operation, object: &Json) -> Verdict {
        let api_version = text(object, "/apiVersion");
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let kind = (group, text(object, "/kind"));
        match (self, kind) {
            (Self::WithJobs | Self::Hooks, ("batch", "Job")) => {
                ended_job(object).unwrap_or_else(|| Verdict::in_progress("Job in progress"))
            }
            (Self::Hooks, ("", "Pod")) => ended_pod(object),
            (Self::Hooks, _) => Verdict::current("Resource is current"),
            (_, ("apps", "StatefulSet" | "ReplicaSet")) => with_pods(operation, object).await,
            _ => kstatus::verdict(object, operation.clock.now()),
        }
    }

    /// When an object is to be looked at again though nothing happens to it.
    pub(super) fn again(self, object: &Json, verdict: &Verdict) -> bool {
        self != Self::Hooks
            && verdict.status == Status::InProgress
            && text(object, "/kind") == "Pod"
            && is_unschedulable(object)
    }
}

/// A Pod that is to come to an end.
fn ended_pod(pod: &Json) -> Verdict {
    let name = text(pod, "/metadata/name");
    match text(pod, "/status/phase") {
        "Succeeded" => Verdict::current(format!("pod {name} succeeded")),
        "Failed" => Verdict::failed(format!("pod {name} failed")),
        _ => Verdict::in_progress("Pod in progress"),
    }
}

/// What makes Pods has failed if one of them has, and that one will not be replaced.
async fn with_pods(operation: &Operation, object: &Json) -> Verdict {
    let now = operation.clock.now();
    let verdict = kstatus::verdict(object, now);
    if verdict.status != Status::InProgress {
        return verdict;
    }
    let Some(selector) = selector(object) else { return Verdict::default() };
    let namespace = text(object, "/metadata/namespace");
    let (gvk, selector) = (Gvk::new("v1", "Pod"), Selector::labels(selector));
    let pods = operation.cluster.list(&gvk, Some(namespace), &selector).await;
    // Who may not see the Pods finds out nothing.
    let Ok(pods) = pods else { return Verdict::default() };
    let failed = pods.items.iter().filter(|pod| has_failed(pod, now)).count();
    match failed {
        0 => verdict,
        _ => Verdict::failed(format!("{failed} pods have failed")),
    }
}

fn has_failed(pod: &Json, now: Timestamp) -> bool {
    kstatus::verdict(pod, now).status == Status::Failed
        && text(pod, "/metadata/deletionTimestamp").is_empty()
        && !is_unschedulable(pod)
}

/// The label selector of an object's `spec.selector`; `None` if it has none that can be read.
pub(in crate::helm) fn selector(object: &Json) -> Option<String> {
    let selector = object.pointer("/spec/selector")?;
    let mut terms = Vec::new();
    for (key, value) in selector.get("matchLabels").and_then(Json::as_object).into_iter().flatten() {
        terms.push(format!("{key}={}", value.as_str()?));
    }
    for expression in selector.get("matchExpressions").and_then(Json::as_array).into_iter().flatten() {
        let key = text(expression, "/key");
        let values = expression.get("values").and_then(Json::as_array);
        let values: Vec<&str> = values.into_iter().flatten().filter_map(Json::as_str).collect();
        let values = values.join(",");
        terms.push(match text(expression, "/operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    Some(terms.join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::selector;

    #[test]
    fn selectors_are_written_as_the_api_reads_them() {
        let object = json!({"spec": {"selector": {"matchLabels": {"a": "b"}, "matchExpressions": [
            {"key": "c", "operator": "In", "values": ["d", "e"]}, {"key": "f", "operator": "DoesNotExist"}
        ]}}});
        assert_eq!(selector(&object).as_deref(), Some("a=b,c in (d,e),!f"));
        assert_eq!(selector(&json!({"spec": {}})), None);
    }
}
