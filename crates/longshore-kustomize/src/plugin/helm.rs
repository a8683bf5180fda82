//! Charts in kustomizations, which are refused: without the flag as Kustomize refuses them, with it because they are not
//! inflated yet.

use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use crate::build::Context;
use crate::error::Error;
use crate::kustomization::{HelmChart, Kustomization};

/// Why a chart is not inflated.
pub(crate) fn refuse(kustomization: &Kustomization, chart: &HelmChart, context: &Context) -> Error {
    if context.options.enable_helm || context.options.enable_plugins {
        return Error::new("charts in kustomizations are not supported yet");
    }
    let config = configuration(kustomization, chart);
    let config = sigs::marshal(&Value::Map(config)).unwrap_or_default();
    Error::new(format!(
        "trouble configuring builtin HelmChartInflationGenerator with config: `\n{}`: must specify --enable-helm",
        String::from_utf8_lossy(&config)
    ))
}

/// The fields that are said, with the namespace that the kustomization gives its charts.
fn configuration(kustomization: &Kustomization, chart: &HelmChart) -> Map {
    let map = Map::new();
    let namespace = if chart.namespace.is_empty() { &kustomization.namespace } else { &chart.namespace };
    let globals = kustomization.helm_globals.clone().unwrap_or_default();
    let texts = [
        ("chartHome", &globals.chart_home),
        ("configHome", &globals.config_home),
        ("name", &chart.name),
        ("version", &chart.version),
        ("repo", &chart.repo),
        ("releaseName", &chart.release_name),
        ("namespace", namespace),
        ("valuesFile", &chart.values_file),
        ("valuesMerge", &chart.values_merge),
        ("kubeVersion", &chart.kube_version),
        ("nameTemplate", &chart.name_template),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        map.insert(name, Value::from(text.as_str()));
    }
    let lists =
        [("additionalValuesFiles", &chart.additional_values_files), ("apiVersions", &chart.api_versions)];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        map.insert(name, Value::list(list.iter().map(|text| Value::from(text.as_str())).collect()));
    }
    let switches = [
        ("includeCRDs", chart.include_crds),
        ("skipHooks", chart.skip_hooks),
        ("skipTests", chart.skip_tests),
        ("debug", chart.debug),
        ("devel", chart.devel),
    ];
    for (name, _) in switches.into_iter().filter(|(_, is_on)| *is_on) {
        map.insert(name, Value::Bool(true));
    }
    if !chart.values_inline.is_empty() {
        let values = chart.values_inline.iter().map(|(key, value)| (key.as_str(), value.clone()));
        map.insert("valuesInline", Value::Map(values.collect()));
    }
    map
}
