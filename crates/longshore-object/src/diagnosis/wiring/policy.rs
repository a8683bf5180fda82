//! Network policies whose selectors choose no pod: they guard nothing, or let nobody in.

use longshore_diag::{Diagnostic, slip};

use super::{Labels, Pods, Workload, labels, matches, told};
use crate::{Object, Tree};

/// A selector of labels alone, and where it stands.
struct Chosen {
    pointer: String,
    labels: Labels,
    /// `guards` or `lets in`, as a message has it.
    verb: &'static str,
}

/// The selectors of pods of the policy's own namespace. One with expressions may choose more than its labels say, an
/// empty one chooses all, and what is let out may be anywhere: nothing is said of these.
fn selectors(policy: &Object) -> Vec<Chosen> {
    let mut pointers = vec![("/spec/podSelector".to_owned(), "guards")];
    for (rule, of_rule) in list(policy, "/spec/ingress").enumerate() {
        let peers = of_rule.child("from").map_or(&[][..], Tree::items);
        for (peer, _) in
            peers.iter().enumerate().filter(|(_, peer)| peer.child("namespaceSelector").is_none())
        {
            pointers.push((format!("/spec/ingress/{rule}/from/{peer}/podSelector"), "lets in"));
        }
    }
    let simple = |pointer: &String| policy.get(&format!("{pointer}/matchExpressions")).is_none();
    let chosen = pointers.into_iter().filter(|(pointer, _)| simple(pointer)).map(|(pointer, verb)| {
        let labels = labels(policy, &format!("{pointer}/matchLabels"));
        Chosen { pointer, labels, verb }
    });
    chosen.filter(|chosen| !chosen.labels.is_empty()).collect()
}

fn list<'a>(object: &'a Object, pointer: &str) -> impl Iterator<Item = &'a Tree> {
    object.get(pointer).map_or(&[][..], Tree::items).iter()
}

/// Whether one of its selectors matches no workload of the release.
pub(super) fn asks_for_pods(policy: &Object, workloads: &[Workload<'_>]) -> bool {
    let unmatched = |chosen: &Chosen| !workloads.iter().any(|w| matches(&chosen.labels, &w.labels));
    selectors(policy).iter().any(unmatched)
}

/// What it guards or lets in that is neither in the release nor in the namespace.
pub(super) fn policy(policy: &Object, workloads: &[Workload<'_>], pods: Pods<'_>) -> Vec<Diagnostic> {
    let known = |chosen: &Chosen| {
        workloads.iter().any(|workload| matches(&chosen.labels, &workload.labels))
            || !pods.lack(|pod| matches(&chosen.labels, pod))
    };
    // A policy for pods that nobody here makes does no harm: before a deploy only a slip is told.
    let is_meant = |chosen: &Chosen| !matches!(pods, Pods::Ours) || is_misspelled(&chosen.labels, workloads);
    let unknown = selectors(policy).into_iter().filter(|chosen| !known(chosen) && is_meant(chosen));
    let told = unknown.map(|chosen| {
        let message = format!("{} {} no pod: {}", policy.key(), chosen.verb, told(&chosen.labels));
        let place = policy.place_of(&chosen.pointer).unwrap_or_else(|| policy.place().clone());
        let warning = Diagnostic::warning("wiring/no-pods", message).at(place);
        match super::meant(&chosen.labels, workloads) {
            Some(near) => warning.hint(format!("pods of {} have {}", near.name(), super::told(&near.labels))),
            None => warning,
        }
    });
    told.collect()
}

/// Whether pods have all labels of a selector, with values that it only misspells.
fn is_misspelled(selector: &Labels, workloads: &[Workload<'_>]) -> bool {
    let is_slip = |value: &str, own: &String| slip(value, [own.as_str()]).is_some();
    let of_pod = |workload: &Workload<'_>| {
        selector.iter().all(|(key, value)| workload.labels.get(key).is_some_and(|own| is_slip(value, own)))
    };
    workloads.iter().any(of_pod)
}
