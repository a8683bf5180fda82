//! All values of a command: files and flags, in Helm's order of precedence.

use longshore_go::{Map, Value, json};

use super::{Form, merge_maps, read, set};
use crate::compat::Level;
use crate::{Error, ErrorKind};

/// The values that a user gives. Files are already read; `--set-file` names are read through a function.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `-f`: name and content of each file, in order.
    pub files: Vec<(String, Vec<u8>)>,
    /// `--set-json`
    pub set_json: Vec<String>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub set_string: Vec<String>,
    /// `--set-file`
    pub set_file: Vec<String>,
    /// `--set-literal`
    pub set_literal: Vec<String>,
}

/// Merges all sources: files first, then the flags by kind (JSON, plain, string, file, literal), not by
/// their order on the command line. `read_file` gives the content of a file named by `--set-file`, or
/// Go's text of why not (`open x: no such file or directory`).
///
/// # Errors
/// Helm's text: `failed parsing --set data: key "a" has no value`.
pub fn merge(
    sources: &Sources,
    level: Level,
    read_file: &mut dyn FnMut(&str) -> Result<Vec<u8>, String>,
) -> Result<Map, Error> {
    let fail = |text: String| Error::new(ErrorKind::Values, text);
    let mut values = Map::new();
    for (name, content) in &sources.files {
        let file = read(content, level).map_err(|error| error.within(format!("failed to parse {name}")))?;
        values = merge_maps(&values, &file);
    }
    for text in &sources.set_json {
        let trimmed = text.trim();
        if trimmed.starts_with('{') && level.rules().sets_json_objects {
            let Ok(Value::Map(map)) = json::parse(trimmed.as_bytes()) else {
                return Err(fail(format!("failed parsing --set-json data JSON: {text}")));
            };
            values = merge_maps(&values, &map);
        } else {
            set(text, Form::Json, &values, level)
                .map_err(|_| fail(format!("failed parsing --set-json data {text}")))?;
        }
    }
    let mut read_value = |name: &str| {
        let bytes = read_file(name)?;
        Ok(Value::str(bytes))
    };
    for text in &sources.set {
        set(text, Form::Typed, &values, level)
            .map_err(|error| fail(format!("failed parsing --set data: {error}")))?;
    }
    for text in &sources.set_string {
        set(text, Form::Strings, &values, level)
            .map_err(|error| fail(format!("failed parsing --set-string data: {error}")))?;
    }
    for text in &sources.set_file {
        set(text, Form::Files(&mut read_value), &values, level)
            .map_err(|error| fail(format!("failed parsing --set-file data: {error}")))?;
    }
    for text in &sources.set_literal {
        set(text, Form::Literal, &values, level)
            .map_err(|error| fail(format!("failed parsing --set-literal data: {error}")))?;
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::{Sources, merge};
    use crate::compat::Level;
    use crate::values::to_json;

    #[test]
    fn the_kind_of_flag_decides_not_its_place() {
        let sources = Sources {
            files: vec![
                ("a.yaml".to_owned(), b"x: {a: 1, b: 1}\n".to_vec()),
                ("b.yaml".to_owned(), b"x: {b: 2}\n".to_vec()),
            ],
            set_json: vec![r#"{"x": {"c": 3, "d": 3}}"#.to_owned(), "x.e=[1]".to_owned()],
            set: vec!["x.d=4,x.f=4".to_owned()],
            set_string: vec!["x.f=5".to_owned()],
            set_file: vec!["x.g=name".to_owned()],
            set_literal: vec!["x.h=a,b".to_owned()],
        };
        let values = merge(&sources, Level::V4_3, &mut |name| Ok(name.to_uppercase().into_bytes())).unwrap();
        assert_eq!(
            to_json(&values.into()).to_string(),
            r#"{"x":{"a":1,"b":2,"c":3,"d":4,"e":[1],"f":"5","g":"NAME","h":"a,b"}}"#
        );
    }

    #[test]
    fn mistakes_name_their_flag() {
        let sources = Sources { set_json: vec!["a=}".to_owned()], ..Sources::default() };
        let error = merge(&sources, Level::V4_3, &mut |_| unreachable!()).unwrap_err();
        assert_eq!(error.to_string(), "failed parsing --set-json data a=}");
    }
}
