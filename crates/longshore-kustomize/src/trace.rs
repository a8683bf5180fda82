//! What becomes of one resource on its way through a build: each of its fields with all that has set it.
//!
//! A build that is traced gives each resource a number when it is read or generated, by which it is known whatever becomes
//! of its name. After each step the object is compared with what it was before ([`past`]). Nothing of this is done in a
//! build that is not traced.

mod past;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use longshore_yaml::Node;

use crate::build::Context;
use crate::field;
use crate::kustomization::Var;
use crate::resource::{Resource, annotations};
use crate::spot::Spot;

pub(crate) use past::{Change, Gone, Past, item_name};

/// One step of a build.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// What it was: `resources`, the kind of a builtin, or words.
    pub(crate) by: &'static str,
    /// Where it is asked for; a file for what was read.
    pub(crate) spot: Option<Spot>,
}

impl Step {
    pub(crate) fn new(by: &'static str, spot: Spot) -> Self {
        Self { by, spot: Some(spot) }
    }

    /// A step that is taken for all resources at the end, asked for by nobody.
    pub(crate) fn of_all(by: &'static str) -> Self {
        Self { by, spot: None }
    }
}

/// A resource of the result, and what it may be called.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) number: u32,
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    /// The names that it had, the one that it has now last.
    pub(crate) names: Vec<String>,
    /// The namespaces, in the same way.
    pub(crate) namespaces: Vec<String>,
}

/// The trace of one resource, or of none: then only the numbers are given.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    wanted: Option<u32>,
    given: u32,
    /// The steps that changed anything.
    pub(crate) steps: Vec<Step>,
    /// The object as it is, and the past of its fields.
    pub(crate) state: Option<(Node, Past)>,
    /// Fields that are not there any more.
    pub(crate) gone: Vec<Gone>,
    /// What has come out.
    pub(crate) known: Vec<Known>,
    /// Kind and name of the object when it was read or made.
    pub(crate) first: (String, String),
    /// Where the variables of the build are.
    pub(crate) vars: BTreeMap<String, Spot>,
}

impl Trace {
    /// A trace of the resource with this number.
    pub(crate) fn of(number: u32) -> Self {
        Self { wanted: Some(number), ..Self::default() }
    }

    fn look(&mut self, resources: &mut [Resource], step: impl FnOnce() -> Step, is_end: bool) {
        for resource in resources.iter_mut().filter(|resource| resource.number() == 0) {
            self.given += 1;
            resource.set_number(self.given);
        }
        let Some(wanted) = self.wanted else { return };
        let Some(resource) = resources.iter().find(|resource| resource.number() == wanted) else { return };
        let node = without_notes(resource.node(), is_end);
        let number = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        let past = match self.state.take() {
            None => {
                self.first = (resource.kind().to_string(), resource.name().to_string());
                Past::new(&node, number)
            }
            Some((old, past)) if old == node => {
                self.state = Some((old, past));
                return;
            }
            Some((old, past)) => past::follow(&old, past, &node, number, &mut self.gone),
        };
        self.steps.push(step());
        self.state = Some((node, past));
    }
}

impl Context {
    /// Looks what a step has done, if the build is traced.
    pub(crate) fn look(&mut self, resources: &mut [Resource], step: impl FnOnce() -> Step) {
        if let Some(trace) = &mut self.trace {
            trace.look(resources, step, false);
        }
    }

    /// Notes where variables are, if the build is traced.
    pub(crate) fn look_at_vars(&mut self, vars: &BTreeMap<String, Var>) {
        let Some(trace) = &mut self.trace else { return };
        let spots =
            vars.values().filter_map(|var| Some((var.name.clone(), self.spots.get(var.source)?.clone())));
        trace.vars.extend(spots);
    }

    /// The same behind the last step, where all that is noted on the resources is still there.
    pub(crate) fn end(&mut self, resources: &mut [Resource], step: impl FnOnce() -> Step) {
        let Some(trace) = &mut self.trace else { return };
        trace.look(resources, step, true);
        for resource in &*resources {
            let gvk = resource.gvk(&self.scopes);
            let mut known = Known {
                number: resource.number(),
                group: gvk.group.to_string(),
                version: gvk.version.to_string(),
                kind: gvk.kind.to_string(),
                names: Vec::new(),
                namespaces: Vec::new(),
            };
            for id in resource.past_ids() {
                known.names.push(id.name.to_string());
                known.namespaces.push(id.namespace().to_owned());
            }
            known.names.push(resource.name().to_string());
            known.namespaces.push(resource.id(&self.scopes).namespace().to_owned());
            trace.known.push(known);
        }
    }
}

/// The object without what the build notes on it; what may stay at the end counts only there.
fn without_notes(object: &Node, is_end: bool) -> Node {
    let mut object = object.clone();
    let Some(metadata) = field::get_mut(&mut object, "metadata") else { return object };
    let Some(at) = field::position(metadata, "annotations") else { return object };
    let is_note = |name: &str| {
        let may_stay = name == annotations::ORIGIN || name == annotations::TRANSFORMATIONS;
        annotations::BUILD.contains(&name) || may_stay && !is_end
    };
    let notes = std::mem::take(&mut metadata.content[at + 1].content);
    let was_empty = notes.is_empty();
    let mut kept = Vec::with_capacity(notes.len());
    let mut notes = notes.into_iter();
    while let (Some(key), Some(value)) = (notes.next(), notes.next()) {
        if !is_note(&key.value) {
            kept.extend([key, value]);
        }
    }
    if kept.is_empty() && !was_empty {
        metadata.content.drain(at..at + 2);
    } else {
        metadata.content[at + 1].content = kept;
    }
    object
}
