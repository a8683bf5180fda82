//! Resources as text: each goes through JSON, which forgets comments, styles and the order of keys.

mod go_syntax;

use longshore_go::{Value, json};
use longshore_template::in_shares;
use longshore_yaml::{Dialect, Limits, Node, sigs, unmarshal};

use crate::error::Error;
use crate::field;
use crate::printed;
use crate::resource::Resource;

/// How an error has to do with an object that cannot be written.
pub(crate) const WRITTEN: &str = "the object that cannot be written";

/// To write a resource takes about as long as to parse a template of this many bytes.
const AS_LONG_AS: usize = 2 << 10;

/// All resources as documents, `---` between them.
///
/// # Errors
/// A resource that JSON cannot hold, such as one with a key that is no text.
pub fn documents(resources: &[Resource]) -> Result<Vec<u8>, Error> {
    let documents =
        in_shares(resources, |_| AS_LONG_AS, |resources| resources.iter().map(document).collect());
    let mut out = Vec::new();
    for (at, (resource, document)) in resources.iter().zip(documents).enumerate() {
        if at > 0 {
            out.extend(b"---\n");
        }
        let text = document.map_err(|error| explain(resource.node(), error));
        out.extend(text.map_err(|error| error.about(WRITTEN, resource))?);
    }
    Ok(out)
}

/// What Kustomize says of a resource that cannot be written: what it is in Go, and why, with the lines counted in what it
/// prints.
fn explain(node: &Node, error: Error) -> Error {
    let printed = unmarshal(field::print(node).as_bytes(), Dialect::V3, &Limits::default());
    match (printed, go_syntax::of(node)) {
        (Err(error), None) => Error::new(format!("map[string]interface {{}}(nil): {error}")),
        (_, Some(shown)) => error.wrapped(shown),
        (Ok(_), None) => error,
    }
}

/// A resource as YAML.
///
/// # Errors
/// As [`documents`].
pub fn document(resource: &Resource) -> Result<Vec<u8>, Error> {
    match sigs::marshal_plain(resource.node()) {
        Some(text) => Ok(text),
        None => Ok(sigs::marshal(&value(resource)?)?),
    }
}

/// A resource as the value that JSON holds of it.
///
/// # Errors
/// As [`documents`].
pub fn value(resource: &Resource) -> Result<Value, Error> {
    printed::value(resource.node())
}

/// A resource as JSON on one line, as messages have it.
pub fn json_text(resource: &Resource) -> String {
    let text = value(resource).and_then(|value| {
        let mut text = Vec::new();
        json::append(&mut text, &value, json::EscapeHtml::Yes)
            .map_err(|error| Error::new(error.to_string()))?;
        Ok(text)
    });
    match text {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => format!("<{error}>"),
    }
}
