//! Client-side apply: the patch of an object is made here, of what the release said, says, and what is live.
//!
//! Rules: `createPatch` of <https://github.com/helm/helm/blob/v4.3.1/pkg/kube/client.go>.

mod merge;
mod schema;
mod strategic;
#[cfg(test)]
mod tests;

use longshore_cluster::Patch;
use longshore_object::Gvk;
use serde_json::Value as Json;

use schema::Type;

/// What a patch is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Versions<'a> {
    /// What the release said before.
    pub(super) original: &'a Json,
    /// What it says now.
    pub(super) modified: &'a Json,
    /// What is live; null if nothing is.
    pub(super) live: &'a Json,
}

/// The patch for an object; none if nothing is to be changed.
///
/// Kinds that are not Kubernetes' own are patched without regard to what is live, unless `three_way`.
///
/// # Errors
/// A list that merges has items without their key.
pub(super) fn patch(gvk: &Gvk, versions: Versions<'_>, three_way: bool) -> Result<Option<Patch>, String> {
    let Versions { original, modified, live } = versions;
    // The old version of definitions is patched as if it were none of Kubernetes' own.
    let is_old_definition =
        gvk.kind == "CustomResourceDefinition" && gvk.api_version() == "apiextensions.k8s.io/v1beta1";
    let of = Type::of(gvk).filter(|_| !is_old_definition);
    let patch = match of {
        Some(of) => Patch::Strategic(strategic::three_way(original, modified, live, of)?),
        None if three_way => Patch::Merge(merge::three_way(original, modified, live)),
        None => Patch::Merge(merge::two_way(original, modified)),
    };
    let (Patch::Strategic(body) | Patch::Merge(body) | Patch::Json(body)) = &patch;
    let is_empty = body.as_object().is_some_and(serde_json::Map::is_empty);
    Ok((!is_empty).then_some(patch))
}
