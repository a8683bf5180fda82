//! Outputs that are made of others: in no circle, and so that a few lines do not become more text than there is room for.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;

use super::{Asked, OutputFrom, OutputSpec, asked_by_node};
use crate::project::Project;

/// How deep outputs may stand in one another: each level is a level of the walk that fills them.
const DEEPEST: usize = 32;

/// How many others an output may be made of, counted as often as they stand in it: ten lines that each name the one before
/// ten times would be ten thousand million.
const MOST: usize = 10_000;

/// What an output is made of.
#[derive(Debug, Clone, Copy, Default)]
struct Made {
    of: usize,
    deep: usize,
}

/// Outputs by release and name.
type Known<'a> = BTreeMap<(&'a str, &'a str), Made>;

/// Checks all outputs of a project. Those that are asked for are there.
///
/// # Errors
/// One is made of itself, of too many others, or too deep.
pub(super) fn all(project: &Project) -> Result<(), Diagnostic> {
    let mut known = Known::new();
    project.releases.iter().try_for_each(|release| {
        let mut outputs = release.outputs.iter();
        outputs.try_for_each(|output| {
            made(project, &release.name, output, &mut Vec::new(), &mut known).map(drop)
        })
    })
}

/// What an output is made of; `path` are those that it is looked at for.
fn made<'a>(
    project: &'a Project,
    release: &'a str,
    output: &'a OutputSpec,
    path: &mut Vec<(&'a str, &'a str)>,
    known: &mut Known<'a>,
) -> Result<Made, Diagnostic> {
    let own = (release, output.name.value.as_str());
    if let Some(made) = known.get(&own) {
        return Ok(*made);
    }
    let told =
        |message: String| Diagnostic::error("project/outputs-nested", message).at(output.name.place.clone());
    let too_deep = || {
        told(format!("outputs stand in one another more than {DEEPEST} deep"))
            .hint("write out what is in the middle")
    };
    if path.contains(&own) {
        // Between releases a circle is one of `needs`, and is told there.
        if path.iter().any(|(other, _)| *other != release) {
            return Ok(Made::default());
        }
        let round: Vec<&str> = path.iter().map(|(_, name)| *name).chain([own.1]).collect();
        let message =
            format!("outputs of release `{release}` ask for one another in a circle: {}", round.join(" → "));
        return Err(Diagnostic::error("project/outputs-cycle", message).at(output.name.place.clone()));
    }
    let mut all = Made::default();
    if let OutputFrom::Value(node) = &output.from {
        path.push(own);
        for asked in asked_by_node(&output.name.place.file, node) {
            let Asked { release, output: name } = &asked.value;
            let Some(spec) = project.releases.iter().find(|spec| spec.name == *release) else { continue };
            let Some(other) = spec.outputs.iter().find(|other| other.name.value == *name) else { continue };
            // Before the walk itself is too deep.
            if path.len() > DEEPEST {
                return Err(too_deep());
            }
            let part = made(project, &spec.name, other, path, known)?;
            all.of = all.of.saturating_add(part.of).saturating_add(1);
            all.deep = all.deep.max(part.deep + 1);
        }
        path.pop();
    }
    if all.deep > DEEPEST {
        return Err(too_deep());
    }
    if all.of > MOST {
        let message = format!("output `{}` of release `{release}` is made of more than {MOST} others", own.1);
        return Err(told(message).hint("others count as often as they stand in it, and in one another"));
    }
    known.insert(own, all);
    Ok(all)
}
