//! A pattern as the `regex` family's own tree, for its engines.

use regex_syntax::hir::{
    Capture, Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look as HirLook, Repetition,
};

use super::class::{LAST, Range, folded};
use super::node::{Kind, Look, Node, Repeat};

/// The tree. Recursive: meant for patterns of little height.
///
/// `spare` is the number of a group that the pattern does not have.
pub(super) fn translate(node: &Node, spare: u32) -> Hir {
    let translate = |node| translate(node, spare);
    match &node.kind {
        Kind::Empty | Kind::Repeat(Repeat { max: Some(0), .. }) => Hir::empty(),
        Kind::Literal { text, fold } => literal(text, *fold),
        Kind::Class(set) => class(set),
        Kind::Draft(_) => unreachable!("drafts are settled when their group ends"),
        Kind::AnyChar => class(&[(0, LAST)]),
        Kind::AnyCharNotNewline => class(&[(0, 9), (11, LAST)]),
        Kind::Look(look) => Hir::look(match look {
            Look::BeginLine => HirLook::StartLF,
            Look::EndLine => HirLook::EndLF,
            Look::BeginText => HirLook::Start,
            Look::EndText => HirLook::End,
            Look::WordBoundary => HirLook::WordAscii,
            Look::NoWordBoundary => HirLook::WordAsciiNegate,
        }),
        Kind::Capture(index, node) => {
            Hir::capture(Capture { index: *index, name: None, sub: Box::new(translate(node)) })
        }
        Kind::Repeat(Repeat { node, min, max, greedy, .. }) => Hir::repetition(Repetition {
            min: *min,
            max: *max,
            greedy: *greedy,
            sub: Box::new(translate(node)),
        }),
        Kind::Concat(nodes) => Hir::concat(nodes.iter().map(translate).collect()),
        Kind::Alternate(nodes) => alternation(nodes.iter().map(translate).collect(), spare),
    }
}

/// The tree's own constructor would take out what all alternatives begin with, even where they go on to
/// different ends of one loop: `(?:a*\b|a*)+a` finds something else then. A group of its own keeps it from that.
fn alternation(mut all: Vec<Hir>, spare: u32) -> Hir {
    let first = |hir: &Hir| match hir.kind() {
        HirKind::Concat(parts) => parts.first().cloned(),
        _ => None,
    };
    if let Some(common) = first(&all[0])
        && all.iter().all(|hir| first(hir).as_ref() == Some(&common))
    {
        let sub = Box::new(std::mem::replace(&mut all[0], Hir::empty()));
        all[0] = Hir::capture(Capture { index: spare, name: None, sub });
    }
    Hir::alternation(all)
}

fn literal(text: &[u32], fold: bool) -> Hir {
    if fold {
        return Hir::concat(text.iter().map(|&code| class(&folded(code))).collect());
    }
    match text.iter().map(|&code| char::from_u32(code)).collect::<Option<String>>() {
        Some(text) => Hir::literal(text.into_bytes()),
        // A surrogate, which no text holds.
        None => Hir::fail(),
    }
}

fn class(set: &[Range]) -> Hir {
    // Surrogates are left out.
    let ranges = set.iter().filter_map(|&(low, high)| {
        let low = char::from_u32(low).unwrap_or('\u{E000}');
        let high = char::from_u32(high).unwrap_or('\u{D7FF}');
        (low <= high).then(|| ClassUnicodeRange::new(low, high))
    });
    Hir::class(Class::Unicode(ClassUnicode::new(ranges)))
}
