//! YAML, by way of JSON, into structs by the rules of Go's `encoding/json`, with its error texts.
//!
//! As in Go, a field of the wrong type does not stop the reading: the first such error is kept, the
//! rest is read, and the error comes out at the end.

use std::collections::BTreeMap;

use longshore_go::time::{self, Location};
use longshore_go::{List, Map, Str, Value};

use super::{CHART_FIELDS, DEPENDENCY_FIELDS, Dependency, Lock, MAINTAINER_FIELDS, Maintainer, Metadata};
use crate::compat::{Packages, Rules};
use crate::values::to_json;

/// A Go struct to be filled: where its fields' errors are said to be.
pub(crate) struct Struct<'a> {
    /// The name that errors give the struct: `Metadata`; empty for one without a name.
    pub(crate) name: &'a str,
    /// The package of its parts.
    pub(crate) package: &'a str,
    /// The path from the outermost struct, with a dot at its end unless it is empty.
    pub(crate) path: String,
}

/// The members of a JSON object by the names of a struct's fields.
pub(crate) struct Fields<'a, 'e> {
    of: Struct<'a>,
    map: &'a Map,
    error: &'e mut Option<String>,
}

/// What Go calls a JSON value in a type error.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Missing | Value::Nil => "null",
        Value::Bool(_) => "bool",
        Value::Str(_) | Value::Bytes(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    }
}

impl<'a, 'e> Fields<'a, 'e> {
    pub(crate) fn new(of: Struct<'a>, map: &'a Map, error: &'e mut Option<String>) -> Self {
        Self { of, map, error }
    }

    /// The member for a field: the last one, in byte order, whose name is the field's in any case. Null
    /// leaves a field as it is.
    pub(crate) fn get(&self, field: &str) -> Option<Value> {
        let entries = self.map.entries();
        // Lower case sorts after upper case, so the name as written is the last unless it has capitals.
        let found = match entries.get(field.as_bytes()) {
            Some(exact) if field.bytes().all(|byte| byte.is_ascii_lowercase()) => Some(exact.clone()),
            _ => entries
                .iter()
                .rfind(|(key, _)| key.eq_ignore_ascii_case(field.as_bytes()))
                .map(|(_, value)| value.clone()),
        };
        found.filter(|value| !value.is_nil())
    }

    pub(crate) fn refuse(&mut self, value: &Value, field: &str, wanted: &str) {
        self.error.get_or_insert_with(|| {
            format!(
                "json: cannot unmarshal {} into Go struct field {}.{}{field} of type {wanted}",
                kind(value),
                self.of.name,
                self.of.path
            )
        });
    }

    /// Keeps an error, if it is the first.
    pub(crate) fn fail(&mut self, text: String) {
        self.error.get_or_insert(text);
    }

    /// The fields of a struct within this one.
    pub(crate) fn below<'b>(&'b mut self, of: Struct<'b>, map: &'b Map) -> Fields<'b, 'b> {
        Fields::new(of, map, self.error)
    }

    pub(crate) fn string(&mut self, field: &str, into: &mut String) {
        if let Some(value) = self.get(field) {
            match text(&value) {
                Some(text) => *into = text,
                None => self.refuse(&value, field, "string"),
            }
        }
    }

    pub(crate) fn bool(&mut self, field: &str, into: &mut bool) {
        match self.get(field) {
            Some(Value::Bool(b)) => *into = b,
            Some(other) => self.refuse(&other, field, "bool"),
            None => {}
        }
    }

    pub(crate) fn strings(&mut self, field: &str, into: &mut Vec<String>) {
        let Some(items) = self.array(field, "[]string") else { return };
        into.clear();
        for item in items.iter() {
            into.push(match text(item) {
                Some(text) => text,
                None if item.is_nil() => String::new(),
                None => {
                    self.refuse(item, field, "string");
                    String::new()
                }
            });
        }
    }

    pub(crate) fn array(&mut self, field: &str, wanted: &str) -> Option<List> {
        match self.get(field) {
            Some(Value::List(items)) => Some(items),
            Some(other) => {
                self.refuse(&other, field, wanted);
                None
            }
            None => None,
        }
    }

    pub(crate) fn string_map(&mut self, field: &str, into: &mut Option<BTreeMap<String, String>>) {
        match self.get(field) {
            Some(Value::Map(map)) => {
                let into = into.get_or_insert_with(BTreeMap::new);
                for (key, value) in map.entries().iter() {
                    match text(value) {
                        None if !value.is_nil() => self.refuse(value, field, "string"),
                        text => {
                            into.insert(key.to_str_lossy().into_owned(), text.unwrap_or_default());
                        }
                    }
                }
            }
            Some(other) => self.refuse(&other, field, "map[string]string"),
            None => {}
        }
    }

    /// Fills one struct per item; `None` for each null.
    fn structs<T: Default>(
        &mut self,
        field: &str,
        name: &'a str,
        read: fn(&mut Fields<'_, '_>, &mut T),
    ) -> Option<Vec<Option<T>>> {
        let items = self.array(field, &format!("[]*{}.{name}", self.of.package))?;
        let mut found = Vec::new();
        for item in items.iter() {
            match item {
                Value::Nil => found.push(None),
                Value::Map(map) => {
                    let mut value = T::default();
                    let of =
                        Struct { name, package: self.of.package, path: format!("{}{field}.", self.of.path) };
                    read(&mut Fields::new(of, map, self.error), &mut value);
                    found.push(Some(value));
                }
                other => {
                    let wanted = format!("{}.{name}", self.of.package);
                    self.refuse(other, field, &wanted);
                    found.push(Some(T::default()));
                }
            }
        }
        Some(found)
    }
}

/// The string that a scalar becomes where Go wants a string: `sigs.k8s.io/yaml` prints numbers and bools.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) => Some(text.to_str_lossy().into_owned()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Int(int) => Some(int.value.to_string()),
        Value::Uint(uint) => Some(uint.value.to_string()),
        Value::Float(float) => Some(float32_text(*float)),
        _ => None,
    }
}

/// `strconv.FormatFloat(f, 'g', -1, 32)`; not what `fmt` prints, which takes an exponent only from 21 digits on.
pub(crate) fn float32_text(float: f64) -> String {
    let scientific = format!("{:e}", float as f32);
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{}", float as f32);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// A struct of Helm that can be read from JSON.
pub(crate) trait Decode: Sized {
    /// Fills it; what it does not name stays.
    ///
    /// # Errors
    /// `json: cannot unmarshal …`, the first of them.
    fn decode(&mut self, value: &Value, rules: &Rules) -> Result<(), String>;
}

fn top<T>(
    value: &Value,
    name: &str,
    rules: &Rules,
    into: &mut T,
    read: impl FnOnce(&mut Fields<'_, '_>, &mut T),
) -> Result<(), String> {
    let package = rules.packages.chart;
    let map = match value {
        Value::Map(map) => map,
        Value::Nil => return Ok(()),
        other => {
            return Err(format!(
                "json: cannot unmarshal {} into Go value of type {package}.{name}",
                kind(other)
            ));
        }
    };
    let mut error = None;
    read(&mut Fields::new(Struct { name, package, path: String::new() }, map, &mut error), into);
    error.map_or(Ok(()), Err)
}

impl Decode for Metadata {
    fn decode(&mut self, value: &Value, rules: &Rules) -> Result<(), String> {
        top(value, "Metadata", rules, self, read_metadata)
    }
}

/// The fields of a chart's metadata.
pub(crate) fn read_metadata(fields: &mut Fields<'_, '_>, into: &mut Metadata) {
    in_order(fields, CHART_FIELDS, into, read_all_metadata);
}

/// Reads member by member where keys are not written as they should be: of those that mean the same field each is read
/// over the one before, and an upper-case key comes before all others.
fn in_order<T>(
    fields: &mut Fields<'_, '_>,
    names: &[&str],
    into: &mut T,
    read: fn(&mut Fields<'_, '_>, &mut T),
) {
    let entries = fields.map.entries();
    let is_odd = |key: &Str| {
        let same = |name: &&str| key.eq_ignore_ascii_case(name.as_bytes()) && **key != *name.as_bytes();
        names.iter().any(same)
    };
    if !entries.iter().any(|(key, _)| is_odd(key)) {
        drop(entries);
        return read(fields, into);
    }
    for (key, value) in entries.iter() {
        let member: Map = [(key.clone(), value.clone())].into_iter().collect();
        let Struct { name, package, path } = &fields.of;
        let of = Struct { name, package, path: path.clone() };
        read(&mut Fields::new(of, &member, fields.error), into);
    }
}

fn read_all_metadata(fields: &mut Fields<'_, '_>, into: &mut Metadata) {
    // In the order of JSON's sorted keys, so that the first error is Go's first.
    fields.string_map("annotations", &mut into.annotations);
    fields.string("apiVersion", &mut into.api_version);
    fields.string("appVersion", &mut into.app_version);
    fields.string("condition", &mut into.condition);
    if let Some(found) = fields.structs("dependencies", "Dependency", read_dependency) {
        into.dependencies = Some(found.into_iter().map(or_null).collect());
    }
    fields.bool("deprecated", &mut into.deprecated);
    fields.string("description", &mut into.description);
    fields.string("home", &mut into.home);
    fields.string("icon", &mut into.icon);
    fields.strings("keywords", &mut into.keywords);
    fields.string("kubeVersion", &mut into.kube_version);
    if let Some(found) = fields.structs("maintainers", "Maintainer", read_maintainer) {
        into.maintainers = found.into_iter().map(or_null).collect();
    }
    fields.string("name", &mut into.name);
    fields.strings("sources", &mut into.sources);
    fields.string("tags", &mut into.tags);
    fields.string("type", &mut into.kind);
    fields.string("version", &mut into.version);
}

/// The part of a Chart.yaml that says how to read the rest.
#[derive(Default)]
pub(crate) struct ApiVersion(pub(crate) String);

impl Decode for ApiVersion {
    fn decode(&mut self, value: &Value, rules: &Rules) -> Result<(), String> {
        let packages = Packages { chart: "loader", ..rules.packages };
        top(value, "chartBase", &Rules { packages, ..*rules }, self, |fields, into| {
            in_order(fields, &["apiVersion"], into, |fields, into| fields.string("apiVersion", &mut into.0));
        })
    }
}

/// Go's `time.RFC3339`.
const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";

impl Decode for Lock {
    fn decode(&mut self, value: &Value, rules: &Rules) -> Result<(), String> {
        top(value, "Lock", rules, self, |fields, into| {
            if let Some(found) = fields.structs("dependencies", "Dependency", read_dependency) {
                into.dependencies = found.into_iter().map(or_null).collect();
            }
            fields.string("digest", &mut into.digest);
            match fields.get("generated") {
                Some(Value::Str(text)) => match time::parse(RFC3339, &text, &Location::Utc) {
                    Ok(_) => into.generated = text.to_str_lossy().into_owned(),
                    Err(error) => fields.fail(error.to_string()),
                },
                Some(_) => fields.fail("Time.UnmarshalJSON: input is not a JSON string".to_owned()),
                None => {}
            }
        })
    }
}

/// A null in a list of maintainers or dependencies: kept as one whose name cannot be written in YAML, so
/// that validation can refuse it in Helm's words.
pub(crate) const NULL_NODE: &str = "\0null";

trait Named: Default {
    fn name(&mut self) -> &mut String;
}

impl Named for Dependency {
    fn name(&mut self) -> &mut String {
        &mut self.name
    }
}

impl Named for Maintainer {
    fn name(&mut self) -> &mut String {
        &mut self.name
    }
}

fn or_null<T: Named>(item: Option<T>) -> T {
    item.unwrap_or_else(|| {
        let mut item = T::default();
        NULL_NODE.clone_into(item.name());
        item
    })
}

fn read_maintainer(fields: &mut Fields<'_, '_>, into: &mut Maintainer) {
    in_order(fields, MAINTAINER_FIELDS, into, read_all_maintainer);
}

fn read_all_maintainer(fields: &mut Fields<'_, '_>, into: &mut Maintainer) {
    fields.string("email", &mut into.email);
    fields.string("name", &mut into.name);
    fields.string("url", &mut into.url);
}

fn read_dependency(fields: &mut Fields<'_, '_>, into: &mut Dependency) {
    in_order(fields, DEPENDENCY_FIELDS, into, read_all_dependency);
}

fn read_all_dependency(fields: &mut Fields<'_, '_>, into: &mut Dependency) {
    fields.string("alias", &mut into.alias);
    fields.string("condition", &mut into.condition);
    fields.bool("enabled", &mut into.enabled);
    if let Some(items) = fields.array("import-values", "[]interface {}") {
        into.import_values = items.iter().map(to_json).collect();
    }
    fields.string("name", &mut into.name);
    fields.string("repository", &mut into.repository);
    fields.strings("tags", &mut into.tags);
    fields.string("version", &mut into.version);
}
