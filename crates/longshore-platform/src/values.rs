//! The values of a release, and where each of them was set.

use longshore_chart::values;
use longshore_diag::{Diagnostic, Place};
use longshore_go::Value;
use longshore_release::is_sensitive;
use longshore_yaml::Kind;
use serde::Serialize;

use crate::charts::Opened;
use crate::places::{Source, ValuesPlaces};
use crate::project::{Method, ReleaseSpec};
use crate::selection::Selection;
use crate::source::named;

/// What is shown of values whose keys say that they are secret.
const HIDDEN: &str = "(hidden)";

/// The values of one release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseValues {
    /// The release.
    pub release: String,
    /// What the project gives its chart, all layers together; secrets are hidden.
    pub values: serde_json::Value,
}

/// Where a value of a release was set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedValue {
    /// The release.
    pub release: String,
    /// The path of keys, with dots between them.
    pub key: String,
    /// What the project gives, its variables replaced; nothing where only the chart's own values set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// All places that set it, the one that counts first.
    pub set_by: Vec<ValueSetting>,
}

/// A place that sets a value.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValueSetting {
    /// The file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The value as it is written there; `…` for a mapping or a list.
    pub value: String,
    /// Which part of the project file sets it, if one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
}

/// The values of the selected releases that are made from charts.
///
/// # Errors
/// A chart or a values file cannot be read, or a variable is not known.
pub fn release_values(selection: &Selection) -> Result<Vec<ReleaseValues>, Diagnostic> {
    each(selection, |release, opened| {
        let mut json = values::to_json(&Value::Map(opened.values.clone()));
        hide(&mut json);
        ReleaseValues { release: release.name.clone(), values: json }
    })
}

/// Who sets `key` (`image.tag`) in the selected releases; releases in which nobody does are left out.
///
/// # Errors
/// As of [`release_values`]; nobody sets it in any of them.
pub fn explain_value(selection: &Selection, key: &str) -> Result<Vec<ExplainedValue>, Diagnostic> {
    let path: Vec<&str> = key.split('.').collect();
    let all = each(selection, |release, opened| {
        let places = ValuesPlaces::new(release, opened, &opened.chart);
        let set_by = places.settings(&path).into_iter().map(|(source, place)| setting(source, place, &path));
        let mut given = values::to_json(&Value::Map(opened.values.clone()));
        hide(&mut given);
        let value = path.iter().try_fold(&given, |value, key| value.get(key)).cloned();
        ExplainedValue { release: release.name.clone(), key: key.to_owned(), value, set_by: set_by.collect() }
    })?;
    let found: Vec<ExplainedValue> = all.into_iter().filter(|value| !value.set_by.is_empty()).collect();
    if found.is_empty() {
        let message = format!("nothing sets `{key}` in any of the chosen releases");
        return Err(Diagnostic::error("values/unknown-key", message)
            .at(Place::file(&selection.platform.project.file))
            .hint("`longshore values` shows what is set; write keys with dots, as in `image.tag`"));
    }
    Ok(found)
}

fn each<T>(selection: &Selection, look: impl Fn(&ReleaseSpec, &Opened) -> T) -> Result<Vec<T>, Diagnostic> {
    let mut all = Vec::new();
    for release in selection.releases() {
        if selection.method(release)? == Method::Helm {
            let opened = Opened::new(selection, release).map_err(|error| named(error, release))?;
            all.push(look(release, &opened));
        }
    }
    Ok(all)
}

fn setting(source: &Source, place: Place, path: &[&str]) -> ValueSetting {
    let node = source.node(path);
    let value = match node {
        _ if path.iter().any(|key| is_sensitive(key)) => HIDDEN.to_owned(),
        Some(node) if matches!(node.kind, Kind::Mapping | Kind::Sequence) => "…".to_owned(),
        Some(node) => node.value.to_string(),
        None => String::new(),
    };
    ValueSetting { line: place.line, file: place.file, value, layer: source.layer.clone() }
}

/// Covers what stands under a key that is named like a secret.
fn hide(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let is_scalar = !value.is_object() && !value.is_array() && !value.is_null();
                if is_scalar && is_sensitive(key) {
                    *value = HIDDEN.into();
                } else {
                    hide(value);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}
