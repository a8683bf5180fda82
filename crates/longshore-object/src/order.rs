//! In which order the objects of a set are applied, and why.
//!
//! Helm orders by kind alone. Longshore orders by what needs what: a CRD before its instances, a
//! Namespace before its contents, the ConfigMap before the Deployment whose pods read it. Everything
//! that nothing holds back goes at once; the result is a list of waves, each of which may be applied
//! concurrently.
//!
//! **Invariant**: the order depends on the set alone, not on the order of the set; inside a wave objects
//! stand in Helm's order of kinds, then by identity.

mod graph;
mod needs;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Diagnostic;

pub use graph::Graph;
pub use needs::NEEDS;

use crate::kinds::builtin;
use crate::references::{Relation, pod_spec, references};
use crate::{Object, ObjectKey, makes_secrets, secrets_made};

/// Why one object goes before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is the namespace of the other.
    Namespace,
    /// It defines the other's kind (a CRD, an APIService).
    Definition,
    /// The other names it.
    Names(Relation),
    /// It limits what pods of the namespace may do, and must hold from the first of them.
    Policy,
    /// It gives rights to the account that the other's pods run as.
    Rights,
    /// The other intercepts requests, and would intercept those for this set.
    Webhook,
    /// The other asks for it, by an annotation ([`NEEDS`]).
    Asked,
    /// A controller makes of it a Secret that the other names.
    Makes,
}

/// One object that goes before another; both are positions in the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The one that goes first.
    pub before: usize,
    /// The one that waits.
    pub after: usize,
    /// Why.
    pub why: Why,
}

/// What of a set must go before what, sorted. `namespace` is where objects go that name none.
///
/// References to objects outside the set make no edge.
pub fn edges(objects: &[Object], namespace: &str) -> Vec<Edge> {
    let keys: Vec<ObjectKey> = objects.iter().map(|object| object.key_in(namespace)).collect();
    let index: BTreeMap<&ObjectKey, usize> = keys.iter().enumerate().map(|(i, key)| (key, i)).collect();
    let mut edges = BTreeSet::new();
    let mut add = |before: usize, after: usize, why: Why| {
        if before != after {
            edges.insert(Edge { before, after, why });
        }
    };
    let definitions = definitions(objects);
    let made = made(objects, &keys);
    let mut bindings: BTreeMap<usize, Vec<usize>> = BTreeMap::new(); // ServiceAccount -> its bindings
    let mut accounts: Vec<(usize, usize)> = Vec::new(); // (workload, ServiceAccount)
    for (i, object) in objects.iter().enumerate() {
        let gvk = object.gvk();
        if let Some(space) = &keys[i].namespace {
            let key = ObjectKey {
                group: String::new(),
                kind: "Namespace".to_owned(),
                namespace: None,
                name: space.clone(),
            };
            if let Some(before) = index.get(&key) {
                add(*before, i, Why::Namespace);
            }
        }
        for name in [gvk.kind.as_str(), gvk.version.as_str()] {
            if let Some(before) = definitions.get(&(gvk.group.clone(), name.to_owned())) {
                add(*before, i, Why::Definition);
            }
        }
        // What cannot be read is told by `mistaken_needs`.
        for before in needs::targets(object, &keys[i], &keys).unwrap_or_default() {
            add(before, i, Why::Asked);
        }
        for reference in references(object) {
            let Some(target) = resolve(&reference.target, keys[i].namespace.as_deref(), namespace, &index)
            else {
                if reference.target.group.is_empty() && reference.target.kind == "Secret" {
                    let own = keys[i].namespace.as_deref();
                    let everywhere = made.get(&(None, reference.target.name.clone()));
                    let here = made.get(&(own.map(str::to_owned), reference.target.name));
                    here.or(everywhere).into_iter().for_each(|maker| add(*maker, i, Why::Makes));
                }
                continue;
            };
            add(target, i, Why::Names(reference.relation));
            match reference.relation {
                Relation::Subject => bindings.entry(target).or_default().push(i),
                Relation::RunsAs => accounts.push((i, target)),
                _ => {}
            }
        }
    }
    for (workload, account) in accounts {
        for binding in bindings.get(&account).into_iter().flatten() {
            add(*binding, workload, Why::Rights);
        }
    }
    policies(objects, &keys, &mut add);
    webhooks(objects, &mut add);
    edges.into_iter().collect()
}

/// The set in waves: every object stands in a later wave than all that must go before it. `namespace` is
/// where objects go that name none.
///
/// Should the set need itself in a circle, the circle is entered at its first object in Helm's order.
///
/// ```
/// use longshore_object::{order, parse_manifests};
/// let text = "
/// {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{configMap: {name: c}}]}}
/// ---
/// {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
/// ";
/// let objects = parse_manifests(text, "t.yaml")?;
/// assert_eq!(order::waves(&objects, "default"), [[1], [0]]);
/// # Ok::<(), longshore_diag::Diagnostic>(())
/// ```
pub fn waves(objects: &[Object], namespace: &str) -> Vec<Vec<usize>> {
    Graph::of(objects, namespace).waves().to_vec()
}

/// What is wrong with what objects of the set say that they need ([`NEEDS`]).
pub fn mistaken_needs(objects: &[Object], namespace: &str) -> Vec<Diagnostic> {
    let keys: Vec<ObjectKey> = objects.iter().map(|object| object.key_in(namespace)).collect();
    objects.iter().zip(&keys).filter_map(|(object, own)| needs::targets(object, own, &keys).err()).collect()
}

/// The Secrets that controllers make for objects of the set, by namespace (none: in all that the object chooses) and
/// name.
fn made(objects: &[Object], keys: &[ObjectKey]) -> BTreeMap<(Option<String>, String), usize> {
    let mut found = BTreeMap::new();
    for (i, object) in objects.iter().enumerate().filter(|(_, o)| makes_secrets(&o.gvk().group, o.kind())) {
        for made in secrets_made(&object.tree().to_json()) {
            let namespace = keys[i].namespace.clone().filter(|_| !made.is_everywhere);
            found.entry((namespace, made.name)).or_insert(i);
        }
    }
    found
}

/// What the set defines: (group, kind) of CRDs, (group, version) of APIServices.
fn definitions(objects: &[Object]) -> BTreeMap<(String, String), usize> {
    let mut found = BTreeMap::new();
    for (i, object) in objects.iter().enumerate() {
        let name = match object.kind() {
            "CustomResourceDefinition" => "/spec/names/kind",
            "APIService" => "/spec/version",
            _ => continue,
        };
        if let (Some(group), Some(name)) = (object.str_at("/spec/group"), object.str_at(name)) {
            found.entry((group.to_owned(), name.to_owned())).or_insert(i);
        }
    }
    found
}

/// Finds a named object: in the naming object's namespace, else in the set's, else without one.
fn resolve(
    target: &ObjectKey,
    own: Option<&str>,
    default: &str,
    index: &BTreeMap<&ObjectKey, usize>,
) -> Option<usize> {
    let candidates: Vec<Option<&str>> = match &target.namespace {
        Some(namespace) => vec![Some(namespace.as_str())],
        None => vec![own, Some(default), None],
    };
    candidates.into_iter().find_map(|namespace| {
        let key = ObjectKey { namespace: namespace.map(str::to_owned), ..target.clone() };
        index.get(&key).copied()
    })
}

fn policies(objects: &[Object], keys: &[ObjectKey], add: &mut impl FnMut(usize, usize, Why)) {
    let mut policies: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (i, object) in objects.iter().enumerate() {
        if matches!(object.kind(), "NetworkPolicy" | "ResourceQuota" | "LimitRange")
            && builtin(&object.gvk().group, object.kind()).is_some()
        {
            policies.entry(keys[i].namespace.as_deref()).or_default().push(i);
        }
    }
    for (i, object) in objects.iter().enumerate() {
        if pod_spec(object).is_some() {
            for policy in policies.get(&keys[i].namespace.as_deref()).into_iter().flatten() {
                add(*policy, i, Why::Policy);
            }
        }
    }
}

fn webhooks(objects: &[Object], add: &mut impl FnMut(usize, usize, Why)) {
    let is_hook = |object: &Object| {
        object.gvk().group == "admissionregistration.k8s.io"
            && object.kind().ends_with("WebhookConfiguration")
    };
    for (i, _) in objects.iter().enumerate().filter(|(_, object)| is_hook(object)) {
        for (j, _) in objects.iter().enumerate().filter(|(_, object)| !is_hook(object)) {
            add(j, i, Why::Webhook);
        }
    }
}
