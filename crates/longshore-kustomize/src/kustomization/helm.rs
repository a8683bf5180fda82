//! Charts that a kustomization inflates.

use longshore_go::Value;
use std::collections::BTreeMap;

use super::Kustomization;
use crate::decode::decode_struct;

/// `helmGlobals`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelmGlobals {
    /// `chartHome`: the folder of charts; `charts` if it is empty.
    pub chart_home: String,
    /// `configHome`
    pub config_home: String,
}

decode_struct!(HelmGlobals as "types.HelmGlobals" { "chartHome" => chart_home, "configHome" => config_home });

/// An entry of `helmCharts`.
#[derive(Clone, Debug, Default)]
pub struct HelmChart {
    /// `name`
    pub name: String,
    /// `version`
    pub version: String,
    /// `repo`
    pub repo: String,
    /// `releaseName`
    pub release_name: String,
    /// `namespace`
    pub namespace: String,
    /// `additionalValuesFiles`
    pub additional_values_files: Vec<String>,
    /// `valuesFile`
    pub values_file: String,
    /// `valuesInline`
    pub values_inline: BTreeMap<String, Value>,
    /// `valuesMerge`: `merge`, `override` or `replace`.
    pub values_merge: String,
    /// `includeCRDs`
    pub include_crds: bool,
    /// `skipHooks`
    pub skip_hooks: bool,
    /// `apiVersions`
    pub api_versions: Vec<String>,
    /// `kubeVersion`
    pub kube_version: String,
    /// `nameTemplate`
    pub name_template: String,
    /// `skipTests`
    pub skip_tests: bool,
    /// `debug`
    pub debug: bool,
    /// `devel`
    pub devel: bool,
}

decode_struct!(HelmChart as "types.HelmChart" {
    "name" => name, "version" => version, "repo" => repo, "releaseName" => release_name, "namespace" => namespace,
    "additionalValuesFiles" => additional_values_files, "valuesFile" => values_file,
    "valuesInline" => values_inline, "valuesMerge" => values_merge, "includeCRDs" => include_crds,
    "skipHooks" => skip_hooks, "apiVersions" => api_versions, "kubeVersion" => kube_version,
    "nameTemplate" => name_template, "skipTests" => skip_tests, "debug" => debug, "devel" => devel,
});

/// An entry of `helmChartInflationGenerator`, the old way to say the same.
#[derive(Clone, Debug, Default)]
pub struct HelmChartArgs {
    chart_name: String,
    chart_version: String,
    chart_repo_url: String,
    chart_home: String,
    chart_repo_name: String,
    helm_bin: String,
    helm_home: String,
    values: String,
    values_local: BTreeMap<String, Value>,
    values_merge: String,
    release_name: String,
    release_namespace: String,
    extra_args: Vec<String>,
}

decode_struct!(HelmChartArgs as "types.HelmChartArgs" {
    "chartName" => chart_name, "chartVersion" => chart_version, "chartRepoUrl" => chart_repo_url,
    "chartHome" => chart_home, "chartRepoName" => chart_repo_name, "helmBin" => helm_bin, "helmHome" => helm_home,
    "values" => values, "valuesLocal" => values_local, "valuesMerge" => values_merge, "releaseName" => release_name,
    "releaseNamespace" => release_namespace, "extraArgs" => extra_args,
});

/// Makes charts and globals of the old entries; of the homes that they name the last one counts.
pub(super) fn move_old_charts(kustomization: &mut Kustomization) {
    let mut globals = HelmGlobals::default();
    for old in std::mem::take(&mut kustomization.helm_chart_inflation_generator) {
        if !old.helm_home.is_empty() {
            globals.config_home = old.helm_home;
        }
        if !old.chart_home.is_empty() {
            globals.chart_home = old.chart_home;
        }
        kustomization.helm_charts.push(HelmChart {
            name: old.chart_name,
            version: old.chart_version,
            repo: old.chart_repo_url,
            values_file: old.values,
            values_inline: old.values_local,
            values_merge: old.values_merge,
            release_name: old.release_name,
            ..HelmChart::default()
        });
    }
    if kustomization.helm_globals.is_none() && globals != HelmGlobals::default() {
        kustomization.helm_globals = Some(globals);
    }
}
