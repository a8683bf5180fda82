//! What surrounds the objects of releases: the pods of their workloads, the endpoints of their Services, and what the
//! cluster has warned of. Each is asked for once for the whole namespace; what the user may not see is left out.

use std::collections::{BTreeMap, BTreeSet};

use longshore_cluster::{Error as ClusterError, Selector};
use longshore_object::{Gvk, ObjectKey};
use longshore_release::{Mask, ReleaseError};
use serde::Serialize;
use serde_json::Value;

use super::cron::{CronJobStatus, cron_job_status};
use crate::session::Session;

/// How many warnings are told of one object, and of one release.
const MOST: (usize, usize) = (3, 10);

/// A Service, and how many pods answer behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// Its name.
    pub service: String,
    /// Endpoints that requests are sent to.
    pub ready: usize,
    /// Endpoints that are not ready (yet, or any more).
    pub not_ready: usize,
}

/// An Ingress: under which hosts, at which addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IngressStatus {
    /// Its name.
    pub ingress: String,
    /// Its host names, each once; `*` for a rule without one.
    pub hosts: Vec<String>,
    /// The addresses that its controller has given it.
    pub addresses: Vec<String>,
}

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodStatus {
    /// Its name.
    pub pod: String,
    /// The workload that it is of: `Deployment/web`.
    pub of: String,
    /// Whether it answers.
    pub ready: bool,
    /// What it is doing, in the cluster's words: `Running`, `CrashLoopBackOff`.
    pub state: String,
    /// How often its containers were started again.
    pub restarts: u64,
    /// Why the last one ended, if one was started again: `OOMKilled (exit code 137)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_end: Option<String>,
    /// The node that it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// What the cluster has warned of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventStatus {
    /// About what: `Pod/web-6d4f-x2`.
    pub object: String,
    /// The event's word for it: `BackOff`.
    pub reason: String,
    /// Its words.
    pub message: String,
    /// How often.
    pub count: u64,
    /// When last (RFC 3339).
    pub last: String,
}

/// What is around the releases of a namespace.
pub(super) struct Around {
    pods: Vec<Value>,
    /// Which workload a ReplicaSet or Job is of: `ReplicaSet/web-6d4f` → `Deployment/web`.
    owners: BTreeMap<String, String>,
    jobs: Vec<Value>,
    slices: Vec<Value>,
    events: Vec<Value>,
}

impl Around {
    /// Asks for all of it.
    ///
    /// # Errors
    /// The cluster cannot be asked.
    pub(super) async fn of(session: &Session, namespace: &str) -> Result<Self, ReleaseError> {
        let warnings = Selector { labels: None, fields: Some("type=Warning".to_owned()) };
        let all = Selector::default();
        let (pods, sets, jobs, slices, events) = tokio::try_join!(
            list(session, namespace, "v1", "Pod", &all, false),
            list(session, namespace, "apps/v1", "ReplicaSet", &all, true),
            list(session, namespace, "batch/v1", "Job", &all, false),
            list(session, namespace, "discovery.k8s.io/v1", "EndpointSlice", &all, false),
            list(session, namespace, "v1", "Event", &warnings, false),
        )?;
        let mut owners = BTreeMap::new();
        for (kind, items) in [("ReplicaSet", &sets), ("Job", &jobs)] {
            for item in items {
                if let Some(owner) = owner(item) {
                    owners.insert(format!("{kind}/{}", name(item)), owner);
                }
            }
        }
        Ok(Self { pods, owners, jobs, slices, events })
    }

    /// A Service's endpoints; nothing if it has none at all, as those without a selector.
    pub(super) fn service(&self, service: &str) -> Option<ServiceStatus> {
        let is_its = |slice: &&Value| {
            slice["metadata"]["labels"]["kubernetes.io/service-name"].as_str() == Some(service)
        };
        let mut seen: BTreeMap<String, bool> = BTreeMap::new();
        let mut found = false;
        for slice in self.slices.iter().filter(is_its) {
            found = true;
            for endpoint in slice["endpoints"].as_array().into_iter().flatten() {
                // One pod has an endpoint in a slice for each family of addresses. What is not said counts as ready.
                let target =
                    endpoint["targetRef"]["uid"].as_str().or_else(|| endpoint["addresses"][0].as_str());
                let ready = endpoint["conditions"]["ready"].as_bool().unwrap_or(true);
                *seen.entry(target.unwrap_or_default().to_owned()).or_default() |= ready;
            }
        }
        let ready = seen.values().filter(|ready| **ready).count();
        found.then(|| ServiceStatus { service: service.to_owned(), ready, not_ready: seen.len() - ready })
    }

    /// A CronJob and how its last run ended.
    pub(super) fn cron_job(&self, key: &ObjectKey, live: &Value, mask: &Mask) -> CronJobStatus {
        cron_job_status(key, live, &self.jobs, &self.pods, mask)
    }

    /// The pods of a release's workloads.
    pub(super) fn pods(&self, keys: &[&ObjectKey]) -> Vec<PodStatus> {
        let known = names(keys);
        let mut pods: Vec<PodStatus> = self
            .pods
            .iter()
            .filter_map(|pod| {
                let of = self.root(&format!("Pod/{}", name(pod)), owner(pod));
                known.contains(&of).then(|| pod_status(pod, of))
            })
            .collect();
        pods.sort_by(|a, b| (&a.of, &a.pod).cmp(&(&b.of, &b.pod)));
        pods
    }

    /// What the cluster has warned of: the newest of each object, the newest of all last.
    pub(super) fn warnings(&self, keys: &[&ObjectKey], mask: &Mask) -> Vec<EventStatus> {
        let known = names(keys);
        let pods: BTreeMap<String, Option<String>> =
            self.pods.iter().map(|pod| (format!("Pod/{}", name(pod)), owner(pod))).collect();
        let mut told: BTreeMap<(String, String, String), EventStatus> = BTreeMap::new();
        for event in &self.events {
            let about = &event["involvedObject"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let object = format!("{}/{}", text(&about["kind"]), text(&about["name"]));
            let owner = pods.get(&object).cloned().unwrap_or_else(|| self.owners.get(&object).cloned());
            if !known.contains(&self.root(&object, owner)) {
                continue;
            }
            let message = mask.text(text(&event["message"]).trim()).into_owned();
            let reason = text(&event["reason"]);
            let count =
                event["series"]["count"].as_u64().or_else(|| event["count"].as_u64()).unwrap_or(1).max(1);
            let last = last_seen(event);
            let same = told.entry((object.clone(), reason.clone(), message.clone()));
            let entry = same.or_insert_with(|| EventStatus {
                object,
                reason,
                message,
                count: 0,
                last: String::new(),
            });
            entry.count += count;
            entry.last = last.max(std::mem::take(&mut entry.last));
        }
        let mut newest: Vec<EventStatus> = told.into_values().collect();
        newest.sort_by(|a, b| b.last.cmp(&a.last));
        let mut of_object: BTreeMap<String, usize> = BTreeMap::new();
        newest.retain(|event| {
            let count = of_object.entry(event.object.clone()).or_default();
            *count += 1;
            *count <= MOST.0
        });
        newest.truncate(MOST.1);
        newest.reverse();
        newest
    }

    /// The workload at the end of a chain of owners.
    fn root(&self, object: &str, owner: Option<String>) -> String {
        let mut at = owner.unwrap_or_else(|| object.to_owned());
        // A CronJob's Job's pod has the longest chain.
        for _ in 0..3 {
            match self.owners.get(&at) {
                Some(above) => at.clone_from(above),
                None => break,
            }
        }
        at
    }
}

/// An Ingress as it is.
pub(super) fn ingress_status(key: &ObjectKey, live: &Value) -> IngressStatus {
    let mut hosts: Vec<String> = Vec::new();
    for rule in live["spec"]["rules"].as_array().into_iter().flatten() {
        let host = rule["host"].as_str().filter(|host| !host.is_empty()).unwrap_or("*").to_owned();
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let points = live["status"]["loadBalancer"]["ingress"].as_array().into_iter().flatten();
    let address =
        |point: &Value| point["ip"].as_str().or_else(|| point["hostname"].as_str()).map(str::to_owned);
    IngressStatus { ingress: key.name.clone(), hosts, addresses: points.filter_map(address).collect() }
}

async fn list(
    session: &Session,
    namespace: &str,
    version: &str,
    kind: &str,
    selector: &Selector,
    only_metadata: bool,
) -> Result<Vec<Value>, ReleaseError> {
    let (gvk, namespace) = (Gvk::new(version, kind), Some(namespace));
    let found = if only_metadata {
        session.cluster.list_metadata(&gvk, namespace, selector).await
    } else {
        session.cluster.list(&gvk, namespace, selector).await
    };
    match found {
        Ok(list) => Ok(list.items),
        Err(ClusterError::Refused(_) | ClusterError::UnknownKind(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn names(keys: &[&ObjectKey]) -> BTreeSet<String> {
    keys.iter().map(|key| format!("{}/{}", key.kind, key.name)).collect()
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// `Kind/name` of the controlling owner.
fn owner(object: &Value) -> Option<String> {
    let owners = object["metadata"]["ownerReferences"].as_array()?;
    let owner = owners.iter().find(|owner| owner["controller"] == true)?;
    Some(format!("{}/{}", owner["kind"].as_str()?, owner["name"].as_str()?))
}

fn pod_status(pod: &Value, of: String) -> PodStatus {
    let status = &pod["status"];
    let is_true = |kind: &str| {
        let conditions = status["conditions"].as_array().into_iter().flatten();
        conditions
            .filter(|condition| condition["type"] == kind)
            .any(|condition| condition["status"] == "True")
    };
    let containers = || {
        let all = ["initContainerStatuses", "containerStatuses"];
        all.into_iter().flat_map(|list| status[list].as_array().into_iter().flatten())
    };
    // A container that waits says more than the phase.
    let waiting = containers().find_map(|container| container["state"]["waiting"]["reason"].as_str());
    let phase = status["phase"].as_str().unwrap_or("Pending");
    let state = if pod["metadata"]["deletionTimestamp"].is_null() {
        waiting.or_else(|| status["reason"].as_str()).unwrap_or(phase)
    } else {
        "Terminating"
    };
    let last_end = containers().filter_map(|container| {
        let ended = &container["lastState"]["terminated"];
        let reason = ended["reason"].as_str()?;
        let at = ended["finishedAt"].as_str().unwrap_or_default();
        Some((at, format!("{reason} (exit code {})", ended["exitCode"])))
    });
    PodStatus {
        pod: name(pod).to_owned(),
        of,
        ready: is_true("Ready"),
        state: state.to_owned(),
        restarts: containers().filter_map(|container| container["restartCount"].as_u64()).sum(),
        last_end: last_end.max_by_key(|(at, _)| *at).map(|(_, told)| told),
        node: pod["spec"]["nodeName"].as_str().map(str::to_owned),
    }
}

/// When an event was seen last, in whichever field says so.
fn last_seen(event: &Value) -> String {
    let times = [
        &event["series"]["lastObservedTime"],
        &event["lastTimestamp"],
        &event["eventTime"],
        &event["metadata"]["creationTimestamp"],
    ];
    // Whole seconds: some of the fields have fractions, and they are compared as text.
    let time = times.into_iter().find_map(Value::as_str).unwrap_or_default();
    match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    }
}

#[cfg(test)]
mod tests;
