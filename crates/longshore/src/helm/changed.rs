//! What `install` and `upgrade` print of the release that they changed.

use longshore_chart::values::from_json;
use longshore_go::Value;
use longshore_release::record::Release;
use serde_json::Value as Json;

use super::colour::Colour;
use super::format::{self, Format};
use super::gostruct::of;
use super::shown::{Shown, shown};
use super::{Settings, print as print_text, recorded};
use crate::cobra::Matches;

/// Prints it in the form that was asked for.
///
/// # Errors
/// It cannot be written in that form.
pub(super) fn print(release: &Release, settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let form = format::of(matches);
    if form != Format::Table {
        return format::print_value(&whole(release, settings.level.rules().major == 3), form);
    }
    let how = Shown {
        level: settings.level,
        colour: Colour::of(settings, matches),
        description: false,
        metadata: false,
        debug: settings.debug,
        is_new: true,
        hide_notes: matches.is_on("hide-notes"),
        resources: "",
    };
    print_text(&shown(release, &how)?)
}

/// A release with its chart, as JSON and YAML have it.
fn whole(release: &Release, is_old: bool) -> Value {
    const NAMES: [&str; 9] =
        ["name", "info", "chart", "config", "manifest", "hooks", "version", "namespace", "apply_method"];
    let written = recorded::written(release, None, is_old);
    let field = |name: &str| match (name, &written) {
        ("chart", _) => Some(chart(&release.chart, is_old)),
        (name, Value::Object(written)) => written.field(name),
        _ => None,
    };
    of(&NAMES, NAMES.map(field))
}

/// A chart in the order of Go's fields.
fn chart(chart: &Json, is_old: bool) -> Value {
    const NAMES: [&str; 8] =
        ["metadata", "lock", "templates", "values", "schema", "schemamodtime", "files", "modtime"];
    let field = |name: &str| {
        let part = chart.get(name).filter(|_| !is_old || !name.ends_with("modtime"))?;
        Some(match name {
            "metadata" => metadata(part),
            "lock" => fields(part, &["generated", "digest", "dependencies"], dependencies),
            "templates" | "files" if is_old => list(part, |file| fields(file, &["name", "data"], plain)),
            "templates" | "files" => list(part, |file| fields(file, &["name", "data", "modtime"], plain)),
            _ => from_json(part),
        })
    };
    of(&NAMES, NAMES.map(field))
}

fn metadata(json: &Json) -> Value {
    const NAMES: [&str; 17] = [
        "name",
        "home",
        "sources",
        "version",
        "description",
        "keywords",
        "maintainers",
        "icon",
        "apiVersion",
        "condition",
        "tags",
        "appVersion",
        "deprecated",
        "annotations",
        "kubeVersion",
        "dependencies",
        "type",
    ];
    fields(json, &NAMES, |name, value| match name {
        "maintainers" => list(value, |one| fields(one, &["name", "email", "url"], plain)),
        name => dependencies(name, value),
    })
}

fn dependencies(name: &str, value: &Json) -> Value {
    const NAMES: [&str; 8] =
        ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
    match name {
        "dependencies" => list(value, |one| fields(one, &NAMES, plain)),
        name => plain(name, value),
    }
}

fn plain(_: &str, value: &Json) -> Value {
    from_json(value)
}

fn list(json: &Json, item: impl Fn(&Json) -> Value) -> Value {
    match json {
        Json::Array(items) => Value::list(items.iter().map(item).collect()),
        other => from_json(other),
    }
}

/// An object as a struct with these fields.
fn fields<const N: usize>(
    json: &Json,
    names: &'static [&'static str; N],
    value: impl Fn(&str, &Json) -> Value,
) -> Value {
    if !json.is_object() {
        return from_json(json);
    }
    of(names, names.map(|name| json.get(name).map(|part| value(name, part))))
}
