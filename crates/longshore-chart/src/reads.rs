//! Which values the templates of a chart can read, found without executing them.
//!
//! Every template is walked with what its dot can be: the context of its chart, a part of the values, a `dict` made of
//! both. All branches are taken, whatever the values say, so that a key which is read only where another one is set
//! counts as read. Where a value goes out of sight (it is printed, or an unknown function gets it) all below it counts
//! as read. So [`Reads::covers`] errs on one side only: what it denies is read by nobody.

mod call;
mod seen;
#[cfg(test)]
mod tests;
mod tree;
mod walk;
mod words;

use std::collections::BTreeSet;

use longshore_go::{Map, Str, Value, strings};
use longshore_template::Set;
use serde_json::Value as Json;

use crate::builtins;
use crate::{Chart, Error};
use seen::{Context, Seen};
use tree::{Key, Said, TOP, Tree};
use walk::Walk;
use words::Words;

/// The values that somebody can read, as paths from the top of the values.
///
/// ```
/// use longshore_chart::{Chart, Engine, File, Level};
/// # fn main() -> Result<(), longshore_chart::Error> {
/// let level = Level::default();
/// let chart = Chart::load([
///     File::new("Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
///     File::new("templates/x.yaml", "{{ with .Values.image }}{{ .tag }}{{ end }}{{ toYaml .Values.extra }}"),
/// ], level)?;
/// let reads = Engine::new(level).reads(&chart, &chart, &longshore_go::Map::new())?;
/// assert!(reads.covers(&["image", "tag"]) && reads.covers(&["extra", "anything"]));
/// assert!(!reads.covers(&["image", "tagg"]) && !reads.covers(&["extras"]));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Reads {
    tree: Tree,
    words: Words,
    /// Keys that a schema knows, wherever they stand.
    schema: BTreeSet<String>,
    /// Texts that `tpl` may get and that are no templates.
    opaque: Vec<Str>,
}

impl Reads {
    /// Whether somebody may read the value at a path, or something below it.
    pub fn covers(&self, path: &[&str]) -> bool {
        let Some(last) = path.last() else { return true };
        self.said(path) != Said::Nothing
            || self.schema.contains(*last)
            || self.opaque.iter().any(|text| strings::contains(text, last.as_bytes()))
    }

    /// Whether a path is read only in that keys below it are looked at by name, so that each of them can be asked for.
    pub fn is_by_name(&self, path: &[&str]) -> bool {
        self.said(path) == Said::Above
    }

    /// The keys that are looked at by name directly below a path.
    pub fn keys_below(&self, path: &[&str]) -> BTreeSet<&str> {
        self.tree.names_below(path)
    }

    /// The paths of all keys of that name that are looked at, with dots between the keys.
    pub fn named(&self, key: &str) -> Vec<String> {
        self.tree.paths_of(key)
    }

    fn said(&self, path: &[&str]) -> Said {
        self.tree.ask(path, |name| self.words.may_be(name))
    }
}

/// What a render of `chart` reads, whose dependencies are resolved; `listed` is the chart as it was before that, with
/// the dependencies that the values switch off. `values` are those of the render: texts in them may go through `tpl`.
pub(crate) fn all(set: &Set, listed: &Chart, chart: &Chart, values: &Map) -> Reads {
    let (mut tree, mut charts, mut contexts) = (Tree::default(), Vec::new(), Vec::new());
    collect(chart, TOP, &mut tree, &mut charts, &mut contexts);
    dependencies(listed, TOP, &mut tree);
    let mut walk = Walk::new(set, tree, contexts);
    let sources = builtins::sources(chart);
    for source in sources.iter().filter(|source| !source.is_partial()) {
        walk.template(source.name.as_bytes(), Seen::context(source.context));
    }
    walk.work();
    if walk.has_texts() {
        let mut texts = Vec::new();
        strings_in(&Value::Map(values.clone()), &mut texts);
        for chart in &charts {
            texts.extend(chart.files().iter().map(|file| file.data.shared().clone()));
        }
        texts.retain(|text| strings::contains(text, b"{{"));
        for text in texts {
            walk.text(&text, None);
        }
        walk.work();
    }
    let mut schema = BTreeSet::new();
    for chart in &charts {
        walk.words.add(chart.name().as_bytes());
        if let Some(Ok(found)) = chart.schema().map(|text| serde_json::from_slice::<Json>(text)) {
            properties(&found, &mut schema);
        }
    }
    Reads { tree: walk.tree, words: walk.words, schema, opaque: walk.opaque }
}

/// A chart and those below it, in the order of [`builtins::contexts`]; gives the number of the chart.
fn collect<'c>(
    chart: &'c Chart,
    values: Key,
    tree: &mut Tree,
    charts: &mut Vec<&'c Chart>,
    contexts: &mut Vec<Context>,
) -> usize {
    let number = contexts.len();
    tree.set_chart(values);
    charts.push(chart);
    contexts.push(Context { values, children: Vec::new() });
    for child in chart.dependencies() {
        let below = tree.child(values, child.name());
        let child_number = collect(child, below, tree, charts, contexts);
        contexts[number].children.push((child.name().to_owned(), child_number));
    }
    number
}

/// What Chart.yaml reads: conditions, imports; and the values of charts that are switched off, which nobody could tell
/// to be wrong.
fn dependencies(chart: &Chart, values: Key, tree: &mut Tree) {
    let keys =
        |path: &str| path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    for dependency in chart.metadata().dependencies.iter().flatten() {
        for tag in &dependency.tags {
            let key = tree.at(TOP, ["tags", tag]);
            tree.set_named(key);
        }
        for condition in dependency.condition.split(',').filter(|condition| !condition.trim().is_empty()) {
            let key = tree.at(values, keys(condition.trim()).iter().map(String::as_str));
            tree.set_named(key);
        }
        let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
        let below = tree.child(values, name);
        if !tree.is_chart(below) {
            tree.set_whole(below);
        }
        for import in &dependency.import_values {
            let child = match import {
                Json::String(export) => format!("exports.{export}"),
                other => other["child"].as_str().unwrap_or_default().to_owned(),
            };
            let key = tree.at(below, keys(&child).iter().map(String::as_str));
            tree.set_whole(key);
        }
    }
    for child in chart.dependencies() {
        let listed = chart.metadata().dependencies.iter().flatten();
        let mut names: Vec<&str> = listed
            .filter(|dependency| dependency.name == child.name())
            .map(|dependency| if dependency.alias.is_empty() { child.name() } else { &dependency.alias })
            .collect();
        if names.is_empty() {
            names.push(child.name());
        }
        for name in names {
            let below = tree.child(values, name);
            dependencies(child, below, tree);
        }
    }
}

/// The names of all properties in a schema.
fn properties(schema: &Json, found: &mut BTreeSet<String>) {
    match schema {
        Json::Array(items) => items.iter().for_each(|item| properties(item, found)),
        Json::Object(map) => {
            if let Some(Json::Object(names)) = map.get("properties") {
                found.extend(names.keys().cloned());
            }
            map.values().for_each(|value| properties(value, found));
        }
        _ => {}
    }
}

fn strings_in(value: &Value, found: &mut Vec<Str>) {
    match value {
        Value::Str(text) => found.push(text.clone()),
        Value::List(list) => list.iter().for_each(|item| strings_in(item, found)),
        Value::Map(map) => map.entries().iter().for_each(|(_, value)| strings_in(value, found)),
        _ => {}
    }
}

impl crate::Engine {
    /// The values that a render of a chart can read: `resolved` is the chart of the result ([`crate::Rendered::chart`]),
    /// `chart` what it was made of, `values` what the user gave.
    ///
    /// # Errors
    /// A template does not parse.
    pub fn reads(&self, chart: &Chart, resolved: &Chart, values: &Map) -> Result<Reads, Error> {
        let values = self.effective_values(resolved, values)?;
        self.with_templates(resolved, |set| all(set, chart, resolved, &values))
    }
}
