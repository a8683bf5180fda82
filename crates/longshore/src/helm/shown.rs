//! What `helm status`, `get all`, and the commands that change a release say of it.
//!
//! Rules: `statusPrinter` of <https://github.com/helm/helm/blob/v4.3.1/pkg/cmd/status.go>.

use std::fmt::Write as _;

use anyhow::anyhow;
use longshore_chart::values::{Coalescer, from_json, map_from_json};
use longshore_chart::{Chart, File, Level};
use longshore_go::{Map, Value};
use longshore_release::record::Release;
use serde_json::{Value as Json, json};

use super::colour::Colour;
use super::format::{self, Format};
use super::{recorded, settings, times};

/// What stands for a chart that the record does not have.
pub(super) const MISSING: &str = "MISSING";

/// How much is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) level: Level,
    pub(super) colour: Colour,
    /// The description as well, which 4.x always tells.
    pub(super) description: bool,
    /// The chart as well.
    pub(super) metadata: bool,
    /// Values, hooks and manifest as well.
    pub(super) debug: bool,
    /// Its values were just given: they are a map, also if there are none.
    pub(super) is_new: bool,
    pub(super) hide_notes: bool,
    /// Tables of its objects.
    pub(super) resources: &'a str,
}

/// A release in words.
///
/// # Errors
/// Its record has no chart where that is to be told, or its values cannot be coalesced or written.
pub(super) fn shown(release: &Release, how: &Shown<'_>) -> anyhow::Result<String> {
    let info = &release.info;
    let mut text = format!("NAME: {}\n", release.name);
    let deployed = times::read(&info.last_deployed);
    if !deployed.is_zero() {
        let _ = writeln!(text, "LAST DEPLOYED: {}", times::ansic(&deployed));
    }
    let _ = writeln!(text, "NAMESPACE: {}", how.colour.namespace(&release.namespace));
    let _ = writeln!(text, "STATUS: {}", how.colour.status(info.status));
    let _ = writeln!(text, "REVISION: {}", release.revision);
    if how.metadata {
        let field = |name| metadata(release, name).ok_or_else(|| without_chart(release));
        let _ = writeln!(text, "CHART: {}", field("name")?);
        let _ = writeln!(text, "VERSION: {}", field("version")?);
        let _ = writeln!(text, "APP_VERSION: {}", field("appVersion")?);
    }
    if how.description || how.level.rules().major > 3 {
        let _ = writeln!(text, "DESCRIPTION: {}", info.description);
    }
    text.push_str(how.resources);
    tests(release, &mut text);
    if how.debug {
        let given =
            if how.is_new { Value::Map(map_from_json(&release.config)) } else { user_values(release) };
        let _ = writeln!(text, "USER-SUPPLIED VALUES:\n{}", yaml(&given)?);
        let _ = writeln!(text, "COMPUTED VALUES:\n{}", yaml(&computed_values(release, how.level)?)?);
    }
    if how.debug || info.description.eq_ignore_ascii_case("Dry run complete") {
        text.push_str("HOOKS:\n");
        text.push_str(&hooks(release));
        let _ = writeln!(text, "MANIFEST:\n{}", release.manifest);
    }
    if !how.hide_notes && !info.notes.is_empty() {
        let _ = writeln!(text, "NOTES:\n{}", info.notes.trim());
    }
    Ok(text)
}

/// The hooks as files.
pub(super) fn hooks(release: &Release) -> String {
    let mut text = String::new();
    for hook in &release.hooks {
        let _ = writeln!(text, "---\n# Source: {}\n{}", hook.path, hook.manifest);
    }
    text
}

/// How the tests went.
fn tests(release: &Release, text: &mut String) {
    let mut tests =
        release.hooks.iter().filter(|hook| hook.events.iter().any(|event| event == "test")).peekable();
    if tests.peek().is_none() {
        text.push_str("TEST SUITE: None\n");
    }
    for test in tests {
        let started = times::read(&test.last_run.started_at);
        if started.is_zero() {
            continue;
        }
        let _ = writeln!(
            text,
            "TEST SUITE:     {}\nLast Started:   {}\nLast Completed: {}\nPhase:          {}",
            test.name,
            times::ansic(&started),
            times::ansic(&times::read(&test.last_run.completed_at)),
            recorded::phase(test.last_run.phase)
        );
    }
}

fn yaml(value: &Value) -> anyhow::Result<String> {
    Ok(String::from_utf8_lossy(&format::written(value, Format::Yaml)?).into_owned())
}

/// What the user gave. Of nothing Helm's records keep nothing.
pub(super) fn user_values(release: &Release) -> Value {
    if release.config.is_empty() { Value::Nil } else { Value::Map(map_from_json(&release.config)) }
}

/// The user's values over those of the chart. Subcharts are in no record.
///
/// # Errors
/// The chart's values are none.
pub(super) fn computed_values(release: &Release, level: Level) -> anyhow::Result<Value> {
    let name = metadata(release, "name").unwrap_or_default();
    let definition = json!({"apiVersion": "v2", "name": name, "version": "0.1.0"});
    let mut files = vec![File::new("Chart.yaml", definition.to_string())];
    if let Some(values) = release.chart.get("values").filter(|values| !values.is_null()) {
        files.push(File::new("values.yaml", values.to_string()));
    }
    let chart = Chart::load(files, level).map_err(|error| anyhow!("{error}"))?;
    let mut coalescer = Coalescer::new(level.rules());
    let values = coalescer.coalesce(&chart, &user_map(release)).map_err(|error| anyhow!("{error}"))?;
    settings::tell_all(&coalescer.warnings, level);
    Ok(Value::Map(values))
}

fn user_map(release: &Release) -> Map {
    map_from_json(&release.config)
}

/// A text of the chart's metadata; none if the record has no chart.
pub(super) fn metadata<'r>(release: &'r Release, field: &str) -> Option<&'r str> {
    let metadata = release.chart.get("metadata").filter(|metadata| metadata.is_object())?;
    Some(metadata.get(field).and_then(Json::as_str).unwrap_or_default())
}

/// Where Helm would end with a panic.
pub(super) fn without_chart(release: &Release) -> anyhow::Error {
    anyhow!("the record of revision {} of release {} has no chart", release.revision, release.name)
}

/// Name and version of the chart.
pub(super) fn chart(release: &Release) -> String {
    match (metadata(release, "name"), metadata(release, "version")) {
        (Some(name), Some(version)) => format!("{name}-{version}"),
        _ => MISSING.to_owned(),
    }
}

/// The version of what the chart deploys; none if the record has no chart.
pub(super) fn app_version(release: &Release) -> Option<&str> {
    metadata(release, "appVersion")
}

/// The JSON of an object as Go reads it from the cluster: whole numbers stay whole.
pub(super) fn live(json: &Json) -> Value {
    match json {
        Json::Number(number) => number.as_i64().map_or_else(|| from_json(json), Value::int64),
        Json::Array(items) => Value::list(items.iter().map(live).collect()),
        Json::Object(map) => Value::Map(map.iter().map(|(key, value)| (key.as_str(), live(value))).collect()),
        other => from_json(other),
    }
}
