//! A pattern in the crate's syntax.

use std::fmt::Write;

use super::node::{Node, Repeat};

/// Matches nothing.
const NEVER: &str = r"[^\x00-\x{10FFFF}]";

/// The pattern as text for `regex::Regex`.
pub(super) fn emit(node: &Node) -> String {
    let mut out = String::new();
    write_node(&mut out, node);
    out
}

fn write_node(out: &mut String, node: &Node) {
    match node {
        Node::Empty => out.push_str("(?:)"),
        Node::Literal { code, fold } => {
            let Some(c) = char::from_u32(*code) else {
                out.push_str(NEVER);
                return;
            };
            folded(out, *fold && c.is_alphabetic(), &character(c));
        }
        Node::Class { text, fold } => folded(out, *fold, text),
        Node::AnyChar => out.push_str("(?s:.)"),
        Node::AnyCharNotNewline => out.push_str(r"[^\n]"),
        Node::BeginLine => out.push_str("(?m:^)"),
        Node::EndLine => out.push_str("(?m:$)"),
        Node::BeginText => out.push_str(r"\A"),
        Node::EndText => out.push_str(r"\z"),
        Node::WordBoundary => out.push_str(r"(?-u:\b)"),
        Node::NoWordBoundary => out.push_str(r"(?-u:\B)"),
        Node::Capture(node) => {
            out.push('(');
            write_node(out, node);
            out.push(')');
        }
        Node::Repeat(repeat) => write_repeat(out, repeat),
        Node::Concat(nodes) => {
            for node in nodes {
                let group = matches!(node, Node::Alternate(_));
                grouped(out, group, node);
            }
        }
        Node::Alternate(nodes) => {
            for (index, node) in nodes.iter().enumerate() {
                if index > 0 {
                    out.push('|');
                }
                write_node(out, node);
            }
        }
    }
}

fn write_repeat(out: &mut String, repeat: &Repeat) {
    let single = matches!(
        *repeat.node,
        Node::Literal { .. }
            | Node::Class { .. }
            | Node::AnyChar
            | Node::AnyCharNotNewline
            | Node::Capture(_)
    );
    grouped(out, !single, &repeat.node);
    match (repeat.min, repeat.max) {
        (0, None) => out.push('*'),
        (1, None) => out.push('+'),
        (0, Some(1)) => out.push('?'),
        (min, None) => write!(out, "{{{min},}}").expect("writing to a String does not fail"),
        (min, Some(max)) => write!(out, "{{{min},{max}}}").expect("writing to a String does not fail"),
    }
    if !repeat.greedy {
        out.push('?');
    }
}

fn grouped(out: &mut String, group: bool, node: &Node) {
    if group {
        out.push_str("(?:");
    }
    write_node(out, node);
    if group {
        out.push(')');
    }
}

fn folded(out: &mut String, fold: bool, text: &str) {
    if fold {
        out.push_str("(?i:");
    }
    out.push_str(text);
    if fold {
        out.push(')');
    }
}

/// A character that stands for itself, in a class or outside.
pub(super) fn character(c: char) -> String {
    if c.is_ascii_alphanumeric() || !c.is_ascii() { String::from(c) } else { format!("\\x{:02x}", c as u32) }
}
