//! A release as Go's encoders write it, and as templates see it.

use longshore_chart::values::{from_json, map_from_json};
use longshore_go::time::Time;
use longshore_go::{Map, Value};
use longshore_release::record::{self, Hook, HookPhase, Info, Release};
use serde_json::Value as Json;

use super::gostruct::{number, of, text, texts};
use super::times;

/// A release without its chart, as JSON and YAML have it. `resources` are what the cluster has of it.
pub(super) fn written(release: &Release, resources: Option<Value>, is_old: bool) -> Value {
    let hooks = release.hooks.iter().map(|hook| hook_written(hook, is_old)).collect::<Vec<_>>();
    of(
        &["name", "info", "config", "manifest", "hooks", "version", "namespace", "apply_method"],
        [
            text(&release.name),
            Some(info(&release.info, resources, is_old)),
            (!release.config.is_empty()).then(|| Value::Map(map_from_json(&release.config))),
            text(&release.manifest),
            (!hooks.is_empty()).then(|| Value::list(hooks)),
            number(release.revision.into()),
            text(&release.namespace),
            text(&release.apply_method).filter(|_| !is_old),
        ],
    )
}

fn info(info: &Info, resources: Option<Value>, is_old: bool) -> Value {
    of(
        &[
            "first_deployed",
            "last_deployed",
            "deleted",
            "description",
            "status",
            "rollback_revision",
            "notes",
            "resources",
        ],
        [
            time(&info.first_deployed, is_old),
            time(&info.last_deployed, is_old),
            time(&info.deleted, is_old),
            text(&info.description),
            text(info.status.as_str()),
            number(info.rollback_revision.into()).filter(|_| !is_old),
            text(&info.notes),
            resources,
        ],
    )
}

fn hook_written(hook: &Hook, is_old: bool) -> Value {
    let run = of(
        &["started_at", "completed_at", "phase"],
        [
            time(&hook.last_run.started_at, is_old),
            time(&hook.last_run.completed_at, is_old),
            Some(Value::from(phase(hook.last_run.phase))),
        ],
    );
    of(
        &[
            "name",
            "kind",
            "path",
            "manifest",
            "events",
            "last_run",
            "weight",
            "delete_policies",
            "output_log_policies",
        ],
        [
            text(&hook.name),
            text(&hook.kind),
            text(&hook.path),
            text(&hook.manifest),
            texts(&hook.events),
            Some(run),
            number(hook.weight),
            texts(&hook.delete_policies),
            texts(&hook.output_log_policies),
        ],
    )
}

/// A time in JSON. What is not there is left out, or at 3.x an empty text.
fn time(time: &record::Time, is_old: bool) -> Option<Value> {
    let time = times::read(time);
    if time.is_zero() {
        return is_old.then(|| Value::from(""));
    }
    Some(Value::from(times::json(&time)))
}

/// The word for how a hook's last run ended.
pub(super) fn phase(phase: HookPhase) -> &'static str {
    match phase {
        HookPhase::None => "",
        HookPhase::Running => "Running",
        HookPhase::Succeeded => "Succeeded",
        HookPhase::Failed => "Failed",
        HookPhase::Unknown => "Unknown",
    }
}

/// A release as the templates of `get all --template` see it: fields by Go's names.
pub(super) fn seen(release: &Release, is_old: bool) -> Value {
    let some = |text: &str| Some(Value::from(text));
    let at = |time: &record::Time| Some(Time::into_value(times::read(time)));
    let info = of(
        &[
            "FirstDeployed",
            "LastDeployed",
            "Deleted",
            "Description",
            "Status",
            "RollbackRevision",
            "Notes",
            "Resources",
        ],
        [
            at(&release.info.first_deployed),
            at(&release.info.last_deployed),
            at(&release.info.deleted),
            some(&release.info.description),
            some(release.info.status.as_str()),
            (!is_old).then(|| Value::int(release.info.rollback_revision.into())),
            some(&release.info.notes),
            Some(Value::Map(Map::new())),
        ],
    );
    let labels: Map =
        release.labels.iter().map(|(key, value)| (key.as_str(), Value::from(value.as_str()))).collect();
    of(
        &[
            "Name",
            "Info",
            "Chart",
            "Config",
            "Manifest",
            "Hooks",
            "Version",
            "Namespace",
            "Labels",
            "ApplyMethod",
        ],
        [
            some(&release.name),
            Some(info),
            Some(chart(&release.chart)),
            Some(Value::Map(map_from_json(&release.config))),
            some(&release.manifest),
            Some(Value::list(release.hooks.iter().map(hook_seen).collect())),
            Some(Value::int(release.revision.into())),
            some(&release.namespace),
            Some(Value::Map(labels)),
            some(&release.apply_method).filter(|_| !is_old),
        ],
    )
}

fn hook_seen(hook: &Hook) -> Value {
    let some = |text: &str| Some(Value::from(text));
    let list = |all: &[String]| Some(texts(all).unwrap_or_else(|| Value::list(Vec::new())));
    let at = |time: &record::Time| Some(Time::into_value(times::read(time)));
    let run = of(
        &["StartedAt", "CompletedAt", "Phase"],
        [at(&hook.last_run.started_at), at(&hook.last_run.completed_at), some(phase(hook.last_run.phase))],
    );
    of(
        &[
            "Name",
            "Kind",
            "Path",
            "Manifest",
            "Events",
            "LastRun",
            "Weight",
            "DeletePolicies",
            "OutputLogPolicies",
        ],
        [
            some(&hook.name),
            some(&hook.kind),
            some(&hook.path),
            some(&hook.manifest),
            list(&hook.events),
            Some(run),
            Some(Value::int(hook.weight)),
            list(&hook.delete_policies),
            list(&hook.output_log_policies),
        ],
    )
}

/// A chart; its name and version can be asked for directly, too.
fn chart(chart: &Json) -> Value {
    let Some(metadata) = chart.get("metadata").filter(|metadata| metadata.is_object()) else {
        return Value::Nil;
    };
    let field = |name: &str| {
        let value = metadata.get(name).filter(|value| !value.is_null());
        Some(value.map_or_else(|| Value::from(""), from_json))
    };
    let list = |name: &str| {
        let value = metadata.get(name).filter(|value| value.is_array());
        Some(value.map_or_else(|| Value::list(Vec::new()), from_json))
    };
    let annotations = metadata.get("annotations").filter(|value| value.is_object());
    let metadata = of(
        &[
            "Name",
            "Home",
            "Sources",
            "Version",
            "Description",
            "Keywords",
            "Icon",
            "APIVersion",
            "Condition",
            "Tags",
            "AppVersion",
            "Deprecated",
            "Annotations",
            "KubeVersion",
            "Type",
        ],
        [
            field("name"),
            field("home"),
            list("sources"),
            field("version"),
            field("description"),
            list("keywords"),
            field("icon"),
            field("apiVersion"),
            field("condition"),
            field("tags"),
            field("appVersion"),
            Some(Value::Bool(metadata.get("deprecated").and_then(Json::as_bool).unwrap_or_default())),
            Some(annotations.map_or_else(|| Value::Map(Map::new()), from_json)),
            field("kubeVersion"),
            field("type"),
        ],
    );
    let values = chart.get("values").filter(|values| values.is_object());
    let values = values.map_or_else(|| Value::Map(Map::new()), from_json);
    of(
        &["Metadata", "Values", "Name", "AppVersion"],
        [Some(metadata), Some(values), Some(field_of(chart, "name")), Some(field_of(chart, "appVersion"))],
    )
}

/// A text of a chart's metadata.
fn field_of(chart: &Json, name: &str) -> Value {
    chart["metadata"].get(name).map_or_else(|| Value::from(""), from_json)
}
