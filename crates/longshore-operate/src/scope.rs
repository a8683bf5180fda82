//! Which pods belong to which release.
//!
//! A pod names its controller: a ReplicaSet whose name ends in the pod's own template hash, a Job whose name ends in a
//! CronJob's schedule. From that and the objects of the records follows the release, without asking for anything in
//! between. What an operator has made is known by the label `app.kubernetes.io/instance` only.

use std::fmt;

use longshore_cluster::Cluster;
use longshore_diag::Diagnostic;
use longshore_object::Object;
use longshore_release::{ReleaseError, Store, objects};
use serde_json::Value as Json;

use crate::pod::text;

/// Kinds that have pods.
const WORKLOADS: [&str; 7] =
    ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"];

/// What the user named: a release, or one of its objects, or one of its pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The release.
    pub release: String,
    /// `deployment/web`, `web`, `web-5d4f…-x2x`.
    pub object: Option<String>,
}

/// An object of a release that pods belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The release.
    pub release: String,
    /// The object's kind; empty where it is not known.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Releases and their objects in one namespace.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The namespace.
    pub namespace: String,
    releases: Vec<(String, Vec<Object>)>,
    /// Only this object, or pod, by kind and name.
    only: Option<(Option<String>, String)>,
}

impl std::str::FromStr for Target {
    type Err = String;

    /// `RELEASE`, `RELEASE/NAME` or `RELEASE/KIND/NAME`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (release, object) = match text.split_once('/') {
            Some((release, object)) => (release, Some(object)),
            None => (text, None),
        };
        let is_bad = |part: &str| part.is_empty() || part.split('/').any(str::is_empty);
        if is_bad(release) || object.is_some_and(|object| is_bad(object) || object.matches('/').count() > 1) {
            return Err(format!("`{text}` is none of RELEASE, RELEASE/NAME and RELEASE/KIND/NAME"));
        }
        Ok(Self { release: release.to_owned(), object: object.map(str::to_owned) })
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind.is_empty() { f.write_str(&self.name) } else { write!(f, "{}/{}", self.kind, self.name) }
    }
}

impl Scope {
    /// The newest records of these releases; those that were never deployed have no objects.
    ///
    /// # Errors
    /// The records cannot be read.
    pub async fn read(
        cluster: &Cluster,
        namespace: &str,
        releases: impl IntoIterator<Item = String>,
    ) -> Result<Self, ReleaseError> {
        let store = Store::new(cluster.clone(), namespace);
        let mut found = Vec::new();
        for name in releases {
            let history = store.history(&name).await?;
            let objects = history.last().map(|stored| objects(&stored.release)).unwrap_or_default();
            found.push((name, objects));
        }
        Ok(Self::of(namespace, found))
    }

    /// These releases with these objects.
    pub fn of(namespace: &str, releases: Vec<(String, Vec<Object>)>) -> Self {
        Self { namespace: namespace.to_owned(), releases, only: None }
    }

    /// The releases with their objects.
    pub fn releases(&self) -> impl Iterator<Item = (&str, &[Object])> {
        self.releases.iter().map(|(name, objects)| (name.as_str(), objects.as_slice()))
    }

    /// Only what the target names of them.
    ///
    /// # Errors
    /// The release has no such object. A name alone may also be that of a pod, which shows only in the cluster.
    pub fn narrowed(mut self, target: &Target) -> Result<Self, Diagnostic> {
        self.releases.retain(|(name, _)| *name == target.release);
        let Some(object) = &target.object else { return Ok(self) };
        let (kind, name) = match object.split_once('/') {
            Some((kind, name)) => (Some(kind), name),
            None => (None, object.as_str()),
        };
        let kind = match kind {
            None => None,
            Some(kind) => Some(self.kind(kind).ok_or_else(|| {
                let message = format!("`{kind}` is no kind of object that release `{}` has", target.release);
                Diagnostic::error("operate/kind", message).hint(self.choices())
            })?),
        };
        if let Some(kind) = kind.as_deref().filter(|kind| *kind != "Pod")
            && !self.objects().any(|object| object.gvk().kind == kind && object.name() == name)
        {
            let message = format!("release `{}` has no {kind} `{name}`", target.release);
            return Err(Diagnostic::error("operate/object", message).hint(self.choices()));
        }
        self.only = Some((kind, name.to_owned()));
        Ok(self)
    }

    /// The object that was named, if one was: its kind, if that was said, and its name.
    pub fn only(&self) -> Option<(Option<&str>, &str)> {
        self.only.as_ref().map(|(kind, name)| (kind.as_deref(), name.as_str()))
    }

    /// All objects.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.releases.iter().flat_map(|(_, objects)| objects)
    }

    /// What there is to choose from, for a hint.
    pub fn choices(&self) -> String {
        let mut names: Vec<String> = self
            .objects()
            .filter(|object| WORKLOADS.contains(&&*object.gvk().kind) || object.gvk().kind == "Service")
            .map(|object| format!("{}/{}", object.gvk().kind.to_lowercase(), object.name()))
            .collect();
        names.sort();
        names.dedup();
        match names.len() {
            0 => "it has no objects with pods".to_owned(),
            _ => format!("it has {}", names.join(", ")),
        }
    }

    /// The kind that a word means: `deploy`, `deployments`, `Deployment`, `svc`.
    fn kind(&self, word: &str) -> Option<String> {
        const SHORT: [(&str, &str); 8] = [
            ("deploy", "Deployment"),
            ("sts", "StatefulSet"),
            ("ds", "DaemonSet"),
            ("rs", "ReplicaSet"),
            ("cj", "CronJob"),
            ("po", "Pod"),
            ("pod", "Pod"),
            ("svc", "Service"),
        ];
        let word = word.to_ascii_lowercase();
        if let Some((_, kind)) = SHORT.iter().find(|(short, _)| *short == word) {
            return Some((*kind).to_owned());
        }
        let means = |kind: &str| {
            let kind = kind.to_ascii_lowercase();
            word == kind || word.strip_suffix('s') == Some(&kind)
        };
        let own = self.objects().map(|object| object.gvk().kind.clone());
        own.chain(WORKLOADS.map(str::to_owned)).find(|kind| means(kind))
    }

    /// The object of a release that a live pod belongs to; `None` if it is nobody's here, or not what was named.
    pub fn owner(&self, pod: &Json) -> Option<Owner> {
        let owner = self.of_controller(pod).or_else(|| self.of_label(pod))?;
        let Some((kind, name)) = &self.only else { return Some(owner) };
        let is_pod = kind.as_deref().is_none_or(|kind| kind == "Pod") && text(pod, "/metadata/name") == name;
        let is_owner = owner.name == *name && kind.as_ref().is_none_or(|kind| *kind == owner.kind);
        let is_behind = kind.as_deref().is_none_or(|kind| kind == "Service")
            && !is_owner
            && self.service(name).is_some_and(|service| selects(service, pod));
        (is_pod || is_owner || is_behind).then_some(owner)
    }

    /// A Service of the releases.
    pub fn service(&self, name: &str) -> Option<&Object> {
        self.objects().find(|object| object.gvk().kind == "Service" && object.name() == name)
    }

    fn of_controller(&self, pod: &Json) -> Option<Owner> {
        let owners = pod.pointer("/metadata/ownerReferences").and_then(Json::as_array);
        let controller =
            owners.into_iter().flatten().find(|owner| owner["controller"].as_bool().unwrap_or(false));
        let Some(controller) = controller else {
            return self.find("Pod", text(pod, "/metadata/name"));
        };
        let (kind, name) = (text(controller, "/kind"), text(controller, "/name"));
        if let Some(owner) = self.find(kind, name) {
            return Some(owner);
        }
        match kind {
            "ReplicaSet" => {
                let hash = text(pod, "/metadata/labels/pod-template-hash");
                let deployment = name.strip_suffix(hash)?.strip_suffix('-')?;
                self.find("Deployment", deployment)
            }
            "Job" => {
                let (cron_job, schedule) = name.rsplit_once('-')?;
                let is_schedule = !schedule.is_empty() && schedule.bytes().all(|byte| byte.is_ascii_digit());
                is_schedule.then(|| self.find("CronJob", cron_job)).flatten()
            }
            _ => None,
        }
    }

    fn find(&self, kind: &str, name: &str) -> Option<Owner> {
        let has = |objects: &[Object]| {
            objects.iter().any(|object| {
                object.gvk().kind == kind
                    && object.name() == name
                    && object.namespace().is_none_or(|namespace| namespace == self.namespace)
            })
        };
        let (release, _) = self.releases.iter().find(|(_, objects)| has(objects))?;
        Some(Owner { release: release.clone(), kind: kind.to_owned(), name: name.to_owned() })
    }

    fn of_label(&self, pod: &Json) -> Option<Owner> {
        let instance = text(pod, "/metadata/labels/app.kubernetes.io~1instance");
        let (release, objects) = self.releases.iter().find(|(release, _)| release == instance)?;
        // Of a release that was never deployed a label says nothing.
        let name = text(pod, "/metadata/name");
        (!objects.is_empty()).then(|| Owner {
            release: release.clone(),
            kind: "Pod".to_owned(),
            name: name.to_owned(),
        })
    }
}

/// Whether a Service's selector takes a pod.
fn selects(service: &Object, pod: &Json) -> bool {
    let service = service.to_json();
    let Some(selector) = service.pointer("/spec/selector").and_then(Json::as_object) else { return false };
    !selector.is_empty()
        && selector.iter().all(|(key, value)| {
            pod.pointer("/metadata/labels").and_then(|labels| labels.get(key)) == Some(value)
        })
}

#[cfg(test)]
mod tests;
