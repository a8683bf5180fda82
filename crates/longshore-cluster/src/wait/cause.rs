//! Which pods of a workload count, and what is wrong with them. Pure.

use std::time::Duration;

use longshore_object::diagnosis::is_refusal;
use longshore_object::owners::pods_of;
use longshore_object::readiness::Grace;
use longshore_object::readiness::pod::{Cause, Problem, mount_problem, patience, problems, stalls};
use serde_json::Value as Json;

use super::revision::{changed_at, is_observed, is_of_newest_revision, newest_replica_set, second};

/// Something that is wrong with one pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PodProblem {
    pub(super) pod: String,
    pub(super) uid: String,
    /// What made the pod: `ReplicaSet/web-5d9`.
    pub(super) owner: Option<String>,
    /// The image of the container.
    pub(super) image: Option<String>,
    /// The claims that the pod mounts.
    pub(super) claims: Vec<String>,
    pub(super) problem: Problem,
    /// How long it is borne, if its lasting decides.
    pub(super) patience: Option<Duration>,
}

impl PodProblem {
    fn new(pod: &Json, problem: Problem, grace: &Grace) -> Self {
        let owners = pod.pointer("/metadata/ownerReferences").and_then(Json::as_array).into_iter().flatten();
        let owner = owners
            .filter(|owner| owner.get("controller").and_then(Json::as_bool) == Some(true))
            .find(|owner| !text(owner, "/name").is_empty())
            .map(|owner| format!("{}/{}", text(owner, "/kind"), text(owner, "/name")));
        let lists = ["/spec/initContainers", "/spec/containers"].into_iter();
        let mut containers = lists.filter_map(|list| pod.pointer(list)?.as_array()).flatten();
        let container = containers.find(|c| problem.container.as_deref() == Some(text(c, "/name")));
        let volumes = pod.pointer("/spec/volumes").and_then(Json::as_array).into_iter().flatten();
        let claims = volumes.map(|volume| text(volume, "/persistentVolumeClaim/claimName"));
        Self {
            pod: text(pod, "/metadata/name").to_owned(),
            uid: text(pod, "/metadata/uid").to_owned(),
            owner,
            image: container.map(|container| text(container, "/image").to_owned()),
            claims: claims.filter(|claim| !claim.is_empty()).map(str::to_owned).collect(),
            patience: patience(pod, &problem, grace),
            problem,
        }
    }
}

pub(super) fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// What is wrong with the pods that an object's newest version wants, the gravest first.
///
/// Pods of older versions are on their way out, and say nothing about the change. What a controller
/// mends by itself (a failed pod that it replaces, a Job's pod that it tries again) is left out.
pub(super) fn pod_problems(
    live: &Json,
    replica_sets: &[Json],
    pods: &[Json],
    warnings: &[Json],
    grace: &Grace,
) -> Vec<PodProblem> {
    let kind = text(live, "/kind");
    if !is_observed(live) {
        return Vec::new();
    }
    let mine = match kind {
        "Deployment" => match newest_replica_set(live, replica_sets) {
            Some(newest) => pods_of(newest, &[], pods),
            None => Vec::new(),
        },
        "Pod" => vec![live],
        _ => pods_of(live, &[], pods),
    };
    let mut found: Vec<PodProblem> = mine
        .into_iter()
        .filter(|pod| pod.pointer("/metadata/deletionTimestamp").is_none())
        .filter(|pod| is_of_newest_revision(live, pod))
        .flat_map(|pod| {
            let all = problems(pod).into_iter().chain(set_up(pod, warnings)).chain(stalls(pod));
            all.filter(|problem| counts(kind, problem))
                .map(|problem| PodProblem::new(pod, problem, grace))
                .collect::<Vec<_>>()
        })
        .collect();
    found.sort_by(|a, b| {
        let order = |p: &PodProblem| (p.problem.cause, std::cmp::Reverse(p.problem.restarts));
        order(a).cmp(&order(b)).then_with(|| a.pod.cmp(&b.pod))
    });
    found
}

/// What keeps a pod from being set up, by the newest warning about it.
fn set_up(pod: &Json, warnings: &[Json]) -> Option<Problem> {
    let uid = text(pod, "/metadata/uid");
    warnings
        .iter()
        .filter(|event| !uid.is_empty() && text(event, "/involvedObject/uid") == uid)
        .filter_map(|event| {
            Some((event, mount_problem(pod, text(event, "/reason"), text(event, "/message"))?))
        })
        .max_by(|(a, one), (b, other)| {
            // Of one second, the same one whatever was heard first.
            (event_time(a), &one.message).cmp(&(event_time(b), &other.message))
        })
        .map(|(_, problem)| problem)
}

/// The pods that ended of a Job that failed: what its failure comes from.
pub(super) fn ended_pods(live: &Json, pods: &[Json], grace: &Grace) -> Vec<PodProblem> {
    let mut mine = pods_of(live, &[], pods);
    // The newest tells most: earlier ones may have failed of something else.
    mine.sort_by(|a, b| text(b, "/metadata/creationTimestamp").cmp(text(a, "/metadata/creationTimestamp")));
    mine.into_iter()
        .flat_map(|pod| problems(pod).into_iter().map(|problem| PodProblem::new(pod, problem, grace)))
        .collect()
}

/// Whether a problem of a pod is one of its owner.
fn counts(kind: &str, problem: &Problem) -> bool {
    match (kind, problem.cause) {
        ("Pod", _) => true,
        // A controller replaces a pod that ended (evicted, its node gone); and a Job counts its failures
        // itself, up to its own limit; that its pods run on is what they are for.
        (_, Cause::Ended) | ("Job", Cause::CrashLoop | Cause::OutOfMemory | Cause::Unready) => false,
        _ => true,
    }
}

/// The refusal that keeps a workload from making pods, if one of these events is about the workload as it
/// is now. StatefulSets, DaemonSets and Jobs tell it nowhere else; of a Deployment it is its ReplicaSet
/// that is refused.
pub(super) fn refusal(live: &Json, replica_sets: &[Json], events: &[Json]) -> Option<String> {
    let maker = match text(live, "/kind") {
        "Deployment" => newest_replica_set(live, replica_sets)?,
        _ => live,
    };
    let uid = text(maker, "/metadata/uid");
    let since = changed_at(live);
    events
        .iter()
        .filter(|event| !uid.is_empty() && text(event, "/involvedObject/uid") == uid)
        .filter(|event| text(event, "/reason") == "FailedCreate" && event_time(event) >= since)
        .filter(|event| is_refusal(text(event, "/message")))
        .max_by_key(|event| (event_time(event), text(event, "/message")))
        .map(|event| text(event, "/message").to_owned())
}

/// When an event last happened, to the second.
pub(super) fn event_time(event: &Json) -> &str {
    ["/lastTimestamp", "/series/lastObservedTime", "/eventTime"]
        .into_iter()
        .map(|pointer| second(text(event, pointer)))
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{pod_problems, refusal};

    fn pod(name: &str, owner: &str, hash: &str, waiting: &str) -> Json {
        json!({
            "metadata": {"name": name, "uid": name, "labels": {"controller-revision-hash": hash},
                "ownerReferences": [{"uid": owner, "controller": true}]},
            "status": {"containerStatuses": [
                {"name": "app", "restartCount": 5, "state": {"waiting": {"reason": waiting}}}]},
        })
    }

    fn names(live: &Json, sets: &[Json], pods: &[Json]) -> Vec<String> {
        pod_problems(live, sets, pods, &[], &longshore_object::readiness::Grace::default())
            .into_iter()
            .map(|problem| problem.pod)
            .collect()
    }

    #[test]
    fn only_pods_of_the_newest_revision_count() {
        let set =
            json!({"kind": "StatefulSet", "metadata": {"uid": "s"}, "status": {"updateRevision": "new"}});
        let pods = [pod("db-0", "s", "old", "CrashLoopBackOff"), pod("db-1", "s", "new", "CrashLoopBackOff")];
        assert_eq!(names(&set, &[], &pods), ["db-1"]);
    }

    #[test]
    fn a_change_that_nobody_has_seen_is_not_judged_by_the_pods_there_are() {
        let mut set = json!({"kind": "StatefulSet", "metadata": {"uid": "s", "generation": 2},
            "status": {"observedGeneration": 1, "updateRevision": "old"}});
        let pods = [pod("db-0", "s", "old", "CrashLoopBackOff")];
        assert!(names(&set, &[], &pods).is_empty());
        set["status"]["observedGeneration"] = json!(2);
        assert_eq!(names(&set, &[], &pods), ["db-0"]);
    }

    #[test]
    fn a_job_counts_its_crashes_itself_but_not_its_image_names() {
        let job = json!({"kind": "Job", "metadata": {"uid": "j"}});
        let pods = [pod("a", "j", "", "CrashLoopBackOff"), pod("b", "j", "", "InvalidImageName")];
        assert_eq!(names(&job, &[], &pods), ["b"]);
    }

    #[test]
    fn a_deployment_without_a_replica_set_has_no_pods_yet() {
        let deployment = json!({"kind": "Deployment", "metadata": {"uid": "d"}});
        assert!(names(&deployment, &[], &[pod("a", "r", "", "InvalidImageName")]).is_empty());
    }

    #[test]
    fn a_refusal_from_before_the_last_change_is_over() {
        let live = json!({"metadata": {"uid": "s", "creationTimestamp": "2026-01-01T00:00:00Z",
            "managedFields": [{"time": "2026-01-02T00:00:00Z", "fieldsV1": {"f:spec": {}}},
                {"time": "2026-03-01T00:00:00Z", "subresource": "status"}]}});
        let event = |at: &str| {
            json!({"involvedObject": {"uid": "s"}, "lastTimestamp": at, "reason": "FailedCreate",
                "message": "create Pod db-0 failed: exceeded quota: small"})
        };
        assert_eq!(refusal(&live, &[], &[event("2026-01-01T12:00:00Z")]), None);
        assert!(refusal(&live, &[], &[event("2026-01-02T00:00:00Z")]).unwrap().contains("small"));
    }
}
