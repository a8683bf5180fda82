//! `.Chart`: a map from 4.x on, a struct before.

use std::rc::Rc;

use longshore_go::{Kind, List, Map, Object, TypeInfo, Value, types};
use serde_json::Value as Json;

use crate::Chart;
use crate::compat::Rules;
use crate::metadata::{
    CHART_FIELDS_IN_TEMPLATES, DEPENDENCY_FIELDS, Dependency, MAINTAINER_FIELDS, Maintainer, Metadata,
};
use crate::values::from_json;

/// The struct that 3.x embeds the metadata in has no name.
static STRUCT: TypeInfo = TypeInfo::plain("struct { chart.Metadata; IsRoot bool }", Kind::Struct);
static MAINTAINER: TypeInfo = TypeInfo::plain("*chart.Maintainer", Kind::Ptr);
static MAINTAINERS: TypeInfo = TypeInfo::of("[]*chart.Maintainer", Kind::Slice, &MAINTAINER);
static DEPENDENCY: TypeInfo = TypeInfo::plain("*chart.Dependency", Kind::Ptr);
static DEPENDENCIES: TypeInfo = TypeInfo::of("[]*chart.Dependency", Kind::Slice, &DEPENDENCY);

/// Go's names of the metadata's fields, in their order.
const FIELDS: &[&str] = &[
    "Name",
    "Home",
    "Sources",
    "Version",
    "Description",
    "Keywords",
    "Maintainers",
    "Icon",
    "APIVersion",
    "Condition",
    "Tags",
    "AppVersion",
    "Deprecated",
    "Annotations",
    "KubeVersion",
    "Dependencies",
    "Type",
];

/// `.Chart` of a chart.
pub(super) fn describe(chart: &Chart, is_root: bool, rules: &Rules) -> Value {
    let metadata = chart.metadata();
    if !rules.chart_is_map {
        return Value::Object(Rc::new(Described { metadata: metadata.clone(), is_root }));
    }
    let map: Map = FIELDS
        .iter()
        .map(|name| {
            let value = match *name {
                "Maintainers" => list(&metadata.maintainers, maintainer_map),
                "Dependencies" => list(metadata.dependencies.as_deref().unwrap_or_default(), dependency_map),
                "Sources" => strings_as_any(&metadata.sources),
                "Keywords" => strings_as_any(&metadata.keywords),
                name => scalar(metadata, name),
            };
            (*name, value)
        })
        .collect();
    map.insert("IsRoot", Value::Bool(is_root));
    Value::Map(map)
}

fn list<T>(items: &[T], describe: fn(&T) -> Value) -> Value {
    Value::list(items.iter().map(describe).collect())
}

fn strings_as_any(items: &[String]) -> Value {
    Value::list(items.iter().map(|text| Value::from(text.as_str())).collect())
}

fn maintainer_map(maintainer: &Maintainer) -> Value {
    let map: Map = [
        ("Name", Value::from(maintainer.name.as_str())),
        ("Email", Value::from(maintainer.email.as_str())),
        ("URL", Value::from(maintainer.url.as_str())),
    ]
    .into_iter()
    .collect();
    Value::Map(map)
}

fn dependency_map(dependency: &Dependency) -> Value {
    let map: Map = [
        ("Name", Value::from(dependency.name.as_str())),
        ("Version", Value::from(dependency.version.as_str())),
        ("Repository", Value::from(dependency.repository.as_str())),
        ("Condition", Value::from(dependency.condition.as_str())),
        ("Tags", strings_as_any(&dependency.tags)),
        ("Enabled", Value::Bool(dependency.enabled)),
        ("ImportValues", Value::list(dependency.import_values.iter().map(import).collect())),
        ("Alias", Value::from(dependency.alias.as_str())),
    ]
    .into_iter()
    .collect();
    Value::Map(map)
}

/// An import as working out the dependencies leaves it: a `map[string]string`.
fn import(json: &Json) -> Value {
    match from_json(json) {
        Value::Map(map) => Value::Map(map.retyped(&types::MAP_STRING)),
        other => other,
    }
}

fn scalar(metadata: &Metadata, name: &str) -> Value {
    let text = match name {
        "Name" => &metadata.name,
        "Home" => &metadata.home,
        "Version" => &metadata.version,
        "Description" => &metadata.description,
        "Icon" => &metadata.icon,
        "APIVersion" => &metadata.api_version,
        "Condition" => &metadata.condition,
        "Tags" => &metadata.tags,
        "AppVersion" => &metadata.app_version,
        "KubeVersion" => &metadata.kube_version,
        "Type" => &metadata.kind,
        "Deprecated" => return Value::Bool(metadata.deprecated),
        "Annotations" => return annotations(metadata),
        _ => return Value::Nil,
    };
    Value::from(text.as_str())
}

fn annotations(metadata: &Metadata) -> Value {
    match &metadata.annotations {
        None => Value::Map(Map::nil(&types::MAP_STRING)),
        Some(annotations) => {
            let map: Map =
                annotations.iter().map(|(key, value)| (key.as_str(), Value::from(value.as_str()))).collect();
            Value::Map(map.retyped(&types::MAP_STRING))
        }
    }
}

/// `.Chart` of 3.x.
#[derive(Debug)]
struct Described {
    metadata: Metadata,
    is_root: bool,
}

impl Object for Described {
    fn type_info(&self) -> &'static TypeInfo {
        &STRUCT
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "IsRoot" => Some(Value::Bool(self.is_root)),
            "Metadata" => Some(Value::Object(Rc::new(Embedded(self.metadata.clone())))),
            name => promoted(&self.metadata, name),
        }
    }

    fn field_names(&self) -> &'static [&'static str] {
        &["Metadata", "IsRoot"]
    }

    fn embedded(&self) -> Option<&'static str> {
        Some("Metadata")
    }

    fn to_json(&self) -> Option<Value> {
        written(&self.metadata, Some(self.is_root))
    }
}

/// `chart.Metadata`, which the struct embeds.
#[derive(Debug)]
struct Embedded(Metadata);

static METADATA: TypeInfo = TypeInfo::plain("chart.Metadata", Kind::Struct);

impl Object for Embedded {
    fn type_info(&self) -> &'static TypeInfo {
        &METADATA
    }

    fn field(&self, name: &str) -> Option<Value> {
        promoted(&self.0, name)
    }

    fn field_names(&self) -> &'static [&'static str] {
        FIELDS
    }

    fn to_json(&self) -> Option<Value> {
        written(&self.0, None)
    }
}

/// A field of the metadata.
fn promoted(metadata: &Metadata, name: &str) -> Option<Value> {
    Some(match name {
        "Sources" => strings(&metadata.sources),
        "Keywords" => strings(&metadata.keywords),
        "Maintainers" => {
            let items = metadata.maintainers.iter();
            let items = items
                .map(|item| Value::Object(Rc::new(Part(&MAINTAINER, maintainer_map(item), item.to_json()))));
            slice(&MAINTAINERS, items.collect())
        }
        "Dependencies" => {
            let items = metadata.dependencies.iter().flatten();
            let items = items
                .map(|item| Value::Object(Rc::new(Part(&DEPENDENCY, dependency_map(item), item.to_json()))));
            slice(&DEPENDENCIES, items.collect())
        }
        name if FIELDS.contains(&name) => scalar(metadata, name),
        _ => return None,
    })
}

/// A slice; an empty one is nil.
fn slice(of: &'static TypeInfo, items: Vec<Value>) -> Value {
    Value::List(if items.is_empty() { List::nil(of) } else { List::typed(of, items) })
}

fn strings(items: &[String]) -> Value {
    slice(&types::SLICE_STRING, items.iter().map(|text| Value::from(text.as_str())).collect())
}

/// What JSON writes of the metadata, and of what is beside it.
fn written(metadata: &Metadata, is_root: Option<bool>) -> Option<Value> {
    let Value::Map(map) = from_json(&metadata.to_json()) else { return None };
    if let Some(is_root) = is_root {
        map.insert("IsRoot", Value::Bool(is_root));
    }
    let maintainers = metadata.maintainers.iter().map(|item| Written::of(&item.to_json(), MAINTAINER_FIELDS));
    put(&map, "maintainers", maintainers.collect());
    let dependencies = metadata.dependencies.iter().flatten();
    let dependencies = dependencies.map(|item| Written::of(&item.to_json(), DEPENDENCY_FIELDS));
    put(&map, "dependencies", dependencies.collect());
    Some(Value::Object(Rc::new(Written { fields: map, names: CHART_FIELDS_IN_TEMPLATES })))
}

/// A maintainer or dependency of 3.x: its fields by Go's names, and its JSON.
#[derive(Debug)]
struct Part(&'static TypeInfo, Value, Json);

impl Object for Part {
    fn type_info(&self) -> &'static TypeInfo {
        self.0
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.1.as_map()?.get(name.as_bytes())
    }

    fn field_names(&self) -> &'static [&'static str] {
        if std::ptr::eq(self.0, &raw const MAINTAINER) {
            &["Name", "Email", "URL"]
        } else {
            &["Name", "Version", "Repository", "Condition", "Tags", "Enabled", "ImportValues", "Alias"]
        }
    }

    fn to_json(&self) -> Option<Value> {
        let is_maintainer = std::ptr::eq(self.0, &raw const MAINTAINER);
        Some(Written::of(&self.2, if is_maintainer { MAINTAINER_FIELDS } else { DEPENDENCY_FIELDS }))
    }
}

/// What JSON writes of a struct of 3.x: the names in the order of its fields, empty ones left out.
#[derive(Debug)]
struct Written {
    fields: Map,
    names: &'static [&'static str],
}

static WRITTEN: TypeInfo = TypeInfo::plain("struct", Kind::Struct);

impl Written {
    fn of(json: &Json, names: &'static [&'static str]) -> Value {
        match from_json(json) {
            Value::Map(fields) => Value::Object(Rc::new(Self { fields, names })),
            other => other,
        }
    }
}

impl Object for Written {
    fn type_info(&self) -> &'static TypeInfo {
        &WRITTEN
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.get(name.as_bytes())
    }

    fn field_names(&self) -> &'static [&'static str] {
        self.names
    }
}

/// Puts a list in the place of another, if there is one.
fn put(map: &Map, key: &str, items: Vec<Value>) {
    if map.contains_key(key.as_bytes()) {
        map.insert(key, Value::list(items));
    }
}
