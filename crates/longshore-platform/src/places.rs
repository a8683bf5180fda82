//! All that sets values for a chart and its subcharts, to find where one was last set.

use std::collections::BTreeSet;

use longshore_chart::Chart;
use longshore_diag::Place;
use longshore_yaml::{Dialect, Limits, Node};

use crate::charts::Opened;
use crate::project::ReleaseSpec;

/// Values files with positions, the most important first.
pub(crate) struct ValuesPlaces {
    /// What the layers of the release give, files and what the project file sets itself.
    given: Vec<Source>,
    /// The `values.yaml` of the chart and of its subcharts: the names of the subcharts on the way, and the file.
    charts: Vec<(Vec<String>, Source)>,
}

/// A file that sets values.
pub(crate) struct Source {
    /// Its path.
    pub(crate) file: String,
    /// What is in it.
    pub(crate) documents: Vec<Node>,
    /// Which part of the project file gives it, if one does.
    pub(crate) layer: Option<String>,
}

impl Source {
    /// A file that does not parse has no positions; what is wrong with it was told when it was read.
    pub(crate) fn new(file: String, bytes: &[u8]) -> Self {
        let documents = longshore_yaml::parse(bytes, Dialect::V2, &Limits::default()).unwrap_or_default();
        Self { file, documents, layer: None }
    }

    /// The same, given by a part of the project file.
    fn of(self, layer: &str) -> Self {
        Self { layer: Some(layer.to_owned()), ..self }
    }

    /// The value that it sets at a path.
    pub(crate) fn node(&self, path: &[&str]) -> Option<&Node> {
        self.documents.iter().rev().find_map(|document| document.at(path))
    }

    /// Where it sets the value at a path.
    pub(crate) fn find(&self, path: &[&str]) -> Option<Place> {
        let (last, above) = path.split_last()?;
        let key = self.documents.iter().rev().find_map(|document| document.at(above)?.key(last))?;
        Some(Place::new(self.file.clone(), key.line, key.column).spanning(last.chars().count()))
    }
}

impl ValuesPlaces {
    pub(crate) fn new(spec: &ReleaseSpec, opened: &Opened, chart: &Chart) -> Self {
        let (mut given, mut files) = (Vec::new(), opened.files.iter());
        for layer in &spec.layers {
            let of_layer = files.by_ref().take(layer.values.len());
            given.extend(of_layer.map(|file| Source::new(file.shown.clone(), &file.bytes).of(&layer.origin)));
            let set = layer.set.clone();
            given.extend(set.map(|node| Source {
                file: layer.place.file.clone(),
                documents: vec![node],
                layer: Some(layer.origin.clone()),
            }));
        }
        given.reverse();
        let mut charts = Vec::new();
        collect(chart, chart.name(), &mut Vec::new(), &mut charts);
        for (_, source) in &mut charts {
            let mut place = Place::file(source.file.clone());
            opened.openable(&mut place);
            source.file = place.file;
        }
        Self { given, charts }
    }

    /// What the user gave, the most important first.
    pub(crate) fn given(&self) -> impl Iterator<Item = &Source> {
        self.given.iter()
    }

    /// Where the value was last set that the template `template` calls by `path`.
    pub(crate) fn find(&self, template: &str, path: &[&str]) -> Option<Place> {
        let mut full = subcharts(template);
        if path.first() == Some(&"global") {
            full.clear();
        }
        full.extend(path);
        self.find_from_top(&full)
    }

    /// Where the value was last set that is at a path from the top.
    pub(crate) fn find_from_top(&self, path: &[&str]) -> Option<Place> {
        self.in_order(path).next().map(|(_, place, _)| place)
    }

    /// All that sets the value at a path from the top, the most important first, with the path that it has there: the file
    /// of a subchart begins below that chart's name.
    pub(crate) fn settings<'a>(&'a self, path: &'a [&'a str]) -> Vec<(&'a Source, Place, &'a [&'a str])> {
        self.in_order(path).collect()
    }

    /// The keys that there are below a path, in all files together.
    pub(crate) fn below(&self, path: &[&str]) -> BTreeSet<String> {
        let given = self.given().filter_map(|source| source.node(path));
        let of_charts = self.charts.iter().filter_map(|(names, source)| {
            let is_above = path.len() >= names.len() && names.iter().zip(path).all(|(a, b)| a == b);
            if is_above { source.node(&path[names.len()..]) } else { None }
        });
        let keys = given.chain(of_charts).flat_map(Node::entries).map(|(key, _)| key.value.to_string());
        // Subcharts are keys whether or not a file names them.
        let children = self.charts.iter().filter(|(names, _)| names.iter().zip(path).all(|(a, b)| a == b));
        keys.chain(children.filter_map(|(names, _)| names.get(path.len()).cloned())).collect()
    }

    fn in_order<'a>(
        &'a self,
        path: &'a [&'a str],
    ) -> impl Iterator<Item = (&'a Source, Place, &'a [&'a str])> {
        let given = self.given().filter_map(move |source| Some((source, source.find(path)?, path)));
        // A parent's file counts more than that of the subchart itself.
        let of_charts = self.charts.iter().filter_map(move |(names, source)| {
            if path.first() == Some(&"global") {
                return Some((source, source.find(path)?, path));
            }
            let is_above = path.len() > names.len() && names.iter().zip(path).all(|(a, b)| a == b);
            if !is_above {
                return None;
            }
            let below = &path[names.len()..];
            Some((source, source.find(below)?, below))
        });
        given.chain(of_charts)
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
pub(crate) fn subcharts(template: &str) -> Vec<&str> {
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
