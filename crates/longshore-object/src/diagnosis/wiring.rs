//! What does not fit together within a release: Services that select nothing, ports and backends that are not
//! there, certificates that are spelled otherwise, autoscalers without a target or without requests, budgets that allow
//! no eviction, network policies that choose nothing.
//!
//! Nothing of it keeps an object from being ready, which is why a deploy that succeeded is where it is told.
//! Only what the release itself shows is told: a Service may well select pods that an operator makes, so whoever
//! asks says which labels live pods have ([`wiring`]'s `pods`).

mod policy;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Diagnostic;
use serde_json::Value as Json;

use crate::live::{Condition, condition, items, text};
use crate::references::{pod_template, references};
use crate::{Object, Tree, references::Relation};

/// Labels.
pub type Labels = BTreeMap<String, String>;

/// What is known of the pods of a namespace.
#[derive(Debug, Clone, Copy)]
pub enum Pods<'a> {
    /// Nothing: selectors that match no workload are not spoken of.
    Unknown,
    /// The labels of those that live.
    Live(&'a [Labels]),
    /// No others than those that the objects at hand make.
    Ours,
}

impl Pods<'_> {
    /// Whether it is known that no pod is like that.
    fn lack(self, is_like: impl Fn(&Labels) -> bool) -> bool {
        match self {
            Pods::Unknown => false,
            Pods::Live(pods) => !pods.iter().any(is_like),
            Pods::Ours => true,
        }
    }
}

/// Objects of a namespace, between which things must fit.
pub struct Surroundings<'a> {
    objects: Vec<&'a Object>,
    workloads: Vec<Workload<'a>>,
    pods: Pods<'a>,
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Surroundings({} objects)", self.objects.len())
    }
}

impl<'a> Surroundings<'a> {
    /// The surroundings that these objects are for each other.
    pub fn new(objects: impl IntoIterator<Item = &'a Object>, pods: Pods<'a>) -> Self {
        let objects: Vec<&Object> = objects.into_iter().collect();
        let workloads = objects.iter().filter_map(|object| Workload::of(object)).collect();
        Self { objects, workloads, pods }
    }

    /// What of an object does not fit to the others.
    pub fn wiring(&self, object: &Object) -> Vec<Diagnostic> {
        let Self { objects, workloads, pods } = self;
        let mut found = Vec::new();
        match (object.gvk().group.as_str(), object.kind()) {
            ("", "Service") => found.extend(service(object, workloads, *pods)),
            ("autoscaling", "HorizontalPodAutoscaler") => found.extend(autoscaler(object, workloads)),
            ("policy", "PodDisruptionBudget") => found.extend(budget(object, objects, workloads)),
            ("networking.k8s.io", "NetworkPolicy") => found.extend(policy::policy(object, workloads, *pods)),
            _ => {}
        }
        found.extend(misspelled(object, objects));
        found
    }
}

/// What does not fit together. `pods` are the labels of live pods of the namespace; `None` if they are not known, in
/// which case nothing is said of selectors that match no workload of the release.
pub fn wiring(objects: &[Object], pods: Option<&[Labels]>) -> Vec<Diagnostic> {
    let surroundings = Surroundings::new(objects, pods.map_or(Pods::Unknown, Pods::Live));
    objects.iter().flat_map(|object| surroundings.wiring(object)).collect()
}

/// Whether a Service or network policy of the release selects pods of none of its workloads: only then live pods are
/// worth asking for.
pub fn asks_for_pods(objects: &[Object]) -> bool {
    let workloads: Vec<Workload<'_>> = objects.iter().filter_map(Workload::of).collect();
    objects.iter().any(|object| match (object.gvk().group.as_str(), object.kind()) {
        ("", "Service") => {
            let selector = labels(object, "/spec/selector");
            !selector.is_empty() && !workloads.iter().any(|workload| matches(&selector, &workload.labels))
        }
        ("networking.k8s.io", "NetworkPolicy") => policy::asks_for_pods(object, &workloads),
        _ => false,
    })
}

/// The labels of the pods that objects make, or are.
pub fn labels_of_pods<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<Labels> {
    objects.into_iter().filter_map(Workload::of).map(|workload| workload.labels).collect()
}

/// Why a live autoscaler cannot do its work, in its own words.
pub fn why_not_scaling(live: &Json) -> Option<String> {
    let broken = ["AbleToScale", "ScalingActive"].into_iter().find_map(|kind| {
        // Scaled to zero by hand is switched off, not broken.
        condition(live, kind)
            .filter(|found: &Condition<'_>| found.is_false() && found.reason != "ScalingDisabled")
    })?;
    Some(format!("{}: {}", broken.reason, broken.message))
}

struct Workload<'a> {
    object: &'a Object,
    labels: Labels,
    template: Json,
}

impl<'a> Workload<'a> {
    fn of(object: &'a Object) -> Option<Self> {
        let (template, _) = pod_template(object)?;
        let template = template.to_json();
        let pairs = template.pointer("/metadata/labels").and_then(Json::as_object);
        let labels = pairs
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        Some(Self { object, labels: labels.collect(), template })
    }

    fn name(&self) -> String {
        self.object.key().to_string()
    }

    fn containers(&self) -> &[Json] {
        items(&self.template, "/spec/containers")
    }
}

fn labels(object: &Object, pointer: &str) -> Labels {
    let map = object.get(pointer).and_then(crate::Tree::as_map);
    map.into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn matches(selector: &Labels, labels: &Labels) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn told(labels: &Labels) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

fn service(object: &Object, workloads: &[Workload<'_>], pods: Pods<'_>) -> Vec<Diagnostic> {
    let selector = labels(object, "/spec/selector");
    if selector.is_empty() || object.str_at("/spec/type") == Some("ExternalName") {
        return Vec::new();
    }
    let at = |pointer: &str| object.place_of(pointer).unwrap_or_else(|| object.place().clone());
    let chosen: Vec<&Workload<'_>> = workloads.iter().filter(|w| matches(&selector, &w.labels)).collect();
    if chosen.is_empty() {
        if !pods.lack(|pod| matches(&selector, pod)) {
            return Vec::new();
        }
        let message = format!("{} selects no pod: {}", object.key(), told(&selector));
        let warning = Diagnostic::warning("wiring/no-endpoints", message).at(at("/spec/selector"));
        let hint = match meant(&selector, workloads).or(only(workloads)) {
            Some(near) => format!("pods of {} have {}", near.name(), told(&near.labels)),
            None if matches!(pods, Pods::Live([])) => "there is no pod in the namespace".to_owned(),
            None => "no workload of the release has these labels".to_owned(),
        };
        return vec![warning.hint(hint)];
    }
    let mut found = Vec::new();
    // Without an address of its own, only the names of its pods are asked for. Pods that end are there beside others.
    let is_headless = object.str_at("/spec/clusterIP") == Some("None");
    let serving: Vec<&&Workload<'_>> =
        chosen.iter().filter(|w| !matches!(w.object.kind(), "Job" | "CronJob" | "Pod")).collect();
    let Some(first) = serving.first().filter(|_| !is_headless) else { return found };
    for (index, port) in object.get("/spec/ports").map_or(&[][..], crate::Tree::items).iter().enumerate() {
        let Some(name) = port.child("targetPort").and_then(crate::Tree::as_str) else { continue };
        // Several workloads may share a Service, each with some of its ports.
        if name.parse::<u16>().is_ok() || serving.iter().any(|workload| ports(workload).contains(name)) {
            continue;
        }
        let message =
            format!("{} sends to port `{name}`, which {} does not have", object.key(), first.name());
        let warning =
            Diagnostic::warning("wiring/no-port", message).at(at(&format!("/spec/ports/{index}/targetPort")));
        let known = ports(first);
        found.push(match longshore_diag::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => warning.hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => warning.hint("none of its containers names a port"),
            None => {
                warning.hint(format!("its ports are {}", known.into_iter().collect::<Vec<_>>().join(", ")))
            }
        });
    }
    found
}

/// The workload whose pods a selector seems to be meant for: no label of its own has a value that is quite another one.
fn meant<'a, 'b>(selector: &Labels, workloads: &'a [Workload<'b>]) -> Option<&'a Workload<'b>> {
    let likeness = |workload: &Workload<'_>| -> Option<usize> {
        selector.iter().try_fold(0, |sum, (key, value)| match workload.labels.get(key) {
            Some(own) if own == value => Some(sum + 2),
            Some(own) => longshore_diag::slip(value, [own.as_str()]).map(|_| sum + 1),
            None => Some(sum),
        })
    };
    let near = workloads.iter().filter_map(|workload| Some((likeness(workload)?, workload)));
    near.filter(|(likeness, _)| *likeness > 0).max_by_key(|(likeness, _)| *likeness).map(|(_, found)| found)
}

/// The only workload that there is.
fn only<'a, 'b>(workloads: &'a [Workload<'b>]) -> Option<&'a Workload<'b>> {
    if let [only] = workloads { Some(only) } else { None }
}

fn ports(workload: &Workload<'_>) -> BTreeSet<String> {
    let sidecars = items(&workload.template, "/spec/initContainers");
    let ports = workload.containers().iter().chain(sidecars).flat_map(|container| items(container, "/ports"));
    ports.map(|port| text(port, "/name").to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Services to which an Ingress or a route of the release sends or by which a StatefulSet is governed, and Secrets with
/// certificates, which the release does not have, where a similar one is there: others may well exist beside the release.
fn misspelled(object: &Object, objects: &[&Object]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for reference in references(object) {
        let target = &reference.target;
        let (kind, verb, code) = match reference.relation {
            Relation::Backend => ("Service", "sends to", "wiring/no-backend"),
            Relation::Certificate => ("Secret", "has its certificate in", "wiring/no-certificate"),
            // A StatefulSet's pods have names through it.
            Relation::Attaches => ("Service", "is governed by", "wiring/no-governor"),
            _ => continue,
        };
        let there = objects.iter().filter(|o| o.gvk().group.is_empty() && o.kind() == kind);
        let names = there.map(|object| object.name());
        let is_made = || target.kind == "Secret" && makes_certificate(object, objects, &target.name);
        if target.kind != kind || names.clone().any(|name| name == target.name) || is_made() {
            continue;
        }
        if let Some(near) = longshore_diag::slip(&target.name, names) {
            let message =
                format!("{} {verb} {kind}/{}, which is not in this release", object.key(), target.name);
            let place = object.place_of(&reference.field).unwrap_or_else(|| object.place().clone());
            found.push(Diagnostic::warning(code, message).at(place).hint(format!("did you mean `{near}`?")));
        }
    }
    found
}

/// Whether cert-manager makes the Secret: for the annotations of the object that names it, or for a Certificate.
fn makes_certificate(object: &Object, objects: &[&Object], secret: &str) -> bool {
    ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"]
        .iter()
        .any(|name| object.annotation(name).is_some())
        || objects.iter().any(|o| o.kind() == "Certificate" && o.str_at("/spec/secretName") == Some(secret))
}

fn autoscaler(object: &Object, workloads: &[Workload<'_>]) -> Option<Diagnostic> {
    let reference =
        references(object).into_iter().find(|reference| reference.relation == Relation::Scales)?;
    let target = &reference.target;
    let workload =
        workloads.iter().find(|w| w.object.name() == target.name && w.object.kind() == target.kind);
    let Some(workload) = workload else {
        let names: Vec<&str> =
            workloads.iter().filter(|w| w.object.kind() == target.kind).map(|w| w.object.name()).collect();
        let near = longshore_diag::nearest(&target.name, names.iter().copied())?;
        let message = format!("{} scales {target}, which is not in this release", object.key());
        let place = object.place_of(&reference.field).unwrap_or_else(|| object.place().clone());
        return Some(
            Diagnostic::warning("wiring/no-target", message)
                .at(place)
                .hint(format!("did you mean `{near}`?")),
        );
    };
    // A share of the requests wants requests.
    let json = object.to_json();
    let metrics = items(&json, "/spec/metrics").iter();
    let mut wanted: BTreeSet<&str> = metrics
        .filter(|metric| text(metric, "/resource/target/type") == "Utilization")
        .map(|metric| text(metric, "/resource/name"))
        .collect();
    if json.pointer("/spec/targetCPUUtilizationPercentage").is_some() {
        wanted.insert("cpu");
    }
    for resource in wanted {
        let without = workload.containers().iter().find(|container| {
            container.pointer(&format!("/resources/requests/{resource}")).is_none()
                && container.pointer(&format!("/resources/limits/{resource}")).is_none()
        });
        if let Some(container) = without {
            let message = format!(
                "{} scales by a share of requested {resource}, and container {} of {} requests none",
                object.key(),
                text(container, "/name"),
                workload.name()
            );
            return Some(Diagnostic::warning("wiring/no-requests", message).at(object.place().clone()).hint(
                format!("give the container `resources.requests.{resource}`; until then nothing is scaled"),
            ));
        }
    }
    None
}

fn budget(object: &Object, objects: &[&Object], workloads: &[Workload<'_>]) -> Option<Diagnostic> {
    let selector = labels(object, "/spec/selector/matchLabels");
    let json = object.to_json();
    let least = json.pointer("/spec/minAvailable");
    let most = json.pointer("/spec/maxUnavailable");
    let is_none = |value: &Json| value.as_i64() == Some(0) || value.as_str() == Some("0%");
    let chosen = workloads.iter().find(|w| !selector.is_empty() && matches(&selector, &w.labels))?;
    let replicas = match fewest(chosen.object, objects) {
        Some(fewest) => fewest,
        None => chosen.object.get("/spec/replicas").map_or(Some(1), Tree::as_i64)?,
    };
    let all = least.is_some_and(|least| {
        least.as_str() == Some("100%")
            || least.as_i64().is_some_and(|least| least >= replicas && replicas > 0)
    });
    (all || most.is_some_and(is_none)).then(|| {
        let replicas = if replicas == 1 { "1 replica".to_owned() } else { format!("{replicas} replicas") };
        let message = format!("{} never lets a pod of {} go: {replicas}", object.key(), chosen.name());
        Diagnostic::warning("wiring/no-eviction", message)
            .at(object.place().clone())
            .hint("draining a node will wait for ever; allow one pod to be unavailable, or add a replica")
    })
}

/// How many pods an autoscaler leaves a workload at least; nothing if none scales it.
fn fewest(workload: &Object, objects: &[&Object]) -> Option<i64> {
    let scales = |object: &&&Object| {
        object.kind() == "HorizontalPodAutoscaler"
            && references(object).iter().any(|reference| {
                reference.relation == Relation::Scales
                    && reference.target.kind == workload.kind()
                    && reference.target.name == workload.name()
            })
    };
    let autoscaler = objects.iter().find(scales)?;
    Some(autoscaler.get("/spec/minReplicas").and_then(Tree::as_i64).unwrap_or(1))
}
