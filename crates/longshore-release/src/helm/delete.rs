//! Deleting objects: kinds one after the other, what fails told at the end.

use std::sync::Mutex;

use longshore_cluster::{DeleteOptions, Propagation};

use super::{Error, Operation, Resource, Result, Severity, perform};

/// Asks for the deletion of objects. One that is not there (any more) counts as deleted.
///
/// Rule: `Delete` of <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>.
///
/// # Errors
/// All deletions that were refused; the others were asked for. Or there was nothing to delete.
pub async fn delete(
    operation: &Operation,
    resources: &[Resource],
    propagation: Propagation,
) -> std::result::Result<(), Vec<Error>> {
    let refused = Mutex::new(Vec::new());
    let done = perform(operation, resources, async |resource| {
        if let Err(error) = delete_one(operation, resource, propagation).await {
            let mut refused = refused.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            refused.push(error);
        }
        Ok(())
    })
    .await;
    let mut errors = refused.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Err(nothing) = done {
        errors.push(nothing.within("object not found, skipping delete"));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

async fn delete_one(operation: &Operation, resource: &Resource, propagation: Propagation) -> Result<()> {
    let (namespace, name, kind) = (&*resource.namespace, &*resource.name, &*resource.gvk.kind);
    let beside = [("namespace", namespace), ("name", name), ("kind", kind)];
    operation.log.log(Severity::Debug, "starting delete resource", &beside);
    if name.is_empty() {
        return Err(Error::new("resource name may not be empty"));
    }
    let options = DeleteOptions { propagation, ..DeleteOptions::default() };
    operation.cluster.delete(&resource.gvk, resource.namespace(), name, &options).await?;
    Ok(())
}
