//! A revision before any cluster has seen it: what was rendered, and what its record will say.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{Error, Result};
use crate::record::{Hook, Info, Release, Status};

/// Labels that are Helm's own, in the order in which it names them.
const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// What was rendered for a revision.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The chart as the record keeps it.
    pub chart: Json,
    /// The user's values.
    pub config: Map<String, Json>,
    /// The objects, hooks left out.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// The notes.
    pub notes: String,
}

/// Whether something is done, or only tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DryRun {
    /// It is done.
    #[default]
    None,
    /// Nothing is done, and no cluster asked.
    Client,
    /// Nothing is done, but the cluster asked.
    Server,
}

impl DryRun {
    /// Whether nothing is done.
    pub fn is_on(self) -> bool {
        self != Self::None
    }
}

impl Draft {
    /// The record of a first revision.
    pub fn install(self, name: &str, namespace: &str, server_side: bool, now: Timestamp) -> Release {
        let info = Info {
            first_deployed: now.into(),
            last_deployed: now.into(),
            description: String::from("Initial install underway"),
            status: Status::PendingInstall,
            notes: self.notes,
            ..Info::default()
        };
        Release {
            name: name.to_owned(),
            info,
            chart: self.chart,
            config: self.config,
            manifest: self.manifest,
            hooks: self.hooks,
            revision: 1,
            namespace: namespace.to_owned(),
            apply_method: method(server_side),
            labels: BTreeMap::new(),
        }
    }
}

/// What a record calls the way in which its objects were applied.
pub(super) fn method(server_side: bool) -> String {
    String::from(if server_side { "ssa" } else { "csa" })
}

/// Whether objects are applied on the server's side: `true`, `false`, or `auto` for the way of a revision before.
///
/// # Errors
/// It is none of them.
pub(super) fn is_server_side(wanted: &str, before: &str) -> Result<bool> {
    match wanted {
        "auto" => Ok(before == "ssa"),
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Error::new(format!("invalid/unknown release server-side apply method: {wanted}"))),
    }
}

/// Refuses labels that are Helm's own.
///
/// # Errors
/// One of them is.
pub(super) fn check_labels(labels: &BTreeMap<String, String>) -> Result<()> {
    if labels.keys().any(|key| SYSTEM_LABELS.contains(&key.as_str())) {
        return Err(Error::new(format!(
            "user supplied labels contains system reserved label name. System labels: [{}]",
            SYSTEM_LABELS.join(" ")
        )));
    }
    Ok(())
}

/// A record's status with its description.
pub(super) fn set_status(release: &mut Release, status: Status, description: impl Into<String>) {
    release.info.status = status;
    release.info.description = description.into();
}
