//! `kustomize edit fix --vars`: variables become replacements.
//!
//! Of each variable all fields that mention it are looked up in the files that the kustomization names, also in those of
//! folders that it builds on; each becomes a target, and in the files a placeholder takes the variable's place. Entries of
//! `replacements` that are there are lost, as upstream loses them.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/kustomize/commands/edit/fix/convert.go>.

use std::collections::BTreeMap;

use longshore_go::{Map, Value, path};
use longshore_yaml::{Kind, Node, kio, sigs};

use super::{Document, text_of};
use crate::decode::Reader;
use crate::error::Error;
use crate::field;
use crate::files::Files;
use crate::gvk::split_api_version;
use crate::kustomization::{FILE_NAMES, Kustomization, schema};

/// How many folders may build on one another; upstream goes on for ever where one names itself.
const MAX_DEPTH: usize = 200;

/// How many files are looked at, each as often as it is named.
const MAX_FILES: usize = 100_000;

/// Files that are changed.
#[derive(Debug)]
pub struct Converted {
    /// Their new contents, by their paths.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Why it ended early; the files of variables before that are changed anyway.
    pub result: Result<(), Error>,
}

/// Makes replacements of the variables of a document that was read and fixed. Paths are relative to its folder, which is
/// the one that `files` takes relative paths to be in.
pub fn convert(document: &mut Document, files: &dyn Files) -> Converted {
    let mut conversion =
        Conversion { files, changed: BTreeMap::new(), named: Vec::new(), patches: BTreeMap::new() };
    let result = conversion.run(document);
    Converted { files: conversion.changed, result }
}

struct Conversion<'f> {
    files: &'f dyn Files,
    changed: BTreeMap<String, Vec<u8>>,
    /// The files that are looked at.
    named: Vec<String>,
    /// Those of them that are patches.
    patches: BTreeMap<String, Map>,
}

impl Conversion<'_> {
    fn run(&mut self, document: &mut Document) -> Result<(), Error> {
        if document.get("vars").is_none() {
            return Ok(());
        }
        document.fields.remove(b"replacements");
        self.gather(&document.fields, "", 0)?;
        let mut replacements = Vec::new();
        for var in document.items("vars").iter().filter_map(Value::as_map) {
            let name = text_of(var, "name");
            let targets = self.targets(&name)?;
            let replacement: Map = [("source", Value::Map(source(var)))].into_iter().collect();
            if !targets.is_empty() {
                replacement.insert("targets", Value::list(targets));
            }
            self.write_placeholders(&name);
            replacements.push(Value::Map(replacement));
        }
        if !replacements.is_empty() {
            document.set("replacements", Value::list(replacements));
        }
        document.fields.remove(b"vars");
        Ok(())
    }

    /// Notes the files that a kustomization names, its folder being `folder`. That entries are looked up in the uppermost
    /// folder is upstream's doing.
    fn gather(&mut self, fields: &Map, folder: &str, depth: usize) -> Result<(), Error> {
        if depth > MAX_DEPTH || self.named.len() > MAX_FILES {
            return Err(Error::new(format!("too many kustomizations build on one another at '{folder}'")));
        }
        for resource in super::texts_of(fields, "resources") {
            for entry in self.files.list(&resource).unwrap_or_default() {
                if !FILE_NAMES.contains(&entry.name.as_str()) {
                    continue;
                }
                let Ok(text) = self.files.read(&join(&resource, &entry.name)) else { continue };
                let value = sigs::to_value(&text)?;
                Reader::lenient().read::<Kustomization>(&value)?;
                self.gather(&schema::complete(&value), &resource, depth + 1)?;
            }
            self.named.push(join(folder, &resource));
        }
        for patch in super::objects_of(fields, "patches") {
            let path = text_of(&patch, "path");
            if !path.is_empty() {
                let path = join(folder, &path);
                self.named.push(path.clone());
                self.patches.insert(path, patch);
            }
        }
        Ok(())
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.changed.get(path).cloned().or_else(|| self.files.read(path).ok())
    }

    /// The fields that mention a variable.
    fn targets(&self, name: &str) -> Result<Vec<Value>, Error> {
        let written = format!("$({name})");
        let mut targets = Vec::new();
        for path in &self.named {
            let Some(objects) = self.read(path).and_then(|text| kio::read_untouched(&text).ok()) else {
                continue;
            };
            for object in &objects {
                let mut mentions = Vec::new();
                find(object.root(), &written, &mut Vec::new(), &mut mentions)
                    .map_err(|error| error.wrapped(format!("error with {path}")))?;
                let root = object.root();
                // Upstream asks the operations of a JSON patch for their name, and dies.
                if root.kind == Kind::Sequence && root.content.len() % 2 == 1 && !mentions.is_empty() {
                    return Err(Error::new(format!("cannot convert {written} in the JSON patch {path}")));
                }
                let select = self.select(path, object);
                for mention in mentions {
                    targets.push(Value::Map(mention.target(&select)));
                }
            }
        }
        Ok(targets)
    }

    /// What chooses the objects that one in a file stands for: itself, or those that it is a patch of.
    fn select(&self, path: &str, object: &Node) -> Map {
        let metadata = field::get(object, "metadata");
        let of_metadata = |name| {
            let value = metadata.and_then(|metadata| field::filled(metadata, name));
            value.map_or_else(String::new, |value| value.value.to_string())
        };
        let select = Map::new();
        let set = |name: &'static str, text: &str| {
            if !text.is_empty() {
                select.insert(name, Value::str(text));
            }
        };
        let kind = field::text(object, "kind");
        let patch = self.patches.get(path);
        let may = |patch: &Map, what: &str| {
            let options = patch.get(b"options");
            let value = options.as_ref().and_then(Value::as_map).and_then(|map| map.get(what.as_bytes()));
            value.is_some_and(|value| value.truth())
        };
        match patch {
            Some(patch) if !(may(patch, "allowNameChange") && may(patch, "allowKindChange")) => {
                if let Some(Value::Map(target)) = patch.get(b"target") {
                    for (key, value) in target.snapshot() {
                        select.insert(key, value);
                    }
                }
                let change = |name: &'static str, text: &str| {
                    select.insert(name, Value::str(text));
                };
                if may(patch, "allowNameChange") {
                    change("name", &of_metadata("name"));
                }
                if may(patch, "allowKindChange") {
                    change("kind", &kind);
                }
                set("namespace", &of_metadata("namespace"));
            }
            _ => {
                set("name", &of_metadata("name"));
                set("namespace", &of_metadata("namespace"));
                set("kind", &kind);
                let api_version = field::filled(object, "apiVersion").map(|value| value.value.to_string());
                let (group, version) = api_version.as_deref().map(split_api_version).unwrap_or_default();
                set("group", group);
                set("version", version);
            }
        }
        select
    }

    fn write_placeholders(&mut self, name: &str) {
        let (written, placeholder) = (format!("$({name})"), format!("{name}_PLACEHOLDER"));
        for path in &self.named {
            let Some(text) = self.read(path) else { continue };
            if let Some(replaced) = replace(&text, written.as_bytes(), placeholder.as_bytes()) {
                self.changed.insert(path.clone(), replaced);
            }
        }
    }
}

/// Where a variable's value comes from.
fn source(var: &Map) -> Map {
    let source = Map::new();
    let object = var.get(b"objref").and_then(|object| object.as_map().cloned()).unwrap_or_default();
    let api_version = text_of(&object, "apiVersion");
    let (group, version) = split_api_version(&api_version);
    let path = var.get(b"fieldref").and_then(|field| field.as_map().map(|map| text_of(map, "fieldPath")));
    let parts = [
        ("group", group.to_owned()),
        ("version", version.to_owned()),
        ("kind", text_of(&object, "kind")),
        ("name", text_of(&object, "name")),
        ("namespace", text_of(&object, "namespace")),
        ("fieldPath", path.unwrap_or_default()),
    ];
    for (name, text) in parts {
        source.insert(name, Value::str(text));
    }
    source
}

/// A field that mentions a variable.
struct Mention {
    path: String,
    /// What the text is split at, and which part is the variable; none if it is all of the text.
    part: Option<(String, usize)>,
}

impl Mention {
    fn target(self, select: &Map) -> Map {
        let target: Map = [
            ("select", Value::Map(select.clone())),
            ("fieldPaths", Value::list(vec![Value::str(self.path)])),
        ]
        .into_iter()
        .collect();
        if let Some((delimiter, index)) = self.part {
            let options: Map = [("delimiter", Value::str(delimiter)), ("index", Value::int(index as i64))]
                .into_iter()
                .collect();
            target.insert("options", Value::Map(options));
        }
        target
    }
}

/// Looks for a variable in all texts. Names in paths are keys as kyaml prints them, with their quotes and the comments
/// above them.
fn find(node: &Node, written: &str, path: &mut Vec<String>, found: &mut Vec<Mention>) -> Result<(), Error> {
    match node.kind {
        Kind::Sequence => {
            for (at, item) in node.content.iter().enumerate() {
                path.push(at.to_string());
                find(item, written, path, found)?;
                path.pop();
            }
        }
        Kind::Mapping => {
            for (key, _) in node.entries() {
                // Of a key that is there twice the first value is looked at twice.
                let Some(at) = field::position(node, &key.value) else { continue };
                let printed = field::print(&node.content[at]);
                let name = printed.trim();
                path.push(if name.contains('.') { format!("[{name}]") } else { name.to_owned() });
                find(&node.content[at + 1], written, path, found)?;
                path.pop();
            }
        }
        Kind::Scalar if node.value.contains(written) => {
            found.push(Mention { path: path.join("."), part: part(&node.value, written)? });
        }
        _ => {}
    }
    Ok(())
}

/// Which part of a text a variable is.
fn part(text: &str, written: &str) -> Result<Option<(String, usize)>, Error> {
    let at = text.find(written).filter(|_| text != written);
    let Some(at) = at else { return Ok(None) };
    let bytes = text.as_bytes();
    // Go makes a character of each byte.
    let delimiter = |at: usize| char::from(bytes[at]).to_string();
    let end = at + written.len();
    if at == 0 {
        return Ok(Some((delimiter(end), 0)));
    }
    let before = delimiter(at - 1);
    if end == bytes.len() {
        let index = text.split(&*before).count() - 1;
        return Ok(Some((before, index)));
    }
    if before != delimiter(end) {
        let text = format!("cannot convert all vars to replacements; {written} is not delimited");
        return Err(Error::new(text));
    }
    match text.split(&*before).position(|part| part == written) {
        Some(index) => Ok(Some((before, index))),
        None => Err(Error::new(format!("internal error: could not get index of var {written}"))),
    }
}

/// A text with something else in place of each occurrence of a part; none if there is none.
fn replace(text: &[u8], part: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    let next = |text: &[u8]| text.windows(part.len()).position(|window| window == part);
    let mut rest = text;
    let mut replaced = Vec::new();
    while let Some(at) = next(rest) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(with);
        rest = &rest[at + part.len()..];
    }
    if rest.len() == text.len() {
        return None;
    }
    replaced.extend_from_slice(rest);
    Some(replaced)
}

fn join(folder: &str, path: &str) -> String {
    String::from_utf8_lossy(&path::join(&[folder.as_bytes(), path.as_bytes()])).into_owned()
}
