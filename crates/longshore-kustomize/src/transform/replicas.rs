//! How many replicas there shall be.

use std::fmt::Write as _;

use longshore_yaml::{Kind, Node};

use crate::error::{Error, HERE};
use crate::field;
use crate::fieldspec::FieldSpec;
use crate::finding;
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
            })
            .map_err(|error| error.about(HERE, resource))?;
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
    let error = Error::new(format!(
        "resource with name {} does not match a config with the following GVK [{types}]",
        replica.name
    ));
    let scalable = |resource: &&Resource| {
        let gvk = resource.gvk(scopes);
        specs.iter().any(|spec| spec.selects(&gvk))
    };
    let scalable: Vec<Resource> = resources.iter().filter(scalable).cloned().collect();
    Err(error.hint(finding::of_names("", &replica.name, &scalable)))
}
