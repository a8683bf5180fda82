//! Mapping keys: their Go types, the strings that JSON makes of them, and what cannot be a key.

use std::cmp::Ordering;

use longshore_go::{Str, strconv};

use super::{Decoder, Dialect};
use crate::error::{Error, ErrorKind};
use crate::gosyntax::{go_syntax, is_string_map};
use crate::resolve::{Scalar, short_tag};
use crate::tree::{Id, RawKind};

/// A key: equal keys are equal in Go's `map[interface {}]interface {}`.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) kind: KeyKind,
    /// As a JSON object's key.
    pub(super) text: Str,
}

/// The Go type of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyKind {
    Str,
    Bool,
    Int,
    /// By its bits: what JSON makes of it has only 32 of them.
    Float(u64),
    /// Types that `sigs.k8s.io/yaml` refuses.
    Uint,
    Null,
    /// v3's `time.Time`.
    Time,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    /// Floats are equal by what they are: `-0.0` is `0.0`, though JSON tells them apart.
    fn cmp(&self, other: &Self) -> Ordering {
        let float = matches!(self.kind, KeyKind::Float(_));
        let text = || if float { Ordering::Equal } else { self.text.cmp(&other.text) };
        self.kind.cmp(&other.kind).then_with(text)
    }
}

impl Key {
    /// Zero, which has two texts.
    pub(super) fn is_zero(&self) -> bool {
        self.kind == KeyKind::Float(0)
    }

    /// As `%#v` prints it.
    pub(super) fn go_syntax(&self) -> String {
        match self.kind {
            KeyKind::Str => strconv::quoted(&self.text),
            KeyKind::Null => String::from("<nil>"),
            KeyKind::Uint => match self.text.to_str_lossy().parse::<u64>() {
                Ok(value) => format!("{value:#x}"),
                Err(_) => self.text.to_string(),
            },
            KeyKind::Float(bits) => strconv::format_float(f64::from_bits(bits), b'g', None),
            KeyKind::Bool | KeyKind::Int | KeyKind::Time => self.text.to_string(),
        }
    }
}

impl Decoder<'_, '_> {
    /// Decodes a key, which if `merging` is looked for among those that are set; none, if v3 has noted what is wrong
    /// with it and goes on without.
    pub(super) fn key(&mut self, id: Id, merging: bool) -> Result<Option<Key>, Error> {
        self.count(id)?;
        match self.tree.node(id).kind {
            RawKind::Scalar(..) => self.scalar_key(id).map(Some),
            RawKind::Alias(target) => {
                self.enter_alias(id)?;
                let key = self.key(target, merging);
                self.leave_alias();
                key
            }
            RawKind::Mapping { .. } | RawKind::Sequence { .. } => {
                // What is wrong inside of it comes first.
                self.duplicated = None;
                self.value(id)?;
                if self.duplicated == Some(id) {
                    return Ok(None);
                }
                if merging {
                    self.check_hashable(id)?;
                }
                let syntax = go_syntax(self.tree, id, self.options.dialect, self.options.strict);
                Err(self.fail(id, &format!("invalid map key: {syntax}")))
            }
        }
    }

    /// v3, where it looks for a key among those that are set: a collection makes Go panic.
    pub(super) fn check_hashable(&self, id: Id) -> Result<(), Error> {
        let go_type = match self.tree.node(id).kind {
            RawKind::Scalar(..) => return Ok(()),
            RawKind::Alias(target) => return self.check_hashable(target),
            RawKind::Sequence { .. } => "[]interface {}",
            RawKind::Mapping { .. } if self.is_string_map(id) => "map[string]interface {}",
            RawKind::Mapping { .. } => "map[interface {}]interface {}",
        };
        Err(self.fail(id, &format!("runtime error: hash of unhashable type {go_type}")))
    }

    fn scalar_key(&mut self, id: Id) -> Result<Key, Error> {
        let tree = self.tree;
        let text = &*tree.node(id).value;
        let (kind, text) = match self.scalar(id)? {
            Scalar::Null => (KeyKind::Null, Str::default()),
            Scalar::Bool(true) => (KeyKind::Bool, "true".into()),
            Scalar::Bool(false) => (KeyKind::Bool, "false".into()),
            Scalar::Int(value) => (KeyKind::Int, value.to_string().into()),
            Scalar::Uint(value) => (KeyKind::Uint, value.to_string().into()),
            Scalar::Float(value) => (KeyKind::Float((value + 0.0).to_bits()), float_key(value).into()),
            Scalar::Timestamp(time) if self.options.dialect == Dialect::V3 => {
                (KeyKind::Time, time.to_string().into())
            }
            Scalar::Binary => (KeyKind::Str, self.binary(id)?),
            Scalar::Timestamp(_) | Scalar::Str | Scalar::Other => (KeyKind::Str, self.texts.get(text)),
        };
        Ok(Key { kind, text })
    }

    /// The error of a key that JSON cannot have.
    pub(super) fn refused_key(&self, key: &Key, value: Id) -> Error {
        let kind = match key.kind {
            KeyKind::Null => "%!s(<nil>)",
            _ => "uint64",
        };
        let name = key.go_syntax();
        let syntax = go_syntax(self.tree, value, self.options.dialect, self.options.strict);
        let text = format!("unsupported map key of type: {kind}, key: {name}, value: {syntax}");
        self.json_error(value, text)
    }

    /// The error of a mapping of which v3 made a map with `interface {}` keys.
    pub(super) fn refused_map(&self, id: Id) -> Error {
        let text = "json: unsupported type: map[interface {}]interface {}";
        self.json_error(id, text.to_owned())
    }

    fn json_error(&self, id: Id, text: String) -> Error {
        let node = self.tree.node(id);
        Error::new(ErrorKind::Decode, text).at_line(node.line, node.column)
    }

    /// v3: whether all keys are tagged or resolved as strings, so that the map's keys are.
    pub(super) fn is_string_map(&self, id: Id) -> bool {
        is_string_map(self.tree, id)
    }

    /// v3: the key of a `map[string]interface {}`: the text of whatever it is. Null is skipped.
    pub(super) fn string_key(&mut self, id: Id) -> Result<Option<Key>, Error> {
        self.count(id)?;
        let node = self.tree.node(id);
        let text = match node.kind {
            RawKind::Alias(target) => {
                self.enter_alias(id)?;
                let key = self.string_key(target);
                self.leave_alias();
                return key;
            }
            RawKind::Scalar(..) => match self.scalar(id)? {
                Scalar::Null => return Ok(None),
                Scalar::Binary => self.binary(id)?,
                _ => self.texts.get(&node.value),
            },
            RawKind::Mapping { .. } | RawKind::Sequence { .. } => {
                if matches!(node.kind, RawKind::Mapping { .. }) && self.duplicates(id) {
                    return Ok(None);
                }
                let tag = match (node.tag(), node.kind) {
                    (Some(tag), _) => short_tag(tag).into_owned(),
                    (None, RawKind::Mapping { .. }) => String::from("!!map"),
                    (None, _) => String::from("!!seq"),
                };
                // Go shows the text of what is no collection by its tag, and that of a collection is empty.
                let text = if matches!(&*tag, "!!map" | "!!seq") { "" } else { " ``" };
                let line = node.line;
                self.type_error(id, format!("line {line}: cannot unmarshal {tag}{text} into string"));
                return Ok(None);
            }
        };
        Ok(Some(Key { kind: KeyKind::Str, text }))
    }
}

/// `strconv.FormatFloat(key, 'g', -1, 32)`: as short as 32 bits allow, though the key has 64.
fn float_key(value: f64) -> String {
    let single = value as f32;
    if single.is_nan() {
        return String::from(".nan");
    }
    if single.is_infinite() {
        let text = if single > 0.0 { ".inf" } else { "-.inf" };
        return String::from(text);
    }
    // The shortest decimal of the 32 bits reads back, as 64 bits, to itself.
    let shortest: f64 = single.to_string().parse().unwrap_or(value);
    strconv::format_float(shortest, b'g', None)
}
