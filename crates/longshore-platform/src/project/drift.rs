//! `drift` of the project file: what may be otherwise than it was deployed.

use longshore_diag::Diagnostic;
use longshore_release::IgnoreRule;
use longshore_yaml::Kind;

use super::fields::{Fields, expected};
use super::{Placed, Project};

const DRIFT_KEYS: [&str; 1] = ["ignore"];
const RULE_KEYS: [&str; 5] = ["release", "group", "kind", "name", "pointers"];

/// The rules below `drift.ignore`.
///
/// # Errors
/// A mistake in one; a pointer that does not begin with a slash.
pub(super) fn ignored(file: &str, fields: &Fields<'_>) -> Result<Vec<Placed<IgnoreRule>>, Diagnostic> {
    let Some(node) = fields.get("drift") else { return Ok(Vec::new()) };
    let drift = Fields::read(file, "`drift`", node, &DRIFT_KEYS)?;
    let Some(node) = drift.get("ignore") else { return Ok(Vec::new()) };
    if node.kind != Kind::Sequence {
        return Err(expected("`ignore` of `drift`", "a list", node, file));
    }
    node.content
        .iter()
        .map(|node| {
            let rule = Fields::read(file, "a rule of `drift`", node, &RULE_KEYS)?;
            let text = |key: &str| Ok::<_, Diagnostic>(rule.string(key)?.map(|placed| placed.value));
            // The core group has no name.
            let group = rule.text("group")?.map(|placed| placed.value);
            let pointers = rule.strings("pointers")?;
            if let Some(wrong) = pointers.iter().find(|pointer| !pointer.value.starts_with('/')) {
                let message = format!("`{}` is no JSON pointer", wrong.value);
                return Err(Diagnostic::error("project/pointer", message).at(wrong.place.clone()).hint(
                    "write it with a slash before each key, as in `/spec/replicas`; a slash in a key is `~1`",
                ));
            }
            Ok(Placed {
                value: IgnoreRule {
                    release: text("release")?,
                    group,
                    kind: rule.required_string("kind")?.value,
                    name: text("name")?,
                    pointers: pointers.into_iter().map(|pointer| pointer.value).collect(),
                },
                place: rule.place(),
            })
        })
        .collect()
}

/// Checks that rules name releases of the file.
///
/// # Errors
/// One names another; the nearest is suggested.
pub(super) fn names_releases(project: &Project) -> Result<(), Diagnostic> {
    for rule in &project.ignored_drift {
        if let Some(name) = &rule.value.release {
            project.release(name).map_err(|error| error.at(rule.place.clone()))?;
        }
    }
    Ok(())
}
