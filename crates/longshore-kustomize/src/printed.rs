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
