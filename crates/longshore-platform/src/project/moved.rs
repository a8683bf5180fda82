//! `moved` of the project file: releases and environments that have another name now.

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::Kind;

use super::fields::{Fields, expected};
use super::{Placed, Project};

/// A release or an environment that was renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its name before.
    pub from: Placed<String>,
    /// Its name now.
    pub to: Placed<String>,
}

/// What was renamed.
#[derive(Debug, Default)]
pub(super) struct AllMoved {
    pub(super) releases: Vec<Moved>,
    pub(super) environments: Vec<Moved>,
}

/// Reads `moved`.
///
/// # Errors
/// It is no list of mappings with `to`, and `from` or `environment`.
pub(super) fn moved(file: &str, fields: &Fields<'_>) -> Result<AllMoved, Diagnostic> {
    let mut all = AllMoved::default();
    let Some(node) = fields.get("moved") else { return Ok(all) };
    if node.kind != Kind::Sequence {
        return Err(
            expected("`moved`", "a list", node, file).hint("as in `moved: [{from: api, to: gateway}]`")
        );
    }
    for node in &node.content {
        let fields = Fields::read(file, "an entry of `moved`", node, &["from", "environment", "to"])?;
        let Some(environment) = fields.string("environment")? else {
            let from = fields.required_string("from")?;
            all.releases.push(Moved { from, to: fields.required_string("to")? });
            continue;
        };
        if let Some(from) = fields.string("from")? {
            let message = "an entry of `moved` has `from` and `environment`: it is about a release or about an environment";
            return Err(Diagnostic::error("project/moved", message)
                .at(from.place)
                .hint("write an entry for each"));
        }
        all.environments.push(Moved { from: environment, to: fields.required_string("to")? });
    }
    Ok(all)
}

/// Checks that what was renamed is there under the new name only.
///
/// # Errors
/// Something is not, or is renamed twice.
pub(super) fn fits(project: &Project) -> Result<(), Diagnostic> {
    only_there("release", &project.moved, |name| project.release(name).map(|release| release.place.clone()))?;
    only_there("environment", &project.moved_environments, |name| {
        project.environment(Some(name)).map(|environment| environment.place)
    })
}

fn only_there(
    what: &str,
    moved: &[Moved],
    find: impl Fn(&str) -> Result<Place, Diagnostic>,
) -> Result<(), Diagnostic> {
    for (at, one) in moved.iter().enumerate() {
        find(&one.to.value).map_err(|error| error.at(one.to.place.clone()))?;
        let from = &one.from;
        if let Ok(still) = find(&from.value) {
            let message =
                format!("{what} `{}` was moved to `{}`, and is still there", from.value, one.to.value);
            return Err(Diagnostic::error("project/moved", message)
                .at(from.place.clone())
                .within("it is here", Some(still)));
        }
        if moved[..at].iter().any(|other| other.from.value == from.value) {
            let message = format!("{what} `{}` is moved twice", from.value);
            return Err(Diagnostic::error("project/moved", message).at(from.place.clone()));
        }
    }
    Ok(())
}
