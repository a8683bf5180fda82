//! What the server has recorded about a failure: events, the last lines of a container, the claims and keys
//! that are missing. All of it is wanted and none of it needed: what cannot be had in a few seconds is left out.

use std::time::Duration;

use longshore_object::Gvk;
use longshore_object::diagnosis::{About, denied, missing, read_lines};
use longshore_object::readiness::pod::Cause;
use serde_json::Value as Json;
use tokio::time::timeout;

use super::WaitOptions;
use super::cause::{event_time, text};
use super::dns::look_at_dns;
use super::explain::{self, Claim, Facts, Maker};
use super::failure::{Culprit, PodCause, WaitFailure};
use crate::cluster::Cluster;
use crate::logs::LogOptions;
use crate::objects::Selector;

/// How long may be spent on one culprit.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many culprits are looked into: the first is the root cause, the rest is for completeness.
const LOOKED_INTO: usize = 5;
/// How many events are told.
const EVENTS: usize = 5;

/// Adds events, log lines and their meaning to the first culprits, and puts the root cause first.
pub(super) async fn gather(cluster: &Cluster, failure: &mut WaitFailure, options: &WaitOptions) {
    let mut all = Vec::new();
    for culprit in failure.culprits.iter_mut().take(LOOKED_INTO) {
        let mut facts = Facts::default();
        // Whatever was found in time stays.
        let _ = timeout(PATIENCE, look_into(cluster, culprit, &mut facts, options)).await;
        all.push(facts);
    }
    look_at_policies(cluster, failure, &mut all, options).await;
    explain::explain(failure, &all, &options.deployed);
}

/// The declared connections of culprits whose containers may wait for somebody, where network policies are in the way.
async fn look_at_policies(
    cluster: &Cluster,
    failure: &WaitFailure,
    all: &mut [Facts],
    options: &WaitOptions,
) {
    let is_waiting = |culprit: &Culprit| culprit.pod.as_ref().is_some_and(|pod| may_wait(pod.cause));
    let culprits = failure.culprits.iter().zip(all).filter(|(culprit, _)| is_waiting(culprit));
    let culprits: Vec<_> = culprits.collect();
    // Those of one release are nearly always in one namespace.
    let Some(namespace) = culprits.first().and_then(|(culprit, _)| culprit.key.namespace.clone()) else {
        return;
    };
    let objects = options.deployed.objects();
    let Ok(blocked) = timeout(PATIENCE, cluster.blocked_flows(&objects, &namespace)).await else { return };
    for (culprit, facts) in culprits {
        facts.blocked = blocked.iter().filter(|blocked| blocked.by == culprit.key).cloned().collect();
    }
}

/// Whether what is wrong with a container may come from somebody whom it does not reach.
fn may_wait(cause: Cause) -> bool {
    matches!(cause, Cause::CrashLoop | Cause::Ended | Cause::InitHangs | Cause::Unready)
}

async fn look_into(cluster: &Cluster, culprit: &mut Culprit, facts: &mut Facts, options: &WaitOptions) {
    let namespace = culprit.key.namespace.clone();
    if culprit.pod.is_none()
        && let Ok(Some(live)) = cluster.get(&culprit.gvk, namespace.as_deref(), &culprit.key.name).await
    {
        facts.held = cluster.why_held(&live).await;
    }
    let Some(namespace) = namespace else {
        return;
    };
    let uid = culprit.pod.as_ref().map_or(culprit.uid.clone(), |pod| pod.uid.clone());
    if !uid.is_empty() {
        culprit.events = events(cluster, &namespace, &uid).await;
    }
    match culprit.pod.clone() {
        Some(pod) => look_into_pod(cluster, culprit, &pod, &namespace, facts, options).await,
        None => facts.trouble = cluster.trouble(&culprit.gvk, &culprit.key).await,
    }
    let of_events = culprit.events.iter().find_map(|event| denied(event));
    let about = read_lines(&culprit.logs).map_or(About::Other, |read| read.about);
    let found = match about {
        About::Name => {
            facts.dns = look_at_dns(cluster).await;
            None
        }
        About::Denied(found) => Some(*found),
        About::Connection | About::Architecture | About::Other => of_events,
    };
    if let Some((namespace, account)) = found.as_ref().and_then(|found| found.account()) {
        let live = cluster.get(&Gvk::new("v1", "ServiceAccount"), Some(namespace), account).await;
        facts.no_account = matches!(live, Ok(None)).then(|| account.to_owned());
    }
}

async fn look_into_pod(
    cluster: &Cluster,
    culprit: &mut Culprit,
    pod: &PodCause,
    namespace: &str,
    facts: &mut Facts,
    options: &WaitOptions,
) {
    let log_lines = options.log_lines;
    for claim in pod.claims.iter().filter(|_| matches!(pod.cause, Cause::Claim | Cause::Unschedulable)) {
        facts.claims.extend(look_at_claim(cluster, namespace, claim).await);
    }
    if let Some(found) = missing(&pod.message).filter(|found| found.key.is_some() && !found.name.is_empty()) {
        let live = cluster.get(&Gvk::new("v1", found.kind), Some(namespace), &found.name).await;
        let keys = |live: &Json| {
            let maps = ["data", "binaryData"].into_iter().filter_map(|field| live.get(field)?.as_object());
            maps.flat_map(|map| map.keys().cloned()).collect::<Vec<_>>()
        };
        facts.live_keys = live.ok().flatten().map(|live| keys(&live));
    }
    facts.maker = maker(cluster, &pod.message, namespace, options).await;
    let speaks = matches!(
        pod.cause,
        Cause::CrashLoop | Cause::OutOfMemory | Cause::Ended | Cause::InitHangs | Cause::Unready
    );
    let ends = matches!(pod.cause, Cause::CrashLoop | Cause::OutOfMemory);
    let may_be_foreign = ends || matches!(pod.cause, Cause::ImagePull | Cause::Start);
    let live = if may_be_foreign {
        cluster.get(&Gvk::new("v1", "Pod"), Some(namespace), &pod.pod).await.ok().flatten()
    } else {
        None
    };
    if let Some(container) = pod.container.as_deref().filter(|_| speaks && log_lines > 0) {
        // One that has ended and was not started again speaks by its present log: the one before may be gone by then. One
        // that runs again may not have come to what it fails of.
        let runs = live.as_ref().is_none_or(|live| is_running(live, container));
        let order: &[bool] = if ends && pod.restarts > 0 { &[runs, !runs] } else { &[false] };
        for previous in order.iter().copied() {
            let options = LogOptions { previous, tail_lines: Some(log_lines), ..LogOptions::default() };
            if let Ok(lines) = cluster.logs(namespace, &pod.pod, Some(container), &options).await
                && lines.iter().any(|line| !line.trim().is_empty() && !is_of_node(line))
            {
                culprit.logs = lines.into_iter().filter(|line| !is_of_node(line)).collect();
                break;
            }
        }
    }
    let foreign = ["exec format error", "no match for platform", "no matching manifest"];
    let mut said = culprit.logs.iter().chain([&pod.message]);
    if said.any(|line| foreign.iter().any(|words| line.contains(words)))
        && let Some(node) =
            live.as_ref().map(|live| text(live, "/spec/nodeName")).filter(|node| !node.is_empty())
        && let Ok(Some(node)) = cluster.get(&Gvk::new("v1", "Node"), None, node).await
    {
        let architecture = text(&node, "/status/nodeInfo/architecture");
        facts.architecture = Some(architecture.to_owned()).filter(|known| !known.is_empty());
    }
}

/// Of what the Secret is made that a message says is missing, or has no such key: an object of the release, or one of the
/// namespace.
async fn maker(cluster: &Cluster, message: &str, namespace: &str, options: &WaitOptions) -> Option<Maker> {
    let secret = missing(message).filter(|found| found.kind == "Secret" && !found.name.is_empty())?;
    if options.deployed.find("Secret", &secret.name).is_some() {
        return None;
    }
    let (gvk, key) = match options.deployed.maker_of_secret(&secret.name) {
        Some(found) => found,
        None => cluster.maker_of_secret(namespace, &secret.name).await?,
    };
    let trouble = cluster.trouble(&gvk, &key).await;
    Some(Maker { key, trouble })
}

/// Whether a container of a live pod runs.
fn is_running(pod: &Json, container: &str) -> bool {
    let lists = ["/status/initContainerStatuses", "/status/containerStatuses"].into_iter();
    let mut all = lists.filter_map(|list| pod.pointer(list)?.as_array()).flatten();
    all.any(|status| {
        text(status, "/name") == container && status.pointer("/state/running").is_some_and(Json::is_object)
    })
}

/// Whether a line is not the container's, but the node's: of a log that is gone it tells so in its place.
fn is_of_node(line: &str) -> bool {
    line.starts_with("unable to retrieve container logs for ")
        || line.starts_with("failed to try resolving symlinks in path \"/var/log/pods/")
}

/// A claim that has no volume, and why as far as the server tells.
async fn look_at_claim(cluster: &Cluster, namespace: &str, name: &str) -> Option<Claim> {
    let gvk = Gvk::new("v1", "PersistentVolumeClaim");
    let Ok(found) = cluster.get(&gvk, Some(namespace), name).await else { return None };
    let Some(live) = found else {
        return Some(Claim { name: name.to_owned(), exists: false, ..Claim::default() });
    };
    if text(&live, "/status/phase") == "Bound" {
        return None;
    }
    let mut claim = Claim { name: name.to_owned(), exists: true, ..Claim::default() };
    claim.class = live.pointer("/spec/storageClassName").and_then(Json::as_str).map(str::to_owned);
    if let Some(class) = claim.class.as_deref().filter(|class| !class.is_empty()) {
        let found = cluster.get(&Gvk::new("storage.k8s.io/v1", "StorageClass"), None, class).await;
        claim.class_exists = found.ok().map(|found| found.is_some());
    }
    claim.events = events(cluster, namespace, text(&live, "/metadata/uid")).await;
    Some(claim)
}

/// The last warnings about an object, oldest first.
async fn events(cluster: &Cluster, namespace: &str, uid: &str) -> Vec<String> {
    let mut found = events_about(cluster, namespace, uid).await;
    found.retain(|event| text(event, "/type") == "Warning");
    found.sort_by(|a, b| event_time(a).cmp(event_time(b)));
    let newest = found.split_off(found.len().saturating_sub(EVENTS));
    newest.iter().map(in_words).collect()
}

/// The newest warning about an object, without its reason.
pub(crate) async fn newest_warning(cluster: &Cluster, namespace: &str, uid: &str) -> Option<String> {
    let mut found = events_about(cluster, namespace, uid).await;
    found.retain(|event| text(event, "/type") == "Warning");
    let newest = found.into_iter().max_by(|a, b| event_time(a).cmp(event_time(b)))?;
    Some(text(&newest, "/message").trim().to_owned()).filter(|words| !words.is_empty())
}

/// All events about an object.
pub(super) async fn events_about(cluster: &Cluster, namespace: &str, uid: &str) -> Vec<Json> {
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
