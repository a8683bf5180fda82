//! Hooks as the record keeps them.

use serde::{Deserialize, Serialize};

use super::{Time, null_as_default};

/// A manifest that runs at a point of the release's life instead of belonging to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hook {
    /// Name of the object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Kind of the object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The template it came from: `chart/templates/job.yaml`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The object's YAML.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// When it runs: `pre-install`, `post-upgrade`, `test`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub events: Vec<String>,
    /// How it ended when it last ran.
    #[serde(default)]
    pub last_run: HookExecution,
    /// Order among hooks of one event, ascending.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight: i64,
    /// When its object is deleted: `before-hook-creation`, `hook-succeeded`, `hook-failed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub delete_policies: Vec<String>,
    /// When its log is shown: `hook-succeeded`, `hook-failed`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_default")]
    pub output_log_policies: Vec<String>,
}

impl From<&longshore_chart::Hook> for Hook {
    /// A hook that was rendered and has not run.
    fn from(hook: &longshore_chart::Hook) -> Self {
        Self {
            name: hook.name.clone(),
            kind: hook.kind.clone(),
            path: hook.path.clone(),
            manifest: hook.manifest.clone(),
            events: hook.events.iter().map(|event| event.name().to_owned()).collect(),
            last_run: HookExecution::default(),
            weight: hook.weight,
            delete_policies: hook.delete_policies.clone(),
            output_log_policies: hook.output_log_policies.clone(),
        }
    }
}

/// One run of a hook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HookExecution {
    /// When it began.
    #[serde(default, skip_serializing_if = "Time::is_zero", deserialize_with = "null_as_default")]
    pub started_at: Time,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Time::is_zero", deserialize_with = "null_as_default")]
    pub completed_at: Time,
    /// How it ended.
    #[serde(default)]
    pub phase: HookPhase,
}

/// How a run of a hook ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HookPhase {
    /// It has not run.
    #[default]
    #[serde(rename = "")]
    None,
    /// It has begun.
    Running,
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
    /// It ran, and nobody knows how it ended.
    #[serde(other)]
    Unknown,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(weight: &i64) -> bool {
    *weight == 0
}
