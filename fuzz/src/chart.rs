//! Targets of `longshore-chart`: what a chart's files, archives and flags may hold.

use longshore_chart::load::{Ignore, MAX_CHART_BYTES, unpack};
use longshore_chart::repository::{Index, RepositoryFile};
use longshore_chart::values::{self, Form};
use longshore_chart::{
    Capabilities, Chart, Error, File, Level, Options, Release, RenderInput, Rendered, Services, manifest,
    render,
};
use longshore_go::{Map, Value};

use super::replay::Check;

/// All of them, by name.
pub const TARGETS: &[(&str, Check)] = &[
    ("chart_archive", archive),
    ("chart_metadata", metadata),
    ("chart_values", read_values),
    ("chart_set", flags),
    ("chart_ignore", ignore),
    ("chart_split", split),
    ("chart_schema", schema),
    ("chart_template", template),
    ("chart_index", index),
];

const METADATA: &str = "{apiVersion: v2, name: bad, version: 1.0.0}";

struct Nothing;

impl Services for Nothing {
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

fn rendered(files: Vec<File>) -> Result<Rendered, Error> {
    let level = Level::default();
    let chart = Chart::load(files, level)?;
    let input = RenderInput {
        values: Map::new(),
        release: Release { name: "r", namespace: "n", revision: 1, is_upgrade: false },
        capabilities: Capabilities::assumed(level.rules()),
        services: &Nothing,
        options: Options::default(),
    };
    render(&chart, &input, level)
}

/// A packed chart.
pub fn archive(input: &[u8]) {
    if let Ok(files) = unpack(input, MAX_CHART_BYTES, Level::default()) {
        for file in &files {
            assert!(!file.name.starts_with('/') && !file.name.split('/').any(|part| part == ".."));
        }
    }
    let _ = Chart::unpack(input, Level::default());
}

/// `Chart.yaml`, and the chart as a record holds it.
pub fn metadata(input: &[u8]) {
    let Ok(chart) = Chart::load([File::new("Chart.yaml", input)], Level::default()) else { return };
    let record = chart.to_record_json();
    Chart::from_record_json(&record).expect("it was written so");
}

/// A values file, read and merged.
pub fn read_values(input: &[u8]) {
    let Ok(map) = values::read(input, Level::default()) else { return };
    let _ = values::merge_maps(&map, &map);
    let _ = values::to_json(&Value::Map(map));
    let _ = rendered(vec![File::new("Chart.yaml", METADATA), File::new("values.yaml", input)]);
}

/// `--set` and its kin.
pub fn flags(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    for level in [Level::default()] {
        let map = Map::new();
        let mut name = |name: &str| Ok(Value::from(name));
        for form in [Form::Typed, Form::Strings, Form::Json, Form::Files(&mut name), Form::Literal] {
            let _ = values::set(text, form, &map, level);
        }
        let _ = values::to_json(&Value::Map(map));
    }
}

/// `.helmignore`; the last line is a path.
pub fn ignore(input: &[u8]) {
    let Ok(rules) = Ignore::parse(input) else { return };
    let text = String::from_utf8_lossy(input);
    let path = text.lines().last().unwrap_or_default();
    let _ = (rules.is_ignored(path, true), rules.is_ignored(path, false));
}

/// A rendered file, split into documents; nothing is invented.
pub fn split(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let parts = manifest::split(text, Level::default().rules());
    assert!(parts.iter().map(|part| part.len()).sum::<usize>() <= text.len());
    let raw = "{{ .Files.Get `raw` }}";
    let _ = rendered(vec![
        File::new("Chart.yaml", METADATA),
        File::new("raw", input),
        File::new("templates/t.yaml", raw),
    ]);
}

/// A schema, and values that it is held against: the first line is the values.
pub fn schema(input: &[u8]) {
    let at = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let (values, schema) = input.split_at(at);
    let _ = rendered(vec![
        File::new("Chart.yaml", METADATA),
        File::new("values.yaml", values),
        File::new("values.schema.json", schema),
    ]);
}

/// A template with all of Helm's functions.
pub fn template(input: &[u8]) {
    let result = rendered(vec![
        File::new("Chart.yaml", METADATA),
        File::new(
            "values.yaml",
            "int: 3\nlist: [1, x, {a: b}]\nmap: {a: {b: c}, n: null}\ntext: some text\n",
        ),
        File::new("templates/t.yaml", input),
    ]);
    if let Err(error) = result {
        assert!(!error.to_string().is_empty());
    }
}

/// The index of a repository, and the file of those that have a name.
pub fn index(input: &[u8]) {
    for level in Level::ALL {
        if let Ok((index, _)) = Index::read(input, level) {
            for (name, versions) in &index.entries {
                for version in versions {
                    let found = index.pick(name, &version.metadata.version);
                    assert!(found.is_ok(), "a version that is there is found");
                }
            }
            let (again, skipped) = Index::read(&index.to_json(), level).expect("what we write is an index");
            assert!(skipped.is_empty() && again == index);
            let _ = index.to_yaml().map(|yaml| Index::read(&yaml, level));
        }
        if let Ok(file) = RepositoryFile::read(input, level)
            && let Ok(yaml) = file.to_yaml()
        {
            assert_eq!(RepositoryFile::read(&yaml, level).as_ref(), Ok(&file));
        }
    }
}
