//! From a tree to Go values, through the JSON that `sigs.k8s.io/yaml` puts in between.
//!
//! The JSON is never written: what its rules do to keys, numbers and bytes is done on the way, and
//! its errors wait until the YAML has been decoded to the end, because Go decodes first.

pub(crate) mod duplicates;
mod key;
mod merge;
mod plain;
mod texts;

use std::collections::BTreeSet;

use longshore_go::{Map, Str, Uint, UintKind, Value, encoding, rune, types};

use crate::dialect::{Dialect, Limits};
use crate::error::{Error, ErrorKind};
use crate::resolve::{Scalar, resolve, resolve_tagged};
use crate::tree::{Id, RawKind, Tree};
use key::{Key, KeyKind};
use texts::Texts;

/// The text of type errors that is kept: input of megabytes may hold billions of pairs of equal keys.
const ERROR_BYTES: usize = 1 << 20;

/// What numbers become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// All `float64`, as `json.Unmarshal` gives.
    Floats,
    /// `int64`, `uint64` and `float64`, as they would stand in JSON.
    Typed,
}

/// How to decode.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) dialect: Dialect,
    pub(crate) numbers: Numbers,
    /// v2: refuse keys that are already set. v3 always does.
    pub(crate) strict: bool,
    pub(crate) limits: Limits,
    /// v2: of a mapping at the top these fields at least, in whatever case; the rest is only looked at for errors.
    pub(crate) wanted: Option<&'static [&'static str]>,
}

/// Decodes the document's content.
pub(crate) fn decode(tree: &Tree<'_>, mut options: Options) -> Result<Value, Error> {
    // What is wrong with one entry may not matter because of another: it is all or nothing.
    options.wanted = options.wanted.filter(|_| plain::has_json_form(tree));
    let mut decoder = Decoder {
        tree,
        options,
        decoded: 0,
        by_alias: 0,
        alias_bytes: 0,
        depth: 0,
        expanding: Vec::new(),
        refused: Vec::new(),
        infinite: false,
        type_errors: Vec::new(),
        type_error_place: None,
        error_bytes: 0,
        merged: None,
        duplicated: None,
        string_map: false,
        texts: Texts::new(tree.nodes.len()),
    };
    let value = decoder.value(Tree::ROOT)?;
    if !decoder.type_errors.is_empty() {
        let text = format!("yaml: unmarshal errors:\n  {}", decoder.type_errors.join("\n  "));
        let (line, column) = decoder.type_error_place.unwrap_or_default();
        return Err(Error::new(ErrorKind::Decode, text).at_line(line, column));
    }
    decoder.check(&value)?;
    Ok(value)
}

struct Decoder<'t, 'a> {
    tree: &'t Tree<'a>,
    options: Options,
    /// Nodes decoded, and those of them inside of an alias.
    decoded: usize,
    by_alias: usize,
    alias_bytes: usize,
    depth: usize,
    /// Aliases being expanded.
    expanding: Vec<Id>,
    /// Maps with keys that JSON cannot have. Not all of them need be in the result: a later key may
    /// have taken the place.
    refused: Vec<(Map, Error)>,
    /// Whether a number was infinite or none.
    infinite: bool,
    type_errors: Vec<String>,
    type_error_place: Option<(u32, u32)>,
    /// Bytes of their text.
    error_bytes: usize,
    /// v3, while merging: the keys that are set already.
    merged: Option<BTreeSet<Key>>,
    /// v3: the mapping that was last found to hold a key twice.
    duplicated: Option<Id>,
    /// v3: whether the map being filled is a `map[string]interface {}`.
    string_map: bool,
    texts: Texts,
}

/// A map while it is filled.
#[derive(Default)]
struct Entries {
    /// In the order of their setting; later ones win.
    list: Vec<(Str, Value)>,
    /// Strict v2: the keys that are set, by this mapping or by what was merged into it.
    set: BTreeSet<Key>,
    /// v2: the keys that JSON cannot have, with their values.
    refused: Vec<(Key, Id)>,
}

impl Decoder<'_, '_> {
    fn value(&mut self, id: Id) -> Result<Value, Error> {
        self.count(id)?;
        match self.tree.node(id).kind {
            RawKind::Scalar(..) => self.scalar_value(id),
            RawKind::Alias(target) => {
                self.enter_alias(id)?;
                let value = self.value(target);
                self.leave_alias();
                value
            }
            RawKind::Sequence { .. } => {
                self.enter(id)?;
                let tree = self.tree;
                let mut items = Vec::with_capacity(tree.node(id).count as usize);
                for child in tree.children(id) {
                    items.push(self.value(child)?);
                }
                self.depth -= 1;
                Ok(Value::list(items))
            }
            RawKind::Mapping { .. } => {
                let mut entries = Entries::default();
                entries.list.reserve_exact(self.tree.node(id).count as usize / 2);
                let outer = self.string_map;
                self.string_map = self.options.dialect == Dialect::V3 && self.is_string_map(id);
                let refused = self.options.dialect == Dialect::V3 && !self.string_map;
                self.mapping(id, &mut entries)?;
                self.string_map = outer;
                let map = Map::typed(&types::MAP_ANY, entries.list.into());
                if let Some((key, value)) = entries.refused.first() {
                    let error = self.refused_key(key, *value);
                    self.refused.push((map.clone(), error));
                } else if refused {
                    self.refused.push((map.clone(), self.refused_map(id)));
                }
                Ok(Value::Map(map))
            }
        }
    }

    /// Counts a decoding step, under go-yaml's rule for how much may come from aliases.
    fn count(&mut self, id: Id) -> Result<(), Error> {
        self.decoded += 1;
        if self.expanding.is_empty() {
            return Ok(());
        }
        self.by_alias += 1;
        self.alias_bytes += self.tree.node(id).value.len();
        if self.by_alias > 100
            && self.decoded > 1000
            && self.by_alias as f64 / self.decoded as f64 > allowed_alias_ratio(self.decoded)
            || self.alias_bytes > self.options.limits.alias_bytes
        {
            return Err(self.fail(id, "document contains excessive aliasing"));
        }
        Ok(())
    }

    fn enter(&mut self, id: Id) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > self.options.limits.depth {
            let text = format!("exceeded max depth of {}", self.options.limits.depth);
            return Err(self.fail(id, &text).limit());
        }
        Ok(())
    }

    fn enter_alias(&mut self, id: Id) -> Result<(), Error> {
        if self.expanding.contains(&id) {
            let name = &self.tree.node(id).value;
            return Err(self.fail(id, &format!("anchor '{name}' value contains itself")));
        }
        self.expanding.push(id);
        self.enter(id)
    }

    fn leave_alias(&mut self) {
        self.depth -= 1;
        self.expanding.pop();
    }

    fn fail(&self, id: Id, text: &str) -> Error {
        let node = self.tree.node(id);
        Error::new(ErrorKind::Decode, format!("yaml: {text}")).at_line(node.line, node.column)
    }

    fn type_error(&mut self, id: Id, text: String) {
        if self.enough_errors() {
            return;
        }
        let node = self.tree.node(id);
        self.type_error_place.get_or_insert((node.line, node.column));
        self.error_bytes += text.len();
        self.type_errors.push(text);
    }

    /// Whether there is more to complain of than anybody reads. Go would go on.
    fn enough_errors(&self) -> bool {
        self.error_bytes > ERROR_BYTES
    }

    fn scalar(&self, id: Id) -> Result<Scalar, Error> {
        let node = self.tree.node(id);
        match node.tag() {
            None if !node.implicit() => Ok(Scalar::Str),
            None => Ok(resolve(self.options.dialect, &node.value)),
            Some(tag) => resolve_tagged(self.options.dialect, tag, &node.value)
                .map_err(|error| error.at_line(node.line, node.column)),
        }
    }

    fn scalar_value(&mut self, id: Id) -> Result<Value, Error> {
        let tree = self.tree;
        let text = &*tree.node(id).value;
        let floats = self.options.numbers == Numbers::Floats;
        Ok(match self.scalar(id)? {
            Scalar::Null => Value::Nil,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Int(value) if floats => Value::Float(value as f64),
            Scalar::Int(value) => Value::int64(value),
            Scalar::Uint(value) if floats => Value::Float(value as f64),
            Scalar::Uint(value) => Value::Uint(Uint { kind: UintKind::Uint64, value }),
            Scalar::Float(value) => {
                self.infinite |= !value.is_finite();
                Value::Float(value)
            }
            Scalar::Timestamp(time) if self.options.dialect == Dialect::V3 => Value::str(time.to_string()),
            Scalar::Binary => Value::Str(self.binary(id)?),
            Scalar::Timestamp(_) | Scalar::Str | Scalar::Other => Value::Str(self.texts.get(text)),
        })
    }

    /// Refuses what JSON cannot have, if the decoded value still holds it. After v2 keys come first, since
    /// `sigs.k8s.io/yaml` converts all keys before it writes JSON; after v3 JSON finds both on its way.
    fn check(&self, value: &Value) -> Result<(), Error> {
        let map = |value: &Value| match value {
            Value::Map(map) => self.refused.iter().find(|(other, _)| other.same(map)),
            _ => None,
        };
        let key = |value: &Value| map(value).map(|(_, error)| error.clone());
        let number = |value: &Value| match value {
            Value::Float(float) if !float.is_finite() => {
                let name = match *float {
                    f64::INFINITY => "+Inf",
                    f64::NEG_INFINITY => "-Inf",
                    _ => "NaN",
                };
                Some(Error::new(ErrorKind::Decode, format!("json: unsupported value: {name}")))
            }
            _ => None,
        };
        let found = match (self.refused.is_empty(), self.infinite) {
            (true, false) => None,
            (true, true) => find(value, &number),
            (false, false) => find(value, &key),
            (false, true) if self.options.dialect == Dialect::V3 => {
                find(value, &|value| key(value).or_else(|| number(value)))
            }
            (false, true) => find(value, &key).or_else(|| find(value, &number)),
        };
        found.map_or(Ok(()), Err)
    }

    /// The bytes of `!!binary` text; a JSON reader sees valid UTF-8 of them.
    fn binary(&self, id: Id) -> Result<Str, Error> {
        let bytes = encoding::decode_base64(self.tree.node(id).value.as_bytes())
            .map_err(|_| self.fail(id, "!!binary value contains invalid base64 data"))?;
        if self.options.numbers == Numbers::Typed {
            return Ok(bytes.into());
        }
        let text: String = rune::iter(&bytes).map(|(_, c)| c).collect();
        Ok(text.into())
    }

    /// Sets the entries of the mapping `id`, merges included.
    fn mapping(&mut self, id: Id, entries: &mut Entries) -> Result<(), Error> {
        self.enter(id)?;
        match self.options.dialect {
            Dialect::V2 => self.mapping_v2(id, entries)?,
            Dialect::V3 => self.mapping_v3(id, entries)?,
        }
        self.depth -= 1;
        Ok(())
    }

    /// Whether nobody wants this entry of the mapping at the top.
    fn is_of_no_interest(&self, key: Id) -> bool {
        let Some(wanted) = self.options.wanted else { return false };
        !wanted.iter().any(|field| field.eq_ignore_ascii_case(&self.tree.node(key).value))
    }

    fn mapping_v2(&mut self, id: Id, entries: &mut Entries) -> Result<(), Error> {
        let tree = self.tree;
        for (key_id, value_id) in tree.pairs(id) {
            if id == Tree::ROOT && self.is_of_no_interest(key_id) {
                continue;
            }
            if self.is_merge(key_id) {
                self.merge(value_id, entries)?;
                continue;
            }
            let Some(key) = self.key(key_id, false)? else {
                continue;
            };
            let value = self.value(value_id)?;
            if matches!(key.kind, KeyKind::Null | KeyKind::Uint) {
                // Only the last value of a key is still there when Go looks.
                entries.refused.retain(|(earlier, _)| *earlier != key);
                entries.refused.push((key.clone(), value_id));
            }
            if self.options.strict && !entries.set.insert(key.clone()) {
                let line = tree.node(value_id).line;
                let name = key.go_syntax();
                self.type_error(key_id, format!("line {line}: key {name} already set in map"));
                continue;
            }
            if key.is_zero() {
                entries.list.retain(|(text, _)| !matches!(&text[..], b"0" | b"-0"));
            }
            entries.list.push((key.text, value));
        }
        Ok(())
    }
}

/// The first thing that `wanted` gives for a value inside of `value`, or for itself, in JSON's order.
fn find<T>(value: &Value, wanted: &impl Fn(&Value) -> Option<T>) -> Option<T> {
    if let Some(found) = wanted(value) {
        return Some(found);
    }
    match value {
        Value::List(list) => list.iter().find_map(|item| find(item, wanted)),
        Value::Map(map) => map.entries().values().find_map(|item| find(item, wanted)),
        _ => None,
    }
}

/// go-yaml's rule: 99 % of up to 400,000 steps, falling to 10 % of 4,000,000.
fn allowed_alias_ratio(decoded: usize) -> f64 {
    const LOW: usize = 400_000;
    const HIGH: usize = 4_000_000;
    match decoded {
        0..=LOW => 0.99,
        HIGH.. => 0.10,
        _ => 0.99 - 0.89 * ((decoded - LOW) as f64 / (HIGH - LOW) as f64),
    }
}
