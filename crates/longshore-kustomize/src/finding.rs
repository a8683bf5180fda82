//! What a build noticed that is no error: entries that matched nothing, or that may be another thing with the next build.
//!
//! Kustomize says nothing of them, and neither does anything here: they are gathered only if the build is asked to
//! ([`crate::Options::notices`]), and shown by whoever asked. What is counted is counted while transforming; what is looked
//! for in addition (names that are near) is looked for only where there is something to tell, and only so often.

use std::cell::RefCell;

use crate::kustomization::Selector;
use crate::remote::{PIN, UNPINNED};
use crate::resource::Resource;
use crate::spot::{Key, Spot};

/// Findings for which near names are looked for.
const MOST_LOOKED_FOR: usize = 50;
/// Names that are told in one finding.
const MOST_NAMES: usize = 8;

/// An entry that matched nothing, or that may be another thing with the next build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// Where the entry is, the innermost kustomization first.
    pub(crate) spots: Vec<Spot>,
    /// What leads into the file of the next spot.
    keys: Vec<Key>,
    /// The kind of mistake: `kustomize/unmatched-patch`.
    pub(crate) code: &'static str,
    /// What was found.
    pub(crate) message: String,
    /// The next thing to do.
    pub(crate) hint: Option<String>,
    /// What lies elsewhere, as the kustomization names it, if it is about such a thing.
    pub(crate) elsewhere: Option<String>,
}

impl Finding {
    /// The kind of mistake: `kustomize/unmatched-patch`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What lies elsewhere and nothing pins, as the kustomization names it ([`crate::remote::UNPINNED`]).
    pub fn elsewhere(&self) -> Option<&str> {
        self.elsewhere.as_deref()
    }
}

/// Those of a build.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    is_asked_for: bool,
    list: RefCell<Vec<Finding>>,
}

impl Findings {
    /// None yet; whether they are to be gathered.
    pub(crate) fn new(is_asked_for: bool) -> Self {
        Self { is_asked_for, list: RefCell::default() }
    }

    /// Whether they are to be gathered.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.is_asked_for
    }

    /// Whether there is room to look for more than what was counted.
    pub(crate) fn may_look(&self) -> bool {
        self.is_asked_for && self.list.borrow().len() < MOST_LOOKED_FOR
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.borrow().len()
    }

    /// Adds one; `keys` lead to it from the place that is told afterwards.
    pub(crate) fn add<const N: usize>(
        &self,
        code: &'static str,
        keys: [Key; N],
        message: String,
        hint: Option<String>,
    ) {
        if self.is_asked_for {
            let (spots, keys) = (Vec::new(), keys.into());
            self.list.borrow_mut().push(Finding { spots, keys, code, message, hint, elsewhere: None });
        }
    }

    /// Adds that what is named so lies elsewhere, and may be another thing with the next build.
    pub(crate) fn add_unpinned(&self, named: &str, message: String) {
        let from = self.len();
        self.add(UNPINNED, [], message, Some(PIN.to_owned()));
        for finding in self.list.borrow_mut().iter_mut().skip(from) {
            finding.elsewhere = Some(named.to_owned());
        }
    }

    /// Says where those are that were added behind the first `from`.
    pub(crate) fn at(&self, from: usize, spot: impl Fn() -> Spot) {
        for finding in self.list.borrow_mut().iter_mut().skip(from) {
            let keys = std::mem::take(&mut finding.keys);
            finding.spots.push(spot().under(keys));
        }
    }

    /// All of them.
    pub(crate) fn into_list(self) -> Vec<Finding> {
        self.list.into_inner()
    }
}

/// What to say of a selector that chose nothing: the object that was probably meant.
pub(crate) fn near(selector: &Selector, resources: &[Resource]) -> String {
    of_names(&selector.kind, &selector.name, resources)
}

/// The same of a kind and a name; either may be empty, or a pattern.
pub(crate) fn of_names(kind: &str, name: &str, resources: &[Resource]) -> String {
    let is_named = |resource: &&Resource| !resource.is_empty();
    let of_kind: Vec<&Resource> = resources
        .iter()
        .filter(is_named)
        .filter(|resource| kind.is_empty() || resource.kind() == kind)
        .collect();
    let shown = |resource: &Resource| format!("{} `{}`", resource.kind(), resource.first_name().1);
    if of_kind.is_empty() {
        if resources.iter().all(Resource::is_empty) {
            return String::from(
                "there are no resources here: an entry sees what its own kustomization lists and generates, and what is below that",
            );
        }
        let same_name = (!name.is_empty())
            .then(|| resources.iter().filter(is_named).find(|resource| resource.first_name().1 == name))
            .flatten();
        if let Some(found) = same_name {
            return format!("there is no {kind}, but {}", shown(found));
        }
        let mut kinds: Vec<String> =
            resources.iter().filter(is_named).map(|each| each.kind().to_string()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let meant = longshore_diag::nearest(kind, kinds.iter().map(String::as_str));
        return match meant {
            Some(meant) => format!("there is no {kind}; did you mean `{meant}`?"),
            None => format!("there is no {kind}; there is {}", list(&kinds)),
        };
    }
    let mut names: Vec<(String, &Resource)> =
        of_kind.into_iter().map(|resource| (resource.first_name().1, resource)).collect();
    if let Some(near) = longshore_diag::nearest(name, names.iter().map(|(name, _)| name.as_str()))
        && let Some((_, found)) = names.iter().find(|(name, _)| name == near)
    {
        // What has the name differs in something else: group, version, namespace, labels.
        return if near == name {
            let namespace = found.namespace();
            let place = if namespace.is_empty() {
                "no namespace".to_owned()
            } else {
                format!("namespace `{namespace}`")
            };
            format!(
                "there is {} of {} in {place}: look at the group, version, namespace and labels that are asked for",
                shown(found),
                crate::field::text(found.node(), "apiVersion"),
            )
        } else {
            format!("did you mean {}?", shown(found))
        };
    }
    names.truncate(MOST_NAMES + 1);
    let names: Vec<String> = names.into_iter().map(|(_, resource)| shown(resource)).collect();
    format!("there is {}", list(&names))
}

/// A few words in a row.
pub(crate) fn list(words: &[String]) -> String {
    let more = if words.len() > MOST_NAMES { ", …" } else { "" };
    format!("{}{more}", words[..words.len().min(MOST_NAMES)].join(", "))
}
