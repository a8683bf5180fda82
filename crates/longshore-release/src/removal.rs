//! Deleting one object and knowing that it is gone, with everything that it owned.

use longshore_cluster::{DeleteOptions, Propagation};
use longshore_object::{Gvk, ObjectKey};

use crate::{Context, ReleaseError};

/// Deletes an object and waits until it is gone. What it owns goes first (a Deployment's pods), so that
/// "gone" means all of it. That it was gone already is no error.
///
/// # Errors
/// The cluster refuses, or the object is still there after the context's timeout.
pub(crate) async fn delete_and_wait(
    context: &Context,
    gvk: &Gvk,
    key: &ObjectKey,
) -> Result<(), ReleaseError> {
    let options = DeleteOptions { propagation: Propagation::Foreground, ..DeleteOptions::default() };
    let namespace = key.namespace.as_deref();
    if context.cluster.delete(gvk, namespace, &key.name, &options).await? {
        context.cluster.wait_gone(gvk, namespace, &key.name, None, context.timeout).await?;
    }
    Ok(())
}

/// Whether pods read an object of this identity when they start. Names of such often change with their content (those
/// that Kustomize generates), so that each change deletes the old one.
pub(crate) fn is_read_by_pods(key: &ObjectKey) -> bool {
    key.group.is_empty() && matches!(key.kind.as_str(), "ConfigMap" | "Secret")
}
