//! Fields that definitions of custom resources mark: names of other objects, labels, annotations, identities.
//!
//! The files are not the definitions that a cluster takes but OpenAPI as `gen-openapi` writes it, a type under each name.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/accumulator/loadconfigfromcrds.go>.

use longshore_go::{Map, Value, json};
use longshore_yaml::sigs;

use super::{Config, NameReference, merge_one};
use crate::decode::Reader;
use crate::error::{Context, Error};
use crate::fieldspec::FieldSpec;

/// How many properties may be looked at, which refer to types that refer to others: more than any honest file has.
const MAX_PROPERTIES: usize = 200_000;

/// How deep types may refer to others.
const MAX_DEPTH: usize = 200;

/// Adds the fields that a file marks.
///
/// # Errors
/// It is no JSON or YAML, or its fields contradict those that are there.
pub fn read(text: &[u8], path: &str, into: &mut Config) -> Result<(), Error> {
    let place = || format!("unable to parse open API definition from '{path}'");
    if text.is_empty() {
        // Upstream looks at the first byte, and dies.
        return Err(Error::new("the file is empty")).context(place);
    }
    let (value, reader) = if text.first() == Some(&b'{') {
        let value = json::parse(text).map_err(|error| Error::new(error.to_string())).context(place)?;
        (value, Reader::strict())
    } else {
        (sigs::to_value(text).context(place)?, Reader::lenient())
    };
    if value.is_nil() {
        return Ok(());
    }
    let Value::Map(types) = &value else {
        return reader.wrong_type(&value, "accumulator.nameToApiMap").context(place);
    };
    let mut definitions = types.snapshot().into_iter().map(|(_, definition)| definition);
    // As the definition of a type for a cluster has them.
    if let Some(wrong) = definitions.find(|definition| definition.as_map().is_none() && !definition.is_nil())
    {
        return reader.wrong_type(&wrong, "accumulator.OpenAPIDefinition").context(place);
    }
    for (name, definition) in types.snapshot() {
        let Some(properties) = properties(&definition) else { continue };
        let is_type =
            ["kind", "apiVersion", "metadata"].iter().all(|key| properties.contains_key(key.as_bytes()));
        if !is_type {
            continue;
        }
        let name = name.to_str_lossy().into_owned();
        let kind = name.rsplit('.').next().unwrap_or_default().to_owned();
        let mut found = Config::default();
        Walk { types, kind: &kind, path: Vec::new(), seen: Vec::new(), left: MAX_PROPERTIES }
            .add(&name, &mut found)?;
        into.merge(&found)?;
    }
    Ok(())
}

/// The properties of a type's schema.
fn properties(definition: &Value) -> Option<Map> {
    let schema = get(definition, "Schema")?;
    get(&schema, "properties")?.as_map().cloned()
}

/// A field, whatever the case of its name.
fn get(value: &Value, name: &str) -> Option<Value> {
    let map = value.as_map()?;
    map.get(name.as_bytes()).or_else(|| {
        let entries = map.entries();
        entries
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value.clone())
    })
}

struct Walk<'a> {
    types: &'a Map,
    kind: &'a str,
    path: Vec<String>,
    /// The types that led here; upstream does not end if one of them comes again.
    seen: Vec<String>,
    /// How many properties may still be looked at.
    left: usize,
}

impl Walk<'_> {
    fn add(&mut self, type_name: &str, config: &mut Config) -> Result<(), Error> {
        let Some(properties) = self.types.get(type_name.as_bytes()).as_ref().and_then(properties) else {
            return Ok(());
        };
        if self.seen.iter().any(|seen| seen == type_name) {
            return Err(Error::new(format!("type '{type_name}' contains itself")));
        }
        if self.seen.len() >= MAX_DEPTH {
            return Err(Error::new(format!("types refer to others more than {MAX_DEPTH} deep")));
        }
        self.seen.push(type_name.to_owned());
        for (name, property) in properties.snapshot() {
            self.left = self.left.checked_sub(1).ok_or_else(|| {
                Error::new(format!("type '{type_name}' leads to more than {MAX_PROPERTIES} properties"))
            })?;
            self.path.push(name.to_str_lossy().into_owned());
            self.add_property(&property, config)?;
            self.path.pop();
        }
        self.seen.pop();
        Ok(())
    }

    fn add_property(&mut self, property: &Value, config: &mut Config) -> Result<(), Error> {
        let mark = |name: &str| match get(property, name) {
            Some(Value::Str(text)) => Some(text.to_str_lossy().into_owned()),
            _ => None,
        };
        if mark("x-kubernetes-annotation").is_some() {
            merge_one(&mut config.common_annotations, &self.spec(None))?;
        }
        if mark("x-kubernetes-label-selector").is_some() {
            merge_one(&mut config.common_labels, &self.spec(None))?;
        }
        if mark("x-kubernetes-identity").is_some() {
            merge_one(&mut config.name_prefix, &self.spec(None))?;
        }
        let target = (mark("x-kubernetes-object-ref-api-version"), mark("x-kubernetes-object-ref-kind"));
        if let (Some(version), Some(kind)) = target {
            let key = mark("x-kubernetes-object-ref-name-key");
            let referrers = vec![self.spec(Some(key.as_deref().unwrap_or("name")))];
            let (version, kind) = (version.into(), kind.into());
            config.add_name_reference(&NameReference {
                version,
                kind,
                referrers,
                ..NameReference::default()
            })?;
        }
        if let Some(reference) = mark("$ref") {
            self.add(&reference, config)?;
        }
        Ok(())
    }

    fn spec(&self, last: Option<&str>) -> FieldSpec {
        let mut path = self.path.join("/");
        if let Some(last) = last {
            path = format!("{path}/{last}");
        }
        FieldSpec { kind: self.kind.into(), ..FieldSpec::of_all(&path, false) }
    }
}
