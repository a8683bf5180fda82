//! All that sets values for a chart and its subcharts, to find where one was last set.

use longshore_chart::Chart;
use longshore_diag::Place;
use longshore_source::{Limits, read_file};
use longshore_yaml::{Dialect, Limits as YamlLimits, Node};

use crate::charts::Opened;
use crate::project::{Placed, ReleaseSpec};
use crate::selection::Selection;

/// Values files with positions, the most important first.
pub(super) struct ValuesSources {
    /// Those of the release.
    given: Vec<Source>,
    /// What the project file sets itself, and where.
    set: (serde_json::Map<String, serde_json::Value>, Place),
    /// The `values.yaml` of the chart and of its subcharts: the names of the subcharts on the way, and the file.
    charts: Vec<(Vec<String>, Source)>,
}

struct Source {
    file: String,
    documents: Vec<Node>,
}

impl Source {
    /// A file that does not parse has no positions; what is wrong with it was told when it was read.
    fn new(file: String, bytes: &[u8]) -> Self {
        let documents = longshore_yaml::parse(bytes, Dialect::V2, &YamlLimits::default()).unwrap_or_default();
        Self { file, documents }
    }

    /// Where it sets the value at a path.
    fn find(&self, path: &[&str]) -> Option<Place> {
        let (last, above) = path.split_last()?;
        let key = self.documents.iter().rev().find_map(|document| document.at(above)?.key(last))?;
        Some(Place::new(self.file.clone(), key.line, key.column))
    }
}

impl ValuesSources {
    pub(super) fn new(selection: &Selection, spec: &ReleaseSpec, opened: &Opened, chart: &Chart) -> Self {
        let read = |entry: &Placed<String>| {
            let path = selection.path(&entry.value, &entry.place).ok()?;
            let bytes = read_file(&path, &Limits::default()).ok()?;
            Some(Source::new(path.display().to_string(), &bytes))
        };
        let given = spec.values.iter().rev().filter_map(read).collect();
        let mut charts = Vec::new();
        collect(chart, chart.name(), &mut Vec::new(), &mut charts);
        for (_, source) in &mut charts {
            let mut place = Place::file(source.file.clone());
            opened.openable(&mut place);
            source.file = place.file;
        }
        Self { given, set: (spec.set.clone(), spec.place.clone()), charts }
    }

    /// Where the value was last set that the template `template` calls by `path`.
    pub(super) fn find(&self, template: &str, path: &[&str]) -> Option<Place> {
        let below: Vec<&str> = subcharts(template);
        let mut full = below.clone();
        if path.first() == Some(&"global") {
            full.clear();
        }
        full.extend(path);
        let is_set = |path: &[&str]| {
            let mut keys = path.iter();
            let first = keys.next().and_then(|key| self.set.0.get(*key));
            keys.try_fold(first?, |value, key| value.get(key))
        };
        if is_set(&full).is_some() {
            return Some(self.set.1.clone());
        }
        if let Some(place) = self.given.iter().find_map(|source| source.find(&full)) {
            return Some(place);
        }
        // A parent's file counts more than that of the subchart itself.
        self.charts.iter().find_map(|(names, source)| {
            let is_above = below.len() >= names.len() && names.iter().zip(&below).all(|(a, b)| a == b);
            let path: Vec<&str> = match path.first() {
                Some(&"global") => path.to_vec(),
                _ => full.get(names.len()..)?.to_vec(),
            };
            if is_above { source.find(&path) } else { None }
        })
    }
}

/// The `values.yaml` of a chart and of those below it.
fn collect(chart: &Chart, path: &str, names: &mut Vec<String>, found: &mut Vec<(Vec<String>, Source)>) {
    if let Some(file) = chart.raw().iter().find(|file| file.name == "values.yaml") {
        found.push((names.clone(), Source::new(format!("{path}/values.yaml"), &file.data)));
    }
    for child in chart.dependencies() {
        names.push(child.name().to_owned());
        collect(child, &format!("{path}/charts/{}", child.name()), names, found);
        names.pop();
    }
}

/// The subcharts on the way to a template: `a/charts/b/templates/x.yaml` is in `b`.
fn subcharts(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut parts = template.split('/').skip(1);
    while parts.next() == Some("charts") {
        names.extend(parts.next());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::subcharts;

    #[test]
    fn subcharts_are_read_from_the_path() {
        assert_eq!(subcharts("a/templates/charts/x.yaml"), Vec::<&str>::new());
        assert_eq!(subcharts("a/charts/b/charts/c/templates/x.yaml"), ["b", "c"]);
    }
}
