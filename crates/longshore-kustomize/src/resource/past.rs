//! What a resource was known by before, and what its name was made longer with.

use longshore_yaml::Text;

use super::{Behavior, Resource, annotations};
use crate::error::Error;
use crate::gvk::Gvk;
use crate::id::Id;
use crate::{field, scope::Scopes};

impl Resource {
    /// What it was known by before, the oldest first. Of these ids nobody knows whether they are outside of namespaces;
    /// their namespace is the effective one.
    pub fn past_ids(&self) -> Vec<Id> {
        let Some(names) = self.annotation(annotations::PREVIOUS_NAMES) else { return Vec::new() };
        let rest = |name| self.annotation(name).unwrap_or_default();
        let (namespaces, kinds) = (rest(annotations::PREVIOUS_NAMESPACES), rest(annotations::PREVIOUS_KINDS));
        let api_version = field::text(&self.node, "apiVersion");
        let (group, version) = Gvk::parts(&api_version);
        let rest = namespaces.split(',').zip(kinds.split(','));
        let id = |(name, (namespace, kind)): (&str, (&str, &str))| {
            Id::new(Gvk::unscoped(group.clone(), version.clone(), kind), name, namespace)
        };
        names.split(',').zip(rest).map(id).collect()
    }

    /// Kind and name as they were first.
    pub fn first_name(&self) -> (String, String) {
        let first = |name| self.annotation(name).and_then(|list| Some(list.split(',').next()?.to_owned()));
        (
            first(annotations::PREVIOUS_KINDS).unwrap_or_else(|| self.kind().to_string()),
            first(annotations::PREVIOUS_NAMES).unwrap_or_else(|| self.name().to_string()),
        )
    }

    /// Refuses a past that cannot be, which a program may have given it; upstream panics when it looks at it.
    ///
    /// # Errors
    /// There are not as many namespaces and kinds as names.
    pub fn check_past(&self) -> Result<(), Error> {
        let Some(names) = self.annotation(annotations::PREVIOUS_NAMES) else { return Ok(()) };
        let count = |list: &str| list.split(',').count();
        // No list is one of an empty text.
        let is_as_long = |name| count(&self.annotation(name).unwrap_or_default()) == count(&names);
        if is_as_long(annotations::PREVIOUS_NAMESPACES) && is_as_long(annotations::PREVIOUS_KINDS) {
            return Ok(());
        }
        Err(Error::new(
            "number of previous names, number of previous namespaces, number of previous kinds not equal",
        ))
    }

    /// Notes what it is known by now as something that it was known by before.
    pub fn store_id(&mut self, scopes: &Scopes) {
        let id = self.id(scopes);
        self.note_more(annotations::PREVIOUS_NAMES, &id.name);
        self.note_more(annotations::PREVIOUS_NAMESPACES, id.namespace());
        self.note_more(annotations::PREVIOUS_KINDS, &id.gvk.kind);
    }

    /// The prefixes and suffixes that its name got.
    pub fn way(&self) -> Way {
        Way {
            prefixes: self.annotation(annotations::PREFIXES),
            suffixes: self.annotation(annotations::SUFFIXES),
        }
    }

    /// Notes a prefix that its name gets.
    pub fn note_prefix(&mut self, prefix: &str) {
        self.note_more(annotations::PREFIXES, prefix);
    }

    /// Notes a suffix that its name gets.
    pub fn note_suffix(&mut self, suffix: &str) {
        self.note_more(annotations::SUFFIXES, suffix);
    }

    /// Adds to a list; nothing is never added.
    fn note_more(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let list = match self.annotation(name) {
            Some(list) => format!("{list},{value}"),
            None => value.to_owned(),
        };
        self.note(name, &list);
    }

    /// What becomes of it if there is one of its id.
    pub fn behavior(&self) -> Behavior {
        self.annotation(annotations::BEHAVIOR).map(|text| Behavior::of(&text)).unwrap_or_default()
    }

    /// Sets what becomes of it if there is one of its id.
    pub fn set_behavior(&mut self, behavior: Behavior) {
        self.set_annotation(annotations::BEHAVIOR, behavior.text());
    }
}

/// Which way a resource went through the layers of a build, as the prefixes and suffixes of its name show it: lists
/// separated by commas, the innermost first.
#[derive(Clone, Debug, Default)]
pub struct Way {
    prefixes: Option<Text>,
    suffixes: Option<Text>,
}

impl Way {
    /// Whether two resources may have gone the same way (`PrefixesSuffixesEquals`): the shorter list must be the end of
    /// the longer one. No list fits all, if `loosely`, else only another that is none.
    pub fn fits(&self, other: &Self, loosely: bool) -> bool {
        let same = |own: &Option<Text>, other: &Option<Text>| match (own, other) {
            (None, None) => true,
            (Some(own), Some(other)) => {
                let (own, other): (Vec<&str>, Vec<&str>) =
                    (own.split(',').collect(), other.split(',').collect());
                own.ends_with(&other) || other.ends_with(&own)
            }
            _ => loosely,
        };
        same(&self.prefixes, &other.prefixes) && same(&self.suffixes, &other.suffixes)
    }
}
