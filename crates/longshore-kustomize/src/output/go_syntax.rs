//! Nodes as Go prints what they decode to with `%#v`, which messages show.

use longshore_go::{Value, strconv};
use longshore_yaml::{Dialect, Kind, Node, to_json_value};

/// The node; none if it does not decode.
pub(super) fn of(node: &Node) -> Option<String> {
    match node.kind {
        Kind::Mapping => {
            let mut entries = Vec::new();
            for (key, value) in node.entries() {
                entries.push((Key::of(&scalar(key)?), of(value)?));
            }
            entries.sort();
            let is_text = entries.iter().all(|(key, _)| matches!(key, Key::Text(_)));
            // A key that is there twice does not decode.
            if entries.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return None;
            }
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}:{value}", key.text())).collect();
            let key = if is_text { "string" } else { "interface {}" };
            Some(format!("map[{key}]interface {{}}{{{}}}", entries.join(", ")))
        }
        Kind::Sequence => {
            let items: Option<Vec<String>> = node.content.iter().map(of).collect();
            Some(format!("[]interface {{}}{{{}}}", items?.join(", ")))
        }
        _ if node.tag == "!!float" && infinite(node).is_some() => infinite(node).map(str::to_owned),
        _ => Some(match scalar(node)? {
            Value::Nil => String::from("interface {}(nil)"),
            value => Key::of(&value).text(),
        }),
    }
}

/// A number that JSON does not have.
fn infinite(node: &Node) -> Option<&'static str> {
    match &*node.value.to_ascii_lowercase() {
        ".inf" | "+.inf" => Some("+Inf"),
        "-.inf" => Some("-Inf"),
        ".nan" => Some("NaN"),
        _ => None,
    }
}

fn scalar(node: &Node) -> Option<Value> {
    to_json_value(node, Dialect::V3).ok()
}

/// Keys in the order in which Go prints them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Text(String),
    Int(i64),
    Other(String),
    Bool(bool),
}

impl Key {
    fn of(value: &Value) -> Self {
        match value {
            Value::Str(text) => Self::Text(text.to_str_lossy().into_owned()),
            Value::Int(int) => Self::Int(int.value),
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Float(float) => Self::Other(strconv::format_float(*float, b'g', None)),
            Value::Uint(uint) => Self::Other(format!("{:#x}", uint.value)),
            _ => Self::Other(String::from("interface {}(nil)")),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Text(text) => strconv::quoted(text),
            Self::Int(int) => int.to_string(),
            Self::Bool(bool) => bool.to_string(),
            Self::Other(text) => text.clone(),
        }
    }
}
