//! What a node is once it was printed and read again, as everything is that leaves kyaml.
//!
//! Types can change on that way: a number that a patch put in place of a text in quotes is in quotes too, and so a text;
//! nothing, in a mapping on one line, is printed as `''`, and a time of day there as a text. Where that cannot be, the node is decoded as it is.

use longshore_go::Value;
use longshore_yaml::{Dialect, Kind, Limits, Node, Style, to_json_value, unmarshal};

use crate::error::Error;
use crate::field;

/// The node as the value that JSON holds of it.
///
/// # Errors
/// What go-yaml refuses: a tag that the text does not have, a key that is there twice.
///
/// ```
/// use longshore_kustomize::printed;
/// use longshore_yaml::{Node, Style};
/// let mut number = Node::int(5);
/// number.style = Style::DoubleQuoted;
/// assert!(printed::value(&number)?.as_str().is_some());
/// # Ok::<(), longshore_kustomize::Error>(())
/// ```
pub fn value(node: &Node) -> Result<Value, Error> {
    let value = if is_plain(node) {
        to_json_value(node, Dialect::V3)
    } else {
        unmarshal(field::print(node).as_bytes(), Dialect::V3, &Limits::default())
    };
    Ok(value?)
}

/// Whether it certainly reads back as what it is.
fn is_plain(node: &Node) -> bool {
    // On one line with others, a time is written in quotes, for it has colons.
    if node.tag == "!!timestamp" {
        return false;
    }
    if node.kind == Kind::Scalar && !node.tagged {
        let is_text = matches!(&*node.tag, "!!str" | "");
        return match node.style {
            Style::Plain | Style::Flow => !node.value.is_empty() || node.tag == "!!str",
            // A block whose first letter is a tab is written in a way in which it cannot be read.
            Style::Literal | Style::Folded => is_text && !node.value.starts_with('\t'),
            _ => is_text,
        };
    }
    node.content.iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use longshore_yaml::{Kind, Node, Style, sigs};
    use proptest::prelude::*;

    fn scalar() -> impl Strategy<Value = Node> {
        let texts = [
            "",
            "a",
            "a10",
            "a2",
            "yes",
            "y",
            "true",
            "True",
            "null",
            "~",
            "0",
            "-5",
            "007",
            "0x1f",
            "1.5",
            "1e3",
            "<<",
            "2020-01-01",
            "12:30",
            "\ttab",
            "two\nlines\n",
            " led",
            "a: b",
            "# c",
            "é",
            "\u{85}",
            "\u{7f}",
            "- x",
            "9223372036854775808",
            "=",
            "{a}",
            "long words that go on and on behind the column at which lines are folded, and on",
        ];
        // Mostly such as are plain: of a tree with one that is not, nothing is seen.
        let tags = [
            "",
            "",
            "",
            "",
            "",
            "!!str",
            "!!str",
            "!!str",
            "!!str",
            "!!int",
            "!!bool",
            "!!null",
            "!!float",
            "!!timestamp",
            "!!merge",
        ];
        let styles = [
            Style::Plain,
            Style::SingleQuoted,
            Style::DoubleQuoted,
            Style::Literal,
            Style::Folded,
            Style::Flow,
        ];
        let text =
            prop_oneof![3 => prop::sample::select(texts.to_vec()).prop_map(String::from), 1 => "\\PC{0,12}"];
        (
            text,
            prop::sample::select(tags.to_vec()),
            prop::sample::select(styles.to_vec()),
            prop::bool::weighted(0.05),
        )
            .prop_map(|(text, tag, style, tagged)| {
                let mut node = Node::scalar(tag, text);
                (node.style, node.tagged) = (style, tagged);
                node
            })
    }

    fn node() -> impl Strategy<Value = Node> {
        scalar().prop_recursive(4, 40, 6, |inner| {
            let content = prop::collection::vec(inner, 0..6);
            (content, any::<bool>(), prop::sample::select(&[Style::Plain, Style::Flow][..])).prop_map(
                |(mut content, is_list, style)| {
                    let mut node = Node::new(if is_list { Kind::Sequence } else { Kind::Mapping }, "");
                    if !is_list && content.len() % 2 == 1 {
                        content.pop();
                    }
                    (node.content, node.style) = (content, style);
                    node
                },
            )
        })
    }

    proptest! {
        #[test]
        fn what_is_written_directly_is_what_is_written_by_way_of_a_value(node in node()) {
            if let Some(text) = sigs::marshal_plain(&node) {
                let value = super::value(&node).expect("it was plain");
                prop_assert_eq!(String::from_utf8(text), String::from_utf8(sigs::marshal(&value).expect("it was plain")));
            }
        }
    }
}
