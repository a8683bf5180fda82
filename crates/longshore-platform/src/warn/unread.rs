//! Keys in the values that the user gave which nothing reads: most are misspelt.
//!
//! A key that the chart's own values have is known. Of what is left only those count whose neighbours the chart knows:
//! below `podAnnotations: {}` anything goes. For the few that remain the templates are looked through
//! ([`longshore_chart::Reads`]).

use std::collections::BTreeMap;

use longshore_chart::values::{DefaultValue, Defaults};
use longshore_chart::{Chart, Engine, Reads, Rendered};
use longshore_diag::{Diagnostic, Place, nearest};
use longshore_go::{Map, Value};
use longshore_yaml::Node;

use crate::charts::Opened;
use crate::places::ValuesPlaces;
use crate::project::{Method, ReleaseSpec};
use crate::selection::Selection;

/// A key that a release does not read.
#[derive(Debug)]
pub(super) struct Unread {
    place: Place,
    path: String,
    chart: String,
    hint: Option<String>,
}

/// The keys of a release's values that its chart does not read.
pub(super) fn keys(spec: &ReleaseSpec, opened: &Opened, rendered: &Rendered, engine: &Engine) -> Vec<Unread> {
    let chart = &rendered.chart;
    let mut unknown = Vec::new();
    find(&opened.values, &Known::of(chart), &mut Vec::new(), &mut unknown);
    if unknown.is_empty() {
        return Vec::new();
    }
    let Ok(reads) = engine.reads(&opened.chart, chart, &opened.values) else { return Vec::new() };
    let mut unread = Vec::new();
    for (path, value) in unknown {
        ask(&reads, path, &value, &mut unread);
    }
    if unread.is_empty() {
        return Vec::new();
    }
    let places = ValuesPlaces::new(spec, opened, chart);
    let told = unread.into_iter().filter_map(|path| {
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        let source = places.given().find(|source| source.find(&keys).is_some())?;
        let node = source.documents.iter().rev().find_map(|document| document.at(&keys))?;
        // It stands there for others to refer to.
        if has_anchor(node) {
            return None;
        }
        let hint = hint(&keys, &Known::of(chart), &reads);
        Some(Unread {
            place: source.find(&keys)?,
            path: path.join("."),
            chart: chart.name().to_owned(),
            hint,
        })
    });
    told.collect()
}

/// What the chart itself says of a part of the values: its own values, and those of the subcharts there.
struct Known<'c> {
    maps: Vec<&'c Defaults>,
    chart: Option<&'c Chart>,
}

impl<'c> Known<'c> {
    fn of(chart: &'c Chart) -> Self {
        Self { maps: chart.values().into_iter().collect(), chart: Some(chart) }
    }

    /// The part below a key; nothing if the key is not known.
    fn below(&self, key: &str) -> Option<Self> {
        let values: Vec<&DefaultValue> = self.maps.iter().filter_map(|map| map.get(key)).collect();
        let child = self.chart.into_iter().flat_map(Chart::dependencies).find(|child| child.name() == key);
        if values.is_empty() && child.is_none() {
            return None;
        }
        let maps = values.into_iter().filter_map(DefaultValue::as_table).chain(child.and_then(Chart::values));
        Some(Self { maps: maps.collect(), chart: child })
    }

    /// Whether keys are listed here, so that another one stands out.
    fn lists(&self) -> bool {
        self.chart.is_some() || self.maps.iter().any(|map| !map.is_empty())
    }

    fn keys(&self) -> impl Iterator<Item = &str> {
        let charts = self.chart.into_iter().flat_map(Chart::dependencies).map(Chart::name);
        self.maps.iter().flat_map(|map| map.iter()).filter_map(|(key, _)| key.as_str()).chain(charts)
    }
}

/// The keys that are not known.
fn find(values: &Map, known: &Known<'_>, path: &mut Vec<String>, unknown: &mut Vec<(Vec<String>, Value)>) {
    for (key, value) in values.entries().iter() {
        path.push(key.to_str_lossy().into_owned());
        match (known.below(&key.to_str_lossy()), value) {
            (None, _) => unknown.push((path.clone(), value.clone())),
            (Some(below), Value::Map(inner)) if below.lists() => find(inner, &below, path, unknown),
            _ => {}
        }
        path.pop();
    }
}

/// Asks whether the templates read a key, or else which of those below it they do not.
fn ask(reads: &Reads, path: Vec<String>, value: &Value, unread: &mut Vec<Vec<String>>) {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    if !reads.covers(&keys) {
        unread.push(path);
    } else if let Value::Map(map) = value
        && reads.is_by_name(&keys)
    {
        for (key, value) in map.entries().iter() {
            let below = path.iter().cloned().chain([key.to_str_lossy().into_owned()]).collect();
            ask(reads, below, value, unread);
        }
    }
}

fn has_anchor(node: &Node) -> bool {
    node.anchor.is_some() || node.content.iter().any(has_anchor)
}

/// A key that may have been meant.
fn hint(path: &[&str], known: &Known<'_>, reads: &Reads) -> Option<String> {
    let (last, above) = path.split_last()?;
    if last.contains('.') {
        let nested: Vec<&str> = above.iter().copied().chain(last.split('.')).collect();
        if reads.covers(&nested) {
            let (first, inner) = last.split_once('.')?;
            return Some(
                format!(
                    "keys are nested, as in a values file: `{first}: {{{}: …}}`",
                    inner.replace('.', ": {")
                ) + &"}".repeat(inner.matches('.').count()),
            );
        }
    }
    let mut part = Some(Known { maps: known.maps.clone(), chart: known.chart });
    for key in above {
        part = part.and_then(|known| known.below(key));
    }
    let mut near: Vec<&str> = part.iter().flat_map(Known::keys).collect();
    near.extend(reads.keys_below(above));
    let full = |key: &str| above.iter().copied().chain([key]).collect::<Vec<_>>().join(".");
    if let Some(key) = nearest(last, near) {
        return Some(format!("did you mean `{}`?", full(key)));
    }
    match reads.named(last).as_slice() {
        [elsewhere] => Some(format!("did you mean `{elsewhere}`?")),
        _ => None,
    }
}

/// The warnings about keys that none of the releases read which have the file among their values. `rendered` are the
/// releases that were looked at.
pub(super) fn of_all(selection: &Selection, rendered: &[String], unread: Vec<Unread>) -> Vec<Diagnostic> {
    let mut by_place: BTreeMap<Place, Vec<Unread>> = BTreeMap::new();
    for unread in unread {
        by_place.entry(unread.place.clone()).or_default().push(unread);
    }
    let releases = &selection.resolved;
    let users = |file: &str| -> Vec<&ReleaseSpec> {
        let names_it = |release: &&ReleaseSpec| {
            let entries = release.layers.iter().flat_map(|layer| &layer.values);
            let mut paths = entries.filter_map(|entry| selection.path(&entry.value, &entry.place).ok());
            paths.any(|path| path.display().to_string() == file)
        };
        releases.iter().filter(names_it).collect()
    };
    let mut told = Vec::new();
    for (place, unread) in by_place {
        let users = users(&place.file);
        let is_asked = |release: &&ReleaseSpec| {
            rendered.contains(&release.name)
                && selection.method(release).is_ok_and(|method| method == Method::Helm)
        };
        // The project file is nobody else's.
        let by_none = users.len() == unread.len() && users.iter().all(is_asked);
        if !users.is_empty() && !by_none {
            continue;
        }
        let mut charts: Vec<String> = unread.iter().map(|unread| format!("`{}`", unread.chart)).collect();
        charts.sort();
        charts.dedup();
        let word = if charts.len() == 1 { "chart" } else { "charts" };
        let message = format!("nothing in {word} {} reads `{}`", charts.join(", "), unread[0].path);
        let mut warning = Diagnostic::warning("values/unread", message).at(place);
        warning.hint = unread.into_iter().find_map(|unread| unread.hint);
        told.push(warning);
    }
    told
}
