//! In which order the objects of a set are applied, and why.
//!
//! Helm orders by kind alone. Longshore orders by what needs what: a CRD before its instances, a
//! Namespace before its contents, the ConfigMap before the Deployment whose pods read it. Everything
//! that nothing holds back goes at once; the result is a list of waves, each of which may be applied
//! concurrently.
//!
//! **Invariant**: the order depends on the set alone, not on the order of the set; inside a wave objects
//! stand in Helm's order of kinds, then by identity.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{builtin, install_rank};
use crate::references::{Relation, pod_spec, references};
use crate::{Object, ObjectKey};

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
        for reference in references(object) {
            let Some(target) = resolve(&reference.target, keys[i].namespace.as_deref(), namespace, &index)
            else {
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
    let keys: Vec<ObjectKey> = objects.iter().map(|object| object.key_in(namespace)).collect();
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    let mut waiting_for = vec![0usize; objects.len()];
    let pairs: BTreeSet<(usize, usize)> =
        edges(objects, namespace).into_iter().map(|edge| (edge.before, edge.after)).collect();
    for (first, second) in pairs {
        after[first].push(second);
        waiting_for[second] += 1;
    }
    let rank = |i: &usize| (install_rank(objects[*i].kind()), &keys[*i], *i);
    let mut placed = vec![false; objects.len()];
    let mut waves = Vec::new();
    let mut left = objects.len();
    let mut wave: Vec<usize> = (0..objects.len()).filter(|i| waiting_for[*i] == 0).collect();
    while left > 0 {
        if wave.is_empty() {
            let first = (0..objects.len()).filter(|i| !placed[*i]).min_by_key(rank);
            wave.extend(first);
        }
        wave.sort_by(|a, b| rank(a).cmp(&rank(b)));
        let mut next = Vec::new();
        for i in &wave {
            placed[*i] = true;
            left -= 1;
        }
        for i in &wave {
            for j in &after[*i] {
                waiting_for[*j] = waiting_for[*j].saturating_sub(1);
                if waiting_for[*j] == 0 && !placed[*j] {
                    next.push(*j);
                }
            }
        }
        waves.push(std::mem::replace(&mut wave, next));
    }
    waves
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
