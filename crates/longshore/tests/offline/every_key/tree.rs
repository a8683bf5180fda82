//! A project file as a tree that can be changed in one place and written, and where everything then stands.

use std::collections::BTreeMap;

use serde_json::Value;

/// Children on the way from the root.
pub(super) type Path = Vec<usize>;

/// Scalars are kept as they are written, so that there can be any.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Scalar(String),
    List(Vec<Tree>),
    /// A key may be there twice.
    Map(Vec<(String, Tree)>),
}

/// Line and column.
pub(super) type Spot = (u32, u32);

/// A written tree.
pub(super) struct Written {
    pub(super) text: String,
    /// Where each node begins.
    pub(super) nodes: BTreeMap<Path, Spot>,
    /// Where the key of each node stands, if it has one.
    pub(super) keys: BTreeMap<Path, Spot>,
}

impl Tree {
    pub(super) fn new(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::new).collect()),
            Value::Object(map) => {
                Self::Map(map.iter().map(|(key, at)| (key.clone(), Self::new(at))).collect())
            }
            scalar => Self::Scalar(scalar.to_string()),
        }
    }

    pub(super) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Scalar(_) => Vec::new(),
            Self::List(items) => items.iter().collect(),
            Self::Map(entries) => entries.iter().map(|(_, child)| child).collect(),
        }
    }

    pub(super) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn at(&self, path: &[usize]) -> &Self {
        path.iter().fold(self, |tree, index| tree.children()[*index])
    }

    /// The same tree with another one at `path`.
    pub(super) fn with(&self, path: &[usize], change: impl FnOnce(&mut Self)) -> Self {
        let mut tree = self.clone();
        let mut at = &mut tree;
        for index in path {
            at = match at {
                Self::List(items) => &mut items[*index],
                Self::Map(entries) => &mut entries[*index].1,
                Self::Scalar(text) => panic!("`{text}` has no children"),
            };
        }
        change(at);
        tree
    }

    pub(super) fn written(&self) -> Written {
        let mut writer =
            Writer { text: String::new(), line: 1, column: 1, nodes: BTreeMap::new(), keys: BTreeMap::new() };
        writer.node(self, &mut Vec::new(), 0);
        Written { text: writer.text, nodes: writer.nodes, keys: writer.keys }
    }
}

struct Writer {
    text: String,
    line: u32,
    column: u32,
    nodes: BTreeMap<Path, Spot>,
    keys: BTreeMap<Path, Spot>,
}

impl Writer {
    fn put(&mut self, text: &str) {
        assert!(text.is_ascii() && !text.contains('\n'), "{text:?}");
        self.text.push_str(text);
        self.column += u32::try_from(text.len()).unwrap();
    }

    fn line(&mut self, indent: usize) {
        if self.column > 1 {
            self.text.push('\n');
            self.line += 1;
            self.column = 1;
        }
        self.put(&" ".repeat(indent));
    }

    /// Writes a node where the line stands, its further lines with `indent`.
    fn node(&mut self, tree: &Tree, path: &mut Path, indent: usize) {
        self.nodes.insert(path.clone(), (self.line, self.column));
        match tree {
            Tree::Scalar(text) => self.put(text),
            Tree::List(items) if items.is_empty() => self.put("[]"),
            Tree::Map(entries) if entries.is_empty() => self.put("{}"),
            Tree::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.begin(index, indent);
                    self.put("- ");
                    path.push(index);
                    self.node(item, path, indent + 2);
                    path.pop();
                }
            }
            Tree::Map(entries) => {
                for (index, (key, child)) in entries.iter().enumerate() {
                    self.begin(index, indent);
                    path.push(index);
                    self.keys.insert(path.clone(), (self.line, self.column));
                    let is_plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
                    self.put(&if is_plain { key.clone() } else { format!("'{key}'") });
                    self.put(":");
                    if child.children().is_empty() {
                        self.put(" ");
                    } else {
                        self.line(indent + 2);
                    }
                    self.node(child, path, indent + 2);
                    path.pop();
                }
            }
        }
        if path.is_empty() {
            self.line(0);
        }
    }

    fn begin(&mut self, index: usize, indent: usize) {
        if index > 0 {
            self.line(indent);
        }
    }
}
