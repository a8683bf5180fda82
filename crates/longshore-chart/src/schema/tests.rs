//! Rows of values and what Helm 4.3.1 says of them (`helm template --set …`).

use serde_json::{Value as Json, json};

use super::check_one;
use crate::compat::Level;
use crate::values::{Form, set, to_json};

fn schema() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["zz", "yy"],
        "properties": {
            "a": {"type": "integer", "maximum": 1000},
            "b": {"type": ["string", "null", "array"]},
            "c": {"enum": ["x", 1, null]},
            "d": {"const": 1.5},
            "e": {"pattern": "^a.*$", "minLength": 5},
            "f": {"type": "object", "additionalProperties": false, "properties": {"g": {"type": "string"}}},
            "h": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["k"]}]},
            "i": {"oneOf": [{"type": "number"}, {"minimum": 5}]},
            "j": {"type": "array", "items": {"type": "string"}, "minItems": 5, "uniqueItems": true},
            "k": {"$ref": "#/definitions/kk"},
            "l": {"format": "email"},
            "m": {"not": {"type": "string"}},
            "n": {"multipleOf": 0.1, "exclusiveMinimum": 1_000_000},
            "o": {"allOf": [{"type": "string"}, {"minLength": 3}]},
            "p": {"minLength": 2000},
        },
        "definitions": {"kk": {"type": "string", "maxLength": 2}},
    })
}

fn said(flags: &str) -> String {
    let values = longshore_go::Map::new();
    set(flags, Form::Typed, &values, Level::V4_3).unwrap();
    let text = schema().to_string();
    match check_one(text.as_bytes(), &to_json(&values.into())) {
        Ok(()) => "ok".to_owned(),
        Err(text) => text,
    }
}

#[test]
fn mistakes_in_helms_words() {
    for (flags, expected) in [
        ("", "ok"),
        ("a=5000", "- at '/a': maximum: got 5,000, want 1,000"),
        (
            "a=x,b=5",
            "- at '/a': got string, want integer\n- at '/b': got number, want null or string or array",
        ),
        ("c=y", "- at '/c': value must be one of 'x', 1, <nil>"),
        ("d=2", "- at '/d': value must be 1.5"),
        ("e=b", "- at '/e': minLength: got 1, want 5\n- at '/e': 'b' does not match pattern '^a.*$'"),
        (
            "f.x=1,f.y=2,f.g=1",
            "- at '/f/g': got number, want string\n- at '/f': additional properties 'x', 'y' not allowed",
        ),
        (
            "h=1",
            "- at '/h': 'anyOf' failed\n  - at '/h': got number, want string\n  - at '/h': got number, want object",
        ),
        ("i=7", "- at '/i': 'oneOf' failed, subschemas 0, 1 matched"),
        ("j={a,a}", "- at '/j': minItems: got 2, want 5\n- at '/j': items at 0 and 1 are equal"),
        ("k=abc", "- at '/k': maxLength: got 3, want 2"),
        ("l=foo", "- at '/l': 'foo' is not valid email: missing @"),
        ("m=x", "- at '/m': 'not' failed"),
        ("n=0", "- at '/n': exclusiveMinimum: got 0, want 1×10⁰⁶"),
        ("o=1", "- at '/o': 'allOf' failed\n  - at '/o': got number, want string"),
        ("o=a", "- at '/o': 'allOf' failed\n  - at '/o': minLength: got 1, want 3"),
        ("p=x", "- at '/p': minLength: got 1, want 2,000"),
    ] {
        assert_eq!(said(&format!("yy=1,zz=1,{flags}")).trim_end(), expected, "{flags}");
    }
    assert_eq!(said(""), "- at '': missing properties 'zz', 'yy'\n");
    assert_eq!(
        said("zz=1,a=x,e=b"),
        "- at '': missing property 'yy'\n- at '/a': got string, want integer\n- at '/e': validation failed\n  - at '/e': minLength: got 1, want 5\n  - at '/e': 'b' does not match pattern '^a.*$'\n"
    );
}

#[test]
fn other_documents_are_not_fetched() {
    let values = json!({});
    let remote = br#"{"$ref": "https://example.com/schema.json"}"#;
    assert!(check_one(remote, &values).unwrap_err().contains("is not fetched"));
    assert_eq!(check_one(br#"{"$ref": "urn:example:unknown"}"#, &values), Ok(()));
    let circle = br##"{"$ref": "#"}"##;
    assert_eq!(check_one(circle, &values).is_ok(), check_one(circle, &values).is_ok());
}
