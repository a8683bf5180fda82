//! API versions that end: what is no longer served is told by the schema, this by the version before.

use longshore_diag::Diagnostic;
use longshore_object::lifecycle;

use super::Subject;
use crate::path;

pub(super) fn find(subject: &Subject<'_>, minors: &[u32]) -> Option<Diagnostic> {
    let object = subject.object;
    let end = lifecycle::of(object.api_version(), object.kind())?;
    let is_deprecated = |minor: &u32| *minor >= end.since && end.gone.is_none_or(|gone| *minor < gone);
    if !minors.iter().any(is_deprecated) {
        return None;
    }
    let message = format!("{}: {end}", object.key());
    Some(Diagnostic::warning("api/deprecated", message).at(path::place(object, "/apiVersion")))
}
