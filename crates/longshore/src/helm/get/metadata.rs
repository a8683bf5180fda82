//! `helm get metadata`: what is known of a release and its chart.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/action/get_metadata.go>.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use longshore_go::strconv::quoted;
use longshore_release::record::Release;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::super::format::{self, Format};
use super::super::{Settings, print, shown, times};
use super::release;
use crate::cobra::Matches;

/// What is told, in the order of JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    chart: String,
    version: String,
    app_version: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Dependency>,
    namespace: String,
    revision: u32,
    status: String,
    deployed_at: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    apply_method: String,
}

/// A dependency of the chart.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Dependency {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    repository: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    condition: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    enabled: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    import_values: Vec<Json>,
    #[serde(skip_serializing_if = "String::is_empty")]
    alias: String,
}

pub(super) fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let is_old = settings.level.rules().major == 3;
    let form = format::of(matches);
    let metadata = of(&release(settings, matches)?, is_old)?;
    if form == Format::Table { print(&table(&metadata, is_old)) } else { format::print(&metadata, form) }
}

fn of(release: &Release, is_old: bool) -> anyhow::Result<Metadata> {
    let field = |name| shown::metadata(release, name).map(str::to_owned);
    let name = field("name").ok_or_else(|| shown::without_chart(release))?;
    let chart = &release.chart["metadata"];
    let annotations = chart["annotations"].as_object().into_iter().flatten();
    let annotations =
        annotations.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()));
    let dependencies = chart["dependencies"].as_array().into_iter().flatten();
    let dependencies =
        dependencies.map(|one| Dependency::deserialize(one).unwrap_or_default()).collect::<Vec<_>>();
    Ok(Metadata {
        name: release.name.clone(),
        chart: name,
        version: field("version").unwrap_or_default(),
        app_version: field("appVersion").unwrap_or_default(),
        annotations: annotations.collect(),
        labels: if is_old { BTreeMap::new() } else { release.labels.clone() },
        dependencies,
        namespace: release.namespace.clone(),
        revision: release.revision,
        status: release.info.status.to_string(),
        deployed_at: times::rfc3339(&times::read(&release.info.last_deployed)),
        apply_method: if is_old { String::new() } else { release.apply_method.clone() },
    })
}

fn table(metadata: &Metadata, is_old: bool) -> String {
    let pairs = |map: &BTreeMap<String, String>| {
        map.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
    };
    let mut names: Vec<&str> = metadata.dependencies.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}: {value}");
    };
    line("NAME", &metadata.name);
    line("CHART", &metadata.chart);
    line("VERSION", &metadata.version);
    line("APP_VERSION", &metadata.app_version);
    line("ANNOTATIONS", &pairs(&metadata.annotations));
    if !is_old {
        line("LABELS", &pairs(&metadata.labels));
    }
    line("DEPENDENCIES", &names.join(","));
    line("NAMESPACE", &metadata.namespace);
    line("REVISION", &metadata.revision.to_string());
    line("STATUS", &metadata.status);
    line("DEPLOYED_AT", &metadata.deployed_at);
    if !is_old {
        let method = match metadata.apply_method.as_str() {
            "" => String::from("client-side apply (defaulted)"),
            "csa" => String::from("client-side apply"),
            "ssa" => String::from("server-side apply"),
            other => format!("unknown ({})", quoted(other)),
        };
        line("APPLY_METHOD", &method);
    }
    text
}
