//! What the cluster has of a release: each of its objects, and the pods that they lead to.
//!
//! Rules: `Get` of <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>.

use std::collections::BTreeMap;

use longshore_cluster::Selector;
use longshore_object::Gvk;
use longshore_release::helm::Resource;
use serde_json::{Map, Value as Json};

use super::super::cluster::Live;
use super::super::{Settings, say};

/// Objects, lists and tables by version and kind.
pub(super) type Found = BTreeMap<String, Vec<Json>>;

/// Asks for the objects of a manifest. Those that are gone are left out.
///
/// # Errors
/// The manifest holds what is no object, or of a kind that the cluster does not have.
pub(super) fn find(
    settings: &Settings,
    live: &Live,
    manifest: &str,
    as_tables: bool,
) -> anyhow::Result<Found> {
    let mut found = Found::new();
    let mut selectors = Vec::new();
    for object in live.build(manifest, &settings.namespace)? {
        let Some(answer) = get(live, &object, as_tables) else { continue };
        let is_table = answer["kind"] == "Table";
        found.entry(format!("{}/{}", object.gvk.version, object.gvk.kind)).or_default().push(answer);
        let Some(selector) = selector(&object) else { continue };
        if selectors.contains(&selector) {
            continue;
        }
        selectors.push(selector.clone());
        let labels: Vec<String> = selector
            .iter()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
            .collect();
        let (gvk, selector) = (Gvk::new("v1", "Pod"), Selector::labels(labels.join(",")));
        let namespace = Some(object.namespace.as_str());
        let pods = if is_table {
            live.wait(live.cluster().list_table(&gvk, namespace, &selector))
        } else {
            live.wait(live.cluster().list_raw(&gvk, namespace, &selector)).map(typed)
        };
        match pods {
            Ok(pods) => found.entry(String::from("v1/Pod(related)")).or_default().push(pods),
            Err(error) => {
                let path = format!("/api/v1/namespaces/{}/pods", object.namespace);
                let why = error.as_client_go(&path);
                if settings.level.rules().major == 3 {
                    say(&format!("Warning: get the relation pod is failed, err:{why}"));
                } else {
                    settings.log_with("WARN", "get the relation pod is failed", &[("error", &why)]);
                }
            }
        }
    }
    Ok(found)
}

/// A list of pods, each with the type that only the list names.
fn typed(mut list: Json) -> Json {
    for pod in list["items"].as_array_mut().into_iter().flatten() {
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
    }
    list
}

fn get(live: &Live, object: &Resource, as_table: bool) -> Option<Json> {
    let namespace = object.namespace();
    let cluster = live.cluster();
    // Whatever goes wrong, Helm leaves it out.
    if as_table {
        return live.wait(cluster.get_table(&object.gvk, namespace, &object.name)).ok();
    }
    live.wait(cluster.get(&object.gvk, namespace, &object.name)).ok().flatten()
}

/// The labels of the pods that an object of the manifest leads to.
fn selector(object: &Resource) -> Option<Map<String, Json>> {
    let pointer = match object.object["kind"].as_str()? {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "/spec/selector/matchLabels",
        "ReplicationController" => "/spec/selector",
        _ => return None,
    };
    let labels = object.object.pointer(pointer)?.as_object()?;
    labels.values().all(Json::is_string).then(|| labels.clone())
}
