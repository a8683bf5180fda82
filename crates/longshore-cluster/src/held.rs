//! Why an object that is being deleted is still there.

use jiff::Timestamp;
use longshore_object::Gvk;
use longshore_object::diagnosis::{Meaning, Unanswered, is_namespace_blind, why_held};
use serde_json::Value as Json;

use crate::cluster::Cluster;
use crate::objects::Selector;

impl Cluster {
    /// What keeps a live object that is being deleted, for how long it has been so, and what to do; nothing for one that
    /// is not being deleted.
    ///
    /// Of a namespace that cannot be emptied, the APIs that do not answer are looked up. Nothing is changed: a finalizer
    /// is its controller's.
    pub async fn why_held(&self, live: &Json) -> Option<Meaning> {
        let unanswered = if is_namespace_blind(live) { self.unanswered().await } else { Vec::new() };
        why_held(live, seconds(live, Timestamp::now()), &unanswered)
    }

    /// The APIs whose servers do not answer, as far as they may be read.
    async fn unanswered(&self) -> Vec<Unanswered> {
        let services = Gvk::new("apiregistration.k8s.io/v1", "APIService");
        let Ok(list) = self.list(&services, None, &Selector::default()).await else { return Vec::new() };
        list.items.iter().filter_map(unavailable).collect()
    }
}

/// An `APIService` that says of itself that it is not available.
fn unavailable(service: &Json) -> Option<Unanswered> {
    let conditions = service.pointer("/status/conditions")?.as_array()?;
    let text = |json: &Json, pointer: &str| {
        json.pointer(pointer).and_then(Json::as_str).unwrap_or_default().trim().to_owned()
    };
    let available = conditions.iter().find(|condition| text(condition, "/type") == "Available")?;
    (text(available, "/status") == "False")
        .then(|| Unanswered { name: text(service, "/metadata/name"), why: text(available, "/message") })
}

/// How long an object has been going. The server writes down when it is to be gone, a pod's grace included.
fn seconds(live: &Json, now: Timestamp) -> Option<u64> {
    let until: Timestamp = live.pointer("/metadata/deletionTimestamp")?.as_str()?.parse().ok()?;
    let grace = live.pointer("/metadata/deletionGracePeriodSeconds").and_then(Json::as_i64).unwrap_or(0);
    let lasted = now.as_second() - until.as_second().saturating_sub(grace);
    Some(u64::try_from(lasted).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::seconds;
    use crate::testing::{Answer, cluster};

    #[test]
    fn a_grace_is_no_time_that_has_passed() {
        let now = "2026-01-01T00:01:00Z".parse().unwrap();
        let live = |grace: i64| json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:50Z", "deletionGracePeriodSeconds": grace}});
        assert_eq!(seconds(&live(0), now), Some(10));
        assert_eq!(seconds(&live(30), now), Some(40));
        let early = "2026-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(seconds(&live(0), early), Some(0), "another machine's clock");
        assert_eq!(seconds(&json!({"metadata": {}}), now), None);
    }

    #[tokio::test]
    async fn a_namespace_that_cannot_be_emptied_names_the_api_that_does_not_answer() {
        let namespace = json!({"kind": "Namespace", "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"},
            "status": {"conditions": [{"type": "NamespaceDeletionDiscoveryFailure", "status": "True", "message": "Discovery failed"}]}});
        let service = |name: &str, status: &str| {
            json!({"metadata": {"name": name}, "status": {"conditions": [
                {"type": "Available", "status": status, "message": "endpoints for service/metrics have no addresses"}]}})
        };
        let (cluster, _) = cluster(move |seen| {
            Answer::Json(
                200,
                match seen.line.split_once("apiservices") {
                    Some(_) => json!({"kind": "APIServiceList", "metadata": {}, "items": [
                        service("v1.apps", "True"), service("v1beta1.metrics.k8s.io", "False")]}),
                    None => {
                        json!({"kind": "APIResourceList", "groupVersion": "apiregistration.k8s.io/v1", "resources": [
                        {"name": "apiservices", "kind": "APIService", "namespaced": false, "verbs": ["list"]}]})
                    }
                },
            )
        });
        let held = cluster.why_held(&namespace).await.unwrap();
        let api = "APIService/v1beta1.metrics.k8s.io (endpoints for service/metrics have no addresses)";
        assert!(held.what.ends_with(api), "{}", held.what);
        assert!(held.hint.contains("delete the APIService if it is gone for good"), "{}", held.hint);
    }
}
