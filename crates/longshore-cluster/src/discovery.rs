//! What kinds a server has: their URLs, their scope, what can be done with them.
//!
//! A [`Discovery`] is a snapshot. [`crate::Cluster`] takes the first one when it is needed, keeps it for
//! the process, and takes another when a kind is asked for that the snapshot does not have: a
//! CustomResourceDefinition may just have been created. Builtin kinds need no snapshot at all.

mod cache;
mod fetch;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use longshore_object::{Gvk, kinds};

pub(crate) use cache::Cache;
pub(crate) use fetch::{Problem, server_version};

/// One kind as the server serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// The name in URLs: `deployments`.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// What can be done: `create`, `patch`, `watch`. Empty where it was not asked for.
    pub verbs: Vec<String>,
}

impl Resource {
    /// A builtin kind, of which plural and scope are known without asking; any version.
    pub(crate) fn builtin(gvk: &Gvk) -> Option<Self> {
        let info = kinds::builtin(&gvk.group, &gvk.kind)?;
        Some(Self {
            gvk: gvk.clone(),
            plural: info.plural.to_owned(),
            namespaced: info.scope == kinds::Scope::Namespaced,
            verbs: Vec::new(),
        })
    }

    /// The path of the collection: `/apis/apps/v1/namespaces/staging/deployments`; without a namespace
    /// that of all namespaces.
    pub(crate) fn collection(&self, namespace: Option<&str>) -> String {
        let Gvk { group, version, .. } = &self.gvk;
        let root =
            if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => {
                format!("{root}/namespaces/{}/{}", escape(namespace), self.plural)
            }
            None => format!("{root}/{}", self.plural),
        }
    }

    /// The path of one object.
    pub(crate) fn object(&self, namespace: Option<&str>, name: &str) -> String {
        format!("{}/{}", self.collection(namespace), escape(name))
    }
}

/// Percent-encodes what may not stand in a path segment or a query value. Names of real objects have
/// nothing to encode; what a manifest says may be anything.
pub(crate) fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                escaped.push(byte as char);
            }
            other => {
                // Writing to a string does not fail.
                let _ = write!(escaped, "%{other:02X}");
            }
        }
    }
    // A segment of only dots would be taken for a way up.
    if escaped == "." || escaped == ".." {
        return escaped.replace('.', "%2E");
    }
    escaped
}

/// Everything that a server serves, at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// In the server's order: groups by priority, versions by preference.
    pub(crate) group_versions: Vec<String>,
    pub(crate) resources: BTreeMap<Gvk, Resource>,
    /// `(group/version, kind)` of all resources and subresources, in the server's order.
    pub(crate) kinds: Vec<(String, String)>,
    /// `group/version` whose (aggregated) server does not answer.
    pub(crate) unavailable: Vec<String>,
}

impl Discovery {
    /// The kind of exactly that group and version.
    pub fn resource(&self, gvk: &Gvk) -> Option<&Resource> {
        self.resources.get(gvk)
    }

    /// The kind in the version that the server prefers.
    pub fn preferred(&self, group: &str, kind: &str) -> Option<&Resource> {
        let mut versions = self.group_versions.iter().filter_map(|api_version| {
            let gvk = Gvk::new(api_version, kind);
            (gvk.group == group).then_some(gvk)
        });
        versions.find_map(|gvk| self.resources.get(&gvk))
    }

    /// All kinds, sorted by group, version and kind.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values()
    }

    /// What charts see as `.Capabilities.APIVersions`: every `group/version` in the server's order, then
    /// every `group/version/Kind`, subresources' kinds included, each once. Source: Helm's
    /// [`GetVersionSet`](https://github.com/helm/helm/blob/v4.1.0/pkg/action/action.go).
    pub fn api_versions(&self) -> Vec<String> {
        let mut all = self.group_versions.clone();
        let mut seen = std::collections::BTreeSet::new();
        for (group_version, kind) in &self.kinds {
            let id = format!("{group_version}/{kind}");
            if seen.insert(id.clone()) {
                all.push(id);
            }
        }
        all
    }

    /// `group/version` whose server does not answer, so that their kinds are not known: a broken
    /// APIService.
    pub fn unavailable(&self) -> &[String] {
        &self.unavailable
    }

    /// Where the kind exists under another group or version.
    pub(crate) fn elsewhere(&self, gvk: &Gvk) -> Vec<String> {
        let same_kind = self.resources.keys().filter(|other| other.kind == gvk.kind);
        same_kind.map(Gvk::api_version).collect()
    }

    /// The kind that was most likely meant.
    pub(crate) fn nearest(&self, gvk: &Gvk) -> Option<String> {
        let kinds = self.resources.keys().map(|other| other.kind.as_str());
        longshore_diag::nearest(&gvk.kind, kinds).map(str::to_owned)
    }
}
