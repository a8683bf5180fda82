//! Reading values files, and laying one over the other.

use std::borrow::Cow;

use longshore_go::{Map, Value};
use longshore_yaml::sigs;

use crate::compat::Level;
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
    for document in documents(data)? {
        let document =
            read_document(&document).map_err(|error| error.within("cannot unmarshal yaml document"))?;
        values = if values.is_empty() { document } else { merge_maps(&values, &document) };
    }
    Ok(values)
}

/// Reads one document. An empty one is an empty map.
fn read_document(data: &[u8]) -> Result<Map, Error> {
    sigs::to_map(data).map_err(|error| Error::new(ErrorKind::Values, error.to_string()))
}

/// Splits a stream as Kubernetes' `YAMLReader` does: at lines that start with `---` and hold nothing else
/// but a comment. A separator before any text stays in the text. `\r\n` becomes `\n`, and the last line has its end.
fn documents(data: &[u8]) -> Result<Vec<Cow<'_, [u8]>>, Error> {
    let mut documents = Vec::new();
    // Where the present document began, and where the present line does.
    let (mut start, mut at) = (0, 0);
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        if let Some(rest) = line.strip_prefix(b"---") {
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                return Err(Error::new(
                    ErrorKind::Values,
                    format!("error reading yaml document: invalid Yaml document separator: {rest}"),
                ));
            }
            if at > start {
                documents.push(whole_lines(&data[start..at]));
                start = at + line.len();
            }
        }
        at += line.len();
    }
    if at > start {
        documents.push(whole_lines(&data[start..]));
    }
    Ok(documents)
}

/// The lines of a document, each with `\n` at its end and nowhere `\r` before that. Nearly all are so already.
fn whole_lines(document: &[u8]) -> Cow<'_, [u8]> {
    if document.ends_with(b"\n") && !document.windows(2).any(|pair| pair == b"\r\n") {
        return Cow::Borrowed(document);
    }
    let mut lines = Vec::with_capacity(document.len() + 1);
    for line in document.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        lines.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        lines.push(b'\n');
    }
    Cow::Owned(lines)
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
    use super::{documents, read};
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

    #[test]
    fn line_ends_are_made_unix() {
        assert_eq!(documents(b"a: |\r\n  x\r\n").unwrap(), [&b"a: |\n  x\n"[..]]);
        assert_eq!(documents(b"a: 1").unwrap(), [&b"a: 1\n"[..]]);
    }
}
