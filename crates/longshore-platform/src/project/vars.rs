//! Variables of environments and clusters: typed, and printed as they were written.
//!
//! `${env.vars.replicas}` alone in a value is the number itself; inside a longer text it is what stands in the file, so
//! that `1.10` stays `1.10`.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;
use longshore_yaml::{Dialect, Kind, Node};
use serde_json::{Map, Value};

use super::fields::{Fields, expected, place};
use super::names;

/// One variable.
#[derive(Debug, Clone, PartialEq)]
pub enum Var {
    /// A text, number or bool: what it is, and how it was written.
    Scalar(Value, String),
    /// A list.
    List(Vec<Value>),
    /// Variables below it.
    Map(Vars),
}

/// Variables by name.
pub type Vars = BTreeMap<String, Var>;

impl Var {
    /// What it is.
    pub fn value(&self) -> Value {
        match self {
            Self::Scalar(value, _) => value.clone(),
            Self::List(items) => Value::Array(items.clone()),
            Self::Map(vars) => {
                Value::Object(vars.iter().map(|(key, var)| (key.clone(), var.value())).collect::<Map<_, _>>())
            }
        }
    }
}

/// The variable at a path of names with dots between them.
pub(super) fn find<'a>(vars: &'a Vars, path: &str) -> Option<&'a Var> {
    // A name may have dots itself, so that the longest comes first.
    if let Some(var) = vars.get(path) {
        return Some(var);
    }
    let (first, rest) = path.split_once('.')?;
    match vars.get(first)? {
        Var::Map(below) => find(below, rest),
        _ => None,
    }
}

/// The paths of all variables that are no mappings.
pub(super) fn paths(vars: &Vars, above: &str) -> Vec<String> {
    let path = |key: &str| format!("{above}.{key}");
    vars.iter()
        .flat_map(|(key, var)| match var {
            Var::Map(below) => paths(below, &path(key)),
            _ => vec![path(key)],
        })
        .collect()
}

/// Takes what is not set from `base`; mappings are put together, everything else is replaced.
pub(super) fn inherit(vars: &mut Vars, base: &Vars) {
    for (key, below) in base {
        match (vars.get_mut(key), below) {
            (None, _) => drop(vars.insert(key.clone(), below.clone())),
            (Some(Var::Map(own)), Var::Map(below)) => inherit(own, below),
            _ => {}
        }
    }
}

/// Reads `vars`.
///
/// # Errors
/// It is no mapping, or a variable has no value.
pub(super) fn vars(file: &str, fields: &Fields<'_>) -> Result<Vars, Diagnostic> {
    match fields.get("vars") {
        Some(node) => {
            let what = fields.path("vars");
            for (name, at, _) in Fields::any(file, &*what, node)?.entries() {
                names::VARIABLE.check("a variable", &name, &at)?;
            }
            mapping(file, &what, node)
        }
        None => Ok(Vars::new()),
    }
}

fn mapping(file: &str, what: &str, node: &Node) -> Result<Vars, Diagnostic> {
    let inner = Fields::any(file, what, node)?;
    inner
        .entries()
        .map(|(name, _, node)| {
            let var = of_node(file, &inner.path(&name), node)?;
            Ok((name, var))
        })
        .collect()
}

/// The variable that a node is.
pub(super) fn of_node(file: &str, what: &str, node: &Node) -> Result<Var, Diagnostic> {
    Ok(match node.kind {
        Kind::Mapping => Var::Map(mapping(file, what, node)?),
        Kind::Sequence => match json(file, node)? {
            Value::Array(items) => Var::List(items),
            _ => return Err(expected(what, "a list", node, file)),
        },
        Kind::Scalar if !node.is_null() => Var::Scalar(json(file, node)?, node.value.to_string()),
        _ => return Err(expected(what, "a value", node, file)),
    })
}

/// The first key below a node that is a mapping or a list itself: `{{ .Values.x }}` is a mapping as the key of another.
fn odd_key(node: &Node) -> Option<&Node> {
    let is_odd = |key: &Node| matches!(key.kind, Kind::Mapping | Kind::Sequence);
    let here = node.entries().map(|(key, _)| key).find(|key| is_odd(key));
    here.map(|_| node).or_else(|| node.content.iter().find_map(odd_key))
}

/// A node of the project file as a value.
pub(super) fn json(file: &str, node: &Node) -> Result<Value, Diagnostic> {
    longshore_yaml::to_json_value(node, Dialect::V2)
        .map(|value| longshore_chart::values::to_json(&value))
        .map_err(|error| {
            let unread = || Diagnostic::error("yaml/value", error.to_string()).at(place(file, node));
            let no_key = || {
                let message = "a key must be a text, and not a mapping or a list";
                Some(Diagnostic::error("project/wrong-type", message).at(place(file, odd_key(node)?)))
            };
            super::given::alias(file, node).or_else(no_key).unwrap_or_else(unread)
        })
}
