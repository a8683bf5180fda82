//! Types of objects: group, version and kind.

use std::fmt;

use longshore_yaml::Text;

use crate::scope::Scopes;

/// The type of an object, with what is known of its scope (`resid.Gvk`).
///
/// ```
/// use longshore_kustomize::{Gvk, Scopes};
/// let gvk = Gvk::new(&"apps/v1".into(), "Deployment".into(), &Scopes::default());
/// assert_eq!((&*gvk.group, &*gvk.version), ("apps", "v1"));
/// assert_eq!(gvk.to_string(), "Deployment.v1.apps");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gvk {
    /// Empty for core types.
    pub group: Text,
    /// Such as `v1`.
    pub version: Text,
    /// Such as `Deployment`.
    pub kind: Text,
    /// Known to be outside of namespaces.
    pub is_cluster_scoped: bool,
}

impl Gvk {
    /// The type with this `apiVersion` and `kind`.
    pub fn new(api_version: &Text, kind: Text, scopes: &Scopes) -> Self {
        let is_cluster_scoped = scopes.is_cluster_scoped(api_version, &kind);
        let (group, version) = Self::parts(api_version);
        Self { group, version, kind, is_cluster_scoped }
    }

    /// Group and version as [`split_api_version`] tells them, which share the text.
    pub fn parts(api_version: &Text) -> (Text, Text) {
        match api_version.bytes().position(|byte| byte == b'/') {
            Some(at) => (api_version.up_to_byte(at), api_version.from_byte(at + 1)),
            None => (Text::default(), api_version.clone()),
        }
    }

    /// The type of these parts.
    pub fn of(group: &str, version: &str, kind: &str, scopes: &Scopes) -> Self {
        let mut gvk = Self::unscoped(group, version, kind);
        gvk.is_cluster_scoped = scopes.is_cluster_scoped(&gvk.api_version(), kind);
        gvk
    }

    /// The type of these parts, of whose scope nothing is known.
    pub fn unscoped(group: impl Into<Text>, version: impl Into<Text>, kind: impl Into<Text>) -> Self {
        Self { group: group.into(), version: version.into(), kind: kind.into(), is_cluster_scoped: false }
    }

    /// `group/version`, or the version alone.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Whether each part that `selector` names is the same.
    pub fn is_selected_by(&self, selector: &Gvk) -> bool {
        let fits = |wanted: &Text, found: &Text| wanted.is_empty() || wanted == found;
        fits(&selector.group, &self.group)
            && fits(&selector.version, &self.version)
            && fits(&selector.kind, &self.kind)
    }

    /// Same group, version and kind, whatever is known of the scope.
    pub fn is_same(&self, other: &Gvk) -> bool {
        self.group == other.group && self.version == other.version && self.kind == other.kind
    }

    /// The place in the order in which Kustomize has always written types: a fixed list of kinds first, webhooks last, the
    /// rest by [`Gvk::sort_text`].
    pub fn legacy_place(&self) -> impl Ord + use<> {
        (rank(&self.kind), self.sort_text())
    }

    /// The text by which types are sorted: `group_version_kind`, with `~G` and the like for what is empty.
    pub fn sort_text(&self) -> String {
        [or(&self.group, "~G"), "_", or(&self.version, "~V"), "_", or(&self.kind, "~K")].concat()
    }

    /// `group_version_kind` without what is empty, as in file names.
    pub fn file_text(&self) -> String {
        let parts: Vec<&str> = [&self.group, &self.version, &self.kind]
            .into_iter()
            .map(|part| &**part)
            .filter(|part| !part.is_empty())
            .collect();
        parts.join("_")
    }
}

/// As in messages: `Deployment.v1.apps`, `Service.v1.[noGrp]`.
impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, version) = (or(&self.kind, "[noKind]"), or(&self.version, "[noVer]"));
        write!(f, "{kind}.{version}.{}", or(&self.group, "[noGrp]"))
    }
}

/// The text, or what is written where it is empty.
pub(crate) fn or<'t>(text: &'t str, empty: &'t str) -> &'t str {
    if text.is_empty() { empty } else { text }
}

/// Group and version; what has no `/` is a version of the core group.
pub fn split_api_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The kinds that come first, in their order.
pub const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// The kinds that come last, in their order.
pub const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

fn rank(kind: &str) -> i32 {
    let at = |list: &[&str]| list.iter().position(|known| *known == kind).map(|at| at as i32);
    at(&FIRST).map(|at| at - FIRST.len() as i32).or_else(|| at(&LAST).map(|at| at + 1)).unwrap_or(0)
}
