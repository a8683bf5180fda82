//! Whether objects are what Kubernetes' API of a version takes: its fields, their types, what must be there, and the
//! values that an enumeration has.
//!
//! What the API has is a table of all versions from 1.19 to 1.37 (`cargo xtask schemas` makes it out of Kubernetes' own
//! OpenAPI documents). Objects of custom resources are held against the definition of their kind where one is at hand
//! ([`Definitions`]), and passed over otherwise.

mod custom;
mod kind;
mod required;
mod scalar;
mod table;
mod walk;

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;
use longshore_object::Object;

pub use custom::Definitions;
use table::Table;

use crate::path;

/// The minor versions of Kubernetes 1 that the table knows.
pub fn versions() -> std::ops::RangeInclusive<u32> {
    let table = Table::get();
    table.first..=table.last
}

/// What a minor version serves, as charts ask for it: `apps/v1` and `apps/v1/Deployment`.
pub fn api_versions(minor: u32) -> Vec<String> {
    let table = Table::get();
    let bit = table.bit(minor);
    let served = table.kinds.iter().filter(|(_, (_, versions))| versions & bit > 0);
    let mut all: Vec<String> = served
        .flat_map(|((version, kind), _)| [(*version).to_owned(), format!("{version}/{kind}")])
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether an API group is one of Kubernetes' own.
pub(crate) fn is_builtin(group: &str) -> bool {
    let table = Table::get();
    table.kinds.keys().any(|(version, _)| version.split_once('/').map_or("", |(group, _)| group) == group)
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// JSON pointer of the field.
    pub(crate) pointer: String,
    /// The rule.
    pub(crate) code: &'static str,
    /// What is wrong, as the end of a sentence that begins with the object.
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Whether the API server refuses it for certain.
    pub(crate) is_certain: bool,
}

impl Problem {
    fn new(pointer: &str, code: &'static str, message: String) -> Self {
        Self { pointer: pointer.to_owned(), code, message, hint: None, is_certain: true }
    }

    fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// What is wrong with an object in the given minor versions of Kubernetes 1.
pub fn validate(object: &Object, minors: &[u32], definitions: &Definitions<'_>) -> Vec<Diagnostic> {
    let table = Table::get();
    let mut found: BTreeMap<Problem, Vec<u32>> = BTreeMap::new();
    for minor in minors {
        let problems = match table.kinds.get(&(object.api_version(), object.kind())) {
            Some((of, served)) if served & table.bit(*minor) > 0 => {
                walk::object(table, *of, table.bit(*minor), object.tree())
            }
            Some((_, served)) => kind::not_served(table, object, *served, *minor),
            None => definitions.validate(object).unwrap_or_else(|| kind::unknown(table, object)),
        };
        for problem in problems {
            found.entry(problem).or_default().push(*minor);
        }
    }
    let mut diagnostics: Vec<Diagnostic> = found
        .into_iter()
        .map(|(problem, of)| {
            let mut message = format!("{}: {}", object.key(), problem.message);
            if of.len() < minors.len() {
                let of: Vec<String> = of.iter().map(|minor| format!("1.{minor}")).collect();
                message = format!("{message} (in Kubernetes {})", of.join(", "));
            }
            let make = if problem.is_certain { Diagnostic::error } else { Diagnostic::warning };
            let diagnostic = make(problem.code, message).at(path::place(object, &problem.pointer));
            match problem.hint {
                Some(hint) => diagnostic.hint(hint),
                None => diagnostic,
            }
        })
        .collect();
    diagnostics.sort_by(|a, b| a.place.cmp(&b.place));
    diagnostics
}

#[cfg(test)]
mod tests;
