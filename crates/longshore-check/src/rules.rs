//! The rules, and what they find in one object.

mod deprecated;
mod named;
mod plain;
mod ports;
mod repeated;
mod routes;
mod selectors;
mod volumes;

use longshore_diag::Diagnostic;
use longshore_object::Object;

use crate::world::World;

/// An object that is looked at.
pub(crate) struct Subject<'a> {
    pub(crate) object: &'a Object,
    /// Its release, by its number.
    pub(crate) release: usize,
    /// The namespace that it will be in.
    pub(crate) namespace: &'a str,
    pub(crate) world: &'a World<'a>,
}

/// A kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, `area/what`.
    pub code: &'static str,
    /// What it is about, in one sentence.
    pub about: &'static str,
}

const fn rule(code: &'static str, about: &'static str) -> Rule {
    Rule { code, about }
}

/// All rules of this crate.
pub static RULES: &[Rule] = &[
    rule("api/deprecated", "An API version that a target version of Kubernetes deprecates"),
    rule("api/not-yet", "An API version that a target version of Kubernetes does not serve yet"),
    rule("api/removed", "An API version that a target version of Kubernetes no longer serves"),
    rule("check/annotation", "An annotation that silences no rule, or without a reason"),
    rule("pods/no-port", "A probe or hook that names a port which its container does not have"),
    rule("pods/no-volume", "A mount of a volume that the pod does not have"),
    rule("pods/repeated", "Two entries of a list with the same key, which server-side apply refuses"),
    rule("references/no-claim", "A PersistentVolumeClaim that is used and that nobody makes"),
    rule("references/no-config-map", "A ConfigMap that is read and that nobody makes"),
    rule("references/no-key", "A key of a ConfigMap or Secret that is read and not in it"),
    rule("references/no-pods", "A budget that selects no pods"),
    rule("references/no-port", "A route to a port that its Service does not have"),
    rule("references/no-role", "A binding of a Role that nobody makes"),
    rule("references/no-secret", "A Secret that is read and that nobody makes"),
    rule("references/no-service", "A route to a Service that nobody makes"),
    rule("references/no-service-account", "A ServiceAccount that pods run as and that nobody makes"),
    rule("references/no-target", "An autoscaler of a workload that nobody makes"),
    rule("schema/missing-field", "A field that must be there"),
    rule("schema/unknown-field", "A field that the API does not have"),
    rule("schema/unknown-kind", "A kind that no known version of Kubernetes serves"),
    rule("schema/unknown-value", "A value that is none of those that a field may have"),
    rule("schema/wrong-type", "A value of another type than the field has"),
    rule("secrets/plain", "A password or the like as plain text outside a Secret"),
    rule("wiring/no-certificate", "A Secret with a certificate that is spelled otherwise"),
    rule("wiring/no-endpoints", "A Service that selects no pods"),
    rule("wiring/no-eviction", "A budget that never lets a pod go"),
    rule("wiring/no-governor", "A governing Service of a StatefulSet that is spelled otherwise"),
    rule("wiring/no-pods", "A network policy whose selector chooses no pods"),
    rule("wiring/no-port", "A Service that sends to a port which its pods do not name"),
    rule("wiring/no-requests", "An autoscaler by a share of requests that a container does not make"),
];

/// What is wrong with an object among others, in the given minor versions.
pub(crate) fn findings(subject: &Subject<'_>, minors: &[u32]) -> Vec<Diagnostic> {
    let mut found = crate::schema::validate(subject.object, minors, &subject.world.definitions);
    found.extend(deprecated::find(subject, minors));
    found.extend(volumes::find(subject));
    found.extend(ports::find(subject));
    found.extend(repeated::find(subject));
    found.extend(named::find(subject));
    found.extend(routes::find(subject));
    found.extend(selectors::find(subject));
    found.extend(plain::find(subject));
    found
}

#[cfg(test)]
mod tests;
