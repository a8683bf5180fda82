//! A helmfile's environments: their names, and the values of one.

use longshore_chart::values::merge_maps;
use longshore_diag::{Diagnostic, Place};
use longshore_go::{Map, Value};
use longshore_yaml::{Dialect, Node};

use super::evaluate::{Engine, Scope};
use super::parts::{only, parts};
use crate::files::{Reader, join};
use crate::glob::matching;
use crate::left::Left;
use crate::names::is_name;
use crate::tree::{documents, place, scalar, texts, wrong};

/// How deep bases are looked into.
const DEPTH: usize = 20;

/// Names of the environments that a helmfile and its bases have, in their order; `default` if they have none.
///
/// # Errors
/// The file is not there.
pub(super) fn names(reader: &Reader<'_>, path: &str) -> Result<Vec<String>, Diagnostic> {
    reader.required(path)?;
    let mut all = Vec::new();
    collect(&Engine::new(reader), path, &mut all, 0);
    all.retain(|name: &String| is_name(name));
    if all.is_empty() {
        all.push("default".to_owned());
    }
    Ok(all)
}

fn collect(engine: &Engine<'_>, path: &str, all: &mut Vec<String>, depth: usize) {
    let Ok(Some(text)) = engine.reader.text(path) else { return };
    let folder = folder(path);
    let scope = Scope { environment: "default".to_owned(), context: String::new(), values: Map::new() };
    for part in parts(&text) {
        // What fails here is told when the environment is loaded.
        let keys = only(part.text, &["environments", "bases", "helmfiles"]);
        let Ok(rendered) = engine.text(path, folder, &keys, &scope, None) else { continue };
        let Ok(read) = documents(path, &rendered) else { continue };
        for root in read {
            for (name, _) in root.get("environments").into_iter().flat_map(Node::entries) {
                if !all.iter().any(|known| known == name.value.as_str()) {
                    all.push(name.value.to_string());
                }
            }
            let below = texts(root.get("bases")).into_iter().chain(paths(root.get("helmfiles")));
            for base in below.filter(|_| depth < DEPTH) {
                for found in matching(engine.reader, &join(folder, &base)).unwrap_or_default() {
                    collect(engine, &found, all, depth + 1);
                }
            }
        }
    }
}

/// Paths of `helmfiles`.
pub(super) fn paths(node: Option<&Node>) -> Vec<String> {
    let items = node.into_iter().flat_map(Node::items);
    items
        .filter_map(|item| scalar(item).or_else(|| item.get("path").and_then(scalar)).map(str::to_owned))
        .collect()
}

/// The folder of a file.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A node as a value of templates.
pub(super) fn value(file: &str, node: &Node) -> Result<Value, Diagnostic> {
    longshore_yaml::to_json_value(node, Dialect::V3)
        .map_err(|error| Diagnostic::error("yaml/value", error.to_string()).at(place(file, node)))
}

/// Values in a list of files and mappings of a helmfile, whose paths are relative to `home`, put over `base`. Those that are not there are told.
///
/// # Errors
/// A file is no mapping, or its template fails.
pub(super) fn values(
    engine: &Engine<'_>,
    (file, home): (&str, &str),
    node: &Node,
    what: &str,
    base: &Map,
    scope: &Scope,
) -> Result<Map, Diagnostic> {
    let mut all = base.clone();
    let items: Vec<&Node> = if node.is_sequence() { node.items().iter().collect() } else { vec![node] };
    for item in items {
        if item.is_null() {
            continue;
        }
        if item.is_mapping() {
            if let Value::Map(map) = value(file, item)? {
                all = merge_maps(&all, &map);
            }
            continue;
        }
        let Some(path) = scalar(item) else { return Err(wrong(file, item, what, "files and mappings")) };
        let say = |advice: &str| {
            engine.left.borrow_mut().insert(Left::new(Place::file(file), format!("{what}: {path}"), advice));
        };
        if path.contains("://") || path.contains("::") {
            say("not fetched; copy it into the repository, and run this again");
            continue;
        }
        let found = matching(engine.reader, &join(home, path))?;
        if found.is_empty() {
            say("it is not there; it was left out");
        }
        for path in found {
            if path.rsplit_once('.').is_some_and(|(_, end)| end == "hcl") {
                say("HCL is not read; write it as YAML, and run this again");
                continue;
            }
            let text = engine.reader.text(&path)?.unwrap_or_default();
            let mut inner = scope.clone();
            inner.values = all.clone();
            let is_template = path.ends_with(".gotmpl");
            let text =
                if is_template { engine.text(&path, folder(&path), &text, &inner, None)? } else { text };
            for root in documents(&path, &text)? {
                match value(&path, &root)? {
                    Value::Map(map) => all = merge_maps(&all, &map),
                    Value::Nil => {}
                    _ => return Err(wrong(&path, &root, "a values file", "a mapping")),
                }
            }
        }
    }
    Ok(all)
}
