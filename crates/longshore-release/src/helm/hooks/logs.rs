//! What hooks' containers wrote, shown if their policies say so.

use longshore_cluster::Selector;
use longshore_object::Gvk;
use longshore_yaml::{Dialect, Limits};
use serde_json::Value as Json;

use crate::helm::{Error, Operation, Result};
use crate::record::{Hook, Release};

/// Shows a hook's log if its policies say so at this end of it. That there is none to be had is only said.
pub(super) async fn show(operation: &Operation, release: &Release, hook: &Hook, policy: &str) {
    if !hook.output_log_policies.iter().any(|own| own == policy) {
        return;
    }
    if let Err(error) = try_show(operation, release, hook).await {
        let line = if policy == super::FAILED { "hooks.go:99" } else { "hooks.go:125" };
        operation.log.printed(line, &format!("error outputting logs for hook failure: {error}"));
    }
}

async fn try_show(operation: &Operation, release: &Release, hook: &Hook) -> Result<()> {
    let namespace = namespace(release, hook)?;
    let (selector, shown) = match hook.kind.as_str() {
        "Job" => {
            let labels = format!("job-name={}", hook.name);
            (Selector::labels(&labels), ("LabelSelector", labels))
        }
        "Pod" => {
            let fields = format!("metadata.name={}", hook.name);
            (Selector { fields: Some(fields.clone()), ..Selector::default() }, ("FieldSelector", fields))
        }
        _ => return Ok(()),
    };
    if operation.without_cluster {
        return Ok(());
    }
    let pods = operation.cluster.list(&Gvk::new("v1", "Pod"), Some(&namespace), &selector).await;
    let pods = pods.map_err(|error| {
        Error::new(format!(
            "failed to get pod list with options: {} with error: {}",
            options(&shown),
            error.as_client_go("")
        ))
    })?;
    for pod in &pods.items {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default();
        for container in pod["spec"]["containers"].as_array().into_iter().flatten() {
            let container = container["name"].as_str().unwrap_or_default();
            let begin = if operation.is_old() { "Failed" } else { "failed" };
            let failed =
                |what: &str| Error::new(format!("{begin} to {what} for pod: {name}, container: {container}"));
            let log = operation.cluster.open_log(&namespace, name, Some(container)).await;
            let mut log = log.map_err(|_| failed("stream pod logs"))?;
            while let Some(chunk) = log.next().await {
                operation.log.output(&chunk.map_err(|_| failed("copy IO from logs"))?);
            }
        }
    }
    Ok(())
}

/// How Go prints the options of a list of which one selector is set.
fn options((which, selector): &(&str, String)) -> String {
    let of = |name: &str| if *which == name { selector.as_str() } else { "" };
    format!(
        "{{TypeMeta:{{Kind: APIVersion:}} LabelSelector:{} FieldSelector:{} Watch:false AllowWatchBookmarks:false \
         ResourceVersion: ResourceVersionMatch: TimeoutSeconds:<nil> Limit:0 Continue: SendInitialEvents:<nil> \
         ShardSelector:}}",
        of("LabelSelector"),
        of("FieldSelector")
    )
}

/// Where the hook's object is: where it says, or with the release.
fn namespace(release: &Release, hook: &Hook) -> Result<String> {
    let text = hook.manifest.as_bytes();
    let read = longshore_yaml::unmarshal(text, Dialect::V3, &Limits::default()).map_err(|error| {
        Error::new(format!(
            "unable to parse metadata.namespace from kubernetes manifest for output logs hook {}: {error}",
            hook.path
        ))
    })?;
    let object: Json = longshore_chart::values::to_json(&read);
    match object.pointer("/metadata/namespace").and_then(Json::as_str) {
        None | Some("") => Ok(release.namespace.clone()),
        Some(namespace) => Ok(namespace.to_owned()),
    }
}
