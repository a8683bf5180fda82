//! Documents that decode whatever is in them: of such a one only what somebody wants need be.

use crate::tree::{Id, RawKind, RawNode, Tree};

/// Whether the document is a mapping that has a form in JSON, beyond doubt: no aliases, no written tags, no infinite
/// numbers, no keys but text.
pub(super) fn has_json_form(tree: &Tree<'_>) -> bool {
    let is_simple = |node: &RawNode<'_>| node.tag.is_none() && !matches!(node.kind, RawKind::Alias(_));
    matches!(tree.node(Tree::ROOT).kind, RawKind::Mapping { .. })
        && tree.nodes.iter().all(is_simple)
        && is_sound(tree, Tree::ROOT)
}

fn is_sound(tree: &Tree<'_>, id: Id) -> bool {
    let node = tree.node(id);
    match node.kind {
        RawKind::Scalar(_, true) => !node.value.trim_start_matches(['+', '-']).starts_with('.'),
        RawKind::Sequence { .. } => tree.children(id).all(|item| is_sound(tree, item)),
        RawKind::Mapping { .. } => {
            tree.pairs(id).all(|(key, value)| is_text(tree, key) && is_sound(tree, value))
        }
        RawKind::Scalar(_, false) | RawKind::Alias(_) => true,
    }
}

/// Whether a key is text. What reads as a bool becomes text in JSON; numbers, merges and null do not.
fn is_text(tree: &Tree<'_>, id: Id) -> bool {
    let node = tree.node(id);
    match node.kind {
        RawKind::Scalar(_, implicit) => {
            !implicit
                || node.value.starts_with(|c: char| c.is_ascii_alphabetic())
                    && !node.value.eq_ignore_ascii_case("null")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::sigs::{to_json_fields, to_json_value};

    /// Lines of a mapping, most of them harmless.
    fn line() -> impl Strategy<Value = String> {
        let key = prop::sample::select(vec![
            "kind",
            "KIND",
            "Metadata",
            "spec",
            "a",
            "yes",
            "null",
            "~",
            "12",
            "1.5",
            "0x1F",
            "\"q\"",
            "<<",
            "? [x]",
            "18446744073709551615",
            "!!str t",
            "&k k",
            "*k",
            "'<<'",
            ".inf",
            "no",
        ]);
        let value = prop::sample::select(vec![
            "x",
            "7",
            "-.inf",
            ".nan",
            "[1, .inf]",
            "{b: c}",
            "{null: 1}",
            "{1: 2}",
            "{[1]: 2}",
            "!!int x",
            "&v {c: d}",
            "*v",
            "\"\"",
            "~",
            "+.5",
            "{a: {b: [{12345678901234567890: 1}]}}",
            "!!binary '='",
            "|\n    text",
            "2020-01-01",
        ]);
        (key, value).prop_map(|(key, value)| format!("{key}: {value}\n"))
    }

    proptest! {
        #[test]
        fn wanted_fields_and_errors_are_those_of_the_whole(lines in prop::collection::vec(line(), 1..7)) {
            let text = lines.concat();
            match (to_json_value(text.as_bytes()), to_json_fields(text.as_bytes(), &["kind", "metadata"])) {
                (Ok(all), Ok(some)) => {
                    let wanted = |value: &longshore_go::Value| -> Vec<_> {
                        let entries = value.as_map().map(longshore_go::Map::snapshot).unwrap_or_default();
                        let is_wanted = |key: &[u8]| {
                            key.eq_ignore_ascii_case(b"kind") || key.eq_ignore_ascii_case(b"metadata")
                        };
                        let kept = entries.into_iter().filter(|(key, _)| is_wanted(key));
                        kept.map(|entry| format!("{entry:?}")).collect()
                    };
                    prop_assert_eq!(wanted(&all), wanted(&some));
                }
                (Err(all), Err(some)) => prop_assert_eq!(all.to_string(), some.to_string()),
                (all, some) => prop_assert!(false, "{all:?} {some:?}"),
            }
        }
    }
}
