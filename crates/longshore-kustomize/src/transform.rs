//! What changes resources: one module for each builtin transformer that a kustomization has a field for.

pub mod annotations;
pub mod images;
pub mod labels;
pub mod namespace;
pub mod patches;
pub mod prefix;
pub mod replicas;
pub mod value_add;
pub mod vars;

use longshore_yaml::{Kind, Node};

use crate::error::Error;
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::resource::Resource;

/// Sets an entry of each of the maps that `specs` lead to; where it is made anew, all places hold one and the same node
/// from then on, as upstream's do.
fn set_entries(resource: &mut Resource, specs: &[FieldSpec], key: &str, value: &str) -> Result<(), Error> {
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
