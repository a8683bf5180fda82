//! helmfiles: evaluated for each of their environments, and what is the same in all of them put together again.
//!
//! Templates are executed by our own engine with the functions that helmfile has, in files, in `.gotmpl` values and in the
//! fields of releases. What asks the environment of the process stands for itself (`${env.vars.NAME}`, or a secret), what
//! runs programs is told and does nothing.

mod chart;
mod environments;
mod evaluate;
mod fold;
mod functions;
mod hooks;
mod load;
mod markers;
mod parts;
mod release;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeSet;

use longshore_diag::{Diagnostic, Place};

use crate::draft::{Draft, Origin};
use crate::files::{Files, Reader};
use crate::left::Left;
use load::State;

/// Most environments of one helmfile.
const ENVIRONMENTS: usize = 50;

/// Translates a helmfile; `path` is below `files`. It becomes one project file, whose environments have the namespace that
/// most releases are in; others have theirs. Only releases whose name is there already, in another namespace, go to
/// project files of their own.
///
/// # Errors
/// A file is missing, no YAML or too large, a template fails, or helmfiles include one another in a circle: for the first
/// environment. Others that fail are told and left out.
pub fn helmfile(files: &dyn Files, path: &str, origin: &Origin) -> Result<Vec<Draft>, Diagnostic> {
    let reader = Reader::new(files);
    let mut left: BTreeSet<Left> = BTreeSet::new();
    let mut names = origin.environments.clone();
    if names.is_empty() {
        names = environments::names(&reader, path)?;
    }
    if names.len() > ENVIRONMENTS {
        let message = format!("a helmfile may have {ENVIRONMENTS} environments, not {}", names.len());
        return Err(Diagnostic::error("import/too-large", message)
            .at(Place::file(path))
            .hint("choose some with -e"));
    }
    let (mut states, mut failure): (Vec<State>, Option<Diagnostic>) = (Vec::new(), None);
    for name in names {
        match load::load(&reader, path, &name, &mut left) {
            Ok(state) => states.push(state),
            Err(error) => {
                let place = error.place.clone().unwrap_or_else(|| Place::file(path));
                left.insert(Left::new(
                    place,
                    format!("environment `{name}`"),
                    format!("it was left out: {}", error.message),
                ));
                failure.get_or_insert(error);
            }
        }
    }
    if let (Some(error), true) = (failure, states.is_empty()) {
        return Err(error);
    }
    let mut drafts = fold::fold(&reader, origin, path, &states, &mut left)?;
    if let Some(first) = drafts.first_mut() {
        first.left = left.into_iter().collect();
    }
    Ok(drafts)
}
