//! Labels and annotations: on objects, in their templates and in what they select.

use std::collections::BTreeMap;

use longshore_yaml::{Kind, Node};

use crate::error::{Error, HERE};
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::resource::Resource;

/// Sets entries in the maps that the fields hold.
///
/// # Errors
/// A field is no mapping, or something in its way is neither a mapping nor a list.
pub fn apply(
    resources: &mut [Resource],
    entries: &BTreeMap<String, String>,
    specs: &[FieldSpec],
) -> Result<(), Error> {
    for resource in resources {
        for (key, value) in entries {
            set(resource, specs, key, value).map_err(|error| error.about(HERE, resource))?;
        }
    }
    Ok(())
}

/// Sets an entry of each of the maps that `specs` lead to; where it is made anew, all places hold one and the same node
/// from then on, as upstream's do.
fn set(resource: &mut Resource, specs: &[FieldSpec], key: &str, value: &str) -> Result<(), Error> {
    // Most fields are those of other types.
    let identity = if specs.len() > 1 { resource.new_identity() } else { 0 };
    let mut made = 0;
    for spec in specs {
        let mut is_set = false;
        spec.apply(resource.node_mut(), Some((Kind::Mapping, "!!map")), &mut |map| {
            let mut value = Node::string(value);
            field::quote_if_keyword(&mut value);
            is_set = true;
            if !field::is_null(map) && field::position(map, key).is_none() {
                field::expect(map, Kind::Mapping)?;
                value.identity = identity;
                map.content.extend([field::untyped(key), value]);
                made += 1;
                return Ok(());
            }
            field::set(map, key, value)
        })?;
        if is_set {
            resource.settle();
        }
    }
    if made > 1 {
        resource.note_sharing();
    }
    Ok(())
}
