//! What holds data that nobody can render again (design decision 14).

use longshore_object::ObjectKey;

/// Whether deleting an object of this identity destroys data: volume claims and volumes, definitions,
/// whose instances go with them, and namespaces, whose whole content does.
pub(crate) fn holds(key: &ObjectKey) -> bool {
    matches!(
        (key.group.as_str(), key.kind.as_str()),
        ("", "PersistentVolumeClaim" | "PersistentVolume" | "Namespace")
            | ("apiextensions.k8s.io", "CustomResourceDefinition")
    )
}
