//! Labels on objects, in their templates and in what they select.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::fieldspec::FieldSpec;
use crate::resource::Resource;

/// Sets labels in all the fields.
///
/// # Errors
/// A field is no mapping, or something in its way is neither a mapping nor a list.
pub fn apply(
    resources: &mut [Resource],
    labels: &BTreeMap<String, String>,
    specs: &[FieldSpec],
) -> Result<(), Error> {
    for resource in resources {
        for (key, value) in labels {
            super::set_entries(resource, specs, key, value)?;
        }
    }
    Ok(())
}
