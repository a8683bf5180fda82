//! Which live pods belong to a workload, by owner references.

use serde_json::Value as Json;

use crate::live::{items, text};

/// Whether `object` names `uid` as its controlling owner.
pub fn is_controlled_by(object: &Json, uid: &str) -> bool {
    !uid.is_empty()
        && items(object, "/metadata/ownerReferences").iter().any(|owner| {
            text(owner, "/uid") == uid && owner.get("controller").and_then(Json::as_bool).unwrap_or(false)
        })
}

/// The pods of `workload` among `pods`: those it controls itself (StatefulSet, DaemonSet, Job,
/// ReplicaSet) and those that one of its `intermediates` controls (a Deployment's ReplicaSets, a
/// CronJob's Jobs). All are live objects with their `metadata.uid`; a Pod is its own only pod.
///
/// For a Deployment only the pods of its newest ReplicaSet explain a rollout; see [`newest_replica_set`].
pub fn pods_of<'a>(workload: &Json, intermediates: &[Json], pods: &'a [Json]) -> Vec<&'a Json> {
    let uid = text(workload, "/metadata/uid");
    let mut uids = vec![uid];
    uids.extend(
        intermediates
            .iter()
            .filter(|between| is_controlled_by(between, uid))
            .map(|between| text(between, "/metadata/uid")),
    );
    pods.iter()
        .filter(|pod| {
            uids.iter().any(|uid| is_controlled_by(pod, uid))
                || (!uid.is_empty() && text(pod, "/metadata/uid") == uid)
        })
        .collect()
}

/// The ReplicaSet that a Deployment is rolling out: of those that it controls, the one whose
/// `deployment.kubernetes.io/revision` equals the Deployment's, or else the highest.
pub fn newest_replica_set<'a>(deployment: &Json, replica_sets: &'a [Json]) -> Option<&'a Json> {
    const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
    let uid = text(deployment, "/metadata/uid");
    let wanted = text(deployment, REVISION);
    let revision = |set: &Json| text(set, REVISION).parse::<i64>().unwrap_or(0);
    let mine = || replica_sets.iter().filter(|set| is_controlled_by(set, uid));
    mine()
        .find(|set| !wanted.is_empty() && text(set, REVISION) == wanted)
        .or_else(|| mine().max_by_key(|set| revision(set)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{newest_replica_set, pods_of};

    fn owned(name: &str, uid: &str, owner: &str, revision: &str) -> Json {
        json!({"metadata": {
            "name": name, "uid": uid,
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "ownerReferences": [{"uid": owner, "controller": true}],
        }})
    }

    #[test]
    fn a_deployment_owns_through_its_replica_sets() {
        let deployment =
            json!({"metadata": {"uid": "d", "annotations": {"deployment.kubernetes.io/revision": "2"}}});
        let sets =
            [owned("old", "r1", "d", "1"), owned("new", "r2", "d", "2"), owned("other", "r3", "x", "9")];
        let pods = [owned("a", "p1", "r1", ""), owned("b", "p2", "r2", ""), owned("c", "p3", "r3", "")];
        let names = |pods: Vec<&Json>| -> Vec<String> {
            pods.iter().map(|pod| pod["metadata"]["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(pods_of(&deployment, &sets, &pods)), ["a", "b"]);
        let newest = newest_replica_set(&deployment, &sets).unwrap();
        assert_eq!(names(pods_of(newest, &[], &pods)), ["b"]);
    }

    #[test]
    fn a_reference_that_does_not_control_is_no_ownership() {
        let pod = json!({"metadata": {"ownerReferences": [{"uid": "s"}]}});
        assert!(pods_of(&json!({"metadata": {"uid": "s"}}), &[], std::slice::from_ref(&pod)).is_empty());
        assert!(pods_of(&json!({"metadata": {}}), &[], &[json!({"metadata": {}})]).is_empty());
    }
}
