//! The values of a release, and where each of them was set.

mod near;

use longshore_chart::values;
use longshore_diag::{Diagnostic, Place};
use longshore_go::Value;
use longshore_release::is_sensitive;
use longshore_yaml::{Kind, Node};
use serde::Serialize;

use crate::charts::Opened;
use crate::outputs::spec;
use crate::places::{Source, ValuesPlaces};
use crate::project::{Asked, Method, OutputFrom, ReleaseSpec, asked_by_node};
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
    /// The outputs of other releases that it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputOrigin>,
}

/// Where an output comes from that a value is made of.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputOrigin {
    /// The release that has it.
    pub release: String,
    /// Its name.
    pub output: String,
    /// What it is: a value as it is written, or what it is read from.
    pub from: String,
    /// The file that says so.
    pub file: String,
    /// The line.
    pub line: u32,
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
        let set_by: Vec<ValueSetting> = places
            .settings(&path)
            .into_iter()
            .map(|(source, place, there)| setting(selection, source, place, there, &path))
            .collect();
        let mut given = values::to_json(&Value::Map(opened.values.clone()));
        hide(&mut given);
        let value = path.iter().try_fold(&given, |value, key| value.get(key)).cloned();
        let explained = ExplainedValue { release: release.name.clone(), key: key.to_owned(), value, set_by };
        (explained, places)
    })?;
    if all.iter().any(|(explained, _)| !explained.set_by.is_empty()) {
        return Ok(all
            .into_iter()
            .map(|(found, _)| found)
            .filter(|found| !found.set_by.is_empty())
            .collect());
    }
    let file = Place::file(&selection.platform.project.file);
    if all.is_empty() {
        return Err(Diagnostic::error(
            "values/no-charts",
            "none of the chosen releases is made from a chart",
        )
        .at(file)
        .hint(
            "only charts are given values; `longshore render` shows what manifests and kustomizations make",
        ));
    }
    let all: Vec<_> = all.into_iter().map(|(found, places)| (found.release, places)).collect();
    let advice = near::advice(&path, &all).unwrap_or_else(|| {
        "`longshore values` shows what is set; write keys with dots, as in `image.tag`".to_owned()
    });
    let message = format!("nothing sets `{key}` in any of the chosen releases");
    Err(Diagnostic::error("values/unknown-key", message).at(file).hint(advice))
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

/// `there` is the path that the value has in the source.
fn setting(
    selection: &Selection,
    source: &Source,
    place: Place,
    there: &[&str],
    path: &[&str],
) -> ValueSetting {
    let node = source.node(there);
    let value = match node {
        _ if path.iter().any(|key| is_sensitive(key)) => HIDDEN.to_owned(),
        Some(node) if matches!(node.kind, Kind::Mapping | Kind::Sequence) => "…".to_owned(),
        Some(node) => node.value.to_string(),
        None => String::new(),
    };
    // Only the project file has variables.
    let node = node.filter(|_| source.layer.is_some() && place.file == selection.platform.project.file);
    let outputs = node.map(|node| origins(selection, node, &place.file)).unwrap_or_default();
    ValueSetting { line: place.line, file: place.file, value, layer: source.layer.clone(), outputs }
}

/// Where the outputs come from that texts ask for, and those that they are made of.
fn origins(selection: &Selection, node: &Node, file: &str) -> Vec<OutputOrigin> {
    let releases = &selection.platform.project.releases;
    let mut open: Vec<Asked> = asked_by_node(file, node).into_iter().map(|asked| asked.value).collect();
    let mut found: Vec<OutputOrigin> = Vec::new();
    while let Some(asked) = open.pop() {
        let is_told = |one: &OutputOrigin| one.release == asked.release && one.output == asked.output;
        let Some(spec) = spec(releases, &asked).filter(|_| !found.iter().any(is_told)) else { continue };
        let Place { file, line, .. } = spec.name.place.clone();
        let from = match &spec.from {
            OutputFrom::Object(object) => object.described(),
            OutputFrom::Value(node) => {
                open.extend(asked_by_node(&file, node).into_iter().map(|asked| asked.value));
                node.value.to_string()
            }
        };
        found.push(OutputOrigin { release: asked.release, output: asked.output, from, file, line });
    }
    found
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
