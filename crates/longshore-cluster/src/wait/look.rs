//! Looking into a pod whose grace is over: whether somebody is at work on it, which only events tell, or
//! whether what it waits for can never come.

use std::time::Duration;

use longshore_object::Gvk;
use longshore_object::readiness::pod::Cause;
use serde_json::Value as Json;
use tokio::time::timeout;

use super::cause::{PodProblem, event_time, text};
use super::evidence::events_about;
use super::tracked::Look;
use super::tracker::PodId;
use crate::cluster::Cluster;

/// How long a look may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Into how many pods is looked for images that are being pulled.
const LOOKED_INTO: usize = 10;

/// Looks into a pod that has not got on.
pub(super) async fn into(cluster: &Cluster, id: &PodId, pod: &PodProblem) -> Look {
    let look = async {
        match pod.problem.cause {
            Cause::Unschedulable if scale_up(cluster, id).await => Look::Excused,
            Cause::Mount if is_pulling(cluster, id).await => Look::Excused,
            Cause::Claim if has_no_class(cluster, &id.0, &pod.claims).await => Look::Hopeless,
            _ => Look::Confirmed,
        }
    };
    // What cannot be looked at is as it seems.
    timeout(PATIENCE, look).await.unwrap_or(Look::Confirmed)
}

/// Whether an image of one of these pods is being pulled.
pub(super) async fn pulls(cluster: &Cluster, pods: &[PodId]) -> bool {
    let look = async {
        for pod in pods.iter().take(LOOKED_INTO) {
            if is_pulling(cluster, pod).await {
                return true;
            }
        }
        false
    };
    timeout(PATIENCE, look).await.unwrap_or(false)
}

/// Whether an autoscaler has said that it makes a node for this pod: the cluster autoscaler by
/// `TriggeredScaleUp`, Karpenter by `Nominated`.
async fn scale_up(cluster: &Cluster, (namespace, _, uid): &PodId) -> bool {
    let found = events_about(cluster, namespace, uid).await;
    found.iter().any(|event| matches!(text(event, "/reason"), "TriggeredScaleUp" | "Nominated"))
}

/// Whether the newest that is told of a pod is that an image is being pulled.
async fn is_pulling(cluster: &Cluster, (namespace, _, uid): &PodId) -> bool {
    let mut found = events_about(cluster, namespace, uid).await;
    // Events of one second: that an image is pulled comes after what was in the way before.
    found.sort_by(|a, b| {
        let at = |event: &Json| (event_time(event).to_owned(), text(event, "/reason") == "Pulling");
        at(a).cmp(&at(b))
    });
    found.last().is_some_and(|event| matches!(text(event, "/reason"), "Pulling"))
}

/// Whether one of these claims is of a storage class that does not exist.
async fn has_no_class(cluster: &Cluster, namespace: &str, claims: &[String]) -> bool {
    for claim in claims {
        let Ok(Some(live)) =
            cluster.get(&Gvk::new("v1", "PersistentVolumeClaim"), Some(namespace), claim).await
        else {
            continue;
        };
        let class = text(&live, "/spec/storageClassName");
        if text(&live, "/status/phase") == "Bound" || class.is_empty() {
            continue;
        }
        // A volume that names a class that does not exist may still be there for it.
        let named = !text(&live, "/spec/volumeName").is_empty();
        let class = cluster.get(&Gvk::new("storage.k8s.io/v1", "StorageClass"), None, class).await;
        if !named && matches!(class, Ok(None)) {
            return true;
        }
    }
    false
}
