//! Mapping keys: their Go types, the strings that JSON makes of them, and what cannot be a key.

use longshore_go::{Str, strconv};

use super::{Decoder, Dialect};
use crate::error::{Error, ErrorKind};
use crate::gosyntax::go_syntax;
use crate::resolve::Scalar;
use crate::tree::{Id, RawKind};

/// A key: equal keys are equal in Go's `map[interface {}]interface {}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    Float,
    /// Types that `sigs.k8s.io/yaml` refuses.
    Uint,
    Null,
    /// v3's `time.Time`.
    Time,
}

impl Key {
    /// As `%#v` prints it.
    pub(super) fn go_syntax(&self) -> String {
        match self.kind {
            KeyKind::Str => String::from_utf8_lossy(&strconv::quote(&self.text)).into_owned(),
            KeyKind::Null => String::from("<nil>"),
            KeyKind::Uint => match self.text.to_str_lossy().parse::<u64>() {
                Ok(value) => format!("{value:#x}"),
                Err(_) => self.text.to_string(),
            },
            _ => self.text.to_string(),
        }
    }
}

impl Decoder<'_, '_> {
    pub(super) fn key(&mut self, id: Id) -> Result<Key, Error> {
        self.count(id)?;
        match self.tree.node(id).kind {
            RawKind::Scalar(_) => self.scalar_key(id),
            RawKind::Alias(target) => {
                self.enter_alias(id)?;
                let key = self.key(target);
                self.leave_alias();
                key
            }
            RawKind::Mapping { .. } | RawKind::Sequence { .. } => {
                let syntax = go_syntax(self.tree, id, self.options.dialect);
                Err(self.fail(id, &format!("invalid map key: {syntax}")))
            }
        }
    }

    fn scalar_key(&mut self, id: Id) -> Result<Key, Error> {
        let text = &*self.tree.node(id).value;
        let (kind, text) = match self.scalar(id)? {
            Scalar::Null => (KeyKind::Null, Str::default()),
            Scalar::Bool(true) => (KeyKind::Bool, "true".into()),
            Scalar::Bool(false) => (KeyKind::Bool, "false".into()),
            Scalar::Int(value) => (KeyKind::Int, value.to_string().into()),
            Scalar::Uint(value) => (KeyKind::Uint, value.to_string().into()),
            Scalar::Float(value) => (KeyKind::Float, float_key(value).into()),
            Scalar::Timestamp(time) if self.options.dialect == Dialect::V3 => {
                (KeyKind::Time, time.to_string().into())
            }
            Scalar::Binary => (KeyKind::Str, self.binary(id)?),
            Scalar::Timestamp(_) | Scalar::Str | Scalar::Other => (KeyKind::Str, text.into()),
        };
        Ok(Key { kind, text })
    }

    /// Notes the error of a key that JSON cannot have, for when all is decoded.
    pub(super) fn check_key(&mut self, key: &Key, value: Id) {
        if self.key_error.is_some() {
            return;
        }
        let text = match (self.options.dialect, key.kind) {
            (Dialect::V2, KeyKind::Null | KeyKind::Uint) => {
                let kind = if key.kind == KeyKind::Null { "%!s(<nil>)" } else { "uint64" };
                format!(
                    "unsupported map key of type: {kind}, key: {}, value: {}",
                    key.go_syntax(),
                    go_syntax(self.tree, value, self.options.dialect)
                )
            }
            // v3 makes a map with `interface {}` keys of it, which `encoding/json` refuses.
            (Dialect::V3, kind) if kind != KeyKind::Str => {
                String::from("json: unsupported type: map[interface {}]interface {}")
            }
            _ => return,
        };
        let node = self.tree.node(value);
        self.key_error = Some(Error::new(ErrorKind::Decode, text).at_line(node.line, node.column));
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
