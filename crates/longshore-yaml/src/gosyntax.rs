//! Decoded YAML as Go's `%#v` prints it, for the two error messages that contain it.
//!
//! The better known one is what a template gets that forgot its quotes: `{{ .Values.x }}` as YAML is a
//! mapping whose key is a mapping, and Go says
//! `invalid map key: map[interface {}]interface {}{".Values.x":interface {}(nil)}`.

use std::fmt::Write;

use longshore_go::strconv;

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
        RawKind::Scalar(_) => out.push_str(&scalar(tree, id, dialect)),
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
            let mut pairs: Vec<(String, Id)> = tree
                .pairs(id)
                .map(|(key, value)| {
                    let mut text = String::new();
                    write(tree, key, dialect, &mut text, depth + 1);
                    (text, value)
                })
                .collect();
            pairs.sort();
            for (i, (key, value)) in pairs.into_iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                out.push_str(&key);
                out.push(':');
                write(tree, value, dialect, out, depth + 1);
            }
            out.push('}');
        }
    }
}

fn kind(tree: &Tree<'_>, id: Id, dialect: Dialect) -> Option<Scalar> {
    let node = tree.node(id);
    match (&node.tag, node.kind) {
        (None, RawKind::Scalar(_)) if node.implicit => Some(resolve(dialect, &node.value)),
        (None, RawKind::Scalar(_)) => Some(Scalar::Str),
        (Some(tag), RawKind::Scalar(_)) => resolve_tagged(dialect, tag, &node.value).ok(),
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
        _ => write!(out, "{}", String::from_utf8_lossy(&strconv::quote(text.as_bytes()))),
    };
    out
}
