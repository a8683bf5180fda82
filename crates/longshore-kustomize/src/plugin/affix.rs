//! The configurations of prefixes and suffixes, which upstream reads with go-yaml itself, and all others through JSON: names
//! of fields are told apart by their case, what is null in a list is left out, and all mistakes are told, with their lines.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/builtins/PrefixTransformer.go>.

use longshore_yaml::{Dialect, Kind, Limits, Node, Text, parse_first};

use crate::error::Error;
use crate::field;
use crate::fieldspec::FieldSpec;

/// How much of a value is shown in a message, in bytes, and how much of one that is longer.
const SHOWN: [usize; 2] = [10, 7];

/// What is put in front of or behind names, and the fields in which it is.
///
/// # Errors
/// Fields of wrong types, in go-yaml's words.
pub(super) fn read(document: &[u8], name: &str) -> Result<(String, Option<Vec<FieldSpec>>), Error> {
    let node = parse_first(document, Dialect::V3, &Limits::default())?.unwrap_or_else(Node::mapping);
    let mut reader = Reader::default();
    let (mut text, mut specs) = (String::new(), None);
    for (key, value) in node.root().entries() {
        match &*key.value {
            key if key == name => reader.text(value, &mut text),
            "fieldSpecs" => specs = reader.specs(value),
            _ => {}
        }
    }
    if reader.mistakes.is_empty() {
        return Ok((text, specs));
    }
    Err(Error::new(format!("yaml: unmarshal errors:\n{}", reader.mistakes.join("\n"))))
}

#[derive(Default)]
struct Reader {
    mistakes: Vec<String>,
}

impl Reader {
    fn text(&mut self, node: &Node, into: &mut impl From<Text>) {
        match node.kind {
            _ if field::is_null(node) => {}
            Kind::Scalar => *into = node.value.clone().into(),
            _ => self.mistake(node, "string"),
        }
    }

    fn bool(&mut self, node: &Node, into: &mut bool) {
        let is_text = node.tag == "!!str";
        match &*node.value {
            _ if field::is_null(node) => {}
            "true" | "True" | "TRUE" if node.tag == "!!bool" => *into = true,
            "false" | "False" | "FALSE" if node.tag == "!!bool" => *into = false,
            "y" | "Y" | "yes" | "on" if is_text => *into = true,
            "n" | "N" | "no" | "off" if is_text => *into = false,
            _ => self.mistake(node, "bool"),
        }
    }

    fn specs(&mut self, node: &Node) -> Option<Vec<FieldSpec>> {
        if field::is_null(node) {
            return None;
        }
        if node.kind != Kind::Sequence {
            self.mistake(node, "types.FsSlice");
            return None;
        }
        let items = node.content.iter().filter(|item| !field::is_null(item));
        Some(items.filter_map(|item| self.spec(item)).collect())
    }

    fn spec(&mut self, node: &Node) -> Option<FieldSpec> {
        if node.kind != Kind::Mapping {
            self.mistake(node, "types.FieldSpec");
            return None;
        }
        let mut spec = FieldSpec::default();
        for (key, value) in node.entries() {
            match &*key.value {
                "group" => self.text(value, &mut spec.group),
                "version" => self.text(value, &mut spec.version),
                "kind" => self.text(value, &mut spec.kind),
                "path" => self.text(value, &mut spec.path),
                "create" => self.bool(value, &mut spec.create),
                _ => {}
            }
        }
        Some(spec)
    }

    fn mistake(&mut self, node: &Node, wanted: &str) {
        let tag = match node.kind {
            Kind::Sequence => "!!seq",
            Kind::Mapping => "!!map",
            _ => &*node.tag,
        };
        let shown = match node.kind {
            Kind::Sequence | Kind::Mapping => String::new(),
            _ if node.value.len() > SHOWN[0] => {
                let start = node.value.as_bytes().get(..SHOWN[1]).unwrap_or_default();
                format!(" `{}...`", String::from_utf8_lossy(start))
            }
            _ => format!(" `{}`", node.value),
        };
        self.mistakes.push(format!("  line {}: cannot unmarshal {tag}{shown} into {wanted}", node.line));
    }
}
