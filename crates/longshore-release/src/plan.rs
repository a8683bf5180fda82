//! What a deploy of one release would do, object by object, before anything is done.

use std::collections::BTreeSet;

use longshore_diag::{Diagnostic, Place};
use longshore_object::ObjectKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diff::FieldChange;

/// The plan for one release.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleasePlan {
    /// The release.
    pub release: String,
    /// Its namespace.
    pub namespace: String,
    /// What happens to it.
    pub action: ReleaseAction,
    /// The revision that a deploy would write; the present one where nothing changes.
    pub revision: u32,
    /// `name-version` of the chart, synthetic for plain manifests.
    pub chart: String,
    /// What happens to each object, in the order in which it would be applied; deletions last.
    pub objects: Vec<ObjectChange>,
    /// What it waits for before it can be rendered as it will be: ``output `address` of release `db` ``.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// Hooks that would run, in order: `pre-upgrade Job/migrate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<String>,
    /// Fields of ours that somebody else owns now, and what becomes of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<FieldConflict>,
    /// What keeps the plan from being carried out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Diagnostic>,
    /// Worth knowing, each with its object: what the server warns of, API versions that end, quotas.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What happens to a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseAction {
    /// It is new.
    Install,
    /// It gets a new revision.
    Upgrade,
    /// It goes back to an earlier revision, as a new one.
    Rollback,
    /// It stays as it is.
    Nothing,
}

/// What happens to one object.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectChange {
    /// Which object.
    #[serde(serialize_with = "key")]
    pub object: ObjectKey,
    /// What happens to it.
    pub action: ObjectAction,
    /// The fields that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// How sure this is.
    pub verified: Verified,
    /// Whether data goes with it: volume claims, definitions with instances.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub destroys_data: bool,
    /// Where the object is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectAction {
    /// It is made.
    Create,
    /// Some of its fields change.
    Update,
    /// Nothing.
    Nothing,
    /// It is deleted and made anew, because fields would change that never do.
    Recreate,
    /// It is deleted.
    Delete,
    /// It leaves the release and stays in the cluster.
    Keep,
}

/// How sure a planned change is (design decision 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verified {
    /// The API server has tried it without keeping it.
    Verified,
    /// The server cannot try it before this object of the same plan exists.
    WaitsFor(String),
}

/// A field of ours that another manager owns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldConflict {
    /// Which object.
    #[serde(serialize_with = "key")]
    pub object: ObjectKey,
    /// The field, as the server names it: `spec.template.spec.containers[name="web"].image`.
    pub field: String,
    /// Who owns it: `kubectl-set`.
    pub manager: String,
    /// The subresource that the owner wrote: `scale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<Value>,
    /// What the release says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours: Option<Value>,
    /// What becomes of it.
    pub outcome: ConflictOutcome,
    /// Where we wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// What becomes of a field that another manager owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictOutcome {
    /// Nobody has said: the plan cannot be carried out.
    Open,
    /// It stays as it is: an autoscaler would write it back at once.
    Left,
    /// It stays as it is: `--adopt`.
    Adopted,
    /// The release's value takes its place: `--overwrite`.
    Overwritten,
}

impl ReleasePlan {
    /// The objects that it deletes, or makes anew, and another plan of the release does not.
    pub fn deletes_beyond(&self, agreed: &Self) -> Vec<String> {
        let doomed = |plan: &'_ Self| -> BTreeSet<ObjectKey> {
            let is_doomed = |change: &&ObjectChange| {
                matches!(change.action, ObjectAction::Delete | ObjectAction::Recreate)
            };
            plan.objects.iter().filter(is_doomed).map(|change| change.object.clone()).collect()
        };
        doomed(self).difference(&doomed(agreed)).map(ToString::to_string).collect()
    }

    /// Whether a deploy would write anything.
    pub fn changes_something(&self) -> bool {
        self.action != ReleaseAction::Nothing
    }

    /// Fields of others that nobody has decided about.
    pub fn open_conflicts(&self) -> impl Iterator<Item = &FieldConflict> {
        self.conflicts.iter().filter(|conflict| conflict.outcome == ConflictOutcome::Open)
    }

    /// Number of objects with this action.
    pub fn count(&self, action: ObjectAction) -> usize {
        self.objects.iter().filter(|change| change.action == action).count()
    }
}

fn key<S: serde::Serializer>(key: &ObjectKey, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Key<'a> {
        #[serde(skip_serializing_if = "str::is_empty")]
        group: &'a str,
        kind: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        name: &'a str,
    }
    Key { group: &key.group, kind: &key.kind, namespace: key.namespace.as_deref(), name: &key.name }
        .serialize(serializer)
}
