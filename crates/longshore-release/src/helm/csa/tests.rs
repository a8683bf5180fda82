//! Patches of three versions, as kubectl makes them.

use longshore_cluster::Patch;
use longshore_object::Gvk;
use serde_json::{Value as Json, json};

use super::{Versions, patch};

fn strategic(kind: (&str, &str), original: &Json, modified: &Json, live: &Json) -> Json {
    let versions = Versions { original, modified, live };
    match patch(&Gvk::new(kind.0, kind.1), versions, false) {
        Ok(Some(Patch::Strategic(body))) => body,
        Ok(None) => json!({}),
        other => panic!("{other:?}"),
    }
}

#[test]
fn items_of_lists_are_patched_by_their_keys() {
    let pod = |containers: Json| json!({"spec": {"containers": containers}});
    let old = pod(json!([{"name": "a", "image": "a:1"}, {"name": "gone", "image": "g"}]));
    let new = pod(json!([{"name": "b", "image": "b:1"}, {"name": "a", "image": "a:2"}]));
    let live = pod(json!([
        {"name": "injected", "image": "i"}, {"name": "a", "image": "a:1", "imagePullPolicy": "Always"},
        {"name": "gone", "image": "g"}
    ]));
    assert_eq!(
        strategic(("v1", "Pod"), &old, &new, &live),
        json!({"spec": {
            "containers": [
                {"name": "b", "image": "b:1"}, {"name": "a", "image": "a:2"}, {"name": "gone", "$patch": "delete"},
            ],
            "$setElementOrder/containers": [{"name": "b"}, {"name": "a"}],
        }})
    );
    assert_eq!(strategic(("v1", "Pod"), &new, &new, &new), json!({}));
}

#[test]
fn texts_in_lists_that_merge_are_deleted_by_a_list_of_their_own() {
    let object = |finalizers: Json| json!({"metadata": {"finalizers": finalizers}});
    let (old, new, live) =
        (object(json!(["a", "b"])), object(json!(["c", "a"])), object(json!(["a", "b", "x"])));
    assert_eq!(
        strategic(("v1", "ConfigMap"), &old, &new, &live),
        json!({"metadata": {
            "finalizers": ["c"],
            "$deleteFromPrimitiveList/finalizers": ["b"],
            "$setElementOrder/finalizers": ["c", "a"],
        }})
    );
}

#[test]
fn fields_that_exclude_each_other_are_retained_by_name() {
    let spec = |strategy: Json| json!({"spec": {"strategy": strategy}});
    let old = spec(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}));
    let new = spec(json!({"type": "Recreate"}));
    assert_eq!(
        strategic(("apps/v1", "Deployment"), &old, &new, &old),
        json!({"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null, "$retainKeys": ["type"]}}})
    );
}

#[test]
fn other_kinds_are_patched_from_what_was_said_before() {
    let gvk = Gvk::new("example.com/v1", "Ship");
    let (old, new, live) = (json!({"a": 1}), json!({"a": 2}), json!({"a": 2, "b": 1}));
    let versions = Versions { original: &old, modified: &new, live: &live };
    assert_eq!(patch(&gvk, versions, false).unwrap(), Some(Patch::Merge(json!({"a": 2}))));
    assert_eq!(patch(&gvk, versions, true).unwrap(), None);
}

#[test]
fn of_two_ports_with_one_number_the_last_is_taken_for_the_live_one() {
    let service = |ports: Json| json!({"spec": {"ports": ports}});
    let http = json!({"name": "http", "port": 80});
    let (old, live) =
        (service(json!([http])), service(json!([{"name": "http", "port": 80, "protocol": "TCP"}])));
    let new = service(json!([http, {"name": "udp", "port": 80, "protocol": "UDP"}]));
    assert_eq!(
        strategic(("v1", "Service"), &old, &new, &live),
        json!({"spec": {
            "ports": [{"name": "udp", "port": 80, "protocol": "UDP"}, http],
            "$setElementOrder/ports": [{"port": 80}, {"port": 80}],
        }})
    );
}
