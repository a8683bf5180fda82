//! `HelmChartInflationGenerator`: what it is told about a chart, and whether that can be done.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/builtins/HelmChartInflationGenerator.go>.

use longshore_go::{Map, Value, strconv};
use longshore_yaml::sigs;

use crate::build::Context;
use crate::decode::{Reader, decode_struct};
use crate::error::{Context as _, Error};
use crate::kustomization::{HelmChart, HelmGlobals, Kustomization};
use crate::loader::{Loader, join};

/// Where charts lie if nobody says it.
const HOME: &str = "charts";

/// How the values of a kustomization and those of a file come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValuesMerge {
    /// Those of the kustomization count.
    Override,
    /// Those of the file count.
    Merge,
    /// Only those of the kustomization are taken.
    Replace,
}

/// A chart that is to be inflated.
#[derive(Clone, Debug)]
pub struct Inflation {
    /// What the kustomization or the configuration says of it, what is not said filled in.
    pub chart: HelmChart,
    /// Helm's settings.
    pub config_home: String,
    /// The folder that the chart's folder lies in, absolute.
    pub home: String,
    /// `valuesMerge`
    pub values_merge: ValuesMerge,
}

/// The fields of a configuration.
#[derive(Clone, Debug, Default)]
struct Fields {
    globals: HelmGlobals,
    chart: HelmChart,
}

decode_struct!(Fields as "builtins.HelmChartInflationGeneratorPlugin" {
    "chartHome" in "HelmGlobals" => globals.chart_home, "configHome" in "HelmGlobals" => globals.config_home,
    "name" in "HelmChart" => chart.name, "version" in "HelmChart" => chart.version,
    "repo" in "HelmChart" => chart.repo, "releaseName" in "HelmChart" => chart.release_name,
    "namespace" in "HelmChart" => chart.namespace,
    "additionalValuesFiles" in "HelmChart" => chart.additional_values_files,
    "valuesFile" in "HelmChart" => chart.values_file, "valuesInline" in "HelmChart" => chart.values_inline,
    "valuesMerge" in "HelmChart" => chart.values_merge, "includeCRDs" in "HelmChart" => chart.include_crds,
    "skipHooks" in "HelmChart" => chart.skip_hooks, "apiVersions" in "HelmChart" => chart.api_versions,
    "kubeVersion" in "HelmChart" => chart.kube_version, "nameTemplate" in "HelmChart" => chart.name_template,
    "skipTests" in "HelmChart" => chart.skip_tests, "debug" in "HelmChart" => chart.debug,
    "devel" in "HelmChart" => chart.devel,
});

/// The charts of a kustomization. `inherited` is the namespace of those that build on it, for charts only.
///
/// # Errors
/// Charts may not be inflated, or one is told something that cannot be.
pub(crate) fn of_kustomization(
    kustomization: &Kustomization,
    inherited: &str,
    loader: &Loader<'_>,
    context: &Context,
) -> Result<Vec<Inflation>, Error> {
    let globals = kustomization.helm_globals.clone().unwrap_or_default();
    let of_chart = |chart: &HelmChart| {
        let mut chart = chart.clone();
        if chart.namespace.is_empty() {
            let own = &kustomization.namespace;
            chart.namespace = String::from(if own.is_empty() { inherited } else { own });
        }
        inflation(globals.clone(), chart.clone(), loader, context).map_err(|error| {
            let config = sigs::marshal(&Value::Map(configuration(&globals, &chart))).unwrap_or_default();
            let config = String::from_utf8_lossy(&config);
            error.wrapped(format!(
                "trouble configuring builtin HelmChartInflationGenerator with config: `\n{config}`"
            ))
        })
    };
    kustomization.helm_charts.iter().map(of_chart).collect()
}

/// The chart of a configuration of its own.
///
/// # Errors
/// As [`of_kustomization`].
pub(crate) fn of_configuration(
    value: &Value,
    loader: &Loader<'_>,
    context: &Context,
) -> Result<Inflation, Error> {
    check_enabled(context)?;
    let Fields { globals, chart } = Reader::lenient().read(value)?;
    inflation(globals, chart, loader, context)
}

fn check_enabled(context: &Context) -> Result<(), Error> {
    let options = &context.options;
    if !options.enable_helm && !options.enable_plugins {
        return Err(Error::new("must specify --enable-helm"));
    }
    if options.no_helm_command {
        return Err(Error::new("must specify --helm-command"));
    }
    Ok(())
}

/// Fills in what was not said.
fn inflation(
    globals: HelmGlobals,
    mut chart: HelmChart,
    loader: &Loader<'_>,
    context: &Context,
) -> Result<Inflation, Error> {
    check_enabled(context)?;
    mistake_values(&mut chart);
    let options = &context.options;
    // Upstream says that the command line counts, and then reads the configuration over it.
    if chart.kube_version.is_empty() {
        chart.kube_version.clone_from(&options.helm_kube_version);
    }
    if chart.api_versions.is_empty() {
        chart.api_versions.clone_from(&options.helm_api_versions);
    }
    if chart.name.is_empty() {
        return Err(Error::new("chart name cannot be empty"));
    }
    let home = if globals.chart_home.is_empty() { HOME } else { &globals.chart_home };
    let mut home = if home.starts_with('/') { home.to_owned() } else { join(loader.root(), home) };
    if !chart.version.is_empty() && !chart.repo.is_empty() {
        home = join(&home, &format!("{}-{}", chart.name, chart.version));
    }
    if chart.values_file.is_empty() {
        chart.values_file = join(&join(&home, &chart.name), "values.yaml");
    }
    for file in &mut chart.additional_values_files {
        loader.load(file).context(|| String::from("could not load additionalValuesFile"))?;
        *file = join(loader.root(), file);
    }
    let values_merge = match chart.values_merge.as_str() {
        "" | "override" => ValuesMerge::Override,
        "merge" => ValuesMerge::Merge,
        "replace" => ValuesMerge::Replace,
        _ => return Err(Error::new("valuesMerge must be one of [merge override replace]")),
    };
    Ok(Inflation { chart, config_home: globals.config_home, home, values_merge })
}

/// Makes texts of values at the top that have the names of a chart's own fields, if those are texts: `version: 1.5` becomes
/// `version: "1.5"`. Upstream reads them as if they were those fields (`sigs.k8s.io/yaml` takes the embedded struct for the
/// field in it).
fn mistake_values(chart: &mut HelmChart) {
    for (key, value) in &mut chart.values_inline {
        let is_any = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(key));
        if is_any(&TEXTS) {
            *value = as_text(value);
        } else if is_any(&LISTS)
            && let Some(list) = value.as_list()
        {
            *value = Value::list(list.iter().map(as_text).collect());
        }
    }
}

/// Fields of a chart that are texts.
const TEXTS: [&str; 9] = [
    "name",
    "version",
    "repo",
    "releaseName",
    "namespace",
    "valuesFile",
    "valuesMerge",
    "kubeVersion",
    "nameTemplate",
];

/// Fields of a chart that are lists of texts.
const LISTS: [&str; 2] = ["additionalValuesFiles", "apiVersions"];

/// A number or boolean as text, after it has been JSON and YAML; anything else as it is.
fn as_text(value: &Value) -> Value {
    let text = match value {
        Value::Bool(bool) => bool.to_string(),
        Value::Int(int) => int.value.to_string(),
        Value::Uint(uint) => uint.value.to_string(),
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 9e18 => (*float as i64).to_string(),
        Value::Float(float) if float.fract() == 0.0 && (0.0..1.8e19).contains(float) => {
            (*float as u64).to_string()
        }
        Value::Float(float) => strconv::format_float(*float, b'g', None),
        other => return other.clone(),
    };
    Value::str(text)
}

/// The fields that are said.
fn configuration(globals: &HelmGlobals, chart: &HelmChart) -> Map {
    let map = Map::new();
    let texts = [
        ("chartHome", &globals.chart_home),
        ("configHome", &globals.config_home),
        ("name", &chart.name),
        ("version", &chart.version),
        ("repo", &chart.repo),
        ("releaseName", &chart.release_name),
        ("namespace", &chart.namespace),
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
        map.insert("valuesInline", Value::Map(values_inline(chart)));
    }
    map
}

/// `valuesInline` as a map.
pub(super) fn values_inline(chart: &HelmChart) -> Map {
    chart.values_inline.iter().map(|(key, value)| (key.as_str(), value.clone())).collect()
}
