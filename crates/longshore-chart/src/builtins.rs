//! The built-in objects of templates: `.Chart`, `.Values`, `.Release`, `.Files`, `.Capabilities`,
//! `.Subcharts`, `.Template`.

mod capabilities;
mod chart;
mod files;
mod glob;
mod values;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;

use longshore_go::{Map, Value};

use crate::Chart;
use crate::compat::Rules;
use crate::file::base;
use crate::render::RenderInput;
use crate::values::table::table;
use values::values_type;

/// One template that is to be parsed, and executed unless it is a partial.
#[derive(Debug, Clone)]
pub(crate) struct Source<'c> {
    /// `app/charts/db/templates/x.yaml`
    pub(crate) name: String,
    /// `app/charts/db/templates`
    pub(crate) base_path: String,
    /// Its text.
    pub(crate) text: &'c longshore_go::Str,
    /// Which of the contexts is its dot.
    pub(crate) context: usize,
}

/// The templates of a chart and its subcharts in the order in which they are parsed and executed, deep
/// paths first, then by name backwards. The numbers of contexts are those that [`contexts`] gives.
pub(crate) fn sources(chart: &Chart) -> Vec<Source<'_>> {
    fn collect<'c>(chart: &'c Chart, path: &str, next: &mut usize, found: &mut BTreeMap<String, Source<'c>>) {
        let context = *next;
        *next += 1;
        let below = chart.old_path.as_deref().unwrap_or(path);
        for child in chart.dependencies() {
            collect(child, &format!("{below}/charts/{}", child.name()), next, found);
        }
        for file in chart.templates() {
            if chart.metadata().is_library() && !file.base().starts_with('_') {
                continue;
            }
            let name = format!("{path}/{}", file.name);
            let base_path = format!("{path}/templates");
            found.insert(name.clone(), Source { name, base_path, text: file.data.shared(), context });
        }
    }
    let mut found = BTreeMap::new();
    collect(chart, chart.name(), &mut 0, &mut found);
    // By name from the last to the first, and then, in a sort that keeps that order, the deepest first.
    let mut sources: Vec<Source<'_>> = found.into_values().rev().collect();
    sources.sort_by_cached_key(|source| Reverse(source.name.bytes().filter(|byte| *byte == b'/').count()));
    sources
}

impl Source<'_> {
    /// Partials are only there for others to include.
    pub(crate) fn is_partial(&self) -> bool {
        base(&self.name).starts_with('_')
    }
}

/// The contexts of a chart and its subcharts, each before those below it.
pub(crate) fn contexts(chart: &Chart, values: &Map, input: &RenderInput<'_>, rules: &Rules) -> Vec<Map> {
    let release: Map = [
        ("Name", Value::from(input.release.name)),
        ("Namespace", Value::from(input.release.namespace)),
        ("Revision", Value::int(input.release.revision)),
        ("IsInstall", Value::Bool(!input.release.is_upgrade)),
        ("IsUpgrade", Value::Bool(input.release.is_upgrade)),
        ("Service", Value::from("Helm")),
    ]
    .into_iter()
    .collect();
    let shared = [
        ("Release", Value::Map(release)),
        ("Capabilities", Value::Object(Rc::new(capabilities::Capabilities::new(&input.capabilities, rules)))),
    ];
    let mut contexts = Vec::new();
    context(chart, true, values, &shared, rules, &mut contexts);
    contexts
}

fn context(
    chart: &Chart,
    is_root: bool,
    values: &Map,
    shared: &[(&str, Value); 2],
    rules: &Rules,
    contexts: &mut Vec<Map>,
) -> Map {
    let subcharts = Map::new();
    let context: Map = shared.iter().map(|(key, value)| (*key, value.clone())).collect();
    context.insert("Chart", chart::describe(chart, is_root, rules));
    context.insert("Files", files::of(chart.files()));
    context.insert("Values", Value::Map(values.retyped(values_type(rules))));
    context.insert("Subcharts", Value::Map(subcharts.clone()));
    contexts.push(context.retyped(values_type(rules)));
    for child in chart.dependencies() {
        let below = table(values, child.name()).unwrap_or_default();
        let inner = self::context(child, false, &below, shared, rules, contexts);
        subcharts.insert(child.name(), Value::Map(inner));
    }
    context
}

/// `.Template` of a file.
pub(crate) fn template(source: &Source<'_>, rules: &Rules) -> Value {
    let map: Map =
        [("Name", Value::from(source.name.as_str())), ("BasePath", Value::from(source.base_path.as_str()))]
            .into_iter()
            .collect();
    Value::Map(map.retyped(values_type(rules)))
}
