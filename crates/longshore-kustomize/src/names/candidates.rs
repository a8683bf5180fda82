//! The resources that a name may mean, by the names that they had.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use longshore_yaml::Text;

use super::referrer::Referrer;
use crate::fieldspec::FieldSpec;
use crate::gvk::Gvk;
use crate::id::{Id, NO_NAMESPACE};
use crate::resource::{Resource, Way};
use crate::scope::Scopes;

/// What several candidates must share so that it does not matter which of them is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identical {
    /// The name.
    Names,
    /// Name and namespace.
    NamesAndNamespaces,
}

/// A resource that had another name before.
pub(super) struct Candidate {
    id: Id,
    past: Vec<Id>,
    /// Its name now.
    pub(super) name: Text,
    /// Its namespace now, as written.
    pub(super) namespace: Text,
    original_namespace: Text,
    way: Way,
    /// Which of all resources it is.
    place: usize,
}

/// Several resources that may be meant: which of all they are.
pub(super) struct Ambiguous(pub(super) Vec<usize>);

/// All of them, found by what they were called.
pub(super) struct Candidates {
    list: Vec<Candidate>,
    by_name: IndexMap<Text, Vec<u32>>,
    /// By name and the effective namespace now.
    by_namespace: IndexMap<(Text, Text), Vec<u32>>,
    /// By name and the first effective namespace.
    by_original_namespace: IndexMap<(Text, Text), Vec<u32>>,
    /// First effective namespaces of all resources, with the effective and the written one that they are in now.
    seen: BTreeSet<(Text, Text)>,
    seen_written: BTreeSet<(Text, Text)>,
    seen_original: BTreeSet<Text>,
}

impl Candidates {
    pub(super) fn of(resources: &[Resource], scopes: &Scopes) -> Self {
        let mut this = Self {
            list: Vec::new(),
            by_name: IndexMap::new(),
            by_namespace: IndexMap::new(),
            by_original_namespace: IndexMap::new(),
            seen: BTreeSet::new(),
            seen_written: BTreeSet::new(),
            seen_original: BTreeSet::new(),
        };
        for (at, resource) in resources.iter().enumerate() {
            let id = resource.id(scopes);
            let past = resource.past_ids();
            let original: Text = past.first().unwrap_or(&id).namespace().into();
            let current: Text = id.namespace().into();
            if original != NO_NAMESPACE {
                this.seen.insert((original.clone(), current.clone()));
                this.seen_written.insert((original.clone(), id.written_namespace.clone()));
                this.seen_original.insert(original.clone());
            }
            let place = this.list.len() as u32;
            let mut names: Vec<&Text> = past.iter().map(|id| &id.name).collect();
            names.sort();
            names.dedup();
            if names.is_empty() {
                continue;
            }
            for name in names {
                this.by_name.entry(name.clone()).or_default().push(place);
                this.by_namespace.entry((name.clone(), current.clone())).or_default().push(place);
                this.by_original_namespace.entry((name.clone(), original.clone())).or_default().push(place);
            }
            let (name, namespace) = (resource.name(), resource.namespace());
            let way = resource.way();
            this.list.push(Candidate {
                id,
                past,
                name,
                namespace,
                original_namespace: original,
                way,
                place: at,
            });
        }
        this
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The resource that is meant by an old name, by what refers to it, in a field for names of a type; none if nobody had
    /// the name. `namespace` is the one that stands beside the name.
    pub(super) fn select(
        &self,
        name: &Text,
        namespace: Option<&Text>,
        referrer: &Referrer,
        target: &Gvk,
        spec: &FieldSpec,
        identical: Identical,
    ) -> Result<Option<&Candidate>, Ambiguous> {
        let role = referrer.role.as_ref().filter(|_| spec.path.ends_with("roleRef/name"));
        let had_type =
            |candidate: &&Candidate, gvk: &Gvk| candidate.past.iter().any(|id| id.gvk.is_selected_by(gvk));
        let mut found: Vec<&Candidate> = self.with_name(name, namespace, referrer);
        found.retain(|candidate| had_type(candidate, target));
        found.retain(|candidate| role.is_none_or(|role| had_type(candidate, role)));
        if !referrer.id.gvk.is_cluster_scoped {
            found.retain(|candidate| {
                candidate.id.gvk.is_cluster_scoped
                    || candidate.id.gvk.kind == "ServiceAccount"
                    || candidate.id.namespace() == referrer.id.namespace()
            });
        }
        if found.len() > 1 {
            found.retain(|candidate| candidate.way.fits(&referrer.way, true));
        }
        if found.len() > 1 {
            found.retain(|candidate| candidate.way.fits(&referrer.way, false));
        }
        let Some(first) = found.first() else { return Ok(None) };
        let is_same = |other: &&Candidate| {
            other.name == first.name && (identical == Identical::Names || other.namespace == first.namespace)
        };
        if found.iter().all(is_same) {
            return Ok(Some(first));
        }
        Err(Ambiguous(found.iter().map(|candidate| candidate.place).collect()))
    }

    /// Those that had the name and that the referrer can refer to, in order.
    fn with_name(&self, name: &Text, namespace: Option<&Text>, referrer: &Referrer) -> Vec<&Candidate> {
        let own: Text = referrer.id.namespace().into();
        let mut places: Vec<u32> = Vec::new();
        let mut add = |list: Option<&Vec<u32>>| places.extend(list.into_iter().flatten());
        if !referrer.id.gvk.is_cluster_scoped {
            add(self.by_namespace.get(&(name.clone(), own.clone())));
            add(self.by_namespace.get(&(name.clone(), NO_NAMESPACE.into())));
            for bound in referrer.bound_namespaces.iter().filter(|bound| **bound != own) {
                add(self.by_namespace.get(&(name.clone(), bound.clone())));
            }
        } else if let Some(namespace) = namespace {
            // Anything can be meant, but not from elsewhere.
            let key = (name.clone(), namespace.clone());
            let by = if self.is_original(namespace, referrer) {
                &self.by_original_namespace
            } else {
                &self.by_namespace
            };
            add(by.get(&key));
        } else {
            add(self.by_name.get(name));
        }
        places.sort_unstable();
        places.dedup();
        let mut found: Vec<&Candidate> =
            places.iter().filter_map(|place| self.list.get(*place as usize)).collect();
        if let Some(namespace) = namespace {
            let is_original = self.is_original(namespace, referrer);
            found.retain(|candidate| {
                let current = candidate.id.namespace();
                let wanted = if is_original { &*candidate.original_namespace } else { current };
                wanted == &**namespace && wanted != NO_NAMESPACE
            });
        }
        found.retain(|candidate| {
            let id = &candidate.id;
            referrer.id.gvk.is_cluster_scoped
                || id.gvk.is_cluster_scoped
                || id.namespace() == &*own
                || referrer.bound_namespaces.contains(&id.written_namespace)
        });
        found
    }

    /// Whether any resource that the referrer can refer to was in the namespace first.
    fn is_original(&self, namespace: &Text, referrer: &Referrer) -> bool {
        if referrer.id.gvk.is_cluster_scoped {
            return self.seen_original.contains(namespace);
        }
        let seen = |current: &str| self.seen.contains(&(namespace.clone(), current.into()));
        seen(referrer.id.namespace())
            || seen(NO_NAMESPACE)
            || referrer
                .bound_namespaces
                .iter()
                .any(|bound| self.seen_written.contains(&(namespace.clone(), bound.clone())))
    }
}
