//! From a node to what `yaml.Marshal` of `sigs.k8s.io/yaml` writes, without a value in between.
//!
//! Most objects hold texts, small integers, booleans and nothing else. Of these it is clear what they come to, so that two
//! trees and a walk over each need not be made; of all others it is left to [`super::marshal`].

use super::marshal::{is_special, is_special_key};
use crate::dialect::{Dialect, Limits};
use crate::emitter::{Emitter, Item};
use crate::encode::{EmitOptions, string_style};
use crate::node::{Kind, Node, Style};
use crate::resolve::{Scalar, resolve};
use crate::sort::sort_by_key;
use crate::token::ScalarStyle;

/// Nodes nest no deeper than this here.
const MAX_DEPTH: usize = 500;

/// Writes what a node of go-yaml v3 holds as [`super::marshal`] does with [`crate::to_json_value`] of it, if that is plain;
/// whether it is printed and read again before makes no difference then.
///
/// ```
/// use longshore_yaml::{Dialect, Limits, parse, sigs};
/// let documents = parse(b"{b: 1, a10: 'yes', a2: [x]}", Dialect::V3, &Limits::default())?;
/// let text = sigs::marshal_plain(&documents[0]).expect("nothing odd is in it");
/// assert_eq!(text, b"a2:\n- x\na10: \"yes\"\nb: 1\n");
/// assert_eq!(sigs::marshal_plain(&parse(b"1.50", Dialect::V3, &Limits::default())?[0]), None);
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn marshal_plain(node: &Node) -> Option<Vec<u8>> {
    let mut writer = Writer { emitter: EmitOptions::v2().emitter(), nodes: Limits::default().nodes };
    writer.emitter.emit(Item::DocumentStart);
    writer.node(node.root(), 0)?;
    writer.emitter.emit(Item::DocumentEnd);
    Some(writer.emitter.finish())
}

struct Writer {
    emitter: Emitter,
    /// How many more there may be.
    nodes: usize,
}

/// A scalar of which it is clear what it comes to.
enum Plain<'n> {
    Text(&'n str),
    /// Written as it stands here.
    Word(&'n str),
}

impl Writer {
    /// Writes a node; `None` if it is not clear what it comes to.
    fn node(&mut self, node: &Node, depth: usize) -> Option<()> {
        self.nodes = self.nodes.checked_sub(1)?;
        if node.tagged || depth > MAX_DEPTH {
            return None;
        }
        match node.kind {
            Kind::Scalar => self.scalar(node),
            Kind::Sequence => {
                self.emitter.emit(Item::SequenceStart { flow: false, empty: node.content.is_empty() });
                node.content.iter().try_for_each(|item| self.node(item, depth + 1))?;
                self.emitter.emit(Item::SequenceEnd);
                Some(())
            }
            Kind::Mapping => self.mapping(node, depth),
            Kind::Document | Kind::Alias => None,
        }
    }

    fn mapping(&mut self, node: &Node, depth: usize) -> Option<()> {
        let mut entries: Vec<(&str, &Node)> = Vec::with_capacity(node.content.len() / 2);
        let (pairs, rest) = node.content.as_chunks::<2>();
        for [key, value] in pairs {
            match plain(key)? {
                Plain::Text(text) if text != "<<" && !is_special_key(text.as_bytes()) => {
                    entries.push((text, value));
                }
                _ => return None,
            }
        }
        self.nodes = self.nodes.checked_sub(pairs.len())?;
        // Values of maps come in the order of bytes first; what follows is not the same order in every corner.
        entries.sort_by_key(|entry| entry.0);
        if !rest.is_empty() || entries.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return None;
        }
        sort_by_key(&mut entries, Dialect::V2, |entry| entry.0.as_bytes());
        self.emitter.emit(Item::MappingStart { flow: false, empty: entries.is_empty() });
        for (key, value) in entries {
            self.text(key);
            self.node(value, depth + 1)?;
        }
        self.emitter.emit(Item::MappingEnd);
        Some(())
    }

    fn scalar(&mut self, node: &Node) -> Option<()> {
        match plain(node)? {
            Plain::Text(text) if is_special(text.as_bytes()) => return None,
            Plain::Text(text) => self.text(text),
            Plain::Word(value) => self.emitter.emit(Item::Scalar { value, style: ScalarStyle::Plain }),
        }
        Some(())
    }

    fn text(&mut self, value: &str) {
        self.emitter.emit(Item::Scalar { value, style: string_style(Dialect::V2, value) });
    }
}

/// What a scalar comes to, by its tag or else by its text.
fn plain(node: &Node) -> Option<Plain<'_>> {
    if node.kind != Kind::Scalar || node.tagged {
        return None;
    }
    let text = &*node.value;
    match (&*node.tag, node.style) {
        // A block whose first letter is a tab is written in a way in which it cannot be read.
        ("!!str" | "", Style::Literal | Style::Folded) if text.starts_with('\t') => None,
        ("!!str", _) | ("", Style::Literal | Style::Folded | Style::SingleQuoted | Style::DoubleQuoted) => {
            Some(Plain::Text(text))
        }
        (tag @ ("" | "!!int" | "!!bool" | "!!null"), Style::Plain | Style::Flow) if !text.is_empty() => {
            let (word, own) = match resolve(Dialect::V3, text) {
                Scalar::Str if tag.is_empty() => return Some(Plain::Text(text)),
                Scalar::Int(value) if value.to_string() == text => (text, "!!int"),
                Scalar::Bool(true) => ("true", "!!bool"),
                Scalar::Bool(false) => ("false", "!!bool"),
                Scalar::Null => ("null", "!!null"),
                _ => return None,
            };
            (tag.is_empty() || tag == own).then_some(Plain::Word(word))
        }
        _ => None,
    }
}
