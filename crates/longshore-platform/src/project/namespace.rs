//! Namespaces in the project file: their names, and what those that are created carry.

use std::collections::BTreeMap;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Kind, Node};

use super::fields::{Fields, boolean, expected, scalar};
use super::{Placed, names};

/// What `createNamespace` of an environment says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreateNamespace {
    /// Whether missing namespaces may be created.
    pub allowed: bool,
    /// Labels of those that are; their values may have variables.
    pub labels: BTreeMap<String, Placed<String>>,
    /// Annotations of those that are; their values may have variables.
    pub annotations: BTreeMap<String, Placed<String>>,
}

const CREATE_KEYS: [&str; 2] = ["labels", "annotations"];

/// Reads `createNamespace`: true, false, or what the namespaces carry, which means true.
///
/// # Errors
/// It is something else, or a label that the API server would refuse.
pub(super) fn create_namespace(
    file: &str,
    fields: &Fields<'_>,
) -> Result<Option<CreateNamespace>, Diagnostic> {
    let Some(node) = fields.get("createNamespace") else { return Ok(None) };
    let what = fields.path("createNamespace");
    match (boolean(node), node.kind) {
        (Some(allowed), _) => Ok(Some(CreateNamespace { allowed, ..CreateNamespace::default() })),
        (None, Kind::Mapping) => {
            let inner = Fields::read(file, what, node, &CREATE_KEYS)?;
            let labels = marks(file, &inner, "labels")?;
            for (key, value) in labels.iter().filter(|(_, value)| !value.value.contains("${")) {
                check_label(key, &value.value, &value.place)?;
            }
            let annotations = marks(file, &inner, "annotations")?;
            Ok(Some(CreateNamespace { allowed: true, labels, annotations }))
        }
        _ => Err(expected(&what, "true, false, or a mapping with `labels` and `annotations`", node, file)),
    }
}

/// Labels or annotations.
fn marks(file: &str, fields: &Fields<'_>, key: &str) -> Result<BTreeMap<String, Placed<String>>, Diagnostic> {
    let Some(node) = fields.get(key) else { return Ok(BTreeMap::new()) };
    let inner = Fields::any(file, fields.path(key), node)?;
    let mark = |(key, place, node): (String, Place, &Node)| {
        names::MARK.check("a label or an annotation", &key, &place)?;
        let value = scalar(file, &inner.path(&key), node)?;
        Ok((key, value))
    };
    inner.entries().map(mark).collect()
}

/// Checks the value of a label, as Kubernetes does.
///
/// # Errors
/// It would be refused.
pub(crate) fn check_label(key: &str, value: &str, place: &Place) -> Result<(), Diagnostic> {
    if names::is_word(value) {
        return Ok(());
    }
    let message = format!("`{value}` cannot be the value of label `{key}`");
    Err(Diagnostic::error("project/label", message)
        .at(place.clone())
        .hint("use at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"))
}
