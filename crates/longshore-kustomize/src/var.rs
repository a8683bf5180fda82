//! Variables in texts: `$(NAME)`, and `$$` for a dollar sign that is none.
//!
//! A text that is nothing but a variable becomes what the variable is, a number or boolean included; within a text it is
//! put in as Go prints it. What is no known variable stays.
//! Rules: <https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/filters/refvar>.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use longshore_go::{Value as GoValue, fmt, strconv};
use longshore_yaml::{Kind, Node, Style};

use crate::error::Error;
use crate::field;
use crate::fieldpath;
use crate::printed;

/// How many places are told whose variables cannot be put in.
const MAX_REMARKS: usize = 10_000;

/// What a variable stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// An integer.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A mapping or list, which cannot be put in anywhere, with Go's words for it.
    Collection(String),
}

impl Value {
    /// The value of a field.
    ///
    /// # Errors
    /// There is none, or a number is too large.
    pub fn of(object: &Node, path: &str) -> Result<Self, Error> {
        let parts = with_indexes(&fieldpath::split(path));
        let place = fieldpath::lookup(object, &parts)?;
        let node = place.and_then(|place| fieldpath::at(object, &place));
        let Some(node) = node else { return Err(Error::new(format!("no field named '{path}'"))) };
        if node.kind != Kind::Scalar {
            let value = printed::value(node)?;
            let shown = fmt::sprint(std::slice::from_ref(&value));
            let shown = String::from_utf8_lossy(&shown).into_owned();
            return Ok(Self::Collection(format!("type={} val={shown}", value.type_info().name)));
        }
        let text = &*node.value;
        let bad = || Error::new(format!("parsing \"{text}\": invalid syntax"));
        match &*node.tag {
            "!!int" => text.parse().map(Self::Int).map_err(|_| bad()),
            "!!float" => strconv::parse_float(text.as_bytes()).map(Self::Float).map_err(|_| bad()),
            "!!bool" => strconv::parse_bool(text.as_bytes()).map(Self::Bool).map_err(|_| bad()),
            _ => Ok(Self::Text(text.to_owned())),
        }
    }

    /// As Go prints it within a text.
    fn print(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => {
                String::from_utf8_lossy(&fmt::sprint(&[GoValue::from(*number)])).into_owned()
            }
            Self::Bool(value) => value.to_string(),
            Self::Collection(_) => String::new(),
        }
    }

    /// Makes a node what the value is.
    fn put_into(&self, node: &mut Node) {
        let (text, tag) = match self {
            Self::Text(text) => (text.clone(), "!!str"),
            Self::Int(number) => (number.to_string(), "!!int"),
            Self::Float(number) => (strconv::format_float(*number, b'f', None), "!!float"),
            Self::Bool(value) => (value.to_string(), "!!bool"),
            Self::Collection(_) => return,
        };
        node.value = text.into();
        node.tag = tag.into();
        node.tagged = false;
        node.style = Style::Plain;
        field::note_change(node);
    }
}

/// `a[0]` in a path is `a.0`.
fn with_indexes(parts: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    for part in parts {
        let index = part.strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
        match index {
            Some((name, index)) if !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()) => {
                if !name.is_empty() {
                    all.push(name.to_owned());
                }
                all.push(index.to_owned());
            }
            _ => all.push(part.clone()),
        }
    }
    all
}

/// Variables and their values, and which of them were used.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: BTreeMap<String, Value>,
    used: BTreeSet<String>,
    remarks: Vec<String>,
}

impl Variables {
    /// These variables.
    pub fn new(values: BTreeMap<String, Value>) -> Self {
        Self { values, used: BTreeSet::new(), remarks: Vec::new() }
    }

    /// What there is to say of values that could not be put in, once for each place.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The names of those that were never used.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        self.values.keys().filter(|name| !self.used.contains(*name)).map(String::as_str)
    }

    /// Puts values into a field: a text, or the texts that a mapping or list holds.
    ///
    /// # Errors
    /// A key of a mapping, or an item of a list, is no text.
    pub fn expand_in(&mut self, node: &mut Node) -> Result<(), Error> {
        if field::is_null(node) {
            return Ok(());
        }
        match node.kind {
            Kind::Scalar => self.expand_scalar(node),
            Kind::Mapping => {
                for pair in node.content.chunks_exact_mut(2) {
                    let [key, value] = pair else { continue };
                    if !is_text(key) {
                        let text = format!("invalid map key: value='{}', tag='{}'", key.value, key.tag);
                        return Err(Error::new(text));
                    }
                    self.expand_scalar(value);
                }
            }
            Kind::Sequence => {
                for item in &mut node.content {
                    if !is_text(item) {
                        return Err(Error::new("invalid value type expect a string"));
                    }
                    self.expand_scalar(item);
                }
            }
            Kind::Document | Kind::Alias => return Err(Error::new("invalid type encountered 16")),
        }
        Ok(())
    }

    fn expand_scalar(&mut self, node: &mut Node) {
        if is_text(node) {
            self.expand(&node.value.clone()).put_into(node);
        }
    }

    /// The text with its variables replaced.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use longshore_kustomize::var::{Value, Variables};
    /// let mut variables = Variables::new(BTreeMap::from([(String::from("P"), Value::Int(80))]));
    /// assert_eq!(variables.expand("$(P)"), Value::Int(80));
    /// assert_eq!(variables.expand(":$(P) $$(P) $(Q)"), Value::Text(String::from(":80 $(P) $(Q)")));
    /// ```
    pub fn expand(&mut self, text: &str) -> Value {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, behind) = (&rest[..at], &rest[at + 1..]);
            out.push_str(before);
            let name = behind.strip_prefix('(').and_then(|inner| inner.split_once(')'));
            rest = match (behind.chars().next(), name) {
                (None, _) => {
                    out.push('$');
                    behind
                }
                (Some('$'), _) => {
                    out.push('$');
                    &behind[1..]
                }
                (_, Some((name, behind))) => {
                    let value = self.value(name);
                    if out.is_empty() && at == 0 && behind.is_empty() && text.len() == name.len() + 3 {
                        return value;
                    }
                    out.push_str(&value.print());
                    behind
                }
                (Some(_), None) => {
                    out.push('$');
                    behind
                }
            };
        }
        out.push_str(rest);
        Value::Text(out)
    }

    /// The value of a variable; the variable itself if there is none that can be put in.
    fn value(&mut self, name: &str) -> Value {
        match self.values.get(name) {
            None => Value::Text(format!("$({name})")),
            Some(Value::Collection(shown)) => {
                if self.remarks.len() < MAX_REMARKS {
                    self.remarks.push(format!("MakePrimitiveReplacer: bad replacement {shown}"));
                }
                Value::Text(format!("$({name})"))
            }
            Some(value) => {
                if !self.used.contains(name) {
                    self.used.insert(name.to_owned());
                }
                value.clone()
            }
        }
    }
}

fn is_text(node: &Node) -> bool {
    node.kind == Kind::Scalar && matches!(&*node.tag, "!!str" | "")
}
