//! Which resources a patch or replacement is for.
//!
//! The parts of an id are regular expressions that must match whole. An empty part, or an empty selector of labels, chooses
//! all. Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/types/selector.go>.

use std::collections::BTreeMap;
use std::rc::Rc;

use longshore_go::regexp::Regexp;

use crate::error::Error;
use crate::id::Id;
use crate::kustomization::Selector;
use crate::labels::LabelSelector;
use crate::resource::Resource;

/// A selector, ready to choose.
#[derive(Clone, Debug)]
pub struct Matcher {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    /// Nobody sees that it is wrong before the first resource has come so far.
    labels: Result<LabelSelector, Error>,
    annotations: Result<LabelSelector, Error>,
}

/// A pattern that must match whole; none matches all.
#[derive(Clone, Debug)]
struct Pattern(Option<Rc<Regexp>>);

impl Pattern {
    fn new(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let anchored = format!("^(?:{text})$");
        let regexp = Regexp::cached(anchored.as_bytes()).map_err(|error| Error::new(error.to_string()))?;
        Ok(Self(Some(regexp)))
    }

    fn matches(&self, text: &str) -> bool {
        self.0.as_ref().is_none_or(|regexp| regexp.is_match(text.as_bytes()))
    }
}

impl Matcher {
    /// The selector with its patterns compiled.
    ///
    /// # Errors
    /// A pattern is none; in Go's words.
    pub fn new(selector: &Selector) -> Result<Self, Error> {
        Ok(Self {
            group: Pattern::new(&selector.group)?,
            version: Pattern::new(&selector.version)?,
            kind: Pattern::new(&selector.kind)?,
            name: Pattern::new(&selector.name)?,
            namespace: Pattern::new(&selector.namespace)?,
            labels: LabelSelector::parse(&selector.label_selector),
            annotations: LabelSelector::parse(&selector.annotation_selector),
        })
    }

    /// Whether name and namespace of the one or the other id match, and the type of `id`.
    pub fn matches_ids(&self, id: &Id, original: &Id) -> bool {
        (self.namespace.matches(original.namespace()) || self.namespace.matches(id.namespace()))
            && (self.name.matches(&original.name) || self.name.matches(&id.name))
            && self.matches_type(id)
    }

    /// Whether an id matches; its namespace as it is written.
    pub fn matches_id(&self, id: &Id) -> bool {
        self.matches_type(id) && self.name.matches(&id.name) && self.namespace.matches(&id.written_namespace)
    }

    fn matches_type(&self, id: &Id) -> bool {
        self.group.matches(&id.gvk.group)
            && self.version.matches(&id.gvk.version)
            && self.kind.matches(&id.gvk.kind)
    }

    /// Whether no part of an id is asked for.
    pub fn is_for_any_id(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace]
            .iter()
            .all(|part| part.0.is_none())
    }

    /// Whether neither labels nor annotations are asked for.
    pub fn is_for_any_labels(&self) -> bool {
        let is_for_any =
            |selector: &Result<LabelSelector, Error>| selector.as_ref().is_ok_and(LabelSelector::is_empty);
        is_for_any(&self.labels) && is_for_any(&self.annotations)
    }

    /// Whether labels and annotations are as they must be.
    ///
    /// # Errors
    /// A selector cannot be read; in Kubernetes' words.
    pub fn matches_labels(&self, resource: &Resource) -> Result<bool, Error> {
        let fits = |selector: &Result<LabelSelector, Error>, own: &dyn Fn() -> BTreeMap<String, String>| {
            let selector = selector.as_ref().map_err(Clone::clone)?;
            if selector.is_empty() {
                return Ok(true);
            }
            let own = own();
            Ok::<_, Error>(selector.matches(|key| own.get(key).map(String::as_str)))
        };
        Ok(fits(&self.labels, &|| resource.labels())? && fits(&self.annotations, &|| resource.annotations())?)
    }
}
