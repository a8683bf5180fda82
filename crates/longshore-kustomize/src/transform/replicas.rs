//! How many replicas there shall be.

use std::fmt::Write as _;

use longshore_yaml::{Kind, Node};

use crate::error::Error;
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::kustomization::Replica;
use crate::resource::Resource;
use crate::scope::Scopes;

/// Sets the count of the resources that have, or had, the name.
///
/// # Errors
/// There is no such resource of a type that has replicas.
pub fn apply(
    resources: &mut [Resource],
    replica: &Replica,
    specs: &[FieldSpec],
    scopes: &Scopes,
) -> Result<(), Error> {
    let mut is_found = false;
    for resource in resources.iter_mut().filter(|resource| !resource.is_empty()) {
        let mut ids = resource.past_ids();
        ids.push(resource.id(scopes));
        ids.retain(|id| id.name == replica.name.as_str());
        for spec in specs.iter().filter(|spec| ids.iter().any(|id| spec.selects(&id.gvk))) {
            is_found = true;
            spec.apply(resource.node_mut(), Some((Kind::Scalar, "!!int")), &mut |node| {
                field::set_scalar(node, Node::int(replica.count))
            })?;
            resource.settle();
        }
    }
    if is_found {
        return Ok(());
    }
    let mut types = String::new();
    for spec in specs {
        let space = if types.is_empty() { "" } else { " " };
        let _ = write!(types, "{space}{}", spec.gvk());
    }
    Err(Error::new(format!(
        "resource with name {} does not match a config with the following GVK [{types}]",
        replica.name
    )))
}
