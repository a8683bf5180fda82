//! The values that a chart brings, in a form that threads share and that costs little to make Go values of.

use longshore_go::{Map, Str, Value};
use serde_json::{Map as JsonMap, Value as Json};

use super::json;

/// A chart's own values: what Go has after they went through JSON, in byte order of the keys.
///
/// Each render makes Go values of them, which is the deep copy that coalescing needs anyway; the texts are shared.
///
/// ```
/// use longshore_chart::values::{DefaultValue, Defaults};
/// let defaults = Defaults::from(&serde_json::json!({"replicas": 2}).as_object().cloned().unwrap_or_default());
/// assert!(matches!(defaults.get("replicas"), Some(DefaultValue::Number(n)) if *n == 2.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults(Vec<(Str, DefaultValue)>);

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultValue {
    /// `null`, and what JSON cannot hold.
    Null,
    /// A bool.
    Bool(bool),
    /// Any number, as `encoding/json` reads it.
    Number(f64),
    /// Text.
    Text(Str),
    /// A list.
    List(Vec<DefaultValue>),
    /// A table.
    Table(Defaults),
}

impl Defaults {
    /// These values, as they come out of JSON.
    pub(crate) fn of(map: &Map) -> Self {
        Self(map.entries().iter().map(|(key, value)| (text(key), DefaultValue::of(value))).collect())
    }

    /// Go's values of them.
    pub fn to_map(&self) -> Map {
        self.0.iter().map(|(key, value)| (key.clone(), value.to_value())).collect()
    }

    /// What a release record holds of them.
    pub fn to_json(&self) -> JsonMap<String, Json> {
        match json::to_json(&Value::Map(self.to_map())) {
            Json::Object(map) => map,
            _ => JsonMap::new(),
        }
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&DefaultValue> {
        let at = self.0.binary_search_by(|(known, _)| known.as_bytes().cmp(key.as_bytes())).ok()?;
        Some(&self.0[at].1)
    }

    /// Keys and values, in byte order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Str, &DefaultValue)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&JsonMap<String, Json>> for Defaults {
    fn from(map: &JsonMap<String, Json>) -> Self {
        Self::of(&json::map_from_json(map))
    }
}

impl DefaultValue {
    fn of(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(int) => Self::Number(int.value as f64),
            Value::Uint(uint) => Self::Number(uint.value as f64),
            Value::Float(float) if float.is_finite() => Self::Number(*float),
            Value::Str(text) => Self::Text(self::text(text)),
            Value::List(list) => Self::List(list.iter().map(Self::of).collect()),
            Value::Map(map) => Self::Table(Defaults::of(map)),
            // Nothing that values.yaml can hold, but what JSON makes of it.
            other => match json::from_json(&json::to_json(other)) {
                Value::Nil => Self::Null,
                value => Self::of(&value),
            },
        }
    }

    /// Go's value of it.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Nil,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Float(*number),
            Self::Text(text) => Value::Str(text.clone()),
            Self::List(items) => Value::list(items.iter().map(Self::to_value).collect()),
            Self::Table(table) => Value::Map(table.to_map()),
        }
    }

    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Defaults> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }
}

/// The text, which JSON writes with U+FFFD in place of what is no UTF-8.
fn text(text: &Str) -> Str {
    if text.as_str().is_some() { text.clone() } else { text.to_str_lossy().into() }
}

#[cfg(test)]
mod tests {
    use longshore_go::{Map, Str, Value};
    use serde_json::json;

    use super::{DefaultValue, Defaults};
    use crate::values::{from_json, to_json};

    #[test]
    fn they_are_what_json_makes_of_values() {
        let all = json!({"a": [1, 2.5, null, true, {"b": -0.0}], "c": {"d": "x", "e": {}}, "f": 1e300});
        let Value::Map(map) = from_json(&all) else { panic!("a map") };
        let defaults = Defaults::of(&map);
        assert_eq!(to_json(&Value::Map(defaults.to_map())), to_json(&Value::Map(map)));
        assert_eq!(Defaults::from(&defaults.to_json()), defaults);
        let table = defaults.get("c").and_then(DefaultValue::as_table).unwrap();
        assert_eq!(table.get("d"), Some(&DefaultValue::Text("x".into())));
        assert_eq!(table.get("x"), None);
    }

    #[test]
    fn what_json_cannot_hold_is_null_and_bad_bytes_are_replaced() {
        let bad = Str::from(b"a\xFF".as_slice());
        let map: Map = [("n", Value::Float(f64::NAN)), ("t", Value::Str(bad)), ("i", Value::int(7))]
            .into_iter()
            .collect();
        let defaults = Defaults::of(&map);
        assert_eq!(defaults.get("n"), Some(&DefaultValue::Null));
        assert_eq!(defaults.get("t"), Some(&DefaultValue::Text("a\u{FFFD}".into())));
        assert_eq!(defaults.get("i"), Some(&DefaultValue::Number(7.0)));
    }
}
