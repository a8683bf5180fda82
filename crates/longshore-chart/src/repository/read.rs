//! Reading an index: JSON leniently, YAML strictly, as Helm does.

use std::collections::BTreeMap;

use longshore_go::time::{self, Location};
use longshore_go::{Map, Value, json};
use longshore_yaml::sigs;

use super::index::{LEGACY, NO_TIME};
use super::{ChartVersion, Index, IndexError, Skipped};
use crate::compat::{Level, Rules};
use crate::metadata::{
    CHART_FIELDS, DEPENDENCY_FIELDS, Fields, MAINTAINER_FIELDS, Struct, kind_name, read_metadata,
};
use crate::values::to_json;

/// The layout of times.
const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";
const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";

/// The fields of an index, for YAML, where others are mistakes.
const INDEX: &[&str] = &["serverInfo", "apiVersion", "generated", "entries", "publicKeys", "annotations"];

/// The fields that a version has beside those of the chart.
const VERSION: &[&str] = &["urls", "created", "removed", "digest"];

pub(super) fn index(bytes: &[u8], level: Level) -> Result<(Index, Vec<Skipped>), IndexError> {
    if bytes.is_empty() {
        return Err(IndexError::Empty);
    }
    let malformed = |text: String| IndexError::Malformed(text);
    let decoding = |text: String| format!("error unmarshaling JSON: while decoding JSON: {text}");
    let (mut index, mut entries) = if let Ok(value) = json::parse(bytes) {
        decode(&value, level.rules()).map_err(malformed)?
    } else {
        let value = sigs::to_json_value_strict(bytes).map_err(|error| malformed(error.to_string()))?;
        if let Some(field) = unknown(&value) {
            return Err(malformed(decoding(format!("json: unknown field {field:?}"))));
        }
        decode(&value, level.rules()).map_err(|text| malformed(decoding(text)))?
    };
    let mut skipped = Vec::new();
    for (name, versions) in &mut entries {
        // From the end, as Helm goes.
        let mut kept: Vec<ChartVersion> = Vec::with_capacity(versions.len());
        while let Some(version) = versions.pop() {
            let Some(mut version) = version else {
                skipped.push(Skipped { name: name.clone(), problem: None });
                continue;
            };
            let metadata = &mut version.metadata;
            if metadata.api_version.is_empty() {
                "v1".clone_into(&mut metadata.api_version);
            }
            match metadata.validate() {
                // A kind of repository loses the aliases, which tell such dependencies apart.
                Err(problem)
                    if !problem.starts_with("validation: more than one dependency with name or alias") =>
                {
                    let problem = Some((metadata.version.clone(), problem));
                    skipped.push(Skipped { name: name.clone(), problem });
                }
                _ => kept.push(version),
            }
        }
        kept.reverse();
        index.entries.insert(name.clone(), kept);
    }
    index.sort();
    if index.api_version.is_empty() {
        return Err(IndexError::NoApiVersion);
    }
    Ok((index, skipped))
}

type Entries = BTreeMap<String, Vec<Option<ChartVersion>>>;

fn decode(value: &Value, rules: &Rules) -> Result<(Index, Entries), String> {
    let mut index = Index::new(NO_TIME);
    index.api_version.clear();
    let mut entries = Entries::new();
    let map = match value {
        Value::Map(map) => map,
        Value::Nil => return Ok((index, entries)),
        other => {
            return Err(format!(
                "json: cannot unmarshal {} into Go value of type repo.IndexFile",
                kind_name(other)
            ));
        }
    };
    let mut error = None;
    let of = Struct { name: "IndexFile", package: rules.packages.chart, path: String::new() };
    let mut fields = Fields::new(of, map, &mut error);
    fields.string_map("annotations", &mut index.annotations);
    fields.string("apiVersion", &mut index.api_version);
    match fields.get("entries") {
        Some(Value::Map(charts)) => {
            for (name, versions) in charts.entries().iter() {
                let versions = read_versions(&mut fields, versions, rules);
                entries.insert(name.to_str_lossy().into_owned(), versions);
            }
        }
        Some(other) => fields.refuse(&other, "entries", "map[string]repo.ChartVersions"),
        None => {}
    }
    fields.time("generated", &mut index.generated);
    fields.strings("publicKeys", &mut index.public_keys);
    match fields.get("serverInfo") {
        Some(info @ Value::Map(_)) => index.server_info = Some(to_json(&info)),
        Some(other) => fields.refuse(&other, "serverInfo", "map[string]interface {}"),
        None => {}
    }
    error.map_or(Ok((index, entries)), Err)
}

fn read_versions(fields: &mut Fields<'_, '_>, versions: &Value, rules: &Rules) -> Vec<Option<ChartVersion>> {
    let items = match versions {
        Value::List(items) => items,
        Value::Nil => return Vec::new(),
        other => {
            fields.refuse(other, "entries", "repo.ChartVersions");
            return Vec::new();
        }
    };
    let mut all = Vec::new();
    for item in items.iter() {
        match item {
            Value::Nil => all.push(None),
            Value::Map(map) => all.push(Some(read_version(fields, map, rules))),
            other => {
                fields.refuse(other, "entries", "repo.ChartVersion");
                all.push(None);
            }
        }
    }
    all
}

fn read_version(fields: &mut Fields<'_, '_>, map: &Map, rules: &Rules) -> ChartVersion {
    let mut version = ChartVersion { created: NO_TIME.to_owned(), ..ChartVersion::default() };
    let of =
        |path: &str| Struct { name: "ChartVersion", package: rules.packages.chart, path: path.to_owned() };
    read_metadata(&mut fields.below(of("entries.Metadata."), map), &mut version.metadata);
    let mut fields = fields.below(of("entries."), map);
    for (field, into) in LEGACY.iter().zip(&mut version.legacy) {
        fields.string(field, into);
    }
    fields.time("created", &mut version.created);
    fields.string("digest", &mut version.digest);
    fields.bool("removed", &mut version.removed);
    let mut urls = Vec::new();
    fields.strings("urls", &mut urls);
    version.urls = fields.get("urls").map(|_| urls);
    version
}

impl Fields<'_, '_> {
    /// A time, kept as text in Go's form.
    fn time(&mut self, field: &str, into: &mut String) {
        let mut text = String::new();
        self.string(field, &mut text);
        if text.is_empty() {
            return;
        }
        match time::parse(RFC3339, text.as_bytes(), &Location::Utc) {
            Ok(time) => *into = String::from_utf8_lossy(&time.format(RFC3339_NANO)).into_owned(),
            Err(problem) => self.fail(problem.to_string()),
        }
    }
}

/// The first field, in the order of JSON's sorted keys, that no struct has.
fn unknown(index: &Value) -> Option<String> {
    let map = index.as_map()?;
    unknown_of(map, &[INDEX]).or_else(|| {
        let entries = map.get(b"entries")?;
        entries.as_map()?.entries().iter().find_map(|(_, versions)| {
            versions.as_list()?.iter().find_map(|version| {
                let version = version.as_map()?;
                let part = |field: &[u8], known: &[&str]| {
                    let parts = version.get(field)?;
                    parts.as_list()?.iter().find_map(|part| unknown_of(part.as_map()?, &[known]))
                };
                unknown_of(version, &[CHART_FIELDS, VERSION, &LEGACY])
                    .or_else(|| part(b"dependencies", DEPENDENCY_FIELDS))
                    .or_else(|| part(b"maintainers", MAINTAINER_FIELDS))
            })
        })
    })
}

fn unknown_of(map: &Map, known: &[&[&str]]) -> Option<String> {
    let is_known = |key: &str| known.iter().copied().flatten().any(|field| field.eq_ignore_ascii_case(key));
    map.entries().iter().map(|(key, _)| key.to_str_lossy().into_owned()).find(|key| !is_known(key))
}
