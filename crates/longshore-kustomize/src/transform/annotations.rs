//! Annotations on objects and in their templates.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::fieldspec::FieldSpec;
use crate::resource::Resource;

/// Sets annotations in all the fields.
///
/// # Errors
/// A field is no mapping, or something in its way is neither a mapping nor a list.
pub fn apply(
    resources: &mut [Resource],
    annotations: &BTreeMap<String, String>,
    specs: &[FieldSpec],
) -> Result<(), Error> {
    for resource in resources {
        for (key, value) in annotations {
            super::set_entries(resource, specs, key, value)?;
        }
    }
    Ok(())
}
