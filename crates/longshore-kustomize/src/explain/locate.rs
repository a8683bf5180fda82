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

    /// A change of a field, with what did it and where; without the value. `before` is what the field was.
    pub(super) fn tell(&self, change: &trace::Change, before: Option<&str>) -> Change {
        let Some(step) = self.trace.steps.get(change.step as usize) else {
            return Change { value: None, by: String::from("unknown"), place: None, kustomization: None };
        };
        let Some(spot) = &step.spot else { return self.at_the_end(step, change) };
        let var = if step.by == "vars" { self.var(before.unwrap_or_default()) } else { None };
        let spot = var.unwrap_or(spot);
        let place = self.place(step, spot, &change.path, change.value.as_deref());
        let by = if spot.path.is_empty() { step.by.to_owned() } else { spot.to_string() };
        let kustomization = Some(self.lines.shown(&spot.folder));
        Change { value: None, by, place: Some(place), kustomization }
    }

    /// Where the variable is that a text names.
    fn var(&self, text: &str) -> Option<&Spot> {
        let names = text.split("$(").skip(1).filter_map(|rest| rest.split(')').next());
        names.into_iter().find_map(|name| self.trace.vars.get(name))
    }

    /// A step that nobody asked for.
    fn at_the_end(&self, step: &Step, change: &trace::Change) -> Change {
        let mut told = Change { value: None, by: step.by.to_owned(), place: None, kustomization: None };
        if step.by == "hash suffix" {
            let place = |source: &Spot| match source.field() {
                None => self.in_configuration(source, &[String::from("name")]),
                Some(_) => None,
            };
            told.place = self.source.map(|source| place(source).unwrap_or_else(|| self.lines.place(source)));
            told.kustomization = self.source.map(|source| self.lines.shown(&source.folder));
        } else if let Some(named) = change.value.as_ref().and_then(|value| self.by_name.get(&**value)) {
            let first = named.names.first().map_or("", String::as_str);
            told.by = format!("{} to {} `{first}`", step.by, named.kind);
        }
        told
    }

    fn place(&self, step: &Step, spot: &Spot, path: &[String], value: Option<&str>) -> Place {
        let found = match spot.field() {
            None if step.by == "resources" => self.in_file(&path_of(spot), path, value),
            None => self.in_configuration(spot, path),
            Some("patches" | "patchesJson6902" | "patchesStrategicMerge") => self.in_patch(spot, path, value),
            Some("configMapGenerator" | "secretGenerator") => self.in_generator(spot, path),
            Some("labels" | "commonLabels" | "commonAnnotations" | "generatorOptions") => self
                .lines
                .with_node(spot, |node| Some(self.lines.at(&path_of(spot), key_below(node, path.last()?)?))),
            Some(_) => None,
        };
        found.unwrap_or_else(|| self.lines.place(spot))
    }

    /// A field of the object that a file holds.
    fn in_file(&self, path: &str, field: &[String], value: Option<&str>) -> Option<Place> {
        let file = self.lines.file(path)?;
        let (kind, name) = &self.trace.first;
        let objects = file.objects();
        let is_it = |object: &&&Node| {
            let metadata = field::get(object, "metadata");
            field::text(object, "kind") == kind.as_str()
                && metadata.is_some_and(|metadata| field::text(metadata, "name") == name.as_str())
        };
        // Of several with the name the one counts that says what became of it.
        let fits = |object: &&&Node| {
            let (depth, found) = deepest(object, field);
            fit(found, depth == field.len(), value)
        };
        let object = objects.iter().filter(is_it).rev().max_by_key(fits);
        let object = object.or_else(|| objects.first().filter(|_| objects.len() == 1))?;
        Some(self.lines.at(path, deepest(object, field).1))
    }

    /// A line of the configuration of a transformer.
    fn in_configuration(&self, spot: &Spot, path: &[String]) -> Option<Place> {
        let file = self.lines.file(&path_of(spot))?;
        let root = file.objects().into_iter().next()?;
        let node = path.last().and_then(|last| key_below(root, last)).unwrap_or(root);
        Some(Place { length: 0, ..self.lines.at(&path_of(spot), node) })
    }

    /// A line of a patch, in a file or inline: the one that fits best of all that the entry has.
    fn in_patch(&self, spot: &Spot, field: &[String], value: Option<&str>) -> Option<Place> {
        let own = path_of(spot);
        self.lines.with_node(spot, |node| {
            // One entry, or all of the older field.
            let entries: Vec<&Node> =
                if node.kind == Kind::Sequence { node.items().iter().collect() } else { vec![node] };
            let mut best: Option<(u8, Place)> = None;
            let mut offer = |fit: u8, place: Place| {
                // Of equal ones the last counts: it came last.
                if best.as_ref().is_none_or(|(other, _)| fit >= *other) {
                    best = Some((fit, place));
                }
            };
            for node in entries {
                let inline = entry(node, "patch").map(|(_, text)| text).filter(|text| !text.value.is_empty());
                let named = entry(node, "path").map_or(node, |(_, path)| path);
                let is_text = |node: &&Node| node.value.contains('\n') || node.value.starts_with('{');
                if let Some(text) = inline.or(Some(named).filter(is_text)) {
                    let document = parse_first(text.value.as_bytes(), Dialect::V3, &Limits::default());
                    let Ok(Some(document)) = document else { continue };
                    if let Some((fit, found)) = self.in_document(document.root(), field, value)
                        && let Some(place) = self.lines.within(&own, text, |_| Some(found.clone()))
                    {
                        offer(fit, place);
                    }
                    continue;
                }
                let path = path_from(&spot.folder, &named.value);
                let Some(file) = self.lines.file(&path) else { continue };
                for document in &file.documents {
                    if let Some((fit, found)) = self.in_document(document.root(), field, value) {
                        offer(fit, self.lines.at(&path, found));
                    }
                }
            }
            best.map(|(_, place)| place)
        })
    }

    /// The node of a patch that has to do with a field, and how well it fits.
    fn in_document<'n>(
        &self,
        root: &'n Node,
        field: &[String],
        value: Option<&str>,
    ) -> Option<(u8, &'n Node)> {
        if root.is_sequence() {
            let operations =
                root.items().iter().filter_map(|operation| in_operation(operation, field, value));
            return operations.max_by_key(|(fit, _)| *fit);
        }
        let (kind, _) = &self.trace.first;
        let is_same = field::text(root, "kind") == kind.as_str()
            && field::get(root, "metadata").is_some_and(|metadata| {
                self.known.names.iter().any(|name| field::text(metadata, "name") == name.as_str())
            });
        let (depth, found) = deepest(root, field);
        // A patch with a target may have any name.
        (is_same || depth > 0).then(|| (fit(found, depth == field.len(), value) + u8::from(is_same), found))
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

/// How well a node fits that a whole way or a part of it led to.
fn fit(node: &Node, is_whole: bool, value: Option<&str>) -> u8 {
    match value {
        _ if !is_whole => 0,
        Some(value) if node.kind == Kind::Scalar && node.value == value => 4,
        _ => 2,
    }
}

/// How far a way leads, and the node there.
fn deepest<'n>(root: &'n Node, path: &[String]) -> (usize, &'n Node) {
    let mut node = root;
    for (depth, part) in path.iter().enumerate() {
        let next = match node.kind {
            Kind::Sequence => item(node, part),
            _ => field::get(node, part),
        };
        match next {
            Some(next) => node = next,
            None => return (depth, node),
        }
    }
    (path.len(), node)
}

/// An item by its number, or by what it is called: `[name=web]`.
fn item<'n>(list: &'n Node, part: &str) -> Option<&'n Node> {
    let Some(condition) = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) else {
        return list.content.get(part.parse::<usize>().ok()?);
    };
    let (name, value) = condition.split_once('=')?;
    list.content.iter().find(|item| field::get(item, name).is_some_and(|own| own.value == value))
}

/// The value of an operation that has to do with a field, or the operation; and how well it fits.
fn in_operation<'n>(operation: &'n Node, path: &[String], value: Option<&str>) -> Option<(u8, &'n Node)> {
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
    let Some(own) = field::get(operation, "value") else { return Some((1, operation)) };
    let (depth, found) = deepest(own, rest);
    Some((fit(found, depth == rest.len(), value), found))
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
