//! The release record, exactly as Helm 4 writes it and Helm 3 and 4 read it.
//!
//! A record is the only state that a deploy leaves behind (design decision 1). It is JSON, gzipped and
//! base64-encoded into the `release` key of a Secret called `sh.helm.release.v1.<name>.v<revision>`.
//! The shape follows [`pkg/release/v1`](https://github.com/helm/helm/tree/v4.3.1/pkg/release/v1).

mod codec;
mod hook;
mod status;
mod time;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use codec::{CodecError, decode, encode};
pub use hook::{Hook, HookExecution, HookPhase};
pub use status::Status;
pub use time::Time;

/// One revision of one release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The release's name, at most 53 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Times, status, notes.
    #[serde(default)]
    pub info: Info,
    /// The chart as Helm keeps it: metadata, templates, default values, schema, files.
    #[serde(default)]
    pub chart: serde_json::Value,
    /// The values the user gave, over the chart's own.
    #[serde(default, skip_serializing_if = "is_empty_config", deserialize_with = "null_as_default")]
    pub config: serde_json::Map<String, serde_json::Value>,
    /// What was rendered and applied, hooks left out: documents with `# Source:` comments.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// The hooks, in the order in which the chart declares them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub hooks: Vec<Hook>,
    /// The revision, from 1.
    #[serde(rename = "version", default, skip_serializing_if = "is_zero")]
    pub revision: u32,
    /// The namespace that the record lives in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// `ssa` (server-side apply) or `csa`; Longshore always applies on the server side.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub apply_method: String,
    /// The user's labels. Helm stores them on the Secret and not in the JSON.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
}

/// What happened to a revision, and when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// When the first revision was deployed.
    #[serde(default, skip_serializing_if = "Time::is_zero", deserialize_with = "null_as_default")]
    pub first_deployed: Time,
    /// When this revision was deployed.
    #[serde(default, skip_serializing_if = "Time::is_zero", deserialize_with = "null_as_default")]
    pub last_deployed: Time,
    /// When it was uninstalled, if its history was kept.
    #[serde(default, skip_serializing_if = "Time::is_zero", deserialize_with = "null_as_default")]
    pub deleted: Time,
    /// What `helm history` shows: `Install complete`, `Rollback to 2`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where the revision is in its life.
    #[serde(default)]
    pub status: Status,
    /// The revision that a rollback went back to; 0 for everything else.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rollback_revision: u32,
    /// The rendered `NOTES.txt`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

impl Release {
    /// Name of the Secret that holds this revision.
    pub fn key(&self) -> String {
        key(&self.name, self.revision)
    }

    /// `name-version` of the chart, as `helm list` shows it.
    pub fn chart_name_version(&self) -> String {
        let field = |name: &str| self.chart["metadata"][name].as_str().unwrap_or_default().to_owned();
        format!("{}-{}", field("name"), field("version"))
    }

    /// The chart's `appVersion`, or nothing.
    pub fn app_version(&self) -> &str {
        self.chart["metadata"]["appVersion"].as_str().unwrap_or_default()
    }
}

/// Name of the Secret that holds a revision of a release.
///
/// ```
/// assert_eq!(longshore_release::record::key("web", 3), "sh.helm.release.v1.web.v3");
/// ```
pub fn key(name: &str, revision: u32) -> String {
    format!("sh.helm.release.v1.{name}.v{revision}")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_empty_config(config: &serde_json::Map<String, serde_json::Value>) -> bool {
    config.is_empty()
}

/// Helm writes `null` where Go had a nil slice or map.
fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests;
