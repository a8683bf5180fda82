//! Writing a value to one field.

use longshore_yaml::{Kind, Node};

use crate::error::Error;
use crate::field;
use crate::kustomization::FieldOptions;

/// Writes a value to a field, or to a part of its text. Of a scalar only the text changes, so that its type and quotes
/// stay what they are.
///
/// # Errors
/// A part is meant of what is no scalar.
pub(super) fn write(target: &mut Node, mut value: Node, options: Option<&FieldOptions>) -> Result<(), Error> {
    if let Some(options) = options.filter(|options| !options.delimiter.is_empty()) {
        if target.kind != Kind::Scalar {
            return Err(Error::new("delimiter option can only be used with scalar nodes"));
        }
        let delimiter = options.delimiter.as_str();
        let own = if field::is_null(&value) { String::new() } else { value.value.to_string() };
        let mut parts: Vec<&str> = target.value.split(delimiter).collect();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, &own),
            Ok(index) if index >= parts.len() => parts.push(&own),
            Ok(index) => parts[index] = &own,
        }
        value.value = parts.join(delimiter).into();
    }
    put(target, value);
    Ok(())
}

/// Makes the target what the value is; of a scalar only the text changes.
pub(super) fn put(target: &mut Node, value: Node) {
    if target.kind == Kind::Scalar {
        target.value = value.value;
        field::note_change(target);
    } else {
        field::overwrite(target, value);
    }
}
