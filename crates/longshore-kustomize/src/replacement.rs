//! Replacements: a value of one resource, written to fields of others.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/filters/replacement/replacement.go>.

mod read;
mod structured;
#[cfg(test)]
mod tests;
mod write;

use longshore_yaml::{Kind, Node};

use crate::error::{Context, Error};
use crate::field;
use crate::fieldpath::{self, Place};
use crate::finding::{self, Findings};
use crate::gvk::{Gvk, split_api_version};
use crate::id::Id;
use crate::kustomization::{FieldOptions, Replacement, SourceSelector, TargetSelector};
use crate::resource::Resource;
use crate::selector::Matcher;
use crate::spot::Key;

pub use read::{read, shown};

/// The field that is meant if none is named.
const DEFAULT_PATH: &str = "metadata.name";

/// Carries replacements out, one after the other.
///
/// # Errors
/// Nothing or more than one resource is a source, a field is missing; in Kustomize's words.
pub(crate) fn apply(
    resources: &mut [Resource],
    replacements: &[Replacement],
    findings: &Findings,
) -> Result<(), Error> {
    let mut ids: Vec<Option<Vec<Id>>> = vec![None; resources.len()];
    for replacement in replacements {
        let within = replacement.key();
        if replacement.targets.is_empty() {
            return Err(incomplete().under([within]));
        }
        let mut value = value_of(resources, replacement, &mut ids)
            .under([Key::Field("source")])
            .under([within.clone()])?;
        for (at, target) in replacement.targets.iter().enumerate() {
            let keys = || [within.clone(), Key::Field("targets"), Key::Item(at)];
            let is_matched = write_to(resources, &mut value, target.as_ref(), &mut ids).under(keys())?;
            if let Some(select) = target.as_ref().and_then(|target| target.select.as_ref())
                && !is_matched
                && findings.is_asked_for()
            {
                let hint = findings.may_look().then(|| finding::near(select, resources));
                let message =
                    format!("the replacement is for nothing: {} chooses no resource", select.shown());
                findings.add("kustomize/unmatched-replacement", keys(), message, hint);
            }
        }
    }
    Ok(())
}

fn incomplete() -> Error {
    Error::new("replacements must specify a source and at least one target")
}

/// What is written to the targets.
enum Value {
    Own(Node),
    /// A field of a resource. If it is a target too, later targets get what it is then; if what it lies in is replaced,
    /// they get what it was.
    Field {
        resource: usize,
        place: Place,
        last: Node,
    },
}

impl Value {
    fn node(&mut self, resources: &[Resource]) -> Node {
        match self {
            Self::Own(node) => node.clone(),
            Self::Field { resource, place, last } => {
                if let Some(found) = fieldpath::at(resources[*resource].node(), place) {
                    last.clone_from(found);
                }
                last.clone()
            }
        }
    }
}

/// All that a resource is and was known by, as it is written.
fn ids_of(resource: &Resource) -> Vec<Id> {
    let api_version = field::text(resource.node(), "apiVersion");
    let (group, version) = split_api_version(&api_version);
    let gvk = Gvk::unscoped(group, version, resource.kind());
    let mut ids = vec![Id::new(gvk, resource.name(), resource.namespace())];
    ids.extend(resource.past_ids());
    ids
}

fn value_of(
    resources: &[Resource],
    replacement: &Replacement,
    ids: &mut [Option<Vec<Id>>],
) -> Result<Value, Error> {
    let source = match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(_)) => return Err(Error::new("value and resource selectors are mutually exclusive")),
        (None, Some(value)) => return Ok(Value::Own(field::untyped(value))),
        (Some(source), None) => source,
        (None, None) => return Err(incomplete()),
    };
    let at = source_of(resources, source, ids)?;
    let path = if source.field_path.is_empty() { DEFAULT_PATH } else { &source.field_path };
    let object = resources[at].node();
    let place = fieldpath::lookup(object, &fieldpath::split(path))
        .context(|| String::from("error looking up replacement source"))?;
    let found = place.filter(|place| fieldpath::at(object, place).is_some_and(|node| !field::is_empty(node)));
    let Some(place) = found else {
        let id = id_of(source);
        let error = Error::new(format!("fieldPath `{path}` is missing for replacement source {id}"));
        return Err(error.about("the source", &resources[at]));
    };
    let delimiter = source.options.as_ref().map(|options| (&*options.delimiter, options.index));
    match delimiter.filter(|(delimiter, _)| !delimiter.is_empty()) {
        None => Ok(Value::Field { resource: at, place, last: Node::null() }),
        Some((delimiter, index)) => {
            let node = fieldpath::at(object, &place).cloned().unwrap_or_else(Node::null);
            part_of(node, delimiter, index).map(Value::Own)
        }
    }
}

/// One part of a text.
fn part_of(mut node: Node, delimiter: &str, index: isize) -> Result<Node, Error> {
    if node.kind != Kind::Scalar {
        return Err(Error::new("delimiter option can only be used with scalar nodes"));
    }
    let parts: Vec<&str> = node.value.split(delimiter).collect();
    let part = usize::try_from(index).ok().and_then(|index| parts.get(index).copied());
    let Some(part) = part else {
        let value = &node.value;
        return Err(Error::new(format!("options.index {index} is out of bounds for value {value}")));
    };
    node.value = part.into();
    Ok(node)
}

fn source_of(
    resources: &[Resource],
    source: &SourceSelector,
    ids: &mut [Option<Vec<Id>>],
) -> Result<usize, Error> {
    let wanted = id_of(source);
    let mut found = None;
    for (at, (resource, ids)) in resources.iter().zip(ids).enumerate() {
        let ids = ids.get_or_insert_with(|| ids_of(resource));
        if ids.iter().any(|id| id.is_selected_by(&wanted)) {
            if found.is_some() {
                let error = Error::new(format!("multiple matches for selector {}", text_of(source)));
                let first = found.and_then(|at: usize| resources.get(at));
                let error = first.into_iter().fold(error, |error, first| error.about("one that fits", first));
                return Err(error.about("another one", resource));
            }
            found = Some(at);
        }
    }
    found.ok_or_else(|| {
        let error = Error::new(format!("nothing selected by {}", text_of(source)));
        error.hint(finding::of_names(&source.kind, &source.name, resources))
    })
}

fn id_of(source: &SourceSelector) -> Id {
    let gvk = Gvk::unscoped(&*source.group, &*source.version, &*source.kind);
    Id::new(gvk, source.name.as_str(), source.namespace.as_str())
}

/// A source as messages show it.
fn text_of(source: &SourceSelector) -> String {
    let path = if source.field_path.is_empty() { String::new() } else { format!(":{}", source.field_path) };
    let options = match &source.options {
        Some(FieldOptions { delimiter, index, create, .. }) if !delimiter.is_empty() || *create => {
            format!(":{delimiter}({index}), create={create}")
        }
        _ => String::new(),
    };
    format!("{}{path}{options}", id_of(source))
}

/// Writes a value to all fields of all resources that a target chooses; whether it chose any.
fn write_to(
    resources: &mut [Resource],
    value: &mut Value,
    target: Option<&TargetSelector>,
    ids: &mut [Option<Vec<Id>>],
) -> Result<bool, Error> {
    let Some((target, select)) = target.and_then(|target| Some((target, target.select.as_ref()?))) else {
        return Err(Error::new("target must specify resources to select"));
    };
    let matcher =
        |selector| Matcher::new(selector).context(|| String::from("error creating target selector"));
    let select = matcher(select)?;
    let rejects = target.reject.iter().flatten().map(matcher).collect::<Result<Vec<_>, _>>()?;
    let mut is_matched = false;
    for at in 0..resources.len() {
        let resource = &resources[at];
        if !select.matches_labels(resource)? {
            continue;
        }
        let mut is_rejected = false;
        for reject in rejects.iter().filter(|reject| !reject.is_for_any_labels()) {
            is_rejected = is_rejected || reject.matches_labels(resource)?;
        }
        if is_rejected {
            continue;
        }
        let own_ids = ids[at].get_or_insert_with(|| ids_of(resource));
        let has_id = |matcher: &Matcher| own_ids.iter().any(|id| matcher.matches_id(id));
        if rejects.iter().any(|reject| !reject.is_for_any_id() && has_id(reject)) {
            continue;
        }
        if has_id(&select) {
            ids[at] = None;
            is_matched = true;
            write_to_fields(resources, at, value, target)
                .map_err(|error| error.about("the target", &resources[at]))?;
            resources[at].settle();
        }
    }
    Ok(is_matched)
}

fn write_to_fields(
    resources: &mut [Resource],
    at: usize,
    value: &mut Value,
    target: &TargetSelector,
) -> Result<(), Error> {
    let default = [String::from(DEFAULT_PATH)];
    let paths = if target.field_paths.is_empty() { &default[..] } else { &target.field_paths };
    let options = target.options.as_ref();
    for (number, path) in paths.iter().enumerate() {
        let keys = || [Key::Field("fieldPaths"), Key::Item(number)];
        let parts = fieldpath::split(path);
        let new = value.node(resources);
        let create = options.is_some_and(|options| options.create).then_some(new.kind);
        if structured::write(resources[at].node_mut(), &new, &parts, create).is_ok() {
            continue;
        }
        let verb = if create.is_some() { "find or create" } else { "find" };
        let missing = format!("unable to {verb} field {path:?} in replacement target");
        let found = fieldpath::find(resources[at].node_mut(), &parts, create)
            .context(|| missing.clone())
            .under(keys())?;
        if found.is_empty() {
            return Err(Error::new(missing).under(keys()));
        }
        for mut found in found {
            let new = value.node(resources);
            let node = match &mut found {
                fieldpath::Found::Here(place) => fieldpath::at_mut(resources[at].node_mut(), place),
                fieldpath::Found::Elsewhere(node) => Some(node),
            };
            if let Some(node) = node {
                write::write(node, new, options).under(keys())?;
            }
        }
    }
    Ok(())
}
