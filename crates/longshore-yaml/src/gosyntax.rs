//! Decoded YAML as Go's `%#v` prints it, for the two error messages that contain it.
//!
//! The better known one is what a template gets that forgot its quotes: `{{ .Values.x }}` as YAML is a
//! mapping whose key is a mapping, and Go says
//! `invalid map key: map[interface {}]interface {}{".Values.x":interface {}(nil)}`.

use std::collections::BTreeMap;
use std::fmt::Write;

use longshore_go::{encoding, strconv};

use crate::dialect::Dialect;
use crate::resolve::{Scalar, resolve, resolve_tagged};
use crate::tree::{Id, RawKind, Tree};

/// A message need not hold more than this.
const MAX: usize = 64 << 10;

/// The node as Go syntax.
pub(crate) fn go_syntax(tree: &Tree<'_>, id: Id, dialect: Dialect) -> String {
    let mut out = String::new();
    write(tree, id, dialect, &mut out, 0);
    if out == "interface {}(nil)" {
        out = String::from("<nil>");
    }
    out
}

fn write(tree: &Tree<'_>, id: Id, dialect: Dialect, out: &mut String, depth: usize) {
    if out.len() > MAX || depth > 200 {
        return;
    }
    match tree.node(id).kind {
        RawKind::Scalar(..) => out.push_str(&scalar(tree, id, dialect)),
        RawKind::Alias(target) => write(tree, target, dialect, out, depth + 1),
        RawKind::Sequence { .. } => {
            out.push_str("[]interface {}{");
            for (i, child) in tree.children(id).enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write(tree, child, dialect, out, depth + 1);
            }
            out.push('}');
        }
        RawKind::Mapping { .. } => {
            let strings = dialect == Dialect::V3
                && tree.pairs(id).all(|(key, _)| kind(tree, key, dialect) == Some(Scalar::Str));
            out.push_str(if strings { "map[string]interface {}{" } else { "map[interface {}]interface {}{" });
            // The last of equal keys is the one that is there.
            let pairs: BTreeMap<Order, (Id, Id)> =
                tree.pairs(id).map(|(key, value)| (order(tree, key, dialect), (key, value))).collect();
            for (i, (key, value)) in pairs.into_values().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                write(tree, key, dialect, out, depth + 1);
                out.push(':');
                write(tree, value, dialect, out, depth + 1);
            }
            out.push('}');
        }
    }
}

/// Where a key stands in what `fmt` prints of a map: by type, then by value. The order of types is that
/// of their addresses in the program; this is how it comes out in Helm's libraries.
type Order = (u8, i128, String);

fn order(tree: &Tree<'_>, id: Id, dialect: Dialect) -> Order {
    if let RawKind::Alias(target) = tree.node(id).kind {
        return order(tree, target, dialect);
    }
    match kind(tree, id, dialect) {
        Some(Scalar::Null) => (0, 0, String::new()),
        Some(Scalar::Uint(value)) => (2, i128::from(value), String::new()),
        Some(Scalar::Int(value)) => (3, i128::from(value), String::new()),
        Some(Scalar::Float(value)) => {
            let bits = i128::from(value.to_bits() & !(1 << 63));
            (4, if value < 0.0 { -bits } else { bits }, String::new())
        }
        Some(Scalar::Bool(value)) => (5, i128::from(value), String::new()),
        Some(Scalar::Timestamp(time)) if dialect == Dialect::V3 => (6, 0, time.to_string()),
        Some(_) => (1, 0, tree.node(id).value.to_string()),
        None => (7, i128::from(id), String::new()),
    }
}

fn kind(tree: &Tree<'_>, id: Id, dialect: Dialect) -> Option<Scalar> {
    let node = tree.node(id);
    match (&node.tag, node.kind) {
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

fn quoted(text: &[u8]) -> String {
    String::from_utf8_lossy(&strconv::quote(text)).into_owned()
}
