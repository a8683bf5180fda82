//! What is known of the builtin kinds without asking a cluster: plural, scope, and Helm's order.
//!
//! The table covers the API groups that `kube-apiserver` serves itself. A kind that is not in it is of
//! a custom resource or of an aggregated API: its scope is in discovery, or in a
//! `CustomResourceDefinition` of the same set ([`scope_from_definition`]).

mod helm_order;
mod projects;
mod table;

pub use helm_order::{INSTALL_ORDER, UNINSTALL_ORDER, compare_by_kind, install_rank, uninstall_rank};
pub use projects::project_of;

use serde_json::Value as Json;

use crate::live::text;

/// Whether objects of a kind live in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One per namespace and name.
    Namespaced,
    /// One per name.
    Cluster,
}

/// One builtin kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindInfo {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// The resource's name in URLs.
    pub plural: &'static str,
    /// Scope.
    pub scope: Scope,
}

/// The builtin kind of that group and name.
pub fn builtin(group: &str, kind: &str) -> Option<&'static KindInfo> {
    table::BUILTIN.iter().find(|info| info.kind == kind && info.group == group)
}

/// The scope of a builtin kind; `None` for all others.
///
/// ```
/// use longshore_object::kinds::{Scope, scope};
/// assert_eq!(scope("apps", "Deployment"), Some(Scope::Namespaced));
/// assert_eq!(scope("", "Namespace"), Some(Scope::Cluster));
/// assert_eq!(scope("example.com", "Namespace"), None);
/// ```
pub fn scope(group: &str, kind: &str) -> Option<Scope> {
    builtin(group, kind).map(|info| info.scope)
}

/// What a `CustomResourceDefinition` says of the kind it defines: group, kind, plural and scope.
pub fn scope_from_definition(crd: &Json) -> Option<(String, String, String, Scope)> {
    let field = |pointer| Some(text(crd, pointer).to_owned()).filter(|text| !text.is_empty());
    let scope = match text(crd, "/spec/scope") {
        "Namespaced" => Scope::Namespaced,
        "Cluster" => Scope::Cluster,
        _ => return None,
    };
    Some((field("/spec/group")?, field("/spec/names/kind")?, field("/spec/names/plural")?, scope))
}

/// A kind that a `CustomResourceDefinition` defines, and the versions that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Versions that are served.
    pub versions: Vec<String>,
}

/// What a `CustomResourceDefinition` defines; `None` for other objects.
pub fn defined_by(object: &Json) -> Option<Defined> {
    if text(object, "/kind") != "CustomResourceDefinition" {
        return None;
    }
    let (group, kind, ..) = scope_from_definition(object)?;
    let listed = object.pointer("/spec/versions").and_then(Json::as_array).into_iter().flatten();
    let served = listed.filter(|version| version["served"] == true);
    let mut versions: Vec<String> =
        served.filter_map(|version| Some(version["name"].as_str()?.to_owned())).collect();
    // As `v1beta1` wrote it, with one version.
    versions.extend(object.pointer("/spec/version").and_then(Json::as_str).map(str::to_owned));
    versions.dedup();
    Some(Defined { group, kind, versions })
}
