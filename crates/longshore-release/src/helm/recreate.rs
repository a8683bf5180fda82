//! `--recreate-pods` of Helm 3: the Pods of objects that were changed are deleted, so that their controllers make new ones.
//!
//! Rule: `recreate` of <https://github.com/helm/helm/blob/v3.22.0/pkg/action/upgrade.go>.

use longshore_cluster::{DeleteOptions, Selector};
use longshore_object::Gvk;
use serde_json::Value as Json;

use super::wait::selector;
use super::{Error, Operation, Resource, Result, Severity};

/// Deletes the Pods that objects select. What goes wrong is only logged, and ends it.
pub(super) async fn recreate(operation: &Operation, changed: &[Resource]) {
    for resource in changed {
        if let Err(error) = pods(operation, resource).await {
            let Resource { namespace, name, .. } = resource;
            let error = error.within(format!(
                "unable to recreate pods for object {namespace}/{name} because an error occurred"
            ));
            return operation.log.log(Severity::Debug, &error.to_string(), &[]);
        }
    }
}

async fn pods(operation: &Operation, resource: &Resource) -> Result<()> {
    let Some(labels) = selected(resource) else { return Ok(()) };
    let gvk = Gvk::new("v1", "Pod");
    let pods = operation.cluster.list(&gvk, Some(&resource.namespace), &Selector::labels(labels)).await?;
    for pod in &pods.items {
        let text = |pointer| pod.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
        let uid = Some(text("/metadata/uid").to_owned());
        let options = DeleteOptions { uid, ..DeleteOptions::default() };
        let name = text("/metadata/name");
        operation
            .cluster
            .delete(&gvk, Some(&resource.namespace), name, &options)
            .await
            .map_err(Error::from)?;
    }
    Ok(())
}

/// The Pods that an object selects; `None` for an object that selects none.
fn selected(resource: &Resource) -> Option<String> {
    match resource.gvk.kind.as_str() {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" => selector(&resource.object),
        "ReplicationController" | "Service" => {
            let labels =
                resource.object.pointer("/spec/selector")?.as_object().filter(|all| !all.is_empty())?;
            let terms = labels.iter().map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
            terms.collect::<Option<Vec<_>>>().map(|terms| terms.join(","))
        }
        _ => None,
    }
}
