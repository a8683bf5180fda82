//! YAML of others as trees: read with places, aliases and merge keys put in, all within a budget.

use std::collections::BTreeMap;

use longshore_diag::{Diagnostic, Place};
use longshore_yaml::{Dialect, Kind, Limits, Node, Style};

/// Most bytes of one document, and most nodes of it with its aliases put in.
const BYTES: usize = 8 << 20;
const NODES: usize = 200_000;
/// Most collections inside one another.
const DEPTH: usize = 100;

/// Where a node is written.
pub(crate) fn place(file: &str, node: &Node) -> Place {
    Place::new(file, node.line, node.column)
}

/// The documents of a text that are mappings or lists, aliases and merge keys put in.
///
/// # Errors
/// It is no YAML, an alias leads nowhere, or it is larger than the budget.
pub(crate) fn documents(file: &str, text: &str) -> Result<Vec<Node>, Diagnostic> {
    let limits = Limits { bytes: BYTES, depth: DEPTH, nodes: NODES, ..Limits::default() };
    let read = longshore_yaml::parse(text.as_bytes(), Dialect::V3, &limits).map_err(|error| {
        let text = error.to_string();
        let sentence = text.strip_prefix("yaml: ").unwrap_or(&text);
        let sentence = match sentence.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
            Some((number, rest)) if number.chars().all(|c| c.is_ascii_digit()) => rest,
            _ => sentence,
        };
        let at = Place::new(file, error.line().unwrap_or(0), error.column().unwrap_or(0));
        Diagnostic::error("yaml/syntax", format!("this is no YAML: {sentence}")).at(at)
    })?;
    read.iter()
        .map(|document| Expander { file, left: NODES, anchors: BTreeMap::new() }.whole(document.root()))
        .collect()
}

/// The one mapping of a text.
///
/// # Errors
/// As of [`documents`]; it holds something else.
pub(crate) fn mapping(file: &str, what: &str, text: &str) -> Result<Node, Diagnostic> {
    let mut all = documents(file, text)?;
    all.retain(|document| !document.is_null());
    match all.len() {
        0 => Err(Diagnostic::error("import/empty", format!("{what} is empty")).at(Place::file(file))),
        1 if all[0].is_mapping() => Ok(all.remove(0)),
        1 => Err(wrong(file, &all[0], what, "a mapping")),
        _ => {
            let message = format!("{what} must be one YAML document, not {}", all.len());
            Err(Diagnostic::error("import/documents", message).at(place(file, &all[1])))
        }
    }
}

/// `what` must be `wanted`, and is something else.
pub(crate) fn wrong(file: &str, node: &Node, what: &str, wanted: &str) -> Diagnostic {
    let found = match node.kind {
        Kind::Mapping => "a mapping".to_owned(),
        Kind::Sequence => "a list".to_owned(),
        _ if node.is_null() => "nothing".to_owned(),
        _ => "a text or number".to_owned(),
    };
    Diagnostic::error("import/wrong-type", format!("{what} must be {wanted}, not {found}"))
        .at(place(file, node))
}

/// The text of a scalar that is not null.
pub(crate) fn scalar(node: &Node) -> Option<&str> {
    (node.kind == Kind::Scalar && !node.is_null()).then(|| node.value.as_str())
}

/// The texts of a list, or of the one scalar in its place.
pub(crate) fn texts(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let all: Vec<&Node> = if node.is_sequence() { node.items().iter().collect() } else { vec![node] };
    all.into_iter().filter_map(|item| scalar(item).map(str::to_owned)).collect()
}

/// Whether a scalar says yes.
pub(crate) fn is_true(node: Option<&Node>) -> bool {
    node.and_then(scalar).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// What a node says, written plainly: without anchors, tags and comments, block collections.
pub(crate) fn plain(node: &Node) -> Node {
    let mut copy = Node::new(node.kind, node.tag.clone());
    copy.value = node.value.clone();
    let keeps = node.kind == Kind::Scalar
        && matches!(node.style, Style::Literal | Style::Folded | Style::SingleQuoted | Style::DoubleQuoted);
    copy.style = if keeps { node.style } else { Style::Plain };
    if copy.style == Style::Folded {
        copy.style = Style::Literal;
    }
    copy.content = node.content.iter().map(plain).collect();
    copy
}

/// YAML of a node, indented by two.
pub(crate) fn text(node: &Node) -> String {
    // In the dialect in which it will be read: `y` is a text only in quotes there.
    let options = longshore_yaml::EmitOptions { width: None, ..longshore_yaml::EmitOptions::v2() };
    let written = longshore_yaml::emit([node], &options);
    String::from_utf8_lossy(&written).into_owned()
}

/// A mapping of these entries.
pub(crate) fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Node)>) -> Node {
    let mut node = Node::mapping();
    for (key, value) in entries {
        node.set(key, value);
    }
    node
}

/// A list of these items.
pub(crate) fn list(items: impl IntoIterator<Item = Node>) -> Node {
    let mut node = Node::sequence();
    for item in items {
        node.push(item);
    }
    node
}

/// The same in one line.
pub(crate) fn flow(mut node: Node) -> Node {
    node.style = Style::Flow;
    node
}

struct Expander<'a> {
    file: &'a str,
    left: usize,
    anchors: BTreeMap<String, Node>,
}

impl Expander<'_> {
    fn whole(mut self, node: &Node) -> Result<Node, Diagnostic> {
        self.expanded(node)
    }

    fn take(&mut self, node: &Node, number: usize) -> Result<(), Diagnostic> {
        self.left = self.left.checked_sub(number).ok_or_else(|| {
            Diagnostic::error(
                "import/too-large",
                format!("with its aliases put in, it has more than {NODES} values"),
            )
            .at(place(self.file, node))
        })?;
        Ok(())
    }

    fn expanded(&mut self, node: &Node) -> Result<Node, Diagnostic> {
        self.take(node, 1)?;
        if node.kind == Kind::Alias {
            let Some(found) = self.anchors.get(node.value.as_str()).cloned() else {
                let message = format!("`*{}` names no anchor above it", node.value);
                return Err(Diagnostic::error("yaml/alias", message).at(place(self.file, node)));
            };
            self.take(node, size(&found))?;
            return Ok(found);
        }
        let mut copy = node.clone();
        copy.anchor = None;
        copy.comments = None;
        copy.content.clear();
        let mut merged = Vec::new();
        if node.kind == Kind::Mapping {
            for (key, value) in node.entries() {
                let value = self.expanded(value)?;
                if key.value.as_str() == "<<" && key.style == Style::Plain {
                    let from = if value.is_sequence() { value.content } else { vec![value] };
                    merged.extend(from);
                } else {
                    let mut key = key.clone();
                    key.comments = None;
                    key.anchor = None;
                    copy.content.extend([key, value]);
                }
            }
        } else {
            for item in &node.content {
                let item = self.expanded(item)?;
                copy.content.push(item);
            }
        }
        // Keys of the mapping itself come before those that are merged in, earlier ones before later ones.
        for from in &merged {
            for (key, value) in from.entries() {
                if copy.get(key.value.as_str()).is_none() {
                    copy.content.extend([key.clone(), value.clone()]);
                }
            }
        }
        if let Some(name) = &node.anchor {
            self.anchors.insert(name.to_string(), copy.clone());
        }
        Ok(copy)
    }
}

fn size(node: &Node) -> usize {
    1 + node.content.iter().map(size).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::{mapping, text};

    #[test]
    fn aliases_and_merge_keys_are_put_in() {
        let tree = mapping("x.yaml", "it", "a: &a {k: 1, l: 2}\nb: {<<: *a, l: 3}\nc: [*a]\n").unwrap();
        assert_eq!(text(tree.get("b").unwrap()), "{l: 3, k: 1}\n");
        assert_eq!(text(tree.get("c").unwrap()), "[{k: 1, l: 2}]\n");
    }

    #[test]
    fn mistakes_have_their_line() {
        let said = |text| mapping("x.yaml", "the file", text).unwrap_err().to_string();
        assert_eq!(said("a: 1\nb: *c\n"), "x.yaml:2:4: this is no YAML: unknown anchor 'c' referenced");
        assert_eq!(said("- a\n"), "x.yaml:1:1: the file must be a mapping, not a list");
        assert_eq!(said(""), "x.yaml: the file is empty");
        assert!(said("a: [\n").starts_with("x.yaml:2"), "{}", said("a: [\n"));
        assert_eq!(said("a: 1\n---\nb: 1\n"), "x.yaml:3:1: the file must be one YAML document, not 2");
    }

    #[test]
    fn a_document_that_grows_is_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..8 {
            let below = level - 1;
            let all = vec![format!("*a{below}"); 10].join(", ");
            bomb.extend([format!("a{level}: &a{level} [{all}]\n")]);
        }
        let error = mapping("x.yaml", "it", &bomb).unwrap_err();
        assert!(error.to_string().contains("more than 200000 values"), "{error}");
    }
}
