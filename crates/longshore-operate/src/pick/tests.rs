//! Which pod, which container, which port.

use longshore_object::parse_manifests;
use serde_json::{Value as Json, json};

use super::{best, container_of, port_of};
use crate::scope::Scope;

const MANIFESTS: &str = "
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec:
  selector: {app: db}
  ports:
  - {port: 80, targetPort: web, name: http}
  - {port: 81, targetPort: 9000}
  - {port: 82}
  - {port: 83, targetPort: nameless}
";

fn scope(target: &str) -> Scope {
    let objects = parse_manifests(MANIFESTS, "all.yaml").unwrap();
    Scope::of("shop", vec![("shop".into(), objects)]).narrowed(&target.parse().unwrap()).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "`json!` makes values")]
fn pod(name: &str, created: &str, ready: &str, state: Json) -> Json {
    json!({
        "metadata": {"name": name, "creationTimestamp": created, "labels": {"app": "db"},
            "ownerReferences": [{"kind": "StatefulSet", "name": "db", "controller": true}]},
        "spec": {"containers": [{"name": "main", "ports": [{"name": "web", "containerPort": 8080}]}, {"name": "side"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}],
            "containerStatuses": [{"name": "main", "state": state}, {"name": "side", "state": {"waiting": {"reason": "ErrImagePull"}}}]},
    })
}

fn running() -> Json {
    json!({"running": {"startedAt": "2026-11-22T01:00:00Z"}})
}

#[test]
fn a_ready_pod_is_picked_and_the_oldest_of_them() {
    let pods = vec![
        pod("db-0", "2026-11-22T01:00:00Z", "False", running()),
        pod("db-2", "2026-11-22T01:00:02Z", "True", running()),
        pod("db-1", "2026-11-22T01:00:01Z", "True", running()),
    ];
    assert_eq!(best(pods.clone(), &scope("shop")).unwrap().state.name, "db-1");
    assert_eq!(best(pods[..1].to_vec(), &scope("shop/sts/db")).unwrap().state.name, "db-0");
    let mut going = pods.clone();
    going[2]["metadata"]["deletionTimestamp"] = json!("2026-11-22T01:00:09Z");
    assert_eq!(best(going, &scope("shop")).unwrap().state.name, "db-2", "one that ends takes nobody along");
    let none = best(Vec::new(), &scope("shop/sts/db")).unwrap_err();
    assert_eq!(none.message, "StatefulSet `db` has no pods in namespace `shop`");
    let stuck =
        pod("db-0", "2026-11-22T01:00:00Z", "False", json!({"waiting": {"reason": "ImagePullBackOff"}}));
    let error = best(vec![stuck], &scope("shop")).unwrap_err();
    assert_eq!(error.message, "no pod of release `shop` runs");
    assert_eq!(error.notes, ["pod db-0: main: ImagePullBackOff"]);
}

#[test]
fn the_container_is_the_named_one_or_the_annotated_one_or_the_first() {
    let mut one = pod("db-0", "2026-11-22T01:00:00Z", "True", running());
    let picked = best(vec![one.clone()], &scope("shop")).unwrap();
    assert_eq!(container_of(&picked, None).unwrap(), "main");
    let error = container_of(&picked, Some("side")).unwrap_err();
    assert_eq!(error.message, "container `side` of pod db-0 does not run: ErrImagePull");
    let error = container_of(&picked, Some("x")).unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("it has main, side"));
    one["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/default-container": "side"});
    let picked = best(vec![one], &scope("shop")).unwrap();
    assert!(container_of(&picked, None).is_err());
}

#[test]
fn a_port_of_a_service_is_the_pods_behind_it() {
    let picked = best(vec![pod("db-0", "2026-11-22T01:00:00Z", "True", running())], &scope("shop")).unwrap();
    for (target, port, expected) in [
        ("shop/svc/front", "80", Ok(8080)),
        ("shop/front", "http", Ok(8080)),
        ("shop/front", "81", Ok(9000)),
        ("shop/front", "82", Ok(82)),
        ("shop/front", "8080", Err("Service `front` has no port 8080")),
        ("shop/front", "83", Err("pod db-0 has no port that is called `nameless`")),
        ("shop", "80", Ok(80)),
        ("shop/sts/db", "web", Ok(8080)),
        ("shop/sts/db", "0", Err("pod db-0 has no port that is called `0`")),
    ] {
        let found = port_of(&scope(target), &picked, port).map_err(|error| error.message.clone());
        assert_eq!(found, expected.map_err(str::to_owned), "{target} {port}");
    }
}
