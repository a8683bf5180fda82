//! What the server has recorded about a failure: events, and the last lines of a container. All of it is
//! wanted and none of it needed: what cannot be had in a few seconds is left out.

use std::time::Duration;

use longshore_object::Gvk;
use longshore_object::readiness::pod::Cause;
use serde_json::Value as Json;
use tokio::time::timeout;

use super::cause::{event_time, text};
use super::failure::{Culprit, WaitFailure};
use super::tracker::PodId;
use crate::cluster::Cluster;
use crate::logs::LogOptions;
use crate::objects::Selector;

/// How long may be spent on one culprit.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many culprits are looked into: the first is the root cause, the rest is for completeness.
const LOOKED_INTO: usize = 3;
/// How many events are told.
const EVENTS: usize = 5;

/// Adds events and log lines to the first culprits.
pub(super) async fn gather(cluster: &Cluster, failure: &mut WaitFailure, log_lines: u32) {
    for culprit in failure.culprits.iter_mut().take(LOOKED_INTO) {
        // Whatever was found in time stays.
        let _ = timeout(PATIENCE, look_into(cluster, culprit, log_lines)).await;
    }
}

async fn look_into(cluster: &Cluster, culprit: &mut Culprit, log_lines: u32) {
    let Some(namespace) = culprit.key.namespace.clone() else {
        return;
    };
    let uid = culprit.pod.as_ref().map_or(culprit.uid.clone(), |pod| pod.uid.clone());
    if !uid.is_empty() {
        culprit.events = events(cluster, &namespace, &uid).await;
    }
    let Some(pod) = culprit.pod.clone() else { return };
    let speaks = matches!(pod.cause, Cause::CrashLoop | Cause::OutOfMemory | Cause::Ended);
    let Some(container) = pod.container.filter(|_| speaks && log_lines > 0) else {
        return;
    };
    // After a restart the present run may not have said anything yet.
    for previous in [pod.restarts > 0 && pod.cause != Cause::Ended, false] {
        let options = LogOptions { previous, tail_lines: Some(log_lines), ..LogOptions::default() };
        if let Ok(lines) = cluster.logs(&namespace, &pod.pod, Some(&container), &options).await
            && !lines.is_empty()
        {
            culprit.logs = lines;
            return;
        }
    }
}

/// The last events about an object, oldest first.
async fn events(cluster: &Cluster, namespace: &str, uid: &str) -> Vec<String> {
    let mut found = about(cluster, namespace, uid).await;
    found.retain(|event| text(event, "/type") == "Warning");
    found.sort_by(|a, b| event_time(a).cmp(event_time(b)));
    let newest = found.split_off(found.len().saturating_sub(EVENTS));
    newest.iter().map(in_words).collect()
}

async fn about(cluster: &Cluster, namespace: &str, uid: &str) -> Vec<Json> {
    let selector = Selector { labels: None, fields: Some(format!("involvedObject.uid={uid}")) };
    match cluster.list(&Gvk::new("v1", "Event"), Some(namespace), &selector).await {
        Ok(list) => list.items,
        Err(error) => {
            tracing::debug!(%error, "no events");
            Vec::new()
        }
    }
}

fn in_words(event: &Json) -> String {
    let count = event.pointer("/series/count").or_else(|| event.get("count"));
    let times = match count.and_then(Json::as_u64) {
        Some(count) if count > 1 => format!(" ({count} times)"),
        _ => String::new(),
    };
    format!("{}{times}: {}", text(event, "/reason"), text(event, "/message").trim())
}

/// Whether an autoscaler has said that it makes a node for this pod: the cluster autoscaler by
/// `TriggeredScaleUp`, Karpenter by `Nominated`.
pub(super) async fn scale_up(cluster: &Cluster, pod: &PodId) -> bool {
    let (namespace, _, uid) = pod;
    let found = timeout(PATIENCE, about(cluster, namespace, uid)).await.unwrap_or_default();
    found.iter().any(|event| matches!(text(event, "/reason"), "TriggeredScaleUp" | "Nominated"))
}
