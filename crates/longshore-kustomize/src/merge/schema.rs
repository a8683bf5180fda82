//! What is known of a value's type: which lists merge, and by which keys.
//!
//! A schema comes from the built-in table, from an OpenAPI document that a kustomization names (`openapi.path`), or from a
//! comment beside the value. What matters of it is little: fields, items, and three extensions.

use std::collections::BTreeMap;

use longshore_go::{Map, Value, json};
use longshore_yaml::sigs;

use super::builtin::{self, Definition, What};
use crate::error::Error;

/// How many references may lead to each other. Kustomize has no limit and follows a circle for ever.
const MAX_HOPS: usize = 100;

/// How deep an OpenAPI document may nest.
const MAX_DEPTH: usize = 500;

/// The types that a build knows: those of Kubernetes 1.21.2, or those of an OpenAPI document instead.
///
/// ```
/// use longshore_kustomize::merge::Schemas;
/// let document = r#"{"definitions": {"Fleet": {
///     "properties": {"ships": {"type": "array", "items": {"type": "object"},
///         "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "name"}},
///     "x-kubernetes-group-version-kind": [{"group": "sea.io", "kind": "Fleet", "version": "v1"}]}}}"#;
/// let schemas = Schemas::from_openapi(document.as_bytes())?;
/// assert!(schemas.knows("sea.io/v1", "Fleet"));
/// assert!(!schemas.knows("apps/v1", "Deployment") && Schemas::default().knows("apps/v1", "Deployment"));
/// # Ok::<(), longshore_kustomize::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    custom: Option<Document>,
    /// Whether the built-in types are known beside those of the document, and before them.
    has_builtin: bool,
}

/// An OpenAPI document.
#[derive(Clone, Debug, Default)]
struct Document {
    definitions: BTreeMap<String, Described>,
    /// API version and kind, to the name of the definition.
    types: BTreeMap<(String, String), String>,
    scopes: BTreeMap<(String, String), bool>,
}

/// The parts of a JSON schema that matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    reference: Option<String>,
    is_list: bool,
    strategy: Option<String>,
    keys: Vec<String>,
    properties: BTreeMap<String, Described>,
    /// Of any other property.
    additional: Option<Box<Described>>,
    items: Option<Box<Described>>,
}

/// The schema of one value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Schema<'s> {
    /// Known, with nothing in it that matters.
    Plain,
    /// An object of the built-in table.
    Object(&'static Definition),
    /// A list of the built-in table.
    List(&'static [&'static str], &'static Definition),
    /// As a document or comment describes it.
    Described(&'s Described),
}

impl Schemas {
    /// The types of an OpenAPI document, JSON or YAML, that replaces the built-in ones.
    ///
    /// # Errors
    /// It is neither, or no object.
    pub fn from_openapi(text: &[u8]) -> Result<Self, Error> {
        let value = if text.first() == Some(&b'{') {
            json::parse(text).map_err(|error| Error::new(error.to_string()))?
        } else {
            sigs::to_json_value(text)?
        };
        let nothing = Map::new();
        let root = match &value {
            Value::Nil if !text.is_empty() => &nothing,
            root => root.as_map().ok_or_else(|| wrong("spec.Swagger"))?,
        };
        let mut document = Document::default();
        for (name, value) in
            object_of(root, "definitions", "spec.Definitions")?.iter().flat_map(Map::snapshot)
        {
            if value.is_nil() {
                continue;
            }
            let object = value.as_map().ok_or_else(|| wrong("spec.Schema"))?;
            let name = text_of(&name);
            for (api_version, kind) in types_of(object.get(GVK).as_ref()) {
                document.types.insert((api_version, kind), name.clone());
            }
            document.definitions.insert(name, Described::read(object, 0)?);
        }
        for (path, value) in object_of(root, "paths", "spec.Paths")?.iter().flat_map(Map::snapshot) {
            if path.starts_with(b"/") && !value.is_nil() && value.as_map().is_none() {
                return Err(wrong("spec.PathItem"));
            }
            let get = value.as_map().and_then(|path| map_of(path, "get"));
            let gvk = get.and_then(|get| get.get(GVK));
            if let Some(gvk) = gvk.as_ref().and_then(type_of) {
                let in_namespace = text_of(&path).contains("namespaces/{namespace}");
                *document.scopes.entry(gvk).or_default() |= in_namespace;
            }
        }
        Ok(Self { custom: Some(document), has_builtin: false })
    }

    /// The same, with the built-in types before those of the document. Upstream parses them too if it was asked about a type
    /// that it does not know before it was told the document.
    pub fn with_builtin(self) -> Self {
        Self { has_builtin: true, ..self }
    }

    /// Whether the type is known, and its objects have lists that merge.
    pub fn knows(&self, api_version: &str, kind: &str) -> bool {
        self.of_type(api_version, kind).is_some()
    }

    /// The types whose scope the document tells: API version, kind, and whether they live in namespaces.
    pub fn scopes(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let scopes = self.custom.iter().flat_map(|document| &document.scopes);
        scopes.map(|((api_version, kind), in_namespace)| (&**api_version, &**kind, *in_namespace))
    }

    /// The schema of a type of objects.
    pub(crate) fn of_type(&self, api_version: &str, kind: &str) -> Option<Schema<'_>> {
        let builtin = || builtin::definition(api_version, kind).map(Schema::Object);
        let Some(document) = &self.custom else { return builtin() };
        // The types of kustomizations themselves stay known.
        if api_version.starts_with("kustomize.config.k8s.io/") {
            return builtin();
        }
        if self.has_builtin
            && let Some(schema) = builtin()
        {
            return Some(schema);
        }
        let name = document.types.get(&(api_version.to_owned(), kind.to_owned()))?;
        document.definitions.get(name).map(Schema::Described)
    }

    /// What a reference leads to; itself if it leads nowhere.
    pub(crate) fn resolved<'s>(&'s self, described: &'s Described) -> Schema<'s> {
        self.target(described).unwrap_or(Schema::Described(described))
    }

    /// What a schema is once no reference is left; none if one leads nowhere.
    fn target<'s>(&'s self, described: &'s Described) -> Option<Schema<'s>> {
        let mut found = described;
        for _ in 0..MAX_HOPS {
            let Some(reference) = &found.reference else { return Some(Schema::Described(found)) };
            let name = reference.strip_prefix("#/definitions/")?;
            let builtin = || builtin::referred(name).map(Schema::Object);
            let Some(document) = &self.custom else { return builtin() };
            if self.has_builtin
                && let Some(schema) = builtin()
            {
                return Some(schema);
            }
            found = document.definitions.get(name)?;
        }
        None
    }

    /// The schema of a field.
    pub(crate) fn field<'s>(&'s self, schema: Schema<'s>, name: &str) -> Option<Schema<'s>> {
        match schema {
            Schema::Plain | Schema::List(..) => None,
            Schema::Object(fields) => {
                let field = fields.iter().find(|field| field.name == name)?;
                Some(match field.what {
                    What::Object(fields) => Schema::Object(fields),
                    What::Free => Schema::Plain,
                    What::List(keys, items) => Schema::List(keys, items),
                })
            }
            Schema::Described(described) => {
                let own = described.properties.get(name).or(described.additional.as_deref())?;
                self.target(own)
            }
        }
    }

    /// The schema of a list's items.
    pub(crate) fn items<'s>(&'s self, schema: Schema<'s>) -> Option<Schema<'s>> {
        match schema {
            Schema::Plain | Schema::Object(_) => None,
            Schema::List(_, fields) => Some(Schema::Object(fields)),
            Schema::Described(described) => {
                let items = described.items.as_deref().filter(|_| described.is_list)?;
                self.target(items)
            }
        }
    }
}

impl<'s> Schema<'s> {
    /// The keys that a list merges by; none if it does not merge.
    pub(crate) fn merge_keys(self) -> Option<Vec<&'s str>> {
        match self {
            Schema::Plain | Schema::Object(_) => None,
            Schema::List(keys, _) => Some(keys.to_vec()),
            Schema::Described(described) => {
                let strategy = described.strategy.as_deref()?;
                let keys = || described.keys.iter().map(String::as_str).collect();
                strategy.split(',').any(|part| part == "merge").then(keys)
            }
        }
    }
}

const GVK: &[u8] = b"x-kubernetes-group-version-kind";

impl Described {
    /// Reads a JSON schema.
    ///
    /// # Errors
    /// It nests too deep.
    pub(crate) fn read(object: &Map, depth: usize) -> Result<Self, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::new(format!("schema nests more than {MAX_DEPTH} deep")));
        }
        let string =
            |name: &str| object.get(name.as_bytes()).as_ref().and_then(Value::as_str).map(|s| text_of(s));
        let child = |name: &str| {
            let value = map_of(object, name).map(|child| Self::read(&child, depth + 1).map(Box::new));
            value.transpose()
        };
        let mut described = Self {
            reference: string("$ref"),
            is_list: match object.get(b"type") {
                Some(Value::Str(kind)) => &kind[..] == b"array",
                Some(Value::List(kinds)) => {
                    kinds.len() == 1 && kinds[0].as_str().is_some_and(|kind| &kind[..] == b"array")
                }
                _ => false,
            },
            strategy: string("x-kubernetes-patch-strategy"),
            keys: string("x-kubernetes-patch-merge-key").into_iter().collect(),
            properties: BTreeMap::new(),
            additional: child("additionalProperties")?,
            items: child("items")?,
        };
        if let Some(Value::List(keys)) = object.get(b"x-kubernetes-list-map-keys") {
            described.keys = keys.iter().filter_map(|key| key.as_str().map(|key| text_of(key))).collect();
        }
        let properties = object_of(object, "properties", "map[string]spec.Schema")?;
        for (name, value) in properties.iter().flat_map(Map::snapshot) {
            if !value.is_nil() {
                let child = value.as_map().ok_or_else(|| wrong("spec.Schema"))?;
                described.properties.insert(text_of(&name), Self::read(child, depth + 1)?);
            }
        }
        Ok(described)
    }

    /// A schema that is nothing but a reference.
    pub(crate) fn reference(to: String) -> Self {
        Self { reference: Some(to), ..Self::default() }
    }
}

fn text_of(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// A field that must be an object if it is there.
fn object_of(map: &Map, name: &str, go_type: &str) -> Result<Option<Map>, Error> {
    match map.get(name.as_bytes()) {
        None | Some(Value::Nil) => Ok(None),
        Some(value) => value.as_map().cloned().map(Some).ok_or_else(|| wrong(go_type)),
    }
}

fn wrong(go_type: &str) -> Error {
    Error::new(format!("json: cannot unmarshal into Go value of type {go_type}"))
}

fn map_of(object: &Map, name: &str) -> Option<Map> {
    object.get(name.as_bytes()).as_ref().and_then(Value::as_map).cloned()
}

/// API version and kind of each type that a definition is for.
fn types_of(list: Option<&Value>) -> Vec<(String, String)> {
    let list = list.and_then(Value::as_list);
    list.map(|list| list.iter().filter_map(type_of).collect()).unwrap_or_default()
}

fn type_of(value: &Value) -> Option<(String, String)> {
    let object = value.as_map()?;
    let part = |name: &str| object.get(name.as_bytes()).as_ref().and_then(Value::as_str).map(|s| text_of(s));
    let (version, kind) = (part("version")?, part("kind")?);
    let api_version = match part("group") {
        Some(group) if !group.is_empty() => format!("{group}/{version}"),
        _ => version,
    };
    Some((api_version, kind))
}
