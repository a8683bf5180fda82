//! Releases by the project files that they go to: one, unless several have the same name.

use std::collections::{BTreeMap, BTreeSet};

use super::namespaces::{main, of};
use crate::helmfile::load::State;
use crate::helmfile::release::Release;
use crate::left::Left;
use crate::names::name_of;

/// A release in the environments that have it.
pub(super) type Each<'a> = BTreeMap<&'a str, &'a Release>;

/// Releases of one project file, where each name is there once.
#[derive(Default)]
pub(super) struct Group<'a> {
    /// The folder of its project file; empty for the first one.
    pub(super) folder: String,
    /// The namespace of each environment: that which most of the releases are in.
    pub(super) namespaces: BTreeMap<&'a str, String>,
    /// By name, in the order of the file.
    pub(super) releases: Vec<(&'a str, Each<'a>)>,
}

impl Group<'_> {
    /// Whether it has a release of that name, as a project file writes it.
    fn has(&self, name: &str) -> bool {
        self.releases.iter().any(|(known, _)| written(known) == written(name))
    }

    /// Whether it has the release that a need names.
    pub(super) fn has_needed(&self, name: &str, namespace: Option<&str>) -> bool {
        let is_it = |each: &Each<'_>| {
            namespace.is_none_or(|namespace| each.values().any(|release| of(release) == namespace))
        };
        self.releases.iter().any(|(known, each)| *known == name && is_it(each))
    }
}

/// The name of a release in a project file.
pub(super) fn written(name: &str) -> String {
    name_of(name, "release")
}

/// All releases in one group; those whose name it has already in groups of their namespaces.
pub(super) fn groups<'a>(states: &'a [State], left: &mut BTreeSet<Left>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (name, each) in each(states, left) {
        let Some(release) = each.values().next() else { continue };
        let place = match groups.first() {
            None => groups.len(),
            Some(first) if !first.has(name) => 0,
            Some(_) => {
                let folder = name_of(of(release), "other");
                let known = groups.iter().position(|group| group.folder == folder);
                if known.is_some_and(|known| groups[known].has(name)) {
                    left.insert(twice(release));
                    continue;
                }
                known.unwrap_or(groups.len())
            }
        };
        if place == groups.len() {
            let folder = if groups.is_empty() { String::new() } else { name_of(of(release), "other") };
            groups.push(Group { folder, ..Group::default() });
        }
        groups[place].releases.push((name, each));
    }
    for group in &mut groups {
        group.namespaces = main(states, &group.releases);
    }
    groups
}

/// Releases by name: of one name and namespace they are one in all environments, of one name in several namespaces
/// several.
fn each<'a>(states: &'a [State], left: &mut BTreeSet<Left>) -> Vec<(&'a str, Each<'a>)> {
    let mut each: Vec<(&str, Each<'_>)> = Vec::new();
    for state in states {
        let environment = state.environment.as_str();
        for release in &state.releases {
            let mut slot: Vec<_> = each.iter_mut().filter(|(name, _)| *name == release.name).collect();
            // The one that has the same namespace elsewhere, else one that this environment has not filled.
            let same = slot.iter().position(|(_, all)| all.values().any(|known| of(known) == of(release)));
            let place = same.or_else(|| slot.iter().position(|(_, all)| !all.contains_key(environment)));
            match place.map(|place| &mut slot[place].1) {
                Some(all) if !all.contains_key(environment) => drop(all.insert(environment, release)),
                Some(_) => drop(left.insert(twice(release))),
                None => each.push((&release.name, [(environment, release)].into())),
            }
        }
    }
    each
}

fn twice(release: &Release) -> Left {
    let advice = "there is another one of that name in the same namespace; it was left out";
    Left::new(release.place.clone(), format!("release `{}`", release.name), advice)
}
