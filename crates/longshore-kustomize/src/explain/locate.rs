//! Where a step of a build says what a field became: the line of a file, found when somebody asks.

use std::collections::BTreeMap;

use longshore_diag::Place;
use longshore_yaml::{Dialect, Kind, Limits, Node, parse_first};

use super::Change;
use crate::field;
use crate::lines::{Lines, descend, entry, path_from, path_of};
use crate::spot::{Key, Spot};
use crate::trace::{self, Known, Step, Trace};

/// Tells the steps of one trace.
pub(super) struct Locator<'l> {
    lines: &'l Lines<'l>,
    trace: &'l Trace,
    known: &'l Known,
    /// What the resource comes from.
    source: Option<&'l Spot>,
    /// Which resource has which name now.
    by_name: BTreeMap<&'l str, &'l Known>,
}

impl<'l> Locator<'l> {
    pub(super) fn new(
        lines: &'l Lines<'l>,
        trace: &'l Trace,
        known: &'l Known,
        source: Option<&'l Spot>,
    ) -> Self {
        let renamed = trace.known.iter().filter(|each| each.names.len() > 1);
        let by_name = renamed.filter_map(|each| Some((each.names.last()?.as_str(), each))).collect();
        Self { lines, trace, known, source, by_name }
    }

    /// A change of a field, with what did it and where; without the value.
    pub(super) fn tell(&self, change: &trace::Change, path: &[String]) -> Change {
        let Some(step) = self.trace.steps.get(change.step as usize) else {
            return Change { value: None, by: String::from("unknown"), place: None, kustomization: None };
        };
        let Some(spot) = &step.spot else { return self.at_the_end(step, change) };
        let place = self.place(step, spot, path);
        let by = if spot.path.is_empty() { step.by.to_owned() } else { spot.to_string() };
        let kustomization = Some(self.lines.shown(&spot.folder));
        Change { value: None, by, place: Some(place), kustomization }
    }

    /// A step that nobody asked for.
    fn at_the_end(&self, step: &Step, change: &trace::Change) -> Change {
        let mut told = Change { value: None, by: step.by.to_owned(), place: None, kustomization: None };
        if step.by == "hash suffix" {
            told.place = self.source.map(|source| self.lines.place(source));
            told.kustomization = self.source.map(|source| self.lines.shown(&source.folder));
        } else if let Some(named) = change.value.as_ref().and_then(|value| self.by_name.get(&**value)) {
            let first = named.names.first().map_or("", String::as_str);
            told.by = format!("{} to {} `{first}`", step.by, named.kind);
        }
        told
    }

    fn place(&self, step: &Step, spot: &Spot, path: &[String]) -> Place {
        let found = match spot.field() {
            None if step.by == "resources" => self.in_file(&path_of(spot), path),
            None => self.in_configuration(spot, path),
            Some("patches" | "patchesJson6902" | "patchesStrategicMerge") => self.in_patch(spot, path),
            Some("configMapGenerator" | "secretGenerator") => self.in_generator(spot, path),
            Some("labels" | "commonLabels" | "commonAnnotations" | "generatorOptions") => self
                .lines
                .with_node(spot, |node| Some(self.lines.at(&path_of(spot), key_below(node, path.last()?)?))),
            Some(_) => None,
        };
        found.unwrap_or_else(|| self.lines.place(spot))
    }

    /// A field of the object that a file holds.
    fn in_file(&self, path: &str, field: &[String]) -> Option<Place> {
        let file = self.lines.file(path)?;
        let object = self.known.names.iter().find_map(|name| file.object(&self.known.kind, name));
        let object =
            object.or_else(|| file.objects().into_iter().next().filter(|_| file.objects().len() == 1))?;
        Some(self.lines.at(path, deepest(object, field)))
    }

    /// A line of the configuration of a transformer.
    fn in_configuration(&self, spot: &Spot, path: &[String]) -> Option<Place> {
        let file = self.lines.file(&path_of(spot))?;
        let root = file.objects().into_iter().next()?;
        let node = path.last().and_then(|last| key_below(root, last)).unwrap_or(root);
        Some(Place { length: 0, ..self.lines.at(&path_of(spot), node) })
    }

    /// A line of a patch, in a file or inline.
    fn in_patch(&self, spot: &Spot, field: &[String]) -> Option<Place> {
        let own = path_of(spot);
        self.lines.with_node(spot, |node| {
            // One entry, or all of the older field.
            let entries: Vec<&Node> =
                if node.kind == Kind::Sequence { node.items().iter().collect() } else { vec![node] };
            entries.into_iter().rev().find_map(|node| {
                let inline = entry(node, "patch").map(|(_, text)| text).filter(|text| !text.value.is_empty());
                let named = entry(node, "path").map_or(node, |(_, path)| path);
                match inline {
                    Some(text) => self.in_text(&own, text, field),
                    None if named.value.contains('\n') || named.value.starts_with('{') => {
                        self.in_text(&own, named, field)
                    }
                    None => {
                        let path = path_from(&spot.folder, &named.value);
                        let file = self.lines.file(&path)?;
                        let found =
                            file.documents.iter().find_map(|each| self.in_document(each.root(), field))?;
                        Some(self.lines.at(&path, found))
                    }
                }
            })
        })
    }

    fn in_text(&self, path: &str, text: &Node, field: &[String]) -> Option<Place> {
        // Only patches that have anything to do with it: an older field has many.
        let document = parse_first(text.value.as_bytes(), Dialect::V3, &Limits::default()).ok()??;
        self.in_document(document.root(), field)?;
        self.lines.within(path, text, |document| self.in_document(document.root(), field).cloned())
    }

    /// The node of a patch that has to do with a field.
    fn in_document<'n>(&self, root: &'n Node, field: &[String]) -> Option<&'n Node> {
        if root.is_sequence() {
            return root.items().iter().rev().find_map(|operation| in_operation(operation, field));
        }
        let is_same = field::get(root, "metadata").is_some_and(|metadata| {
            self.known.names.iter().any(|name| field::text(metadata, "name") == name.as_str())
        });
        let found = deepest(root, field);
        // A patch with a target may have any name.
        (is_same || !std::ptr::eq(found, root)).then_some(found)
    }

    /// A line of a generator: the literal, the file, or the line of a file of lines.
    fn in_generator(&self, spot: &Spot, field: &[String]) -> Option<Place> {
        let own = path_of(spot);
        let key = field.last()?;
        self.lines.with_node(spot, |node| {
            let items = |name| entry(node, name).into_iter().flat_map(|(_, list)| list.items());
            let at = |node: &Node| Some(self.lines.at(&own, node));
            match field.first().map(String::as_str) {
                Some("metadata") if key == "name" => at(entry(node, "name")?.1),
                Some("metadata") => {
                    let own_option = entry(node, "options").and_then(|(_, options)| key_below(options, key));
                    own_option.and_then(at).or_else(|| self.in_options(spot, key))
                }
                Some("data" | "binaryData") => {
                    let literal = items("literals").find(|item| item.value.split('=').next() == Some(key));
                    let file = items("files").find(|item| match item.value.split_once('=') {
                        Some((own, _)) => own == key,
                        None => item.value.rsplit('/').next() == Some(key),
                    });
                    if let Some(found) = literal.or(file) {
                        return at(found);
                    }
                    let envs = items("envs").chain(entry(node, "env").map(|(_, path)| path));
                    envs.into_iter().find_map(|path| {
                        let path = path_from(&spot.folder, &path.value);
                        let file = self.lines.file(&path)?;
                        let is_line = |line: &str| line.trim_start().split('=').next() == Some(key);
                        let line = file.text.lines().position(is_line)?;
                        Some(Place::new(self.lines.shown(&path), u32::try_from(line).ok()? + 1, 0))
                    })
                }
                Some("type" | "immutable") => entry(node, key).and_then(|(_, value)| at(value)),
                _ => None,
            }
        })
    }

    fn in_options(&self, spot: &Spot, key: &str) -> Option<Place> {
        let file = self.lines.file(&path_of(spot))?;
        let options = descend(file.documents.first()?.root(), &[Key::Field("generatorOptions")])?.1;
        Some(self.lines.at(&path_of(spot), key_below(options, key)?))
    }
}

/// The node that a way leads to, or as far as it goes.
fn deepest<'n>(root: &'n Node, path: &[String]) -> &'n Node {
    let mut node = root;
    for part in path {
        let next = match node.kind {
            Kind::Sequence => item(node, part),
            _ => field::get(node, part),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// An item by its number, or by what it is called: `[name=web]`.
fn item<'n>(list: &'n Node, part: &str) -> Option<&'n Node> {
    let Some(condition) = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) else {
        return list.content.get(part.parse::<usize>().ok()?);
    };
    let (name, value) = condition.split_once('=')?;
    list.content.iter().find(|item| field::get(item, name).is_some_and(|own| own.value == value))
}

/// The value of an operation that has to do with a field, or the operation.
fn in_operation<'n>(operation: &'n Node, path: &[String]) -> Option<&'n Node> {
    let pointer = field::get(operation, "path")?;
    let parts: Vec<String> =
        pointer.value.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let is_item = |part: &str| part == "-" || part.chars().all(|c| c.is_ascii_digit());
    let fits = |(own, part): (&String, &String)| {
        own == part || is_item(own) && (part.starts_with('[') || is_item(part))
    };
    if !parts.iter().zip(path).all(fits) {
        return None;
    }
    let rest = path.get(parts.len()..).unwrap_or_default();
    let value = field::get(operation, "value");
    Some(value.filter(|value| value.line > 0).map_or(operation, |value| deepest(value, rest)))
}

/// The first key with a name anywhere below a node.
fn key_below<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let own = node.entries().find(|(key, _)| key.value == name).map(|(key, _)| key);
    own.or_else(|| {
        let values = node.entries().map(|(_, value)| value);
        let below: Vec<&Node> = values.chain(node.items()).collect();
        below.into_iter().find_map(|below| key_below(below, name))
    })
}
