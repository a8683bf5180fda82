//! `moved` of the project file: releases that have another name now.

use longshore_diag::Diagnostic;
use longshore_yaml::Kind;

use super::fields::{Fields, expected};
use super::{Placed, Project};

/// A release that was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its name before.
    pub from: Placed<String>,
    /// Its name now.
    pub to: Placed<String>,
}

/// Reads `moved`.
///
/// # Errors
/// It is no list of mappings with `from` and `to`.
pub(super) fn moved(file: &str, fields: &Fields<'_>) -> Result<Vec<Moved>, Diagnostic> {
    let Some(node) = fields.get("moved") else { return Ok(Vec::new()) };
    if node.kind != Kind::Sequence {
        return Err(
            expected("`moved`", "a list", node, file).hint("as in `moved: [{from: api, to: gateway}]`")
        );
    }
    let one = |node| {
        let fields = Fields::read(file, "an entry of `moved`", node, &["from", "to"])?;
        Ok(Moved { from: fields.required_string("from")?, to: fields.required_string("to")? })
    };
    node.content.iter().map(one).collect()
}

/// Checks that renamed releases are there under the new name only.
///
/// # Errors
/// One is not, or is renamed twice.
pub(super) fn fits(project: &Project) -> Result<(), Diagnostic> {
    for (at, moved) in project.moved.iter().enumerate() {
        project.release(&moved.to.value).map_err(|error| error.at(moved.to.place.clone()))?;
        let from = &moved.from;
        if let Ok(still) = project.release(&from.value) {
            let message =
                format!("release `{}` was moved to `{}`, and is still there", from.value, moved.to.value);
            return Err(Diagnostic::error("project/moved", message)
                .at(from.place.clone())
                .within("it is here", Some(still.place.clone())));
        }
        if project.moved[..at].iter().any(|other| other.from.value == from.value) {
            let message = format!("release `{}` is moved twice", from.value);
            return Err(Diagnostic::error("project/moved", message).at(from.place.clone()));
        }
    }
    Ok(())
}
