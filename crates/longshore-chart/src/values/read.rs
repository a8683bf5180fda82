//! Reading values files, and laying one over the other.

use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use crate::compat::Level;
use crate::stream::Documents;
use crate::{Error, ErrorKind};

/// Reads a values file: from 4.x on all its documents, each laid over those before it.
///
/// # Errors
/// Helm's text, without the name of the file: `cannot unmarshal yaml document: error converting YAML to
/// JSON: yaml: line 2: …`.
pub fn read(data: &[u8], level: Level) -> Result<Map, Error> {
    if !level.rules().merges_value_documents {
        return read_document(data);
    }
    let mut values = Map::new();
    for document in Documents::new(data) {
        let document = document.map_err(|problem| {
            Error::new(ErrorKind::Values, format!("error reading yaml document: {problem}"))
        })?;
        let document =
            read_document(&document).map_err(|error| error.within("cannot unmarshal yaml document"))?;
        values = if values.is_empty() { document } else { merge_maps(&values, &document) };
    }
    Ok(values)
}

/// Reads the first document; one without content is an empty map.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_document(data: &[u8]) -> Result<Map, Error> {
    sigs::to_map(data).map_err(|error| Error::new(ErrorKind::Values, error.to_string()))
}

/// Lays `over` over `base`: maps merge, everything else replaces, null included. Both stay as they are.
pub fn merge_maps(base: &Map, over: &Map) -> Map {
    let merged: Map = base.snapshot().into_iter().collect();
    for (key, value) in over.snapshot() {
        let value = match (&value, merged.get(&key)) {
            (Value::Map(over), Some(Value::Map(base))) => Value::Map(merge_maps(&base, over)),
            _ => value,
        };
        merged.insert(key, value);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::compat::Level;
    use crate::values::to_json;

    fn shown(text: &str, level: Level) -> String {
        match read(text.as_bytes(), level) {
            Ok(map) => to_json(&map.into()).to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn documents_merge_from_helm_4_on() {
        let text = "a: {x: 1, z: 2}\n---\na: {z: 3}\nb: null\n";
        assert_eq!(shown(text, Level::V4_3), r#"{"a":{"x":1,"z":3},"b":null}"#);
        assert_eq!(shown(text, Level::V3_22), r#"{"a":{"x":1,"z":2}}"#);
        assert_eq!(shown("---\n# nothing\n--- # more\n", Level::V4_3), "{}");
        assert_eq!(shown("", Level::V4_3), "{}");
    }

    #[test]
    fn mistakes_in_helms_words() {
        assert_eq!(
            shown("- a\n", Level::V4_3),
            "cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}"
        );
        assert_eq!(
            shown("a: 1\n--- b\n", Level::V4_3),
            "error reading yaml document: invalid Yaml document separator: b"
        );
    }
}
