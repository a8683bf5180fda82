//! Alternatives that begin alike, and those that are single characters.
//!
//! What matches stays the same. It is done because Go does it before it looks at its limits, and because
//! `a|b|c` is a class then.

use std::sync::Arc;

use super::RegexpFault;
use crate::regexp::class::{LAST, Range, Ranges, folded};
use crate::regexp::node::{Kind, MAX_HEIGHT, Node, Repeat};

/// Makes one piece of alternatives, taking out what they begin with in common.
pub(super) fn factor(parts: Vec<Node>, depth: u32) -> Result<Node, RegexpFault> {
    // Each time two levels more.
    if depth >= MAX_HEIGHT / 2 {
        return Err(RegexpFault::Depth);
    }
    let parts = by_literal(parts, depth)?;
    let parts = by_piece(parts, depth)?;
    let parts = classes(parts);
    let mut kept: Vec<Node> = Vec::with_capacity(parts.len());
    for node in parts {
        let doubled = kept.last().is_some_and(|last| last.kind == Kind::Empty) && node.kind == Kind::Empty;
        if !doubled {
            kept.push(node);
        }
    }
    Ok(if kept.len() == 1 { kept.remove(0) } else { Kind::Alternate(kept).into() })
}

/// The literal that a piece begins with.
fn leading(node: &Node) -> Option<(&[u32], bool)> {
    match &node.kind {
        Kind::Literal { text, fold } => Some((text, *fold)),
        Kind::Concat(nodes) => match &nodes[0].kind {
            Kind::Literal { text, fold } => Some((text, *fold)),
            _ => None,
        },
        _ => None,
    }
}

/// `abc|abd` becomes `ab(?:c|d)`.
fn by_literal(parts: Vec<Node>, depth: u32) -> Result<Vec<Node>, RegexpFault> {
    let mut out = Vec::with_capacity(parts.len());
    let mut run: Vec<Node> = Vec::new();
    let mut common: Option<(Vec<u32>, bool)> = None;
    for node in parts {
        let own = leading(&node);
        if let (Some((text, fold)), Some((own, same))) = (&mut common, own)
            && *fold == same
        {
            let length = text.iter().zip(own).take_while(|(a, b)| a == b).count();
            if length > 0 {
                text.truncate(length);
                run.push(node);
                continue;
            }
        }
        let next = own.map(|(text, fold)| (text.to_vec(), fold));
        end_literal_run(&mut run, common, &mut out, depth)?;
        common = next;
        run.push(node);
    }
    end_literal_run(&mut run, common, &mut out, depth)?;
    Ok(out)
}

fn end_literal_run(
    run: &mut Vec<Node>,
    common: Option<(Vec<u32>, bool)>,
    out: &mut Vec<Node>,
    depth: u32,
) -> Result<(), RegexpFault> {
    let Some((text, fold)) = common.filter(|_| run.len() > 1) else {
        out.append(run);
        return Ok(());
    };
    let length = text.len();
    let rest = run.drain(..).map(|node| without_literal(node, length)).collect();
    let suffix = flat(factor(rest, depth + 1)?);
    out.push(joined(Kind::Literal { text, fold }.into(), suffix));
    Ok(())
}

fn joined(prefix: Node, suffix: Node) -> Node {
    Kind::Concat(vec![prefix, suffix]).into()
}

/// Hoists alternatives that stand directly in alternatives.
fn flat(node: Node) -> Node {
    match node.kind {
        Kind::Alternate(nodes) if nodes.iter().any(|node| matches!(node.kind, Kind::Alternate(_))) => {
            let mut out = Vec::new();
            for node in nodes {
                match node.kind {
                    Kind::Alternate(inner) => out.extend(inner),
                    _ => out.push(node),
                }
            }
            Kind::Alternate(out).into()
        }
        _ => node,
    }
}

fn without_literal(node: Node, length: usize) -> Node {
    match node.kind {
        Kind::Literal { mut text, fold } => {
            text.drain(..length);
            if text.is_empty() { Kind::Empty.into() } else { Kind::Literal { text, fold }.into() }
        }
        Kind::Concat(mut nodes) => {
            let first = without_literal(nodes.remove(0), length);
            if first.kind != Kind::Empty {
                nodes.insert(0, first);
            }
            alone(nodes)
        }
        _ => node,
    }
}

fn alone(mut nodes: Vec<Node>) -> Node {
    match nodes.len() {
        0 => Kind::Empty.into(),
        1 => nodes.remove(0),
        _ => Kind::Concat(nodes).into(),
    }
}

/// The piece that a piece begins with, if that is a class or one repeated so many times.
fn first_piece(node: &Node) -> Option<&Node> {
    let first = match &node.kind {
        Kind::Concat(nodes) => &nodes[0],
        _ => node,
    };
    let simple = match &first.kind {
        Kind::Repeat(Repeat { node, min, max, counted: true, .. }) => *max == Some(*min) && node.is_class(),
        _ => first.is_class(),
    };
    simple.then_some(first)
}

/// `.a|.b` becomes `.(?:a|b)`.
fn by_piece(parts: Vec<Node>, depth: u32) -> Result<Vec<Node>, RegexpFault> {
    let mut out = Vec::with_capacity(parts.len());
    let mut run: Vec<Node> = Vec::new();
    for node in parts {
        let alike = run.first().and_then(first_piece).is_some_and(|first| Some(first) == first_piece(&node));
        if !alike {
            end_piece_run(&mut run, &mut out, depth)?;
        }
        run.push(node);
    }
    end_piece_run(&mut run, &mut out, depth)?;
    Ok(out)
}

fn end_piece_run(run: &mut Vec<Node>, out: &mut Vec<Node>, depth: u32) -> Result<(), RegexpFault> {
    if run.len() < 2 {
        out.append(run);
        return Ok(());
    }
    let mut prefix = None;
    let mut rest = Vec::with_capacity(run.len());
    for node in run.drain(..) {
        let (first, others) = match node.kind {
            Kind::Concat(mut nodes) => (nodes.remove(0), alone(nodes)),
            _ => (node, Kind::Empty.into()),
        };
        prefix.get_or_insert(first);
        rest.push(others);
    }
    let suffix = flat(factor(rest, depth + 1)?);
    out.push(joined(prefix.expect("the run has two"), suffix));
    Ok(())
}

/// `a|[b-d]|.` becomes one class.
fn classes(parts: Vec<Node>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::with_capacity(parts.len());
    for mut node in parts {
        match out.last_mut() {
            Some(last) if last.is_class() && node.is_class() => merge(last, &mut node),
            last => {
                last.into_iter().for_each(settled);
                out.push(node);
            }
        }
    }
    out.last_mut().into_iter().for_each(settled);
    out
}

/// Adds one class to another, which is a draft from then on.
pub(super) fn merge(into: &mut Node, other: &mut Node) {
    if into == other {
        return;
    }
    if !matches!(into.kind, Kind::Draft(_)) {
        let mut ranges = Ranges::default();
        add(&mut ranges, &into.kind);
        *into = Kind::Draft(ranges).into();
    }
    if let Kind::Draft(ranges) = &mut into.kind {
        settled(other);
        add(ranges, &other.kind);
    }
}

fn add(ranges: &mut Ranges, kind: &Kind) {
    match kind {
        Kind::Literal { text, fold: true } => ranges.extend(&folded(text[0]), false),
        Kind::Literal { text, .. } => ranges.push(text[0], text[0]),
        Kind::Class(set) => ranges.extend(set, false),
        Kind::AnyCharNotNewline => ranges.extend(NOT_NEWLINE, false),
        _ => ranges.push(0, LAST),
    }
}

const NOT_NEWLINE: &[Range] = &[(0, 9), (11, LAST)];

/// Makes a class of a draft.
pub(super) fn settled(node: &mut Node) {
    if let Kind::Draft(ranges) = &mut node.kind {
        let set: Arc<[Range]> = std::mem::take(ranges).into_set(false).into();
        *node = match &*set {
            [(0, LAST)] => Kind::AnyChar,
            NOT_NEWLINE => Kind::AnyCharNotNewline,
            _ => Kind::Class(set),
        }
        .into();
    }
}
