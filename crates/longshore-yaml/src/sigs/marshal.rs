//! `yaml.Marshal` of `sigs.k8s.io/yaml`: Helm's `toYaml`.

use longshore_go::{Value, json};

use crate::decode::{self, Numbers, Options};
use crate::dialect::{Dialect, Limits};
use crate::encode::{EmitOptions, Form, Writer};
use crate::error::{Error, ErrorKind};
use crate::reader::Source;
use crate::tree::Tree;

/// Writes `value` as Helm's `toYaml` does before it trims the last line break.
///
/// The original writes JSON, reads that as YAML and writes what it got with go-yaml v2. The result is
/// the same here, but the JSON is only made where it leaves marks: text with characters that YAML
/// treats specially inside of double quotes, and keys too long to be recognised as such.
///
/// # Errors
/// Where the original fails: infinities and cyclic values, control characters from U+007F to U+009F,
/// keys of more than 1024 characters.
///
/// ```
/// use longshore_go::{Map, Value};
/// let value: Value = Map::from_iter([
///     ("b", Value::from(1_000_000.0)),
///     ("a10", Value::from("yes")),
///     ("a2", Value::list(vec![])),
/// ]).into();
/// let text = longshore_yaml::sigs::marshal(&value)?;
/// assert_eq!(text, b"a2: []\na10: \"yes\"\nb: 1000000\n");
/// # Ok::<(), longshore_yaml::Error>(())
/// ```
pub fn marshal(value: &Value) -> Result<Vec<u8>, Error> {
    if needs_json(value, 0) {
        return marshal_by_json(value);
    }
    // What JSON cannot hold is found in the order of JSON's keys, which is not that of YAML's.
    Writer::document(value, Form::ByJson, &EmitOptions::v2())
        .map_err(|error| to_json_text(value).err().unwrap_or(error))
}

fn to_json_text(value: &Value) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    json::append(&mut text, value, json::EscapeHtml::Yes)
        .map_err(|error| Error::new(ErrorKind::Encode, format!("error marshaling into JSON: {error}")))?;
    Ok(text)
}

/// The long way, exactly as the original goes it.
pub(crate) fn marshal_by_json(value: &Value) -> Result<Vec<u8>, Error> {
    let text = to_json_text(value)?;
    let limits = Limits::default();
    limits.check_size(&text)?;
    let source = Source::new(&text);
    let Some(tree) = Tree::first(&source, Dialect::V2, &limits)? else {
        return Ok(b"null\n".to_vec());
    };
    let options =
        Options { dialect: Dialect::V2, numbers: Numbers::Typed, strict: false, limits, wanted: None };
    let value = decode::decode(&tree, options)?;
    Writer::document(&value, Form::Direct, &EmitOptions::v2())
}

/// Whether the JSON in between would show.
fn needs_json(value: &Value, depth: usize) -> bool {
    // Too deep or cyclic: the writer says so.
    if depth > 1000 {
        return false;
    }
    match value {
        Value::Str(text) => is_special(text),
        Value::List(list) => list.iter().any(|item| needs_json(item, depth + 1)),
        Value::Map(map) => {
            map.entries().iter().any(|(key, item)| is_special_key(key) || needs_json(item, depth + 1))
        }
        Value::Object(object) => object
            .field_names()
            .iter()
            .any(|name| object.field(name).is_some_and(|field| needs_json(&field, depth + 1))),
        _ => false,
    }
}

/// Text with DEL, C1 control characters (of which NEL is a line break to YAML), U+FFFE or U+FFFF.
pub(super) fn is_special(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(i, &byte)| match byte {
        0x7F => true,
        0xC2 => matches!(text.get(i + 1), Some(0x80..=0x9F)),
        0xEF => matches!(text.get(i + 1..i + 3), Some([0xBF, 0xBE | 0xBF])),
        _ => false,
    })
}

/// Keys that in JSON may take more than the 1024 characters in which YAML must find their `:`.
pub(super) fn is_special_key(key: &[u8]) -> bool {
    // One character takes six at most (`\u003c`).
    key.len() > 1024 / 6 || is_special(key)
}
