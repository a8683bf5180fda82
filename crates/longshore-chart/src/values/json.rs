//! Between Go's values and JSON.
//!
//! Charts keep their values as JSON, which can be shared between threads; each render makes Go values
//! of them anew, and that is the deep copy that coalescing needs anyway.

use longshore_go::{Map, Value};
use serde_json::{Number, Value as Json};

/// The value that Go's `encoding/json` makes of JSON in an `interface {}`: every number a `float64`.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(number) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(from_json).collect()),
        Json::Object(map) => Value::Map(map_from_json(map)),
    }
}

/// As [`from_json`], of an object.
pub fn map_from_json(map: &serde_json::Map<String, Json>) -> Map {
    map.iter().map(|(key, value)| (key.as_str(), from_json(value))).collect()
}

/// The JSON that Go's `encoding/json` writes of a value: whole floats below 1e21 without decimals.
/// What JSON cannot hold (NaN, infinities, functions) becomes null.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Missing | Value::Nil | Value::Complex(_) | Value::Func(_) => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(int) => Json::from(int.value),
        Value::Uint(uint) => Json::from(uint.value),
        Value::Duration(duration) => Json::from(duration.0),
        Value::Float(float) => number(*float),
        Value::Str(text) => Json::String(text.to_str_lossy().into_owned()),
        Value::Bytes(bytes) => Json::String(base64(bytes)),
        Value::List(list) => Json::Array(list.iter().map(to_json).collect()),
        Value::Map(map) => Json::Object(
            map.entries()
                .iter()
                .map(|(key, value)| (key.to_str_lossy().into_owned(), to_json(value)))
                .collect(),
        ),
        Value::Object(object) => Json::Object(
            object
                .field_names()
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), to_json(&object.field(name)?))))
                .collect(),
        ),
    }
}

/// A float as Go writes it: the shortest digits, and no decimals where there is none to write.
fn number(float: f64) -> Json {
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    let is_negative_zero = float == 0.0 && float.is_sign_negative();
    if float.fract() == 0.0 && float.abs() <= WHOLE && !is_negative_zero {
        return Json::from(float as i64);
    }
    Number::from_f64(float).map_or(Json::Null, Json::Number)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{from_json, to_json};

    #[test]
    fn numbers_become_floats_and_come_back_as_go_writes_them() {
        let json = json!({"a": [1, 2.5, -3, 1e300], "b": {"c": null, "d": true}, "e": "x"});
        assert_eq!(from_json(&json!(7)).type_info().name, "float64");
        assert_eq!(to_json(&from_json(&json)), json);
        assert_eq!(to_json(&from_json(&json!(9_007_199_254_740_993_i64))), json!(9_007_199_254_740_992_i64));
    }
}
