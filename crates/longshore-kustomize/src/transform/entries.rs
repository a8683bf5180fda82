//! Labels and annotations: on objects, in their templates and in what they select.

use std::collections::BTreeMap;

use longshore_yaml::{Kind, Node, Text};

use crate::error::{Error, HERE};
use crate::field;
use crate::fieldspec::{FieldSpec, split_path};
use crate::resource::Resource;

/// A field that holds entries, and the way to it.
struct Place<'s> {
    spec: &'s FieldSpec,
    path: Vec<String>,
}

/// Sets entries in the maps that the fields hold.
///
/// # Errors
/// A field is no mapping, or something in its way is neither a mapping nor a list.
pub fn apply(
    resources: &mut [Resource],
    entries: &BTreeMap<String, String>,
    specs: &[FieldSpec],
) -> Result<(), Error> {
    let places: Vec<Place<'_>> =
        specs.iter().map(|spec| Place { spec, path: split_path(&spec.path) }).collect();
    let entries: Vec<(&str, Node)> = entries.iter().map(|(key, value)| (&**key, entry(value))).collect();
    // Most fields are those of other types; objects of one type mostly come in a row.
    let mut of_type: (Text, Text) = Default::default();
    let mut fitting: Vec<&Place<'_>> =
        places.iter().filter(|place| place.spec.is_for(&Node::null())).collect();
    for resource in resources {
        let own = ["apiVersion", "kind"].map(|name| field::text(resource.node(), name));
        if own != [&*of_type.0, &*of_type.1] {
            fitting = places.iter().filter(|place| place.spec.is_for(resource.node())).collect();
            of_type = own.into();
        }
        for (key, value) in &entries {
            set(resource, &fitting, key, value).map_err(|error| error.about(HERE, resource))?;
        }
    }
    Ok(())
}

/// An entry's value.
fn entry(value: &str) -> Node {
    let mut node = Node::string(value);
    field::quote_if_keyword(&mut node);
    node
}

/// Sets an entry of each of the maps that `places` lead to; where it is made anew, all places hold one and the same node
/// from then on, as upstream's do.
fn set(resource: &mut Resource, places: &[&Place<'_>], key: &str, value: &Node) -> Result<(), Error> {
    let identity = if places.len() > 1 { resource.new_identity() } else { 0 };
    let mut made = 0;
    for place in places {
        let mut is_set = false;
        let create = Some((Kind::Mapping, "!!map"));
        place.spec.walk(&place.path, resource.node_mut(), create, &mut |map| {
            let mut value = value.clone();
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
