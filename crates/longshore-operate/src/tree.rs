//! The live state of releases as a tree: objects, what they have made, pods. Pure: live objects in, a tree out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use longshore_object::{Gvk, Object, ObjectKey, Readiness, owners, readiness};
use serde_json::Value as Json;

use crate::pod::{PodState, text};
use crate::scope::Scope;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Ready,
    /// On its way.
    Progressing,
    /// Failed, or failing.
    Failed,
}

/// A release, an object or a pod, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// `web`, `Deployment/web`, `Pod/web-5d4f-x2x`.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// Why, in a few words.
    pub words: String,
    /// When it was made.
    pub since: Option<Timestamp>,
    /// What belongs to it.
    pub children: Vec<Node>,
}

/// Live objects by their kinds.
#[derive(Debug, Default)]
pub(crate) struct Objects(BTreeMap<Gvk, BTreeMap<String, Json>>);

impl Objects {
    /// These are all of a kind.
    pub(crate) fn all(&mut self, gvk: &Gvk, found: Vec<Json>) {
        let named = found.into_iter().map(|object| (text(&object, "/metadata/name").to_owned(), object));
        self.0.insert(gvk.clone(), named.collect());
    }

    /// This one is new or has changed.
    pub(crate) fn put(&mut self, gvk: &Gvk, object: Json) {
        let name = text(&object, "/metadata/name").to_owned();
        self.0.entry(gvk.clone()).or_default().insert(name, object);
    }

    /// This one is gone.
    pub(crate) fn remove(&mut self, gvk: &Gvk, object: &Json) {
        if let Some(found) = self.0.get_mut(gvk) {
            found.remove(text(object, "/metadata/name"));
        }
    }

    fn get(&self, gvk: &Gvk, name: &str) -> Option<&Json> {
        self.0.get(gvk)?.get(name)
    }

    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Json> {
        self.0.iter().filter(move |(gvk, _)| gvk.kind == kind).flat_map(|(_, objects)| objects.values())
    }

    /// What `owner` controls of a kind, oldest first.
    fn controlled<'a>(&'a self, kind: &'a str, owner: &'a Json) -> Vec<&'a Json> {
        let uid = text(owner, "/metadata/uid");
        let mut found: Vec<&Json> =
            self.of_kind(kind).filter(|object| owners::is_controlled_by(object, uid)).collect();
        found.sort_by_key(|object| {
            (text(object, "/metadata/creationTimestamp"), text(object, "/metadata/name"))
        });
        found
    }
}

/// Whether an object is shown: one that has a state of its own, in the namespace that is looked at.
pub(crate) fn is_shown(object: &Object, namespace: &str) -> bool {
    let key: ObjectKey = object.key_in(namespace);
    longshore_object::readiness::is_awaited(&key.group, &key.kind)
        && key.namespace.as_deref() == Some(namespace)
}

/// The releases of a scope as they are.
pub(crate) fn tree(scope: &Scope, objects: &Objects) -> Vec<Node> {
    let release = |(name, declared): (&str, &[Object])| {
        let shown = declared.iter().filter(|object| is_shown(object, &scope.namespace));
        let children: Vec<Node> = shown.map(|object| of_object(object, objects)).collect();
        let ready = children.iter().filter(|child| child.health == Health::Ready).count();
        let health = children.iter().map(|child| child.health).max().unwrap_or(Health::Ready);
        let words = match children.len() {
            0 if declared.is_empty() => "not deployed".to_owned(),
            0 => "nothing to wait for".to_owned(),
            all if all == ready => "ready".to_owned(),
            all => format!("{ready} of {all} ready"),
        };
        Node { name: name.to_owned(), health, words, since: None, children }
    };
    scope.releases().map(release).collect()
}

fn of_object(declared: &Object, objects: &Objects) -> Node {
    let name = format!("{}/{}", declared.gvk().kind, declared.name());
    let Some(live) = objects.get(declared.gvk(), declared.name()) else {
        return Node {
            name,
            health: Health::Progressing,
            words: "is not there".to_owned(),
            since: None,
            children: Vec::new(),
        };
    };
    let (health, words) = match readiness(live) {
        Readiness::Ready => (Health::Ready, "ready".to_owned()),
        Readiness::Progressing { reason } => (Health::Progressing, reason),
        Readiness::Failed { reason, .. } => (Health::Failed, reason),
    };
    let children = match declared.gvk().kind.as_str() {
        "Deployment" => replica_sets(live, objects),
        "CronJob" => objects.controlled("Job", live).into_iter().map(|job| of_job(job, objects)).collect(),
        "Pod" => Vec::new(),
        _ => pods(live, objects),
    };
    Node { name, health, words, since: created(live), children }
}

/// Those that have pods, or are to have some.
fn replica_sets(deployment: &Json, objects: &Objects) -> Vec<Node> {
    const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
    let all = objects.controlled("ReplicaSet", deployment);
    let count = |set: &Json, pointer: &str| set.pointer(pointer).and_then(Json::as_i64).unwrap_or(0);
    all.into_iter()
        .filter(|set| count(set, "/spec/replicas") > 0 || count(set, "/status/replicas") > 0)
        .map(|set| {
            let (wanted, ready) = (count(set, "/spec/replicas"), count(set, "/status/readyReplicas"));
            let revision = match text(set, REVISION) {
                "" => String::new(),
                revision => format!("revision {revision}, "),
            };
            let (health, words) = if wanted == 0 {
                (Health::Progressing, format!("{revision}going away"))
            } else if ready >= wanted {
                (Health::Ready, format!("{revision}{ready} of {wanted} ready"))
            } else {
                (Health::Progressing, format!("{revision}{ready} of {wanted} ready"))
            };
            named("ReplicaSet", set, health, words, pods(set, objects))
        })
        .collect()
}

fn of_job(job: &Json, objects: &Objects) -> Node {
    let (health, words) = match readiness(job) {
        Readiness::Ready => (Health::Ready, "complete".to_owned()),
        Readiness::Progressing { reason } => (Health::Progressing, reason),
        Readiness::Failed { reason, .. } => (Health::Failed, reason),
    };
    named("Job", job, health, words, pods(job, objects))
}

fn pods(owner: &Json, objects: &Objects) -> Vec<Node> {
    let of_pod = |pod: &Json| {
        let state = PodState::of(pod);
        let fails =
            state.phase == "Failed" || state.containers.iter().any(|container| !container.reason.is_empty());
        let health = if state.is_deleting {
            Health::Progressing
        } else if state.is_ready || state.phase == "Succeeded" {
            Health::Ready
        } else if fails {
            Health::Failed
        } else {
            Health::Progressing
        };
        named("Pod", pod, health, state.words(), Vec::new())
    };
    objects.controlled("Pod", owner).into_iter().map(of_pod).collect()
}

fn named(kind: &str, object: &Json, health: Health, words: String, children: Vec<Node>) -> Node {
    let name = format!("{kind}/{}", text(object, "/metadata/name"));
    Node { name, health, words, since: created(object), children }
}

fn created(object: &Json) -> Option<Timestamp> {
    text(object, "/metadata/creationTimestamp").parse().ok()
}

#[cfg(test)]
mod tests {
    use longshore_object::{Gvk, parse_manifests};
    use serde_json::{Value as Json, json};

    use super::{Health, Node, Objects, tree};
    use crate::scope::Scope;

    fn shown(nodes: &[Node], depth: usize, lines: &mut Vec<String>) {
        for node in nodes {
            lines.push(format!("{:depth$}{} {:?} {}", "", node.name, node.health, node.words));
            shown(&node.children, depth + 1, lines);
        }
    }

    fn owned(name: &str, uid: &str, owner: &str, rest: Json) -> Json {
        let mut object = rest;
        object["metadata"] = json!({"name": name, "uid": uid, "creationTimestamp": "2026-11-22T01:00:00Z",
            "annotations": {"deployment.kubernetes.io/revision": "2"},
            "ownerReferences": [{"uid": owner, "controller": true}]});
        object
    }

    #[test]
    fn a_deployment_shows_its_replica_sets_and_their_pods() {
        let manifests = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
---
{apiVersion: v1, kind: Service, metadata: {name: front}}";
        let scope = Scope::of(
            "shop",
            vec![
                ("shop".into(), parse_manifests(manifests, "all.yaml").unwrap()),
                ("later".into(), Vec::new()),
            ],
        );
        let mut objects = Objects::default();
        let mut deployment = owned(
            "web",
            "d",
            "",
            json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "spec": {"replicas": 2}, "status": {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2,
                "readyReplicas": 1, "availableReplicas": 1}}),
        );
        deployment["metadata"]["generation"] = json!(1);
        objects.all(&Gvk::new("apps/v1", "Deployment"), vec![deployment]);
        let sets = Gvk::new("apps/v1", "ReplicaSet");
        objects.all(
            &sets,
            vec![owned(
                "web-2",
                "r2",
                "d",
                json!({"spec": {"replicas": 2}, "status": {"replicas": 2, "readyReplicas": 1}}),
            )],
        );
        objects.put(&sets, owned("web-1", "r1", "d", json!({"spec": {"replicas": 0}, "status": {}})));
        let pods = Gvk::new("v1", "Pod");
        objects.put(
            &pods,
            owned(
                "web-2-a",
                "p1",
                "r2",
                json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}),
            ),
        );
        objects.put(&pods, owned("web-2-b", "p2", "r2", json!({"spec": {"containers": [{"name": "app"}]},
            "status": {"phase": "Pending", "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]}})));
        objects.put(&pods, owned("other", "p3", "x", json!({})));
        let mut lines = Vec::new();
        shown(&tree(&scope, &objects), 0, &mut lines);
        assert_eq!(lines[0], "shop Progressing 0 of 2 ready");
        assert!(lines[1].starts_with(" Deployment/web Progressing "), "{lines:?}");
        assert_eq!(
            lines[2..],
            [
                "  ReplicaSet/web-2 Progressing revision 2, 1 of 2 ready",
                "   Pod/web-2-a Ready ready",
                "   Pod/web-2-b Failed ImagePullBackOff",
                " Service/front Progressing is not there",
                "later Ready not deployed",
            ]
        );
        objects.remove(&pods, &owned("web-2-b", "p2", "r2", json!({})));
        let now = tree(&scope, &objects);
        assert_eq!(now[0].children[0].children[0].children.len(), 1);
        assert_eq!(now[0].health, Health::Progressing);
    }
}
