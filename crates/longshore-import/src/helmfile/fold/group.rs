//! Releases by the namespaces that they are in.

use std::collections::{BTreeMap, BTreeSet};

use crate::helmfile::load::State;
use crate::helmfile::release::Release;
use crate::left::Left;
use crate::names::name_of;

/// The namespace of releases that name none, as Helm has it.
const USUAL: &str = "default";

/// Releases that are in one namespace in each environment.
pub(super) struct Group<'a> {
    /// What tells it from others.
    pub(super) key: String,
    /// The namespace in each environment, where it is known.
    namespaces: BTreeMap<&'a str, String>,
    /// By name, in the order of the file, and for each the environments that have it.
    pub(super) releases: Ordered<'a>,
}

/// Releases in the order in which they were found.
#[derive(Default)]
pub(super) struct Ordered<'a>(Vec<(&'a str, BTreeMap<&'a str, &'a Release>)>);

impl Ordered<'_> {
    pub(super) fn contains_key(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }
}

impl<'b, 'a> IntoIterator for &'b Ordered<'a> {
    type Item = &'b (&'a str, BTreeMap<&'a str, &'a Release>);
    type IntoIter = std::slice::Iter<'b, (&'a str, BTreeMap<&'a str, &'a Release>)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Group<'_> {
    /// The namespace in an environment.
    pub(super) fn namespace(&self, environment: &str) -> String {
        let known = self.namespaces.get(environment).or_else(|| self.namespaces.values().next());
        known.cloned().unwrap_or_else(|| USUAL.to_owned())
    }

    /// Whether it is that namespace in any environment.
    pub(super) fn has_namespace(&self, namespace: &str) -> bool {
        self.namespaces.values().any(|known| known == namespace)
    }

    /// The folder of its project file, and what people know it by.
    pub(super) fn folder(&self) -> String {
        name_of(self.namespaces.values().next().map_or(USUAL, String::as_str), USUAL)
    }
}

/// The groups, that with the most releases first. What has no namespace goes to the first.
pub(super) fn groups<'a>(states: &'a [State], left: &mut BTreeSet<Left>) -> Vec<Group<'a>> {
    // Releases of one name and namespace are one in all environments; of one name in several namespaces, several.
    let mut each: Vec<(&str, BTreeMap<&str, &Release>)> = Vec::new();
    for state in states {
        for release in &state.releases {
            let twice = |known: &&Release| known.namespace == release.namespace;
            let slot = each.iter_mut().filter(|(name, _)| *name == release.name);
            let environment = state.environment.as_str();
            let mut slot: Vec<_> = slot.collect();
            // The one that has the same namespace elsewhere, else one that this environment has not filled.
            let same = slot.iter().position(|(_, all)| all.values().any(&twice));
            let place = same.or_else(|| slot.iter().position(|(_, all)| !all.contains_key(environment)));
            match place.map(|place| &mut slot[place].1) {
                Some(all) if !all.contains_key(environment) => drop(all.insert(environment, release)),
                Some(_) => drop(left.insert(Left::new(
                    release.place.clone(),
                    format!("release `{}`", release.name),
                    "there is another one of that name in the same namespace; it was left out",
                ))),
                None => each.push((&release.name, [(environment, release)].into())),
            }
        }
    }
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (name, all) in each {
        let namespaces: BTreeMap<&str, String> = all
            .iter()
            .filter_map(|(environment, release)| Some((*environment, release.namespace.clone()?)))
            .collect();
        let distinct: BTreeSet<&String> = namespaces.values().collect();
        let key = match distinct.len() {
            0 => String::new(),
            1 => namespaces.values().next().cloned().unwrap_or_default(),
            _ => format!("{namespaces:?}"),
        };
        // One that is told apart by environments goes to a group that agrees with it in all that both have.
        let fits = |group: &Group<'_>| {
            group.key == key
                || (distinct.len() > 1 || group.key.starts_with('{'))
                    && !namespaces.is_empty()
                    && namespaces.iter().all(|(environment, namespace)| {
                        group.namespaces.get(environment).is_none_or(|known| known == namespace)
                    })
                    && namespaces.keys().any(|environment| group.namespaces.contains_key(environment))
        };
        match groups.iter_mut().find(|group| fits(group)) {
            Some(group) => {
                group.namespaces.extend(namespaces);
                group.releases.0.push((name, all));
            }
            None => groups.push(Group { key, namespaces, releases: Ordered(vec![(name, all)]) }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.releases.0.len()));
    groups
}
