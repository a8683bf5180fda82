//! What a release that is ready still has wrong with it: what does not fit together keeps no object from being ready.

mod certificates;
mod routes;

use longshore_check::flows;
use longshore_cluster::Selector;
use longshore_diag::Diagnostic;
use longshore_object::diagnosis::wiring::{self, Pods, Surroundings};
use longshore_object::{Gvk, Object, parse_manifests};
use serde_json::Value;

use crate::Context;
use crate::event::Event;
use crate::record::Hook;

/// Tells what is wrong: Services that select nothing, autoscalers without metrics,
/// budgets that let no pod go. Each is a warning with its next step; live objects are asked for only where the
/// release itself does not tell. Pods that its hooks bring count as there, though they come and go, and so do those of the
/// releases that are deployed with it. What an object says is meant to be so is not told.
pub(crate) async fn remarks(context: &Context, release: &str, objects: &[Object], hooks: &[Hook]) {
    let mut pods = if wiring::asks_for_pods(objects) { pod_labels(context).await } else { None };
    if let Some(pods) = &mut pods {
        let of_hooks = hooks.iter().filter_map(|hook| parse_manifests(&hook.manifest, &hook.path).ok());
        pods.extend(of_hooks.flat_map(|objects| wiring::labels_of_pods(&objects)));
        pods.extend(context.coming.iter().cloned());
    }
    let around = Surroundings::new(objects, pods.as_deref().map_or(Pods::Unknown, Pods::Live));
    let mut found = Vec::new();
    for object in objects {
        let mut of_object = around.wiring(object);
        longshore_check::silence(object, &mut of_object);
        found.extend(of_object);
    }
    let (of_certificates, looked_at) = certificates::remarks(context, objects).await;
    // What is really there says more than what resembles it.
    found.retain(|warning| !looked_at || warning.code != "wiring/no-certificate");
    found.extend(of_certificates);
    found.extend(routes::remarks(context, objects).await);
    let all: Vec<&Object> = objects.iter().collect();
    found.extend(flows::warnings(&context.cluster.blocked_flows(&all, &context.namespace).await));
    for warning in found {
        context.tell(release, Event::Warning(warning));
    }
    for object in objects.iter().filter(|object| object.kind() == "HorizontalPodAutoscaler") {
        let key = object.key_in(&context.namespace);
        let live = context.cluster.get(object.gvk(), key.namespace.as_deref(), &key.name).await;
        if let Some(words) = live.ok().flatten().as_ref().and_then(wiring::why_not_scaling) {
            let warning = Diagnostic::warning("wiring/no-metrics", format!("{key} does not scale: {words}"));
            let hint =
                "metrics come from metrics-server or an adapter, and shares want requests of every container";
            context.tell(release, Event::Warning(warning.at(object.place().clone()).hint(hint)));
        }
    }
}

/// The labels of the pods of the namespace, as far as they may be read.
async fn pod_labels(context: &Context) -> Option<Vec<wiring::Labels>> {
    let pods = Gvk::new("v1", "Pod");
    let found = context.cluster.list(&pods, Some(&context.namespace), &Selector::default()).await.ok()?;
    let labels = |pod: &Value| {
        let labels = pod.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
        labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    };
    Some(found.items.iter().map(labels).collect())
}
