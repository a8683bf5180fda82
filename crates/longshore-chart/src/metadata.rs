//! What Chart.yaml and Chart.lock say.
//!
//! Reading follows Go: YAML becomes JSON, JSON fills a struct. So field names match whatever their case,
//! unknown ones are ignored, and a number or bool where a string belongs becomes that string
//! (`appVersion: 1.10` is `1.1`).

mod decode;
mod encode;
mod names;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::BTreeMap;

use serde_json::Value as Json;

pub(crate) use decode::{ApiVersion, Decode, Fields, NULL_NODE, Struct, kind as kind_name, read_metadata};
pub(crate) use names::CHART_FIELDS_IN_TEMPLATES;
pub use names::{CHART_FIELDS, DEPENDENCY_FIELDS, MAINTAINER_FIELDS, fields_of};
pub use validate::validate_release_name;

/// The metadata of a chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The chart's name.
    pub name: String,
    /// Its home page.
    pub home: String,
    /// Where its sources are.
    pub sources: Vec<String>,
    /// Its version, a semantic version.
    pub version: String,
    /// One line about it.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Who maintains it.
    pub maintainers: Vec<Maintainer>,
    /// The URL of a picture.
    pub icon: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// Not used by Helm for charts themselves.
    pub condition: String,
    /// Not used by Helm for charts themselves.
    pub tags: String,
    /// The version of what it deploys.
    pub app_version: String,
    /// Whether it is given up.
    pub deprecated: bool,
    /// Free annotations; `None` if there is no such key.
    pub annotations: Option<BTreeMap<String, String>>,
    /// The Kubernetes versions it runs on, a constraint.
    pub kube_version: String,
    /// The charts it depends on; `None` if there is no such key, which is not the same as an empty list.
    pub dependencies: Option<Vec<Dependency>>,
    /// `application`, `library`, or empty for an application.
    pub kind: String,
}

impl Metadata {
    /// Whether it only offers templates to others.
    pub fn is_library(&self) -> bool {
        self.kind.eq_ignore_ascii_case("library")
    }
}

/// A person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// Name or user name.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Home page.
    pub url: String,
}

/// A chart that another depends on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// The chart's name.
    pub name: String,
    /// The versions that will do, a constraint.
    pub version: String,
    /// Where to get it; empty for a chart that simply lies in `charts/`.
    pub repository: String,
    /// Values paths, comma separated; the first that is a bool decides whether it is used.
    pub condition: String,
    /// It is used if one of these is true below `tags` in the values.
    pub tags: Vec<String>,
    /// Whether it is used; worked out, never written in Chart.yaml.
    pub enabled: bool,
    /// Which of its values its parent takes over.
    pub import_values: Vec<Json>,
    /// The name it goes by in this chart.
    pub alias: String,
}

/// What `helm dependency` has settled on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lock {
    /// When, RFC 3339.
    pub generated: String,
    /// Digest of what was asked for and what was settled on.
    pub digest: String,
    /// The charts with exact versions.
    pub dependencies: Vec<Dependency>,
}
