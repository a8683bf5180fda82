//! References by name: whoever names a resource by an older name gets to name it by the one it has now.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/filters/nameref/nameref.go>.

mod candidates;
mod present;
mod referrer;

use std::fmt::Write as _;
use std::rc::Rc;

use indexmap::IndexMap;
use longshore_yaml::{Kind, Node, Text};

use crate::config::NameReference;
use crate::error::{Context, Error, HERE};
use crate::field;
use crate::fieldspec::{FieldSpec, split_path};
use crate::gvk::Gvk;
use crate::output;
use crate::resource::Resource;
use crate::scope::Scopes;
use candidates::{Ambiguous, Candidate, Candidates, Identical};
use present::{Way, Words};
use referrer::Referrer;

/// A field that may name something: the type of what it names, where it is, and the way split.
struct Place {
    target: Gvk,
    spec: FieldSpec,
    path: Vec<String>,
    way: Way,
}

/// All of a type, and the names on the ways to them.
struct Places {
    list: Vec<Place>,
    words: Words,
}

impl Places {
    fn of(gvk: &Gvk, references: &[NameReference]) -> Self {
        let mut words = Words::default();
        let mut list = Vec::new();
        for reference in references {
            for spec in reference.referrers.iter().filter(|spec| spec.selects(gvk)) {
                let path = split_path(&spec.path);
                let way = words.way(&path);
                list.push(Place { target: reference.gvk(), spec: spec.clone(), path, way });
            }
        }
        Self { list, words }
    }
}

/// Corrects all references.
///
/// # Errors
/// A name may mean several resources that are not called the same now; a field is not what a reference can be.
pub fn fix(resources: &mut [Resource], references: &[NameReference], scopes: &Scopes) -> Result<(), Error> {
    let candidates = Candidates::of(resources, scopes);
    let mut by_type: IndexMap<Gvk, Rc<Places>> = IndexMap::new();
    for at in 0..resources.len() {
        let resource = &mut resources[at];
        let gvk = resource.original_id(scopes).gvk;
        let places = by_type.entry(gvk).or_insert_with_key(|gvk| Rc::new(Places::of(gvk, references)));
        if places.list.is_empty() {
            continue;
        }
        let referrer = Referrer::of(resource, scopes).map_err(|error| error.about(HERE, resource))?;
        if candidates.is_empty() {
            continue;
        }
        let places = Rc::clone(places);
        let mut present = places.words.of(resource.node());
        for place in &places.list {
            if present.lacks(&place.way) {
                continue;
            }
            let mut fixer =
                Fixer { candidates: &candidates, referrer: &referrer, place, ambiguous: None, adds: false };
            let done = place.spec.walk(&place.path, resource.node_mut(), None, &mut |node| fixer.fix(node));
            let done = done.context(|| {
                format!("updating name reference in '{}' field of '{}'", place.spec.path, referrer.id)
            });
            match (done, fixer.ambiguous.take()) {
                (Err(error), Some(Ambiguous(found))) => {
                    let details = details(resources, at, &found, scopes);
                    let text = format!("{}{details}", error.text());
                    let error = error.reworded(text).about("the object that refers", &resources[at]);
                    let found = found.iter().filter_map(|at| resources.get(*at));
                    return Err(found.fold(error, |error, found| error.about("one that may be meant", found)));
                }
                (Err(error), None) => return Err(error.about(HERE, &resources[at])),
                (Ok(()), _) => {}
            }
            if fixer.adds {
                present = places.words.of(resource.node());
            }
        }
        resource.settle();
    }
    Ok(())
}

struct Fixer<'a> {
    candidates: &'a Candidates,
    referrer: &'a Referrer,
    place: &'a Place,
    /// Set where a name may mean several resources; the error says the rest.
    ambiguous: Option<Ambiguous>,
    /// Set where a field was added, which may be on the way to another place.
    adds: bool,
}

impl<'a> Fixer<'a> {
    fn fix(&mut self, node: &mut Node) -> Result<(), Error> {
        if field::is_null(node) {
            return Ok(());
        }
        match node.kind {
            Kind::Scalar => self.fix_scalar(node),
            Kind::Mapping => self.fix_mapping(node),
            Kind::Sequence => node.content.iter_mut().try_for_each(|item| match item.kind {
                _ if field::is_null(item) => Ok(()),
                Kind::Scalar => self.fix_scalar(item),
                Kind::Mapping => self.fix_mapping(item),
                _ => Err(Error::new(format!(
                    "{:?} is expected to be either a string or a map of string",
                    field::print(item)
                ))),
            }),
            Kind::Document | Kind::Alias => Err(Error::new("node must be a scalar, sequence or map")),
        }
    }

    fn select(
        &mut self,
        name: &Text,
        namespace: Option<&Text>,
        identical: Identical,
    ) -> Result<Option<&'a Candidate>, Error> {
        let Place { target, spec, .. } = self.place;
        self.candidates.select(name, namespace, self.referrer, target, spec, identical).map_err(|ambiguous| {
            self.ambiguous = Some(ambiguous);
            Error::new("")
        })
    }

    /// A field that holds a name and nothing else.
    fn fix_scalar(&mut self, node: &mut Node) -> Result<(), Error> {
        let old = node.value.clone();
        let found = self.select(&old, None, Identical::Names)?;
        match found {
            Some(found) if found.name != old => field::set_scalar(node, keyword_quoted(&found.name)),
            _ => Ok(()),
        }
    }

    /// A field that holds a mapping with a name, and perhaps a namespace.
    fn fix_mapping(&mut self, node: &mut Node) -> Result<(), Error> {
        let Some(old) = field::get(node, "name").map(|name| name.value.clone()) else {
            return Err(Error::new("path config error; no 'name' field in node"));
        };
        let namespace = field::get(node, "namespace").map(|namespace| namespace.value.clone());
        let found = self.select(&old, namespace.as_ref(), Identical::NamesAndNamespaces)?;
        let Some(found) = found else { return Ok(()) };
        if found.name == old && found.namespace.is_empty() {
            return Ok(());
        }
        field::set(node, "name", field::untyped(found.name.clone()))?;
        if found.namespace.is_empty() {
            // No namespace means any here, not `default`.
            return Ok(());
        }
        self.adds |= namespace.is_none();
        field::set(node, "namespace", field::untyped(found.namespace.clone()))
    }
}

/// What a message says of resources that may all be meant.
fn details(resources: &[Resource], referrer: usize, found: &[usize], scopes: &Scopes) -> String {
    let yaml = |resource: &Resource| match output::document(resource) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => error.to_string(),
    };
    let found: Vec<&Resource> = found.iter().map(|at| &resources[*at]).collect();
    let ids: Vec<String> = found.iter().map(|resource| resource.id(scopes).to_string()).collect();
    let mut text = format!(
        "found multiple possible referrals: {}\n\n**** Too many possible referral targets to referrer:\n{}\n",
        ids.join(", "),
        yaml(&resources[referrer])
    );
    for (at, resource) in found.into_iter().enumerate() {
        let _ = writeln!(text, "--- possible referral {at}:\n{}", yaml(resource));
    }
    text
}

fn keyword_quoted(text: &Text) -> Node {
    let mut node = field::untyped(text.clone());
    field::quote_if_keyword(&mut node);
    node
}
