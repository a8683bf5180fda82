//! Kustomization files that are edited: what `kustomize create` and `kustomize edit` read, change and write again.
//!
//! Kustomize keeps such a file as typed fields and, of its text, only comments and blank lines, each belonging to the
//! field at or above it. Writing prints field by field: first those that were there, in their order, each below its
//! comments, then new ones in a fixed order. Each is printed as `sigs.k8s.io/yaml` prints it: keys in order, no empty
//! values (`kustomization/schema.rs` knows which), quoting and styles made afresh.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/kustomize/commands/internal/kustfile/kustomizationfile.go>.

mod fix;
mod vars;

use longshore_go::{Map, Str, Value};
use longshore_yaml::sigs;

use crate::error::{Context, Error};
use crate::kustomization::{Kustomization, schema};

/// A kustomization file.
///
/// ```
/// use longshore_kustomize::edit::Document;
/// let mut document = Document::read(b"# mine\nresources: [a.yaml]\n")?;
/// document.add_text("resources", "b.yaml");
/// document.set_text("namePrefix", "p-");
/// let text = String::from_utf8(document.write()?)?;
/// assert_eq!(text, "# mine\nresources:\n- a.yaml\n- b.yaml\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamePrefix: p-\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Document {
    /// By the names that fields have in JSON; without empty ones.
    fields: Map,
    /// The fields that the file has lines for, in their order, with the comments and blank lines that belong to each.
    original: Vec<(&'static str, Vec<u8>)>,
}

impl Document {
    /// Reads a file and fills in what is missing; fields of the past become those of today.
    ///
    /// # Errors
    /// The file is no YAML, has unknown fields, or values of wrong types.
    pub fn read(text: &[u8]) -> Result<Self, Error> {
        Kustomization::decode(text)?;
        let value = sigs::to_value(text).context(|| String::from("invalid Kustomization"))?;
        let fields = schema::complete(&value);
        fix::read(&fields);
        Ok(Self { fields, original: lines(text) })
    }

    /// The file's text.
    ///
    /// # Errors
    /// Text that YAML cannot hold.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        for (name, comments) in &self.original {
            text.extend_from_slice(comments);
            self.write_field(name, &mut text)?;
        }
        for name in schema::written_fields() {
            if self.original.iter().all(|(original, _)| *original != name) {
                self.write_field(name, &mut text)?;
            }
        }
        Ok(text)
    }

    fn write_field(&self, name: &str, text: &mut Vec<u8>) -> Result<(), Error> {
        let Some(value) = self.fields.get(name.as_bytes()) else { return Ok(()) };
        let Some(value) = schema::shown(name, &value) else { return Ok(()) };
        let alone: Map = [(name, value)].into_iter().collect();
        let printed = sigs::marshal(&Value::Map(alone)).map_err(|error| Error::new(error.to_string()))?;
        text.extend_from_slice(&printed);
        Ok(())
    }

    /// A field; none if the file does not have it.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.fields.get(name.as_bytes())
    }

    /// Sets a field.
    pub fn set(&mut self, name: &str, value: Value) {
        self.fields.insert(name, value);
    }

    /// Sets a field of text.
    pub fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, Value::str(text));
    }

    /// The texts of a list.
    pub fn texts(&self, name: &str) -> Vec<String> {
        texts_of(&self.fields, name)
    }

    /// Sets a list of texts.
    pub fn set_texts<'t>(&mut self, name: &str, texts: impl IntoIterator<Item = &'t str>) {
        self.set(name, Value::list(texts.into_iter().map(Value::str).collect()));
    }

    /// Adds a text to a list.
    pub fn add_text(&mut self, name: &str, text: &str) {
        self.add(name, Value::str(text));
    }

    /// The items of a list.
    pub fn items(&self, name: &str) -> Vec<Value> {
        items_of(&self.fields, name)
    }

    /// Adds an item to a list.
    pub fn add(&mut self, name: &str, item: Value) {
        let mut items = self.items(name);
        items.push(item);
        self.set(name, Value::list(items));
    }

    /// The object that is a field, made if there is none. What is written into it is written into the document.
    pub fn object(&mut self, name: &str) -> Map {
        if let Some(Value::Map(map)) = self.get(name) {
            return map;
        }
        let map = Map::new();
        self.set(name, Value::Map(map.clone()));
        map
    }

    /// Makes deprecated fields those of today that are left alone by everything but `kustomize edit fix`. `is_file` says
    /// whether a path leads to a file.
    ///
    /// # Errors
    /// A label is set in two ways.
    pub fn fix(&mut self, is_file: impl Fn(&str) -> bool) -> Result<(), Error> {
        fix::deprecated(self, is_file)
    }
}

pub use vars::{Converted, convert as convert_vars};

/// A text in an object; empty if it is not there.
pub fn text_of(object: &Map, key: &str) -> String {
    object
        .get(key.as_bytes())
        .as_ref()
        .and_then(Value::as_str)
        .map(Str::to_str_lossy)
        .unwrap_or_default()
        .into_owned()
}

/// The items of a list in an object.
pub(crate) fn items_of(object: &Map, name: &str) -> Vec<Value> {
    match object.get(name.as_bytes()) {
        Some(Value::List(list)) => list.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The texts of a list in an object.
pub(crate) fn texts_of(object: &Map, name: &str) -> Vec<String> {
    let text = |item: &Value| Some(item.as_str()?.to_str_lossy().into_owned());
    items_of(object, name).iter().filter_map(text).collect()
}

/// The objects of a list in an object.
pub(crate) fn objects_of(object: &Map, name: &str) -> Vec<Map> {
    items_of(object, name).iter().filter_map(Value::as_map).cloned().collect()
}

/// The fields that begin in a line, and the comments and blank lines above each or inside of it.
fn lines(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut fields: Vec<(&'static str, Vec<u8>)> = Vec::new();
    let mut comments = Vec::new();
    // What does not end in a line break is not looked at.
    for line in text.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        if is_comment(line) {
            comments.extend_from_slice(line);
        } else if let Some(field) = field_of(line) {
            fields.push((field, std::mem::take(&mut comments)));
        } else if let Some((_, above)) = fields.last_mut() {
            above.append(&mut comments);
        }
    }
    fields
}

/// Whether a line holds nothing, or a comment.
fn is_comment(line: &[u8]) -> bool {
    line.iter().find(|&&byte| byte != b' ').is_none_or(|byte| b"#\n".contains(byte))
}

/// The field whose name, in any case, and a colon begin a line.
fn field_of(line: &[u8]) -> Option<&'static str> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = &line[..colon];
    schema::written_fields().find(|field| field.as_bytes().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
