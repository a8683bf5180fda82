//! What is filled in and moved in a kustomization file: on reading, and by `kustomize edit fix`
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/types/kustomization.go>).

use longshore_go::{Map, Value};

use super::{Document, items_of, objects_of, text_of};
use crate::error::Error;

/// What charts of the past are called today.
const CHART: &[(&str, &str)] = &[
    ("chartName", "name"),
    ("chartVersion", "version"),
    ("chartRepoUrl", "repo"),
    ("values", "valuesFile"),
    ("valuesLocal", "valuesInline"),
    ("valuesMerge", "valuesMerge"),
    ("releaseName", "releaseName"),
];

/// On reading.
pub(super) fn read(fields: &Map) {
    let is_component = text_of(fields, "kind") == "Component";
    if text_of(fields, "kind").is_empty() {
        fields.insert("kind", Value::str("Kustomization"));
    }
    if text_of(fields, "apiVersion").is_empty() {
        let version = if is_component { "v1alpha1" } else { "v1beta1" };
        fields.insert("apiVersion", Value::str(format!("kustomize.config.k8s.io/{version}")));
    }
    append(fields, "bases", "resources");
    append(fields, "imageTags", "images");
    for generators in ["configMapGenerator", "secretGenerator"] {
        for generator in objects_of(fields, generators) {
            let env = text_of(&generator, "env");
            if !env.is_empty() {
                generator.remove(b"env");
                let mut envs = items_of(&generator, "envs");
                envs.push(Value::str(env));
                generator.insert("envs", Value::list(envs));
            }
        }
    }
    charts(fields);
}

fn charts(fields: &Map) {
    let mut charts = items_of(fields, "helmCharts");
    let globals = Map::new();
    for old in objects_of(fields, "helmChartInflationGenerator") {
        let renamed =
            |(old_name, name): &(&'static str, &'static str)| Some((*name, old.get(old_name.as_bytes())?));
        charts.push(Value::Map(CHART.iter().filter_map(renamed).collect()));
        for (old_name, name) in [("helmHome", "configHome"), ("chartHome", "chartHome")] {
            let home = text_of(&old, old_name);
            if !home.is_empty() {
                globals.insert(name, Value::str(home));
            }
        }
    }
    fields.remove(b"helmChartInflationGenerator");
    if !charts.is_empty() {
        fields.insert("helmCharts", Value::list(charts));
    }
    if !globals.is_empty() && !fields.contains_key(b"helmGlobals") {
        fields.insert("helmGlobals", Value::Map(globals));
    }
}

/// By `kustomize edit fix`.
pub(super) fn deprecated(document: &mut Document, is_file: impl Fn(&str) -> bool) -> Result<(), Error> {
    append(&document.fields, "patchesJson6902", "patches");
    for patch in document.texts("patchesStrategicMerge") {
        let key = if is_file(&patch) { "path" } else { "patch" };
        let patch: Map = [(key, Value::str(patch))].into_iter().collect();
        document.add("patches", Value::Map(patch));
    }
    document.fields.remove(b"patchesStrategicMerge");
    let Some(Value::Map(common)) = document.get("commonLabels") else { return Ok(()) };
    if common.is_empty() {
        return Ok(());
    }
    for label in objects_of(&document.fields, "labels") {
        let Some(Value::Map(pairs)) = label.get(b"pairs") else { continue };
        if let Some(key) = pairs.keys().iter().find(|key| common.contains_key(key.as_bytes())) {
            let key = key.to_str_lossy();
            return Err(Error::new(format!("label name '{key}' exists in both commonLabels and labels")));
        }
    }
    let label: Map =
        [("pairs", Value::Map(common)), ("includeSelectors", Value::Bool(true))].into_iter().collect();
    document.add("labels", Value::Map(label));
    document.fields.remove(b"commonLabels");
    Ok(())
}

/// Moves the items of one list behind those of another.
fn append(fields: &Map, from: &str, to: &str) {
    let moved = items_of(fields, from);
    fields.remove(from.as_bytes());
    if !moved.is_empty() {
        let mut items = items_of(fields, to);
        items.extend(moved);
        fields.insert(to, Value::list(items));
    }
}
