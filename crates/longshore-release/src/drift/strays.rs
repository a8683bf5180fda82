//! Objects that somebody has put beside a release, under its labels: a copy that was made by hand, a pod that a
//! Service of the release sends requests to.
//!
//! Whatever carries the release's marks (Helm's, or `app.kubernetes.io/instance`) and was not made by the release
//! nor by a controller counts; so does a pod without an owner that a Service of the release selects.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};
use longshore_cluster::{Error as ClusterError, Selector};
use longshore_object::{Gvk, ObjectKey};
use serde_json::Value;

use super::{Author, Cause, DriftState, IgnoreRule, ObjectDrift, Writer, ignore, known_keys};
use crate::prior::objects;
use crate::store::{Stored, strings};
use crate::{Context, ReleaseError, managed, ownership};

/// The label by which charts tell the objects of one release from those of another.
const INSTANCE: &str = "app.kubernetes.io/instance";

/// Kinds that people make by hand. Volume claims are not among them: those of StatefulSets carry labels of the
/// release, and those that an earlier removal kept.
const KINDS: [(&str, &str); 13] = [
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
];

/// A release that is there.
#[derive(Debug, Clone, Copy)]
pub struct Deployed<'a> {
    /// Its newest record.
    pub stored: &'a Stored,
}

/// The objects beside each release, in the order of `releases`. Each kind is asked for once for all of them, and
/// only its metadata; a kind that the user may not list is left out.
///
/// # Errors
/// The cluster cannot be asked.
pub async fn strays(
    context: &Context,
    releases: &[Deployed<'_>],
    rules: &[IgnoreRule],
) -> Result<Vec<Vec<ObjectDrift>>, ReleaseError> {
    let sides: Vec<Side> =
        releases.iter().map(|release| Side::of(release.stored, &context.namespace)).collect();
    let mut kinds: BTreeSet<Gvk> = KINDS.iter().map(|(version, kind)| Gvk::new(version, kind)).collect();
    kinds.extend(sides.iter().flat_map(|side| side.kinds.iter().cloned()));
    let lists: Vec<(Gvk, Vec<Value>)> =
        stream::iter(kinds).map(|gvk| list(context, gvk)).buffered(16).try_collect().await?;
    let known: BTreeSet<&ObjectKey> = sides.iter().flat_map(|side| &side.known).collect();
    let mut found = vec![Vec::new(); sides.len()];
    for (gvk, items) in &lists {
        for item in items {
            let Some(key) = stray(context, gvk, item).filter(|key| !known.contains(key)) else { continue };
            let Some(index) = sides.iter().position(|side| side.is_under(gvk, item, &context.namespace))
            else {
                continue;
            };
            let Some(drift) = told(key, item) else { continue };
            let name = &sides[index].name;
            found[index].extend(ignore::apply(rules, name, drift, &[None]));
        }
    }
    Ok(found)
}

/// What is known of a release.
struct Side {
    name: String,
    known: BTreeSet<ObjectKey>,
    kinds: BTreeSet<Gvk>,
    /// What its Services select.
    selectors: Vec<BTreeMap<String, String>>,
}

impl Side {
    fn of(stored: &Stored, namespace: &str) -> Self {
        let all = objects(&stored.release);
        let is_here = |object: &&longshore_object::Object| {
            object.key_in(namespace).namespace.as_deref() == Some(namespace)
                && object.kind() != "PersistentVolumeClaim"
        };
        let services =
            all.iter().filter(|object| object.kind() == "Service" && object.gvk().group.is_empty());
        let selectors = services
            .filter_map(|service| service.get("/spec/selector"))
            .map(|selector| strings(&selector.to_json()))
            .filter(|selector| !selector.is_empty());
        // One version of a kind is enough, and that of the table is served.
        let is_listed = |gvk: &Gvk| {
            KINDS.iter().any(|(version, kind)| {
                *gvk == Gvk::new(version, kind)
                    || (gvk.kind == *kind && version.starts_with(&format!("{}/", gvk.group)))
            })
        };
        Self {
            name: stored.release.name.clone(),
            known: known_keys(stored, namespace),
            kinds: all
                .iter()
                .filter(is_here)
                .map(|object| object.gvk().clone())
                .filter(|gvk| !is_listed(gvk))
                .collect(),
            selectors: selectors.collect(),
        }
    }

    /// Whether an object carries the release's labels.
    fn is_under(&self, gvk: &Gvk, item: &Value, namespace: &str) -> bool {
        let labels = &item["metadata"]["labels"];
        let is_selected = |selector: &BTreeMap<String, String>| {
            selector.iter().all(|(key, value)| labels[key].as_str() == Some(value))
        };
        labels[INSTANCE].as_str() == Some(&self.name)
            || ownership::owns(item, &self.name, namespace)
            || gvk.kind == "Pod" && gvk.group.is_empty() && self.selectors.iter().any(is_selected)
    }
}

async fn list(context: &Context, gvk: Gvk) -> Result<(Gvk, Vec<Value>), ReleaseError> {
    let mut selector = Selector::default();
    if gvk.group.is_empty() && gvk.kind == "Secret" {
        // Records of releases are Secrets too.
        selector.fields = Some("type!=helm.sh/release.v1".to_owned());
    }
    match context.cluster.list_metadata(&gvk, Some(&context.namespace), &selector).await {
        Ok(found) => Ok((gvk, found.items)),
        Err(ClusterError::Refused(_) | ClusterError::UnknownKind(_)) => Ok((gvk, Vec::new())),
        Err(error) => Err(error.into()),
    }
}

/// The identity of an object that nobody owns.
fn stray(context: &Context, gvk: &Gvk, item: &Value) -> Option<ObjectKey> {
    let is_owned = item["metadata"]["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty());
    (!is_owned).then(|| ObjectKey {
        group: gvk.group.clone(),
        kind: gvk.kind.clone(),
        namespace: Some(context.namespace.clone()),
        name: item["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
    })
}

/// Who made it; nothing if that was a release or a controller.
fn told(key: ObjectKey, item: &Value) -> Option<ObjectDrift> {
    let entries = managed::entries(item);
    let maker = entries.iter().filter(|entry| entry.subresource.is_none()).min_by_key(|entry| entry.time);
    let by = maker.map(|entry| Writer::of(entry, false));
    let cause = match by.as_ref().map(|by| by.author) {
        Some(Author::Release | Author::Controller) => return None,
        Some(Author::Human) => Cause::Human,
        Some(Author::Program) => Cause::Program,
        None => Cause::Unknown,
    };
    Some(ObjectDrift { object: key, state: DriftState::Added, cause: Some(cause), by, fields: Vec::new() })
}
