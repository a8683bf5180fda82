//! What makes two objects the same object.

use std::fmt;

/// Group, version and kind of an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// API group; empty for the core group.
    pub group: String,
    /// Version: `v1`, `v2beta1`.
    pub version: String,
    /// Kind: `Deployment`.
    pub kind: String,
}

impl Gvk {
    /// From the two fields that every object carries. An `apiVersion` without a slash is of the core group.
    ///
    /// ```
    /// use longshore_object::Gvk;
    /// let gvk = Gvk::new("apps/v1", "Deployment");
    /// assert_eq!((gvk.group.as_str(), gvk.version.as_str()), ("apps", "v1"));
    /// assert_eq!(gvk.to_string(), "apps/v1 Deployment");
    /// ```
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    /// `apps/v1`, or `v1` for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

impl fmt::Display for Gvk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.api_version(), self.kind)
    }
}

/// The identity of an object in a cluster. The version is no part of it: `apps/v1` and
/// `apps/v1beta1` name the same Deployment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; `None` for cluster-scoped objects, and where a manifest leaves it open.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl fmt::Display for ObjectKey {
    /// `Deployment/gateway`, and with `{:#}` also the namespace: `Deployment/gateway in staging`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)?;
        match &self.namespace {
            Some(namespace) if f.alternate() => write!(f, " in {namespace}"),
            _ => Ok(()),
        }
    }
}
