//! What must have succeeded on which cluster before a release may begin on another.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;

use crate::project::{Placed, ReleaseSpec};
use crate::selection::Selection;
use crate::session::Session;

/// A release on a cluster, by that cluster's place in the list.
pub(crate) type Node = (usize, String);

/// What each release waits for on other clusters. What it needs on its own is the order of waves.
///
/// A need that is wanted on the release's own cluster is met there; one that is not is met by all clusters that have it.
///
/// # Errors
/// A need lies on a cluster of a later wave.
pub(super) fn needs(sessions: &[Session]) -> Result<BTreeMap<Node, Vec<Node>>, Diagnostic> {
    let selections: Vec<&Selection> = sessions.iter().map(|session| &*session.selection).collect();
    of(&selections)
}

pub(super) fn of(selections: &[&Selection]) -> Result<BTreeMap<Node, Vec<Node>>, Diagnostic> {
    let wave = |selection: &Selection| {
        selection.cluster_name().map_or(0, |name| selection.environment.placement.wave(name))
    };
    let mut all = BTreeMap::new();
    for (at, here) in selections.iter().enumerate() {
        for release in here.releases() {
            let mut needed = Vec::new();
            for (other, need) in elsewhere(selections, here, release) {
                let there = selections[other];
                if wave(there) > wave(here) {
                    let name = |selection: &Selection| selection.cluster_name().unwrap_or("").to_owned();
                    let message = format!(
                        "release `{}` needs `{}`, which on cluster `{}` comes in a later wave than cluster `{}`",
                        release.name,
                        need.value,
                        name(there),
                        name(here)
                    );
                    return Err(Diagnostic::error("project/cluster-waves", message)
                        .at(need.place.clone())
                        .hint("put that cluster into an earlier wave of `clusterWaves`"));
                }
                needed.push((other, need.value.clone()));
            }
            for (other, there) in selections.iter().enumerate() {
                if wave(there) < wave(here) {
                    needed.extend(there.releases().map(|release| (other, release.name.clone())));
                }
            }
            needed.sort();
            needed.dedup();
            all.insert((at, release.name.clone()), needed);
        }
    }
    Ok(all)
}

/// What a release needs that is not wanted on its own cluster: the places of the clusters that have it.
pub(super) fn elsewhere<'a>(
    selections: &[&Selection],
    here: &Selection,
    release: &'a ReleaseSpec,
) -> Vec<(usize, &'a Placed<String>)> {
    let mut found = Vec::new();
    for need in release.needs.iter().filter(|need| !here.wanted.contains(&need.value)) {
        for (other, there) in selections.iter().enumerate() {
            if there.releases().any(|release| release.name == need.value) {
                found.push((other, need));
            }
        }
    }
    found
}
