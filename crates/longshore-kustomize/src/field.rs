//! Fields of nodes as kyaml finds, sets and clears them.
//!
//! Much of what Kustomize writes depends on how its library sets a field: the old value's style stays, a new key has no
//! tag (so that `true` as a key is a boolean again once it was printed), a null clears, and a node that stands in several
//! places of a tree changes in all of them. Rules:
//! <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/fns.go>.

use longshore_yaml::{Dialect, Kind, Limits, Node, Style, Text, unmarshal};

use crate::error::Error;

/// Marks a node of several places as changed; the rest of `Node::identity` is its number.
const CHANGED: u32 = 1 << 31;

/// The value of the first key with this text; none if the node is no mapping.
pub fn get<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let node = node.root();
    position(node, name).map(|at| &node.content[at + 1])
}

/// As [`get`], to be changed.
pub fn get_mut<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Node> {
    let node = node.root_mut();
    position(node, name).map(|at| &mut node.content[at + 1])
}

/// The text of the value of the first key with this text, whatever its type; empty if there is none.
pub fn text(node: &Node, name: &str) -> Text {
    get(node, name).map(|value| value.value.clone()).unwrap_or_default()
}

/// Where the first key with this text is in the content of a mapping.
pub fn position(node: &Node, name: &str) -> Option<usize> {
    if node.kind != Kind::Mapping {
        return None;
    }
    node.content.chunks_exact(2).position(|pair| pair[0].value == name).map(|pair| 2 * pair)
}

/// Whether the node is null by its tag.
pub fn is_null(node: &Node) -> bool {
    node.root().tag == "!!null"
}

/// Whether the node is null, or a collection without content (`IsNilOrEmpty`).
pub fn is_empty(node: &Node) -> bool {
    let node = node.root();
    is_null(node) || (matches!(node.kind, Kind::Mapping | Kind::Sequence) && node.content.is_empty())
}

/// The value of a field; none if it is null, or a collection without content.
pub fn filled<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    get(node, name).filter(|value| !is_empty(value))
}

/// Refuses a node of another kind (`ErrorIfInvalid`); null passes for any.
pub fn expect(node: &Node, kind: Kind) -> Result<(), Error> {
    let node = node.root();
    if is_null(node) || node.kind == kind { Ok(()) } else { Err(wrong_kind(node, kind)) }
}

/// What kyaml says of a node of the wrong kind.
pub fn wrong_kind(node: &Node, wanted: Kind) -> Error {
    let (wanted, found) = (kind_name(wanted), kind_name(node.kind));
    Error::new(format!("wrong node kind: expected {wanted} but got {found}: node contents:\n{}", print(node)))
        .of_node_kind(node.kind)
}

/// The node as kyaml prints it.
pub fn print(node: &Node) -> String {
    let options = longshore_yaml::EmitOptions::v3().indent(2).compact_sequences();
    String::from_utf8_lossy(&longshore_yaml::emit([node], &options)).into_owned()
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "DocumentNode",
        Kind::Mapping => "MappingNode",
        Kind::Sequence => "SequenceNode",
        Kind::Scalar => "ScalarNode",
        Kind::Alias => "AliasNode",
    }
}

/// A scalar without tag: what it is depends on its text once it is printed (`NewScalarRNode`).
pub fn untyped(text: impl Into<Text>) -> Node {
    Node::scalar("", text)
}

/// A string (`NewStringRNode`): literal if it has line breaks.
pub fn string(text: impl Into<Text>) -> Node {
    let mut node = Node::string(text);
    if node.value.contains('\n') {
        node.style = Style::Literal;
    }
    node
}

/// Sets a field of a mapping (`FieldSetter` with a name): a new one is added behind the others; of one that is there the
/// style stays; null takes it away.
///
/// # Errors
/// The node is no mapping.
pub fn set(node: &mut Node, name: &str, mut value: Node) -> Result<(), Error> {
    quote_if_keyword(&mut value);
    let node = node.root_mut();
    if is_null(&value) {
        return clear(node, name);
    }
    if is_null(node) {
        // Nothing is ever found in null, and what is added to it does not show.
        return Ok(());
    }
    expect(node, Kind::Mapping)?;
    match position(node, name) {
        Some(at) => {
            let old = &mut node.content[at + 1];
            value.style = old.style;
            overwrite(old, value);
        }
        None => node.content.extend([untyped(name), value]),
    }
    Ok(())
}

/// Sets a scalar (`FieldSetter` without a name); its style stays.
///
/// # Errors
/// The node is no scalar.
pub fn set_scalar(node: &mut Node, mut value: Node) -> Result<(), Error> {
    let node = node.root_mut();
    expect(node, Kind::Scalar)?;
    if is_null(&value) {
        return Ok(());
    }
    value.style = node.style;
    overwrite(node, value);
    Ok(())
}

/// Takes the first field of that name away.
///
/// # Errors
/// The node is no mapping.
pub fn clear(node: &mut Node, name: &str) -> Result<(), Error> {
    let node = node.root_mut();
    expect(node, Kind::Mapping)?;
    if let Some(at) = position(node, name) {
        node.content.drain(at..at + 2);
    }
    Ok(())
}

/// The value of a field, which is made with the kind and tag if it is not there (`LookupCreate` of one name). Nothing of
/// null.
///
/// # Errors
/// The node is no mapping.
pub fn get_or_create<'n>(node: &'n mut Node, name: &str, kind: Kind) -> Result<Option<&'n mut Node>, Error> {
    let node = node.root_mut();
    if is_null(node) {
        return Ok(None);
    }
    expect(node, Kind::Mapping)?;
    let known = position(node, name);
    if known.is_none() {
        node.content.extend([untyped(name), Node::new(kind, "")]);
    }
    let at = known.unwrap_or(node.content.len() - 2);
    Ok(node.content.get_mut(at + 1))
}

/// Makes `target` what `value` is (`SetYNode`). If the target stands in several places of its tree, it is marked as
/// changed, and [`settle`] changes the others.
pub fn overwrite(target: &mut Node, mut value: Node) {
    let identity = target.identity;
    forget_identity(&mut value);
    *target = value;
    if identity != 0 {
        target.identity = identity | CHANGED;
    }
}

/// Makes a node that was copied from elsewhere one of its own.
pub fn forget_identity(node: &mut Node) {
    node.identity = 0;
    node.content.iter_mut().for_each(forget_identity);
}

/// Notes that a node was changed in place, which [`overwrite`] does by itself.
pub fn note_change(node: &mut Node) {
    if node.identity != 0 {
        node.identity |= CHANGED;
    }
}

/// Gives what was changed in one place to all places of a tree where the same node stands. To be called after whatever
/// may have changed a tree with [`overwrite`] or [`set`].
pub fn settle(root: &mut Node) {
    let mut changed = Vec::new();
    collect(root, &mut changed);
    if !changed.is_empty() {
        spread(root, &changed);
    }
}

fn collect(node: &Node, changed: &mut Vec<Node>) {
    if node.identity & CHANGED != 0 {
        let mut node = node.clone();
        node.identity &= !CHANGED;
        changed.push(node);
    }
    node.content.iter().for_each(|child| collect(child, changed));
}

fn spread(node: &mut Node, changed: &[Node]) {
    if node.identity != 0
        && let Some(new) = changed.iter().rev().find(|new| new.identity == node.identity & !CHANGED)
    {
        *node = new.clone();
    }
    node.content.iter_mut().for_each(|child| spread(child, changed));
}

/// Text that YAML 1.1 would take for something else gets quotes, if the node has no style yet and is a string or untyped.
pub fn quote_if_keyword(value: &mut Node) {
    if value.kind == Kind::Scalar
        && value.style == Style::Plain
        && (value.tag.is_empty() || value.tag == "!!str")
        && is_keyword(&value.value)
    {
        value.style = Style::DoubleQuoted;
    }
}

/// Whether YAML 1.1 reads the text as something else than a string (`IsValueNonString`).
pub fn is_keyword(text: &str) -> bool {
    // Names, images and the like are told from keywords at a glance.
    let is_word =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte));
    if text.is_empty() || text.contains('\n') {
        return false;
    }
    let first = text.as_bytes()[0];
    // Those that begin with a letter are `yes`, `no`, `on`, `off`, `true`, `false`, `null` and what is short for them.
    let may_be_keyword = text.len() <= 5 && b"yYnNoOtTfF".contains(&first);
    if first.is_ascii_alphabetic() && !may_be_keyword && is_word(text) {
        return false;
    }
    match unmarshal(text.as_bytes(), Dialect::V2, &Limits::default()) {
        Ok(value) => value.as_str().is_none(),
        Err(_) => false,
    }
}
