//! Decoded YAML as Go's `%#v` prints it, for the two error messages that contain it.
//!
//! The better known one is what a template gets that forgot its quotes: `{{ .Values.x }}` as YAML is a
//! mapping whose key is a mapping, and Go says
//! `invalid map key: map[interface {}]interface {}{".Values.x":interface {}(nil)}`.

use longshore_go::strconv::quoted;
use std::collections::BTreeMap;
use std::fmt::Write;

use longshore_go::{encoding, strconv};

use crate::decode::duplicates::duplicate_keys;
use crate::dialect::Dialect;
use crate::resolve::{Scalar, resolve, resolve_tagged};
use crate::tree::{Id, RawKind, Tree, is_merge};

/// A message need not hold more than this.
const MAX: usize = 64 << 10;

/// More entries than that are not merged.
const MAX_ENTRIES: usize = 10_000;

/// The node as Go syntax.
///
/// Of equal keys the last one counts, or the first one if reading is `strict`.
pub(crate) fn go_syntax(tree: &Tree<'_>, id: Id, dialect: Dialect, strict: bool) -> String {
    let mut out = String::new();
    write(tree, id, dialect, strict, &mut out, 0);
    if out == "interface {}(nil)" {
        out = String::from("<nil>");
    }
    out
}

fn write(tree: &Tree<'_>, id: Id, dialect: Dialect, strict: bool, out: &mut String, depth: usize) {
    if out.len() > MAX || depth > 200 {
        return;
    }
    match tree.node(id).kind {
        RawKind::Scalar(..) => out.push_str(&scalar(tree, id, dialect)),
        RawKind::Alias(target) => write(tree, target, dialect, strict, out, depth + 1),
        RawKind::Sequence { .. } => {
            out.push_str("[]interface {}{");
            for (i, child) in tree.children(id).filter(|child| is_set(tree, *child, dialect)).enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write(tree, child, dialect, strict, out, depth + 1);
            }
            out.push('}');
        }
        RawKind::Mapping { .. } => {
            let strings = dialect == Dialect::V3 && is_string_map(tree, id);
            out.push_str(if strings { "map[string]interface {}{" } else { "map[interface {}]interface {}{" });
            // The last of equal keys is the one that is there.
            let mut entries = Vec::new();
            merged(tree, id, dialect, &mut entries, 0);
            entries.retain(|(_, value)| is_set(tree, *value, dialect));
            if strings {
                // A key that is no text has been complained of and left out.
                let is_text = |id| matches!(tree.node(pointed_to(tree, id)).kind, RawKind::Scalar(..));
                entries.retain(|(key, _)| is_text(*key) && kind(tree, *key, dialect) != Some(Scalar::Null));
            }
            if strict {
                entries.reverse();
            }
            let order = |key| {
                if strings { (0, 0, text(tree, key, dialect)) } else { order(tree, key, dialect) }
            };
            let pairs: BTreeMap<Order, (Id, Id)> =
                entries.into_iter().map(|(key, value)| (order(key), (key, value))).collect();
            for (i, (key, value)) in pairs.into_values().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                if strings {
                    out.push_str(&quoted(text(tree, key, dialect)));
                } else {
                    write(tree, key, dialect, strict, out, depth + 1);
                }
                out.push(':');
                write(tree, value, dialect, strict, out, depth + 1);
            }
            out.push('}');
        }
    }
}

/// The entries of a mapping with those that are merged into it; of equal keys the last one holds.
fn merged(tree: &Tree<'_>, id: Id, dialect: Dialect, entries: &mut Vec<(Id, Id)>, depth: usize) {
    if entries.len() > MAX_ENTRIES || depth > 200 || !is_set(tree, id, dialect) {
        return;
    }
    let merge_all = |value: Id, entries: &mut Vec<(Id, Id)>| match tree.node(value).kind {
        // Earlier ones take precedence.
        RawKind::Sequence { .. } => {
            let items: Vec<Id> = tree.children(value).collect();
            for item in items.into_iter().rev() {
                merged(tree, pointed_to(tree, item), dialect, entries, depth + 1);
            }
        }
        _ => merged(tree, pointed_to(tree, value), dialect, entries, depth + 1),
    };
    // v2 merges where the key stands, v3 never over what is there.
    if dialect == Dialect::V3 {
        for (_, value) in tree.pairs(id).filter(|(key, _)| is_merge(tree, *key, dialect)) {
            merge_all(value, entries);
        }
    }
    for (key, value) in tree.pairs(id) {
        if !is_merge(tree, key, dialect) {
            entries.push((key, value));
        } else if dialect == Dialect::V2 {
            merge_all(value, entries);
        }
    }
}

/// v3 complains of a mapping that holds a key twice, and leaves out whatever was to be set to it.
fn is_set(tree: &Tree<'_>, id: Id, dialect: Dialect) -> bool {
    let id = pointed_to(tree, id);
    let is_mapping = matches!(tree.node(id).kind, RawKind::Mapping { .. });
    dialect == Dialect::V2 || !is_mapping || duplicate_keys(tree, id).is_empty()
}

fn pointed_to(tree: &Tree<'_>, id: Id) -> Id {
    match tree.node(id).kind {
        RawKind::Alias(target) => target,
        _ => id,
    }
}

/// v3: whether all keys are tagged or resolved as strings, so that go-yaml makes a `map[string]interface {}`.
pub(crate) fn is_string_map(tree: &Tree<'_>, id: Id) -> bool {
    tree.pairs(id).all(|(key, _)| {
        let mut key = tree.node(key);
        while let RawKind::Alias(target) = key.kind {
            key = tree.node(target);
        }
        match key.tag() {
            Some(tag) if tag != "!" => {
                matches!(tag, "tag:yaml.org,2002:str" | "tag:yaml.org,2002:merge")
            }
            _ if !matches!(key.kind, RawKind::Scalar(..)) => false,
            // go-yaml tags the merge key itself when it reads it.
            _ if key.implicit() && key.value != "<<" => resolve(Dialect::V3, &key.value) == Scalar::Str,
            _ => true,
        }
    })
}

/// Where a key stands in what `fmt` prints of a map: by type, then by value. The order of types is that
/// of their addresses in the program; this is how it comes out in Helm's libraries.
type Order = (u8, i128, Vec<u8>);

fn order(tree: &Tree<'_>, id: Id, dialect: Dialect) -> Order {
    if let RawKind::Alias(target) = tree.node(id).kind {
        return order(tree, target, dialect);
    }
    match kind(tree, id, dialect) {
        Some(Scalar::Null) => (0, 0, Vec::new()),
        Some(Scalar::Uint(value)) => (2, i128::from(value), Vec::new()),
        Some(Scalar::Int(value)) => (3, i128::from(value), Vec::new()),
        // Go puts it before all others.
        Some(Scalar::Float(value)) if value.is_nan() => (4, i128::MIN, Vec::new()),
        Some(Scalar::Float(value)) => {
            let bits = i128::from(value.to_bits() & !(1 << 63));
            (4, if value < 0.0 { -bits } else { bits }, Vec::new())
        }
        Some(Scalar::Bool(value)) => (5, i128::from(value), Vec::new()),
        Some(Scalar::Timestamp(time)) if dialect == Dialect::V3 => (6, 0, time.to_string().into_bytes()),
        Some(Scalar::Binary) => {
            let text = tree.node(id).value.as_bytes();
            (1, 0, encoding::decode_base64(text).unwrap_or_default())
        }
        Some(_) => (1, 0, tree.node(id).value.as_bytes().to_vec()),
        None => (7, i128::from(id), Vec::new()),
    }
}

/// What a scalar is as the key of a `map[string]interface {}`: what was merged into one need not be a string.
fn text(tree: &Tree<'_>, id: Id, dialect: Dialect) -> Vec<u8> {
    let id = pointed_to(tree, id);
    let text = tree.node(id).value.as_bytes();
    match kind(tree, id, dialect) {
        Some(Scalar::Binary) => encoding::decode_base64(text).unwrap_or_default(),
        _ => text.to_vec(),
    }
}

fn kind(tree: &Tree<'_>, id: Id, dialect: Dialect) -> Option<Scalar> {
    let node = tree.node(id);
    match (node.tag(), node.kind) {
        (None, RawKind::Scalar(..)) if node.implicit() => Some(resolve(dialect, &node.value)),
        (None, RawKind::Scalar(..)) => Some(Scalar::Str),
        (Some(tag), RawKind::Scalar(..)) => resolve_tagged(dialect, tag, &node.value).ok(),
        _ => None,
    }
}

fn scalar(tree: &Tree<'_>, id: Id, dialect: Dialect) -> String {
    let mut out = String::new();
    let text = &tree.node(id).value;
    // Writing to a string does not fail.
    let _ = match kind(tree, id, dialect) {
        Some(Scalar::Null) => write!(out, "interface {{}}(nil)"),
        Some(Scalar::Bool(value)) => write!(out, "{value}"),
        Some(Scalar::Int(value)) => write!(out, "{value}"),
        Some(Scalar::Uint(value)) => write!(out, "{value:#x}"),
        Some(Scalar::Float(value)) => {
            write!(out, "{}", strconv::format_float(value, b'g', None))
        }
        Some(Scalar::Timestamp(time)) if dialect == Dialect::V3 => out.write_str(&time.go_syntax()),
        Some(Scalar::Binary) => {
            let bytes = encoding::decode_base64(text.as_bytes()).unwrap_or_default();
            write!(out, "{}", quoted(&bytes))
        }
        _ => write!(out, "{}", quoted(text.as_bytes())),
    };
    out
}
